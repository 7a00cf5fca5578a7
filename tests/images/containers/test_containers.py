"""Files with faults: what has all its pixels is a picture, what has not is an error."""

from __future__ import annotations

import io
import warnings
import zlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageFile

from animedex.errors import BadArguments, Corrupt, TooLarge
from animedex.images.containers import is_intact, select_parts
from animedex.images.containers.file_reader import PartStream, SourceFile
from animedex.images.decoder import convert_decoder_errors, create_decoder
from animedex.images.formats import identify_format
from animedex.images.image_inspection import measure_image
from animedex.images.xmp import Credit, read_credit, write_credit
from tests.images.xmp.conftest import POST, ROW
from tests.kit.odd_pictures import chunk, cut, drawing, jpegs, saved, whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WHOLE, CUT = whole(), cut()


def frames(data: bytes) -> list[bytes]:
    """Return the pixels of every frame."""
    kind = identify_format(data[:64])
    assert kind
    with convert_decoder_errors("it"), create_decoder(io.BytesIO(data), kind, "it") as image:
        result: list[bytes] = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            result.append(image.convert("RGBA").tobytes())
        return result


def test_the_tables_are_what_they_claim() -> None:
    assert len(WHOLE) > 200
    assert len(CUT) > 150
    assert all(one.data != one.sound for one in [*WHOLE.values(), *CUT.values()])


