"""Packets as other programs leave them: a credit is merged into them, and ExifTool shows it."""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import subprocess
import zlib
from typing import TYPE_CHECKING, cast

import pytest

from animedex.images.xmp import read_credit, write_credit
from animedex.models import ArtPost, Rating

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXIFTOOL = shutil.which("exiftool") or ""
pytestmark = pytest.mark.skipif(not EXIFTOOL, reason="ExifTool is not installed")

POST = ArtPost(
    id="waifu:7",
    rating=Rating.GENERAL,
    artists=["Mio"],
    tags=["castle"],
    source_url="https://pixiv.example/7",
)
SPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpNote="http://ns.adobe.com/xmp/note/"'
)
BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
END = '<?xpacket end="w"?>'
SUBJECT = "<dc:subject><rdf:Bag><rdf:li>猫</rdf:li></rdf:Bag></dc:subject>"


def xmp(properties: str = f'xmp:Rating="4">{SUBJECT}</rdf:Description>') -> str:
    head = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {SPACES}>'
    return f'{head}<rdf:Description rdf:about="" {properties}</rdf:RDF></x:xmpmeta>'


WRAPPED = BEGIN + xmp() + END
PACKETS = {
    "plain": [WRAPPED.encode()],
    "padded": [(BEGIN + xmp() + "\n" + " " * 2000 + END).encode()],
    "no wrapper": [xmp().encode()],
    "half a wrapper": [(BEGIN + xmp()).encode()],
    "zeros": [WRAPPED.encode() + bytes(100)],
    "a rest": [(WRAPPED + "li></rdf:Bag></dc:subject></x:xmpmeta>" + END).encode()],
    "no outer end": [WRAPPED.replace("</x:xmpmeta>", "").encode()],
    **{f"{kind}": [WRAPPED.encode(kind)] for kind in ("utf-16-le", "utf-16-be", "utf-32-le")},
    "utf-16 with a mark": [WRAPPED.encode("utf-16")],
    "utf-16 and zeros": [WRAPPED.encode("utf-16-be") + bytes(7)],
    "a mark before": [b"\xef\xbb\xbf" + WRAPPED.encode()],
    "a declaration": [(BEGIN + '<?xml version="1.0"?>' + xmp()).encode()],
    "two packets": [
        WRAPPED.encode(),
        xmp("><dc:creator><rdf:Seq><rdf:li>x</rdf:li></rdf:Seq></dc:creator></rdf:Description>")
        .encode(),
    ],
    "empty": [b""],
}  # fmt: skip
JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
JPEG_MORE = b"http://ns.adobe.com/xmp/extension/\0"


def segment(data: bytes) -> bytes:
    return b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def jpeg(picture: bytes, packets: list[bytes]) -> bytes:
    added = b"".join(segment(JPEG_XMP + packet) for packet in packets)
    return picture[:20] + added + picture[20:]


def png(picture: bytes, packets: list[bytes]) -> bytes:
    head = b"XML:com.adobe.xmp\0\1\0\0\0"
    added = b"".join(chunk(b"iTXt", head + zlib.compress(packet)) for packet in packets)
    return picture[:33] + added + picture[33:]


def gif(picture: bytes, packets: list[bytes]) -> bytes:
    at = 13 + (3 << (picture[10] & 7) + 1)
    trailer = bytes([1, *range(255, -1, -1), 0])
    added = b"".join(b"\x21\xff\x0bXMP DataXMP" + packet + trailer for packet in packets)
    return picture[:at] + added + picture[at:]


def webp(picture: bytes, packets: list[bytes]) -> bytes:
    added = b"".join(
        b"XMP " + struct.pack("<I", len(one)) + one + bytes(len(one) % 2) for one in packets
    )
    flagged = picture[12:20] + bytes([picture[20] | 4]) + picture[21:]
    return b"RIFF" + struct.pack("<I", len(flagged + added) + 4) + b"WEBP" + flagged + added


def in_disorder(picture: bytes) -> bytes:
    more = xmp('xmp:Nickname="' + "2" * 150_000 + '"/>').encode()
    digest = hashlib.md5(more).hexdigest().upper()
    parts = [
        JPEG_MORE + struct.pack(">32sII", digest.encode(), len(more), at) + more[at : at + 65_000]
        for at in range(0, len(more), 65_000)
    ]
    first = xmp(f'xmpNote:HasExtendedXMP="{digest}">{SUBJECT}</rdf:Description>')
    main = JPEG_XMP + f"{BEGIN}{first}{END}".encode()
    added = b"".join(map(segment, [parts[1], main, parts[2], parts[0]]))
    return picture[:20] + added + picture[20:]


def files(drawn: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    kinds = {"jpeg/baseline": jpeg, "png/rgb": png, "gif/still": gif, "webp/lossy_alpha": webp}
    for name, packets in PACKETS.items():
        for picture, container in kinds.items():
            yield f"{name}.{picture.partition('/')[0]}", container(drawn[picture], packets)
    yield "in disorder.jpeg", in_disorder(drawn["jpeg/baseline"])


def read_values(folder: Path) -> dict[str, dict[str, object]]:
    """Return what ExifTool says of each file, its warnings included."""
    options = ("-j", "-G1", "-a", "-validate", "-warning", "-XMP-dc:all", "-XMP-xmp:all")
    done = subprocess.run([EXIFTOOL, *options, str(folder)], capture_output=True, check=False)
    rows = cast("list[dict[str, object]]", json.loads(done.stdout))
    return {str(row["SourceFile"]).rpartition("/")[2]: row for row in rows}


def warnings(row: dict[str, object]) -> set[str]:
    result = row.get("ExifTool:Warning", [])
    # Which byte of the file it is about does not matter.
    return {str(result)} if isinstance(result, str) else set(map(str, cast("list[str]", result)))


def test_exiftool_shows_our_credit_and_no_new_warning(
    drawn: dict[str, bytes], tmp_path: Path
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        folder.mkdir()
    names: list[str] = []
    for name, picture in files(drawn):
        (before / name).write_bytes(picture)
        with open(after / name, "wb") as file:
            write_credit(str(before / name), file, POST)
        assert read_credit(str(after / name)) == (POST, None)
        names.append(name)
    were, are = read_values(before), read_values(after)
    for name in names:
        row = are[name]
        creators = ["Mio", "x"] if "two" in name else "Mio"
        assert row["XMP-dc:Creator"] == creators, name
        assert row["XMP-dc:Source"] == POST.source_url, name
        subject = "castle" if "empty" in name else ["castle", "猫"]
        assert row["XMP-dc:Subject"] == subject, name
        assert warnings(row) <= warnings(were[name]), name
        for key, value in were[name].items():
            if key.startswith("XMP-xmp"):
                assert row[key] == value, name
