"""XMP in PNG: a chunk iTXt with the keyword `XML:com.adobe.xmp`.

https://www.w3.org/TR/png-3/ and the XMP Specification, part 3.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from animedex.pictures.metadata.layout import Layout, Packet, pieces

if TYPE_CHECKING:
    from animedex.pictures.metadata.layout import Range, Source
    from animedex.pictures.metadata.merging import Merge

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = b"\0\0\0\x0dIHDR"
# Of a chunk beside its data: the length and the kind before it, the checksum behind it.
_AROUND = 12
_HEADER_END = len(_SIGNATURE) + 13 + _AROUND
_KEYWORD = b"XML:com.adobe.xmp\0"
_LONGEST = 2**31 - 1


def survey(source: Source, *, thorough: bool) -> Layout:
    """Find the packets; ours goes behind the header, as some readers stop at the picture's data.

    Raises `Corrupt` for what is no PNG and, if `thorough`, for a checksum that is wrong.
    """
    if source.take(len(_SIGNATURE)) + source.take(len(_HEADER)) != _SIGNATURE + _HEADER:
        source.fail("it does not begin with its header")
    source.go(len(_SIGNATURE))
    packets: list[Packet] = []
    kind = b""
    while kind != b"IEND":
        start = source.at()
        size, kind = struct.unpack(">I4s", source.take(8))
        if size > _LONGEST or not kind.isalpha():
            source.fail("it has a chunk that cannot be")
        if thorough:
            _check(source, start, size)
        if kind == b"iTXt":
            packets += _packets(source, start, size)
        source.go(start + 8)
        source.skip(size + 4)
    return Layout(packets, _HEADER_END)


def rewritten(source: Source, layout: Layout, merge: Merge) -> list[bytes | Range]:
    """Say how the file is written with a packet."""
    text = _KEYWORD + b"\0\0\0\0" + merge.main.filled(merge.properties)
    checksum = zlib.crc32(b"iTXt" + text)
    chunk = struct.pack(">I4s", len(text), b"iTXt") + text + struct.pack(">I", checksum)
    return pieces(layout, merge.replaces, chunk, (0, source.size))


def _check(source: Source, start: int, size: int) -> None:
    checksum = 0
    for piece in source.pieces(start + 4, start + 8 + size):
        checksum = zlib.crc32(piece, checksum)
    if struct.pack(">I", checksum) != source.take(4):
        source.fail("a checksum is wrong")


def _packets(source: Source, start: int, size: int) -> list[Packet]:
    """Read a chunk of text where it is a packet."""
    source.go(start + 8)
    if size < len(_KEYWORD) or source.take(len(_KEYWORD)) != _KEYWORD or not source.admits(size):
        return []
    rest = source.take(size - len(_KEYWORD))
    # Behind two bytes about compression come a language and a keyword in it, both of any length.
    text = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    plain = _inflated(source, text) if rest[:1] == b"\1" else text
    return [Packet(plain, ((start, start + size + _AROUND),))]


def _inflated(source: Source, text: bytes) -> bytes:
    """Unpack a text; what cannot be, or grows too long, is nothing that can be read."""
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(text, max(source.room, 1))
    except zlib.error:
        return b""
    return plain if inflater.eof and source.admits(len(plain)) else b""
