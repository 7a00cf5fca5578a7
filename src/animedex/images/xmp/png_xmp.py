"""XMP in PNG: a chunk iTXt with the keyword `XML:com.adobe.xmp`.

https://www.w3.org/TR/png-3/ and the XMP Specification, part 3.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from animedex.images.containers.file_reader import TRUNCATED
from animedex.images.containers.png import CHUNK_OVERHEAD, SIGNATURE, iter_chunks
from animedex.images.xmp.xmp_scan import TOO_LONG, PacketLayout, XmpPacket, splice

if TYPE_CHECKING:
    from animedex.images.containers.file_reader import Range, SourceFile
    from animedex.images.xmp.property_merge import Merge

_HEADER_END = len(SIGNATURE) + 13 + CHUNK_OVERHEAD
_KEYWORD = b"XML:com.adobe.xmp"
_PROFILE_OF_JPEG = b"Raw profile type APP1"
_KEYWORDS = {_KEYWORD, b"Raw profile type xmp", _PROFILE_OF_JPEG}
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MAX_KEYWORD_BYTES = 80
TEXT_KINDS = {b"tEXt", b"zTXt", b"iTXt"}


def find_packets(source: SourceFile) -> PacketLayout:
    """Find the packets; ours goes behind the header, as some readers stop at the pixels.

    Raises `Corrupt` for what has no data of a picture.
    """
    packets: list[XmpPacket] = []
    has_pixels = False
    for chunk in iter_chunks(source):
        has_pixels = has_pixels or (chunk.kind == b"IDAT" and chunk.data[1] <= source.size)
        if chunk.end > source.size:
            break
        if chunk.kind in TEXT_KINDS:
            packets += _read_packets(source, chunk.start, chunk.kind, chunk.size)
    if not has_pixels:
        source.raise_corrupt(TRUNCATED)
    return PacketLayout(packets, _HEADER_END)


def build_parts(source: SourceFile, layout: PacketLayout, merge: Merge) -> list[bytes | Range]:
    """Return the parts of the file with a packet."""
    text = _KEYWORD + b"\0\0\0\0\0" + merge.main.fill(merge.properties)
    checksum = zlib.crc32(b"iTXt" + text)
    chunk = struct.pack(">I4s", len(text), b"iTXt") + text + struct.pack(">I", checksum)
    return splice(layout, merge.replaces, chunk, (0, source.size))


def _read_packets(source: SourceFile, start: int, kind: bytes, size: int) -> list[XmpPacket]:
    """Read a text chunk if it contains a packet."""
    source.seek(start + 8)
    opening = source.read_exactly(min(size, _MAX_KEYWORD_BYTES))
    keyword, _, _ = opening.partition(b"\0")
    if keyword not in _KEYWORDS:
        return []
    area = (start, start + size + CHUNK_OVERHEAD)
    if not source.reserve_packet(size):
        return [XmpPacket(TOO_LONG, (area,))] if keyword == _KEYWORD else []
    source.seek(start + 8 + len(keyword) + 1)
    text = decode_text(
        source, kind, source.read_exactly(size - len(keyword) - 1) if b"\0" in opening else b""
    )
    if keyword == _KEYWORD:
        return [XmpPacket(text, (area,))]
    profile = decode_profile(text)
    if keyword == _PROFILE_OF_JPEG:
        if not profile.startswith(_JPEG_XMP):
            return []
        profile = profile.removeprefix(_JPEG_XMP)
    return [XmpPacket(profile or text, (area,))]


def decode_text(source: SourceFile, kind: bytes, data: bytes) -> bytes:
    """Return the text of a chunk, which may be compressed."""
    if kind == b"tEXt":
        return data
    if kind == b"zTXt":
        return _inflate(source, data[1:])
    # Behind two bytes about compression come a language and a keyword in it, both of any length.
    text = data[2:].partition(b"\0")[2].partition(b"\0")[2]
    return _inflate(source, text) if data[:1] == b"\1" else text


def decode_profile(text: bytes) -> bytes:
    """Return what ImageMagick writes as a name, a length and hexadecimal digits."""
    lines = text.strip().split(b"\n", 2)
    try:
        return bytes.fromhex(lines[2].decode())
    except (IndexError, ValueError):
        return b""


def _inflate(source: SourceFile, text: bytes) -> bytes:
    """Unpack a text; return it as it is if it is damaged or too long."""
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(text, max(source.packet_budget, 1))
    except zlib.error:
        return text
    # What was unpacked in vain counts as well: there may be more of its kind.
    return plain if source.reserve_packet(len(plain)) and inflater.eof else text
