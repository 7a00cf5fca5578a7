"""XMP in WebP is a chunk of its own, and the header tells of it."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from animedex.errors import Corrupt

if TYPE_CHECKING:
    from animedex.images.xmp import Credit
    from tests.images.xmp.conftest import Files

ALPHA, XMP = 0x10, 0x04
FOREIGN = (
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:o="urn:other">'
    b'<rdf:Description rdf:about="" o:mine="1"/></rdf:RDF>'
)


def chunks(picture: bytes) -> list[tuple[bytes, bytes]]:
    riff, length, form = struct.unpack_from("<4sI4s", picture)
    assert (riff, form) == (b"RIFF", b"WEBP")
    assert length % 2 == 0
    result: list[tuple[bytes, bytes]] = []
    at = 12
    while at < 8 + length:
        kind, size = struct.unpack_from("<4sI", picture, at)
        result.append((kind, picture[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    assert at == 8 + length
    return result


def riff(*parts: tuple[bytes, bytes]) -> bytes:
    inside = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in parts
    )
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


def drawing(mode: str, size: tuple[int, int], *, lossless: bool) -> bytes:
    file = io.BytesIO()
    image = Image.new(mode, size, (9, 99, 199, 77)[: len(mode)])
    image.save(file, "WEBP", lossless=lossless)
    return file.getvalue()


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (300, 2), (257, 256), (5000, 3)])
@pytest.mark.parametrize(
    ("kind", "alpha"),
    [("RGB/lossy", 0), ("RGB/lossless", 0), ("RGBA/lossless", ALPHA), ("RGBA/lossy", ALPHA)],
)
def test_the_header_tells_size_and_transparency(
    size: tuple[int, int], kind: str, alpha: int, credited: Credit, files: Files
) -> None:
    mode, _, manner = kind.partition("/")
    done = files.write(drawing(mode, size, lossless=manner == "lossless"), credited)
    (name, header), *_ = chunks(done)
    assert name == b"VP8X"
    assert header[0] == alpha | XMP
    canvas = (int.from_bytes(header[at : at + 3], "little") + 1 for at in (4, 7))
    assert tuple(canvas) == size
    with Image.open(io.BytesIO(done)) as image:
        assert (image.size, image.mode) == (size, mode)


def test_an_extended_file_keeps_its_header_but_for_a_flag(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    for name in ("extras", "animated", "lossy_alpha"):
        (_, before), *others = chunks(drawn[f"webp/{name}"])
        (_, after), *rest = chunks(files.write(drawn[f"webp/{name}"], credited))
        assert after == bytes([before[0] | XMP]) + before[1:]
        assert rest[:-1] == others
        assert rest[-1][0] == b"XMP "


def test_a_packet_of_somebody_else_is_joined(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    parts = chunks(drawn["webp/extras"])
    done = files.write(riff(*parts, (b"XMP ", FOREIGN), (b"ABCD", b"x")), credited)
    (packet,) = [data for kind, data in chunks(done) if kind == b"XMP "]
    assert b'o:mine="1"' in packet
    assert (b"ABCD", b"x") in chunks(done)
    assert files.read(done) == credited
    assert files.write(done, credited) == done


@pytest.mark.parametrize("data", [b"photo", b"<!DOCTYPE x>" + FOREIGN])
def test_nothing_is_written_beside_what_cannot_be_read(
    data: bytes, drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    """Readers know no second packet."""
    with pytest.raises(Corrupt, match="XMP metadata that cannot be read"):
        files.write(riff(*chunks(drawn["webp/extras"]), (b"XMP ", data)), credited)


@pytest.mark.parametrize("data", [b"", b"\0\0"])
def test_an_empty_packet_is_replaced(
    data: bytes, drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    done = files.write(riff(*chunks(drawn["webp/extras"]), (b"XMP ", data)), credited)
    assert [kind for kind, _ in chunks(done)].count(b"XMP ") == 1
    assert files.read(done) == credited


def test_a_last_chunk_may_lack_what_makes_it_even(credited: Credit, files: Files) -> None:
    whole = riff(*chunks(drawing("RGB", (9, 9), lossless=False)), (b"ABCD", b"x"))
    odd = whole[:4] + struct.pack("<I", len(whole) - 9) + whole[8:-1]
    done = files.write(odd, credited)
    assert [kind for kind, _ in chunks(done)] == [b"VP8X", b"VP8 ", b"ABCD", b"XMP "]
    assert files.read(done) == credited
    assert files.write(done, credited) == done


LOSSY = bytes(3) + b"\x9d\x01\x2a\x10\0\x10\0"
ODD = {
    "nothing in it": riff(),
    "no picture first": riff((b"EXIF", b"ab"), (b"VP8 ", LOSSY)),
    "a short frame": riff((b"VP8 ", LOSSY[:6])),
    "no key frame": riff((b"VP8 ", bytes(10))),
    "no lossless frame": riff((b"VP8L", bytes(8))),
    "a short header": riff((b"VP8X", bytes(9)), (b"VP8 ", LOSSY)),
    "a long header": riff((b"VP8X", bytes(12)), (b"VP8 ", LOSSY)),
    "a chunk beyond the end": riff((b"VP8 ", LOSSY))[:-10] + b"\xff" * 10,
    "half a frame": riff((b"VP8X", bytes(10)), (b"ANMF", LOSSY), (b"ANMF", b""))[:-4] + b"\xff" * 4,
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_webp_is_told(name: str, credited: Credit, files: Files) -> None:
    with pytest.raises(Corrupt, match="damaged picture"):
        files.write(ODD[name], credited)
