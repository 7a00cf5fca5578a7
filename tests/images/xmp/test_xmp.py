"""A credit travels in a picture's own file, and the picture stays what it was."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from animedex.body_writer import FileSink
from animedex.errors import BadArguments, Corrupt, NoSpace
from animedex.images.xmp import Credit, can_embed, read_credit, write_credit
from animedex.models import ArtPost, Rating
from tests.kit.effort import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.images.xmp.conftest import Files, Witness

# The files of one example are overwritten by the next.
FEWER = settings(
    max_examples=count(20, 400), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
OTHER = Credit(ArtPost(id="waifu:7", rating=Rating.GENERAL, artists=["mikan"]))


def test_what_was_written_is_read(picture: bytes, credited: Credit, files: Files) -> None:
    assert files.read(picture) is None
    assert files.read(files.write(picture, credited)) == credited
    assert files.read(files.write(picture, OTHER)) == OTHER


def test_the_picture_stays_what_it_was(
    picture: bytes, credited: Credit, files: Files, witness: Witness
) -> None:
    done = files.write(picture, credited)
    before, after = witness.image_data(picture), witness.image_data(done)
    if picture[12:16] in {b"VP8 ", b"VP8L"}:
        # A file of the simple kind has become one of the extended kind.
        after = after[1:]
    assert after == before
    assert witness.decoded(done) == witness.decoded(picture)


def test_what_else_is_told_in_the_file_stays(
    picture: bytes, credited: Credit, files: Files
) -> None:
    names = ("exif", "icc_profile", "comment", "Comment", "Title", "loop", "transparency", "gamma")
    with Image.open(io.BytesIO(picture)) as one:
        before = {name: one.info.get(name) for name in names}
    with Image.open(io.BytesIO(files.write(picture, credited))) as other:
        assert {name: other.info.get(name) for name in names} == before


def test_others_find_the_packet(one_of_each: bytes, credited: Credit, files: Files) -> None:
    with Image.open(io.BytesIO(files.write(one_of_each, credited))) as image:
        image.load()
        info = image.info
    if info.get("extension"):
        # Of a GIF, Pillow tells the name of the last application alone.
        assert info["extension"][0] == b"XMP DataXMP"
    else:
        packet = info.get("xmp") or info["XML:com.adobe.xmp"].encode()
        assert b"<rdf:li>yuzu</rdf:li>" in packet


def test_writing_twice_is_writing_once(picture: bytes, credited: Credit, files: Files) -> None:
    once = files.write(picture, credited)
    assert files.write(once, credited) == once


@FEWER
@given(data=st.data())
def test_any_credit_survives(
    data: st.DataObject, one_of_each: bytes, drawable: st.SearchStrategy[Credit], files: Files
) -> None:
    credited = data.draw(drawable)
    once = files.write(one_of_each, credited)
    assert files.read(once) == credited
    assert files.write(once, credited) == once


@FEWER
@given(data=st.data())
def test_of_a_former_credit_nothing_remains(
    data: st.DataObject, one_of_each: bytes, drawable: st.SearchStrategy[Credit], files: Files
) -> None:
    former, credited = data.draw(drawable), data.draw(drawable)
    again = files.write(files.write(one_of_each, former), credited)
    assert again == files.write(one_of_each, credited)


@pytest.mark.parametrize("amount", [1, 30, 200])
def test_a_credit_may_be_long(
    amount: int, one_of_each: bytes, files: Files, witness: Witness
) -> None:
    names = [f"{number:05}" * 1000 for number in range(amount)]
    post = ArtPost(id="nekos:1.png", rating=Rating.GENERAL, artists=names, tags=names[::-1])
    credited = Credit(post, msgspec.json.encode({"names": names}))
    done = files.write(one_of_each, credited)
    assert files.read(done) == credited
    assert files.write(done, credited) == done
    assert witness.image_data(done)[-1] == witness.image_data(one_of_each)[-1]
    assert files.write(done, OTHER) == files.write(one_of_each, OTHER)


def test_a_row_that_is_too_long_is_left_out(
    one_of_each: bytes, credited: Credit, files: Files
) -> None:
    fits, beyond = b"&" * 2**21, b"&" * (2**21 + 1)
    for row, kept in ((fits, fits), (beyond, None)):
        done = files.write(one_of_each, credited._replace(row=row))
        assert files.read(done) == credited._replace(row=kept)


def test_a_credit_that_could_not_be_read_again_is_refused(one_of_each: bytes, files: Files) -> None:
    endless = ArtPost(id="nekos:1.png", rating=Rating.GENERAL, tags=["a" * 2**24])
    with pytest.raises(BadArguments, match="too long"):
        files.write(one_of_each, Credit(endless))


def test_a_file_that_was_cut_anywhere_is_corrupt_or_has_all_pixels(
    one_of_each: bytes, credited: Credit, files: Files
) -> None:
    whole = files.write(one_of_each, credited)
    accepted: list[int] = []
    for size in range(0, len(one_of_each), 1 + len(one_of_each) // 2000):
        try:
            done = files.write(one_of_each[:size], credited)
        except Corrupt as error:
            assert error.hint  # noqa: PT017  most of them are refused
        else:
            accepted.append(len(one_of_each) - size)
            assert done == whole[: -accepted[-1]]
    # The end of a PNG and the checksum before it; a GIF may end behind any frame.
    limit = 16 if one_of_each[:1] != b"G" else len(one_of_each)
    assert all(missing <= limit for missing in accepted)
    assert len(accepted) < 30


@FEWER
@given(data=st.data())
def test_any_damage_is_told_or_does_no_harm(
    data: st.DataObject, one_of_each: bytes, credited: Credit, files: Files
) -> None:
    """Whatever the bytes say, it is `Corrupt`, or a file with the credit."""
    whole = bytearray(files.write(one_of_each, credited))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(4, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Corrupt):
        assert files.read(files.write(bytes(whole), credited)) == credited
    with contextlib.suppress(Corrupt):
        files.read(bytes(whole))


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html><p>Gone", b"\x89PNG", b"GIF90a"])
def test_what_is_no_picture_is_corrupt(content: bytes, credited: Credit, files: Files) -> None:
    with pytest.raises(Corrupt, match="not a picture"):
        files.write(content, credited)
    assert files.read(content) is None


def test_a_film_has_no_place_for_a_credit(credited: Credit, files: Files) -> None:
    film = b"\0\0\0\x18ftypisom\0\0\0\0isom"
    with pytest.raises(BadArguments, match="cannot contain a credit") as caught:
        files.write(film, credited)
    assert "sidecar=" in str(caught.value.hint)
    assert files.read(film) is None


def test_which_formats_can_carry_one() -> None:
    names = ("png", "jpeg", "gif", "webp", "avif", "mp4", "webm", "zip")
    assert [name for name in names if can_embed(name)] == ["png", "jpeg", "gif", "webp"]


@pytest.mark.parametrize("name", ["missing.png", "nul\0.png", "", "."])
def test_a_file_that_cannot_be_read(name: str, credited: Credit, tmp_path: Path) -> None:
    path = os.path.join(tmp_path, name) if name else name
    with pytest.raises(BadArguments):
        read_credit(path)
    with pytest.raises(BadArguments):
        write_credit(path, io.BytesIO(), *credited)


def test_a_sink_takes_it(
    one_of_each: bytes, credited: Credit, files: Files, tmp_path: Path
) -> None:
    expected = files.write(one_of_each, credited)
    sink = FileSink(str(tmp_path / "target"))
    write_credit(str(files.source), sink, *credited)
    sink.finish()
    assert (tmp_path / "target").read_bytes() == expected


class Slow:
    """Take few bytes at a time, as a file without a buffer may."""

    taken = b""

    def write(self, chunk: bytes | memoryview, /) -> int:
        self.taken += chunk[:7]
        return len(chunk[:7])


def test_a_target_may_take_little_at_a_time(
    one_of_each: bytes, credited: Credit, files: Files
) -> None:
    expected, slow = files.write(one_of_each, credited), Slow()
    write_credit(str(files.source), slow, *credited)
    assert slow.taken == expected


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no full device")
def test_a_full_disk_is_told(one_of_each: bytes, credited: Credit, files: Files) -> None:
    files.write(one_of_each, credited)
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(NoSpace):
        write_credit(str(files.source), full, *credited)


HUGE = 48 * 2**20
ZEROS = [bytes(2**20)] * 48


def huge_gif() -> Iterator[bytes]:
    yield b"GIF89a" + bytes(7) + b"\x2c" + bytes(9) + b"\x08"
    yield from [(b"\xff" + bytes(255)) * 4096] * 48
    yield b"\0;"


def huge_jpeg() -> Iterator[bytes]:
    yield b"\xff\xd8\xff\xda\0\x02"
    yield from ZEROS
    yield b"\xff\xd9"


def huge_webp() -> Iterator[bytes]:
    frame = bytes(3) + b"\x9d\x01\x2a\x10\0\x10\0"
    yield struct.pack("<4sI4s", b"RIFF", 4 + 8 + HUGE + len(frame), b"WEBP")
    yield struct.pack("<4sI", b"VP8 ", HUGE + len(frame)) + frame
    yield from ZEROS


def huge_png() -> Iterator[bytes]:
    checksum = zlib.crc32(b"IDAT")
    for piece in ZEROS:
        checksum = zlib.crc32(piece, checksum)
    head = b"IHDR" + bytes(13)
    yield b"\x89PNG\r\n\x1a\n\0\0\0\x0d" + head + struct.pack(">I", zlib.crc32(head))
    yield struct.pack(">I4s", HUGE, b"IDAT")
    yield from ZEROS
    yield struct.pack(">II4sI", checksum, 0, b"IEND", zlib.crc32(b"IEND"))


@pytest.mark.parametrize("pieces", [huge_png, huge_jpeg, huge_gif, huge_webp])
def test_a_large_file_is_never_held(
    pieces: Callable[[], Iterator[bytes]], credited: Credit, files: Files, tmp_path: Path
) -> None:
    """What counts is that the image data is long, not that it is a picture."""
    with open(files.source, "wb") as source:
        source.writelines(pieces())
    tracemalloc.start()
    with open(tmp_path / "target", "wb", buffering=0) as target:
        write_credit(str(files.source), target, *credited)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * 2**20
    assert read_credit(str(tmp_path / "target")) == credited
    assert (tmp_path / "target").stat().st_size > HUGE
