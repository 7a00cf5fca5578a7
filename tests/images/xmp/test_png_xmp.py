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
from animedex.images.containers.file_reader import SourceFile
from animedex.images.xmp import copy_with_credit

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.images.xmp import Credit
    from tests.images.xmp.conftest import Files

KEYWORD = b"XML:com.adobe.xmp"
FOREIGN = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:o="urn:other">'
    '<rdf:Description rdf:about="" o:mine="1"/></rdf:RDF>'
)


def chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def chunks(picture: bytes) -> list[tuple[bytes, bytes]]:
    result: list[tuple[bytes, bytes]] = []
    at = 8
    while not result or result[-1][0] != b"IEND":
        size, kind = struct.unpack_from(">I4s", picture, at)
        data = picture[at + 8 : at + 8 + size]
        assert picture[at : at + size + 12] == chunk(kind, data)
        result.append((kind, data))
        at += size + 12
    return result


def packets(picture: bytes) -> list[bytes]:
    texts = [data for kind, data in chunks(picture) if kind == b"iTXt"]
    return [text for text in texts if text.startswith(KEYWORD)]


def with_text(text: str, *, zip: bool = False) -> bytes:  # noqa: A002  as Pillow calls it
    info, file = PngInfo(), io.BytesIO()
    info.add_itxt(KEYWORD.decode(), text, "x-default", "packet", zip=zip)
    Image.new("L", (9, 9), 7).save(file, "PNG", pnginfo=info)
    return file.getvalue()


def test_it_stands_behind_the_header(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    first, second, *_ = chunks(files.write(drawn["png/animated"], credited))
    assert (first[0], second[0]) == (b"IHDR", b"iTXt")
    assert second[1].startswith(KEYWORD + b"\0\0\0\0\0<?xpacket begin=")


@pytest.mark.parametrize("zip", [False, True])
def test_a_packet_of_somebody_else_is_joined(zip: bool, credited: Credit, files: Files) -> None:  # noqa: A002, FBT001  as above
    done = files.write(with_text(FOREIGN, zip=zip), credited)
    (packet,) = packets(done)
    assert b'o:mine="1"' in packet
    assert files.read(done) == credited
    assert files.write(done, credited) == done


@pytest.mark.parametrize("text", ["photo", "<!DOCTYPE x>" + FOREIGN])
def test_nothing_is_written_beside_what_cannot_be_read(
    text: str, credited: Credit, files: Files
) -> None:
    with pytest.raises(Corrupt, match="XMP metadata that cannot be read"):
        files.write(with_text(text), credited)


MANY = FOREIGN.replace('"1"/>', '"1">' + "<o:a/>" * 99_000 + "</rdf:Description>")


def test_a_packet_with_very_many_tags_is_joined(credited: Credit, files: Files) -> None:
    done = files.write(with_text(MANY, zip=True), credited)
    assert files.read(done) == credited


@pytest.mark.parametrize(
    "texts", [[MANY.replace("<o:a/>", "<o:a/><o:b/><o:c/>")], [MANY, MANY, MANY]]
)
def test_more_tags_than_can_be_read_at_little_cost_are_not_read(
    texts: list[str], credited: Credit, files: Files
) -> None:
    picture = with_text(FOREIGN)
    data = [KEYWORD + b"\0\0\0\0\0" + text.encode() for text in texts]
    picture = picture[:33] + b"".join(chunk(b"iTXt", text) for text in data) + picture[33:]
    with pytest.raises(Corrupt, match="XMP metadata that cannot be read"):
        files.write(picture, credited)


def test_an_empty_packet_is_replaced(credited: Credit, files: Files) -> None:
    assert len(packets(files.write(with_text(""), credited))) == 1


def profile(data: bytes, name: bytes = b"xmp") -> bytes:
    """Write data as ImageMagick does."""
    return b"\n%s\n%8d\n%s\n" % (name, len(data), data.hex().encode())


PACKET = FOREIGN.encode()
FORMS = {
    "text": (b"tEXt", KEYWORD + b"\0" + PACKET),
    "compressed text": (b"zTXt", KEYWORD + b"\0\0" + zlib.compress(PACKET)),
    "a profile": (b"tEXt", b"Raw profile type xmp\0" + profile(PACKET)),
    "a compressed profile": (
        b"zTXt",
        b"Raw profile type xmp\0\0" + zlib.compress(profile(PACKET)),
    ),
    "a segment of a JPEG": (
        b"zTXt",
        b"Raw profile type APP1\0\0"
        + zlib.compress(profile(b"http://ns.adobe.com/xap/1.0/\0" + PACKET, b"generic")),
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_packet_is_found_in_every_form(
    form: str, drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    picture = drawn["png/alpha"]
    kind, data = FORMS[form]
    done = files.write(picture[:33] + chunk(kind, data) + picture[33:], credited)
    (packet,) = packets(done)
    assert b'o:mine="1"' in packet
    assert (kind, data) not in chunks(done)
    assert files.read(done) == credited
    assert files.write(done, credited) == done


@pytest.mark.parametrize("text", [b"\nexif\n       3\n457869\n", b"\nexif\n   1\nzz"])
def test_a_profile_of_another_kind_is_left_alone(
    text: bytes, drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    picture = drawn["png/alpha"]
    one = (b"tEXt", b"Raw profile type APP1\0" + text)
    assert one in chunks(files.write(picture[:33] + chunk(*one) + picture[33:], credited))


def test_a_packet_behind_the_picture_is_found(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    picture = drawn["png/alpha"]
    packet = chunk(b"iTXt", KEYWORD + b"\0\0\0\0\0" + FOREIGN.encode())
    done = files.write(picture[:-12] + packet + picture[-12:], credited)
    assert b'o:mine="1"' in packets(done)[0]
    assert len(packets(done)) == 1


def test_a_bomb_is_left_as_it_is(credited: Credit, files: Files) -> None:
    bomb = with_text(" " * 2**26, zip=True)
    with pytest.raises(Corrupt, match="XMP metadata that cannot be read"):
        files.write(bomb, credited)


@pytest.mark.parametrize("data", [b"XML", b"XML:com.adobe.xmp2\0", b"\0", b""])
def test_a_chunk_of_text_may_be_odd(
    data: bytes, drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    picture = drawn["png/alpha"]
    odd = picture[:33] + chunk(b"iTXt", data) + picture[33:]
    done = files.write(odd, credited)
    assert (b"iTXt", data) in chunks(done)
    assert files.read(done) == credited


def test_a_wrong_checksum_is_told(drawn: dict[str, bytes], credited: Credit, files: Files) -> None:
    whole = bytearray(files.write(drawn["png/alpha"], credited))
    whole[-20] ^= 1
    with pytest.raises(Corrupt, match="checksum"):
        files.write(bytes(whole), credited)
    assert files.read(bytes(whole)) == credited, "the credit of a damaged picture is still of use"


def test_checksums_that_were_looked_at_are_not_looked_at_again(
    drawn: dict[str, bytes], credited: Credit
) -> None:
    damaged = bytearray(drawn["png/alpha"])
    damaged[-20] ^= 1
    out = io.BytesIO()
    source = SourceFile("damaged.png", io.BytesIO(damaged))
    copy_with_credit(source, "png", out, *credited)
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
    name: str, drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    odd = ODD[name](drawn["png/alpha"])
    with pytest.raises(Corrupt, match="damaged picture"):
        files.write(odd, credited)
    with pytest.raises(Corrupt, match="damaged picture"):
        files.read(odd)
