"""XMP in JPEG is a segment, and further ones where there is no room in it."""

from __future__ import annotations

import hashlib
import io
import struct
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from animedex.errors import Corrupt
from animedex.images.xmp import Credit
from animedex.models import ArtPost, Rating

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.images.xmp.conftest import Files

XMP = b"http://ns.adobe.com/xap/1.0/\0"
MORE = b"http://ns.adobe.com/xmp/extension/\0"
RDF = b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:o="urn:other"'
NOTE = b'xmlns:n="http://ns.adobe.com/xmp/note/"'
OTHER = Credit(ArtPost(id="waifu:7", rating=Rating.GENERAL, artists=["mikan"]))


def foreign(inside: bytes) -> bytes:
    description = b'<rdf:Description rdf:about="" ' + NOTE + b" " + inside + b"</rdf:Description>"
    return b"<rdf:RDF " + RDF + b">" + description + b"</rdf:RDF>"


FOREIGN = foreign(b'o:mine="1">')


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def segments(picture: bytes) -> list[tuple[int, bytes]]:
    result: list[tuple[int, bytes]] = []
    at = 2
    while picture[at + 1] != 0xDA:
        (size,) = struct.unpack_from(">H", picture, at + 2)
        result.append((picture[at + 1], picture[at + 4 : at + 2 + size]))
        at += 2 + size
    return result


def mains(picture: bytes) -> list[bytes]:
    return [data[len(XMP) :] for _, data in segments(picture) if data.startswith(XMP)]


def continuations(picture: bytes) -> dict[bytes, bytes]:
    """Put the parts together as the specification says."""
    whole: dict[bytes, bytes] = {}
    for _, data in segments(picture):
        if data.startswith(MORE):
            digest, size, at = struct.unpack_from(">32sII", data, len(MORE))
            whole.setdefault(digest, bytes(size))
            part = data[len(MORE) + 40 :]
            whole[digest] = whole[digest][:at] + part + whole[digest][at + len(part) :]
    for digest, data in whole.items():
        assert hashlib.md5(data).hexdigest().upper().encode() == digest
    return whole


def with_segments(picture: bytes, *added: bytes) -> bytes:
    return picture[:2] + b"".join(added) + picture[2:]


def continued(data: bytes, step: int = 60_000) -> list[bytes]:
    digest = hashlib.md5(data).hexdigest().upper().encode()
    return [
        segment(0xE1, MORE + digest + struct.pack(">II", len(data), at) + data[at : at + step])
        for at in range(0, len(data), step)
    ]