@pytest.mark.parametrize("name", WHOLE)
def test_what_has_all_pixels_is_a_picture(name: str, tmp_path: Path) -> None:
    odd = WHOLE[name]
    path = tmp_path / "odd"
    path.write_bytes(odd.data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        measured = measure_image(str(path))
    seen = frames(odd.data)
    assert seen == frames(odd.sound)
    assert measured == (odd.form, *drawing().size, len(seen))
    assert path.read_bytes() == odd.data


@pytest.mark.parametrize("name", CUT)
def test_what_lacks_pixels_is_an_error(name: str, tmp_path: Path) -> None:
    path = tmp_path / "odd"
    path.write_bytes(CUT[name].data)
    with pytest.raises(Corrupt, match="odd is a damaged picture: ") as caught:
        measure_image(str(path))
    assert caught.value.hint
    words = caught.value.message.partition(": ")[2]
    assert words in {
        *("it is cut short", "it cannot be decoded", "a checksum is wrong"),
        *("it has no pixels", "it has no colours", "it has an invalid block"),
        "something else follows its pixels",
    }


@pytest.mark.parametrize("name", WHOLE)
def test_a_credit_goes_into_what_has_all_pixels(name: str, tmp_path: Path) -> None:
    odd = WHOLE[name]
    path, done = tmp_path / "odd", io.BytesIO()
    path.write_bytes(odd.data)
    write_credit(str(path), done, POST, ROW)
    assert frames(done.getvalue()) == frames(odd.data)
    path.write_bytes(done.getvalue())
    assert read_credit(str(path)) == Credit(POST, ROW)
    again = io.BytesIO()
    write_credit(str(path), again, POST, ROW)
    assert again.getvalue() == done.getvalue()


@pytest.mark.parametrize("name", CUT)
def test_no_credit_goes_into_what_lacks_pixels_of_its_container(name: str, tmp_path: Path) -> None:
    """What only a decoder finds may get one: nothing is lost by it."""
    path, done = tmp_path / "odd", io.BytesIO()
    path.write_bytes(CUT[name].data)
    try:
        write_credit(str(path), done, POST, ROW)
    except (Corrupt, BadArguments):
        assert done.getvalue() == b""
    else:
        with pytest.raises(Corrupt):
            frames(done.getvalue())


@pytest.mark.parametrize("name", jpegs())
@pytest.mark.parametrize("fill", [b"", bytes(3000)])
def test_a_jpeg_without_an_end_is_cut_or_complete(name: str, fill: bytes) -> None:
    """Wherever it ends: within a scan, between two, or at a marker within one."""
    jpeg = jpegs()[name]
    pixels = frames(jpeg)
    complete = 0
    for size in range(2, len(jpeg) - 64, 5):
        try:
            seen = frames(jpeg[:-size] + fill)
        except Corrupt:
            continue
        complete += 1
        assert seen == pixels
        assert size < 20
    assert complete


@pytest.mark.parametrize("form", ["png", "gif", "webp", "jpeg"])
def test_a_flat_picture_without_an_end_is_complete(form: str) -> None:
    """Its scans are short, and nearly any bytes behind them would show the same."""
    file = io.BytesIO()
    options = {"progressive": True} if form == "jpeg" else {}
    Image.new("RGB", (64, 48), (250, 250, 250)).save(file, form, **options)
    data = file.getvalue()
    shortened = data[:4] + b"\xff\0\0\0" + data[8:] if form == "webp" else data[:-1]
    assert frames(shortened) == frames(data)


def test_nothing_is_set_for_the_whole_process() -> None:
    before = ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS
    for name in ("png: 3 bytes of IEND", "jpeg: b'' 0 for the end of baseline"):
        frames(WHOLE[name].data)
    assert before == (ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS)


HOSTILE: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "blocks": ("gif", lambda gif: gif[:-1] + b"\x21\xfe\0" * 200_000 + b";"),
    "chunks": ("png", lambda png: png[:33] + chunk(b"tEXt", b"") * 200_000 + png[33:]),
    "segments": ("jpeg", lambda jpeg: jpeg[:2] + b"\xff\xe1\0\2" * 200_000 + jpeg[2:]),
    "markers": ("jpeg", lambda jpeg: jpeg[:-2] + b"\xff\xe1\0\2" * 200_000 + jpeg[-2:]),
    "WebP chunks": (
        "webp",
        lambda webp: webp[:4] + b"\xff\xff\xff\0" + webp[8:] + b"ABCD\0\0\0\0" * 200_000,
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_has_very_many_parts_is_too_large(name: str) -> None:
    form, make = HOSTILE[name]
    with pytest.raises(TooLarge, match="more than 150,000 "):
        select_parts(SourceFile("it", io.BytesIO(make(saved(form)))), form)


@pytest.mark.parametrize("fill", [b"\0", b"\x21\xfe\1a\0"])
def test_zeros_and_comments_of_a_gif_are_skipped(fill: bytes) -> None:
    gif = saved("gif")
    assert frames(gif[:-1] + fill * 9999 + b";") == frames(gif)


def test_fill_bytes_of_a_jpeg_are_skipped() -> None:
    jpeg = jpegs()["baseline"]
    assert frames(jpeg[:2] + b"\xff" * 1_000_000 + jpeg[2:-2]) == frames(jpeg)


def test_a_large_flat_jpeg_without_an_end_is_complete() -> None:
    """With fewer bytes, its last scan has not even enough of them to be decoded."""
    file = io.BytesIO()
    Image.new("L", (7500, 7500), 90).save(file, "jpeg", progressive=True)
    source = SourceFile("it", io.BytesIO(file.getvalue()[:-2]))
    assert select_parts(source, "jpeg")


def test_only_the_first_of_many_colour_profiles_is_unpacked() -> None:
    png = saved("png", icc_profile=bytes(200))
    nonsense = chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(999_999))[:-1])
    data = png[:33] + nonsense * 2 + png[33:]
    parts = select_parts(SourceFile("it", io.BytesIO(data)), "png")
    assert parts is not None
    selected = PartStream(SourceFile("it", io.BytesIO(data)), parts).read()
    assert selected is not None
    assert b"iCCP" not in selected


@pytest.mark.parametrize("form", ["png", "jpeg", "gif", "webp"])
def test_a_walk_over_the_container_shows_that_a_file_is_intact(form: str) -> None:
    data = saved(form)
    assert is_intact(SourceFile("it", io.BytesIO(data)), form)
    assert not any(
        is_intact(SourceFile("it", io.BytesIO(data[:end])), form)
        for end in range(len(data) // 2, len(data))
    )


def test_a_walk_decides_nothing_of_avif() -> None:
    assert not is_intact(SourceFile("it", io.BytesIO(saved("avif"))), "avif")


def test_a_cut_picture_is_not_intact_unless_its_encoder_left_pixels_out() -> None:
    names = [
        name
        for name, odd in CUT.items()
        if is_intact(SourceFile("it", io.BytesIO(odd.data)), odd.form)
    ]
    assert names == ["png: pixels that end too soon"]
