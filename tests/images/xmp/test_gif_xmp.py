"""XMP in GIF is an application extension whose trailer leads past it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from animedex.errors import Corrupt

if TYPE_CHECKING:
    from animedex.images.xmp import Credit
    from tests.images.xmp.conftest import Files

NAME = b"\x21\xff\x0bXMP DataXMP"
TRAILER = bytes([1, *range(255, -1, -1), 0])
FOREIGN = (
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:o="urn:other">'
    b'<rdf:Description rdf:about="" o:mine="' + b"1" * 300 + b'"/></rdf:RDF>'
)
MINE = b'o:mine="111'


def blocks(data: bytes) -> bytes:
    parts = [data[at : at + 255] for at in range(0, len(data), 255)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def past_screen(picture: bytes) -> int:
    return 13 + (3 << (picture[10] & 7) + 1 if picture[10] & 0x80 else 0)


def test_the_trailer_is_as_the_specification_says(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    assert len(TRAILER) == 258
    done = files.write(drawn["gif/still"], credited)
    assert done.count(TRAILER) == 1
    # Every way through the sub-blocks ends where the trailer does.
    start = done.index(NAME) + len(NAME)
    at = start
    while done[at]:
        at += done[at] + 1
    assert at + 1 == done.index(TRAILER) + len(TRAILER)


def test_it_stands_behind_the_number_of_repetitions(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    done = files.write(drawn["gif/animated"], credited)
    start = past_screen(done)
    assert done[start + 3 : start + 14] == b"NETSCAPE2.0"
    before, _, after = done.partition(NAME)
    assert b"hello" in before, "and behind a comment"
    assert b"\x21\xf9" not in before[start:], "and before the first picture's control"
    assert b"\x21\xf9" in after
    with Image.open(io.BytesIO(done)) as image:
        assert (image.info["loop"], image.info["comment"]) == (3, b"hello")


def test_extensions_are_of_the_later_version(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    assert files.write(drawn["gif/old"], credited)[:6] == b"GIF89a"


@pytest.mark.parametrize("data", [FOREIGN + TRAILER, blocks(FOREIGN)], ids=["proper", "blocks"])
def test_a_packet_of_somebody_else_is_joined(
    data: bytes, drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    picture = drawn["gif/animated"]
    place = past_screen(picture)
    done = files.write(picture[:place] + NAME + data + picture[place:], credited)
    assert done.count(NAME) == 1
    assert MINE in done
    assert files.read(done) == credited
    assert files.write(done, credited) == done


@pytest.mark.parametrize("data", [b"photo" + TRAILER, blocks(b"photo")])
def test_nothing_is_written_beside_what_cannot_be_read(
    data: bytes, drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    picture = drawn["gif/still"]
    place = past_screen(picture)
    foreign = picture[:place] + NAME + data + picture[place:]
    with pytest.raises(Corrupt, match="XMP metadata that cannot be read"):
        files.write(foreign, credited)
    assert files.read(foreign) is None


@pytest.mark.parametrize("data", [b"\0", TRAILER])
def test_an_empty_packet_is_replaced(
    data: bytes, drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    picture = drawn["gif/still"]
    place = past_screen(picture)
    done = files.write(picture[:place] + NAME + data + picture[place:], credited)
    assert done == files.write(picture, credited)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32-le"])
def test_zeros_do_not_end_a_packet(
    encoding: str, drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    """Its text is no data of sub-blocks, in which a zero would be the end."""
    picture = drawn["gif/still"]
    place = past_screen(picture)
    packet = NAME + FOREIGN.decode().encode(encoding) + bytes(100) + TRAILER
    done = files.write(picture[:place] + packet + picture[place:], credited)
    assert done.count(NAME) == 1
    assert MINE in done
    assert files.read(done) == credited
    assert files.write(done, credited) == done


@pytest.mark.parametrize("odd", [b"\x01", b"\xff", b"GIF89a"])
def test_a_block_that_cannot_be_is_told(
    odd: bytes, drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    picture = drawn["gif/still"]
    place = past_screen(picture)
    with pytest.raises(Corrupt, match="damaged picture"):
        files.write(picture[:place] + odd + picture[place:], credited)