def test_it_stands_behind_jfif_and_exif(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    names = [data[:4] for _, data in segments(files.write(drawn["jpeg/extras"], credited))]
    assert names[:3] == [b"JFIF", b"Exif", b"http"]
    assert b"ICC_" in names[3:]


def test_the_limit_is_kept_to_the_byte(drawn: dict[str, bytes], files: Files) -> None:
    post = ArtPost(id="a:1", rating=Rating.GENERAL, artists=["yuzu"])
    (least,) = mains(files.write(drawn["jpeg/baseline"], Credit(post, b"1")))
    for size in range(65502 - len(least) - 2, 65502 - len(least) + 5):
        long = Credit(post, b"1" + b"2" * size)
        done = files.write(drawn["jpeg/baseline"], long)
        (main,) = mains(done)
        parted = len(least) + size > 65502
        assert len(main) == len(least) + size or parted
        assert bool(continuations(done)) == (b"HasExtendedXMP" in main) == parted
        assert files.read(done) == long


def test_what_matters_most_stands_in_the_first_part(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    names = [f"{number}" + "名" * 900 for number in range(60)]
    post = ArtPost(id="a:1", rating=Rating.GENERAL, artists=["yuzu"], tags=names, url="u")
    long = Credit(post, b'"' + b"1" * 200_000 + b'"')
    done = files.write(drawn["jpeg/extras"], long)
    (main,) = mains(done)
    (more,) = continuations(done).values()
    assert b"<rdf:li>yuzu</rdf:li>" in main
    assert b"<animedex:url>u</animedex:url>" in main
    assert b"dc:subject>" in more
    assert b"animedex:row>" in more
    assert files.read(done) == long
    assert files.write(done, credited) == files.write(drawn["jpeg/extras"], credited)


def test_a_packet_of_somebody_else_is_joined(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    padded = b"<?xpacket begin='' id='x'?>" + FOREIGN + b" " * 4000 + b"<?xpacket end='w'?>"
    picture = with_segments(drawn["jpeg/extras"], segment(0xE1, XMP + padded))
    done = files.write(picture, credited)
    assert b'o:mine="1"' in mains(done)[0]
    assert files.read(done) == credited
    assert files.write(done, credited) == done


@pytest.mark.parametrize("order", [1, -1])
def test_a_continuation_of_somebody_else_is_kept(
    drawn: dict[str, bytes], credited: Credit, files: Files, order: int
) -> None:
    more = foreign(b'o:long="' + b"2" * 150_000 + b'">')
    digest = hashlib.md5(more).hexdigest().upper().encode()
    main = foreign(b'n:HasExtendedXMP="' + digest + b'" o:mine="1">')
    added = [segment(0xE1, XMP + main), *continued(more)[::order]]
    picture = with_segments(drawn["jpeg/extras"], *added)
    done = files.write(picture, credited)
    (packet,) = mains(done)
    assert b'o:mine="1"' in packet
    ((name, joined),) = continuations(done).items()
    assert name in mains(done)[0]
    assert name == digest, "ours had room in the first part"
    assert b'o:long="2222' in joined
    assert files.read(done) == credited
    assert files.write(done, credited) == done
    assert files.write(files.write(picture, OTHER), credited) == done


def test_a_continuation_that_is_not_whole_is_left_as_it_is(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    parts = continued(foreign(b'o:long="' + b"2" * 150_000 + b'">'))
    digest = parts[0][4 + len(MORE) :][:32]
    main = segment(0xE1, XMP + foreign(b'n:HasExtendedXMP="' + digest + b'">'))
    stray = segment(0xE1, MORE + b"short")
    picture = with_segments(drawn["jpeg/extras"], main, parts[0], stray)
    with pytest.raises(Corrupt, match="XMP metadata that cannot be read"):
        files.write(picture, credited)


def test_a_continuation_longer_than_it_says_is_left_as_it_is(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    (part,) = continued(foreign(b'o:long="222">'))
    at = 4 + len(MORE) + 32
    (length,) = struct.unpack_from(">I", part, at)
    main = segment(0xE1, XMP + foreign(b'n:HasExtendedXMP="' + part[at - 32 : at] + b'">'))
    longer = part[:at] + struct.pack(">I", length - 1) + part[at + 4 :]
    files.write(with_segments(drawn["jpeg/extras"], main, part), credited)
    with pytest.raises(Corrupt, match="XMP metadata that cannot be read"):
        files.write(with_segments(drawn["jpeg/extras"], main, longer), credited)


def test_parts_of_a_continuation_may_stand_in_any_order(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    parts = continued(foreign(b'o:long="' + b"2" * 150_000 + b'">'))
    digest = parts[0][4 + len(MORE) :][:32]
    main = segment(0xE1, XMP + foreign(b'n:HasExtendedXMP="' + digest + b'">'))
    expected = files.write(with_segments(drawn["jpeg/extras"], main, *parts), credited)
    for added in ([*parts[::-1], main], [parts[1], main, parts[2], parts[1], parts[0]]):
        assert files.write(with_segments(drawn["jpeg/extras"], *added), credited) == expected


@pytest.mark.parametrize("size", [61_000, 64_000, 65_300])
def test_a_full_packet_of_somebody_else_is_left_room(
    size: int, drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    full = foreign(b'o:long="' + b"2" * (size - 300) + b'">')
    picture = with_segments(drawn["jpeg/extras"], segment(0xE1, XMP + full))
    done = files.write(picture, credited)
    (main,) = mains(done)
    assert len(main) <= 65502
    assert b"<rdf:li>yuzu</rdf:li>" in main
    assert b'o:long="222' in main + b"".join(continuations(done).values())
    assert files.read(done) == credited
    assert files.write(done, credited) == done
    assert files.write(files.write(done, OTHER), credited) == done
    with Image.open(io.BytesIO(done)) as image:
        image.load()


@pytest.mark.parametrize("data", [b"photo", b"<!DOCTYPE x>" + FOREIGN])
def test_nothing_is_written_beside_what_cannot_be_read(
    data: bytes, drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    broken = segment(0xE1, XMP + data)
    with pytest.raises(Corrupt, match="XMP metadata that cannot be read"):
        files.write(with_segments(drawn["jpeg/extras"], broken), credited)


def test_an_empty_packet_is_replaced(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    empty = with_segments(drawn["jpeg/extras"], segment(0xE1, XMP), segment(0xE1, XMP + bytes(9)))
    done = files.write(empty, credited)
    assert len(mains(done)) == 1
    assert files.read(done) == credited
    assert files.write(done, credited) == done


def test_two_full_packets_become_one(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    packets = [foreign(b"o:" + name + b'="' + b"2" * 64_000 + b'">') for name in (b"a", b"b")]
    added = (segment(0xE1, XMP + packet) for packet in packets)
    done = files.write(with_segments(drawn["jpeg/extras"], *added), credited)
    (main,), (more,) = mains(done), continuations(done).values()
    assert b"<rdf:li>yuzu</rdf:li>" in main
    assert b'o:a="222' in more
    assert b'o:b="222' in more
    assert files.read(done) == credited
    assert files.write(done, credited) == done


def test_thousands_of_packets_are_not_all_held(
    drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    many = segment(0xE1, XMP + b"?" * 65_000) * 600
    with pytest.raises(Corrupt, match="XMP metadata that cannot be read"):
        files.write(with_segments(drawn["jpeg/extras"], many), credited)


END = b"\xff\xd9"
ODD: dict[str, Callable[[bytes], bytes]] = {
    "a segment that is too short": lambda jpeg: jpeg[:2] + b"\xff\xe2\0\1" + jpeg[2:],
    "no picture": lambda jpeg: jpeg[:2] + END,
    "a scan that is cut": lambda jpeg: jpeg[:-9],
    "a scan that is cut, and filling": lambda jpeg: jpeg[:-9] + b"\xff" * 300_000,
    "an end within a segment": lambda jpeg: jpeg.removesuffix(END) + b"\xff\xc4\0\4" + END,
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_jpeg_is_told(
    name: str, drawn: dict[str, bytes], credited: Credit, files: Files
) -> None:
    with pytest.raises(Corrupt, match="damaged picture"):
        files.write(ODD[name](drawn["jpeg/baseline"]), credited)


def test_the_end_may_lie_where_two_pieces_meet(credited: Credit, files: Files) -> None:
    for size in range(262_138, 262_148):
        picture = b"\xff\xd8\xff\xda\0\2" + bytes(size - 6) + END + b"\xff"
        assert files.write(picture, credited).endswith(END + b"\xff")
