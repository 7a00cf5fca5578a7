"""XMP in PNG is a chunk of text behind the header."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from animedex.errors import Corrupt
from animedex.pictures.metadata import write_credit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from animedex.pictures.metadata import Credited
    from tests.pictures.metadata.conftest import Files

KEYWORD = b"XML:com.adobe.xmp"
FOREIGN = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:o="urn:other">'
    '<rdf:Description rdf:about="" o:mine="1"/></rdf:RDF>'
)


def chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def chunks(picture: bytes) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    at = 8
    while not found or found[-1][0] != b"IEND":
        size, kind = struct.unpack_from(">I4s", picture, at)
        data = picture[at + 8 : at + 8 + size]
        assert picture[at : at + size + 12] == chunk(kind, data)
        found.append((kind, data))
        at += size + 12
    return found


def packets(picture: bytes) -> list[bytes]:
    texts = [data for kind, data in chunks(picture) if kind == b"iTXt"]
    return [text for text in texts if text.startswith(KEYWORD)]


def with_text(text: str, *, zip: bool = False) -> bytes:  # noqa: A002  as Pillow calls it
    info, file = PngInfo(), io.BytesIO()
    info.add_itxt(KEYWORD.decode(), text, "x-default", "packet", zip=zip)
    Image.new("L", (9, 9), 7).save(file, "PNG", pnginfo=info)
    return file.getvalue()


def test_it_stands_behind_the_header(
    drawn: dict[str, bytes], credited: Credited, files: Files
) -> None:
    first, second, *_ = chunks(files.write(drawn["png/animated"], credited))
    assert (first[0], second[0]) == (b"IHDR", b"iTXt")
    assert second[1].startswith(KEYWORD + b"\0\0\0\0\0<?xpacket begin=")


@pytest.mark.parametrize("zip", [False, True])
def test_a_packet_of_somebody_else_is_joined(zip: bool, credited: Credited, files: Files) -> None:  # noqa: A002, FBT001  as above
    done = files.write(with_text(FOREIGN, zip=zip), credited)
    (packet,) = packets(done)
    assert b'o:mine="1"' in packet
    assert files.read(done) == credited
    assert files.write(done, credited) == done


@pytest.mark.parametrize("text", ["", "photo", "<!DOCTYPE x>" + FOREIGN])
def test_what_cannot_be_read_is_left_beside_ours(
    text: str, credited: Credited, files: Files
) -> None:
    foreign = with_text(text)
    done = files.write(foreign, credited)
    ours, other = packets(done)
    assert [other] == packets(foreign)
    assert b"yuzu" in ours
    assert files.read(done) == credited
    assert files.write(done, credited) == done


def test_a_packet_behind_the_picture_is_found(
    drawn: dict[str, bytes], credited: Credited, files: Files
) -> None:
    picture = drawn["png/alpha"]
    packet = chunk(b"iTXt", KEYWORD + b"\0\0\0\0\0" + FOREIGN.encode())
    done = files.write(picture[:-12] + packet + picture[-12:], credited)
    assert b'o:mine="1"' in packets(done)[0]
    assert len(packets(done)) == 1


def test_a_bomb_is_left_as_it_is(credited: Credited, files: Files) -> None:
    bomb = with_text(" " * 2**26, zip=True)
    done = files.write(bomb, credited)
    assert packets(done)[1:] == packets(bomb)
    assert files.read(done) == credited


@pytest.mark.parametrize("data", [KEYWORD, KEYWORD + b"\0", KEYWORD + b"\0\1\0a\0b", b"\0", b""])
def test_a_chunk_of_text_may_be_odd(
    data: bytes, drawn: dict[str, bytes], credited: Credited, files: Files
) -> None:
    picture = drawn["png/alpha"]
    odd = picture[:33] + chunk(b"iTXt", data) + picture[33:]
    done = files.write(odd, credited)
    assert (b"iTXt", data) in chunks(done)
    assert files.read(done) == credited


def test_a_wrong_checksum_is_told(
    drawn: dict[str, bytes], credited: Credited, files: Files
) -> None:
    whole = bytearray(files.write(drawn["png/alpha"], credited))
    whole[-20] ^= 1
    with pytest.raises(Corrupt, match="checksum"):
        files.write(bytes(whole), credited)
    assert files.read(bytes(whole)) == credited, "the credit of a damaged picture is still of use"


def test_checksums_that_were_looked_at_are_not_looked_at_again(
    drawn: dict[str, bytes], credited: Credited, tmp_path: Path
) -> None:
    damaged = bytearray(drawn["png/alpha"])
    damaged[-20] ^= 1
    (tmp_path / "damaged.png").write_bytes(damaged)
    out = io.BytesIO()
    write_credit(str(tmp_path / "damaged.png"), out, *credited, is_checked=True)
    assert out.getvalue().endswith(damaged[33:])


ODD: dict[str, Callable[[bytes], bytes]] = {
    "no header": lambda png: png[:8] + png[33:],
    "a short header": lambda png: png[:8] + chunk(b"IHDR", bytes(4)) + png[33:],
    "no chunk": lambda png: png[:33] + b"\0\0\0\0\0\0\0\0" + png[33:],
    "a length that cannot be": lambda png: png[:33] + b"\xff\xff\xff\xffIDAT" + png[33:],
    "a length beyond the end": lambda png: png[:33] + b"\x0f\xff\xff\xffIDAT" + png[33:],
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_png_is_told(
    name: str, drawn: dict[str, bytes], credited: Credited, files: Files
) -> None:
    odd = ODD[name](drawn["png/alpha"])
    with pytest.raises(Corrupt, match="damaged PNG"):
        files.write(odd, credited)
    with pytest.raises(Corrupt, match="damaged PNG"):
        files.read(odd)
