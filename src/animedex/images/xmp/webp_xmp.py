"""XMP in WebP: a chunk of its own, announced by a flag in the chunk VP8X.

https://developers.google.com/speed/webp/docs/riff_container
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from animedex.images.containers.webp import (
    HEADER_BYTES,
    iter_chunks,
    read_lossless_size,
    read_lossy_size,
)
from animedex.images.xmp.xmp_scan import TOO_LONG, PacketLayout, XmpPacket, splice

if TYPE_CHECKING:
    from animedex.images.containers.file_reader import Range, SourceFile
    from animedex.images.containers.webp import Chunk
    from animedex.images.xmp.property_merge import Merge

_EXTENDED = b"VP8X"
_EXTENDED_SIZE = 10
_XMP_FLAG, _ALPHA_FLAG = 0x04, 0x10
_MAX_RIFF_BYTES = 2**32 - 2


def find_packets(source: SourceFile) -> PacketLayout:
    """Find the packets; ours goes before the first of them, or last: readers stop at one."""
    packets: list[XmpPacket] = []
    place = 0
    _read_first_chunk(source)
    for chunk in list(iter_chunks(source)):
        if chunk.kind == b"XMP ":
            place = place or chunk.start
            packets.append(_read_packet(source, chunk))
    return PacketLayout(packets, place or _find_end(source))


def build_parts(source: SourceFile, layout: PacketLayout, merge: Merge) -> list[bytes | Range]:
    """Return the parts of the file with a packet, its header and length updated."""
    end = _find_end(source)
    text = merge.main.fill(merge.properties)
    missing = b"\0" * (layout.insert_at % 2)
    chunk = missing + struct.pack("<4sI", b"XMP ", len(text)) + text + b"\0" * (len(text) % 2)
    start, extended = _build_extended_header(source)
    parts = [extended, *splice(layout, merge.replaces, chunk, (start, end))]
    length = sum(len(part) if isinstance(part, bytes) else part[1] - part[0] for part in parts)
    if length + 4 > _MAX_RIFF_BYTES:
        source.raise_corrupt("there is no room for more in it")
    head = struct.pack("<4sI4s", b"RIFF", length + 4, b"WEBP")
    return [head, *parts, (end, source.size)]


def _find_end(source: SourceFile) -> int:
    """Return the offset of the picture's end; bytes behind it are not part of the picture."""
    end = HEADER_BYTES
    for chunk in iter_chunks(source):
        end = chunk.end
    return min(end, source.size)


def _read_packet(source: SourceFile, chunk: Chunk) -> XmpPacket:
    source.seek(chunk.data_end - chunk.size)
    text = source.read_exactly(chunk.size) if source.reserve_packet(chunk.size) else TOO_LONG
    return XmpPacket(text, ((chunk.start, min(chunk.end, source.size)),))


def _build_extended_header(source: SourceFile) -> tuple[int, bytes]:
    """Return the first chunk of an extended file, and the offset of the other chunks."""
    kind, data = _read_first_chunk(source)
    if kind == _EXTENDED:
        extended = bytes([data[0] | _XMP_FLAG]) + data[1:]
        return HEADER_BYTES + 8 + _EXTENDED_SIZE, struct.pack(
            "<4sI", _EXTENDED, _EXTENDED_SIZE
        ) + extended
    width, height, alpha = read_lossless_size(data) if kind == b"VP8L" else read_lossy_size(data)
    flags = _XMP_FLAG | (_ALPHA_FLAG if alpha else 0)
    canvas = [(side - 1).to_bytes(3, "little") for side in (width, height)]
    data = bytes([flags, 0, 0, 0]) + b"".join(canvas)
    return HEADER_BYTES, struct.pack("<4sI", _EXTENDED, _EXTENDED_SIZE) + data


def _read_first_chunk(source: SourceFile) -> tuple[bytes, bytes]:
    """Read the beginning of the first chunk, which gives the kind of file."""
    source.seek(HEADER_BYTES)
    kind, size = struct.unpack("<4sI", source.read_exactly(8))
    min_size = _MIN_HEADER_BYTES.get(kind)
    if min_size is None or size < min_size or (kind == _EXTENDED and size != min_size):
        source.raise_corrupt("it does not begin with a picture")
    data = source.read_exactly(min_size)
    if not data.startswith(_SIGNATURES.get(kind, b""), _LOSSY_TAG if kind == b"VP8 " else 0):
        source.raise_corrupt("it does not begin with a picture")
    return kind, data


_MIN_HEADER_BYTES = {_EXTENDED: _EXTENDED_SIZE, b"VP8 ": 10, b"VP8L": 5}
_SIGNATURES = {b"VP8 ": b"\x9d\x01\x2a", b"VP8L": b"\x2f"}
_LOSSY_TAG = 3
