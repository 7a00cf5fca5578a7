"""XMP in WebP: a chunk of its own, announced by a flag in the chunk VP8X.

https://developers.google.com/speed/webp/docs/riff_container
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from animedex.pictures.metadata.layout import CUT, TOO_LONG, Layout, Packet, pieces

if TYPE_CHECKING:
    from animedex.pictures.metadata.layout import Range, Source
    from animedex.pictures.metadata.merging import Merge

_HEAD = 12
_EXTENDED = b"VP8X"
_EXTENDED_SIZE = 10
_XMP_FLAG, _ALPHA_FLAG = 0x04, 0x10
_LARGEST = 2**32 - 2


def survey(source: Source, *, thorough: bool) -> Layout:
    """Find the packets; ours goes before the first of them, as readers know no second, or last.

    There are no checksums, so that being `thorough` makes no difference.
    """
    del thorough
    end = _end(source)
    packets: list[Packet] = []
    place = 0
    _first(source)
    source.go(_HEAD)
    while source.at() < end:
        start = source.at()
        kind, size = struct.unpack("<4sI", source.take(8))
        stop = start + 8 + size + size % 2
        # Some programs leave out the zero that makes the last chunk even.
        if stop > end + 1 or start + 8 + size > end:
            source.fail(CUT)
        if kind == b"XMP ":
            place = place or start
            packets.append(_packet(source, start, size, min(stop, end)))
        source.go(min(stop, end))
    return Layout(packets, place or end)


def rewritten(source: Source, layout: Layout, merge: Merge) -> list[bytes | Range]:
    """Say how the file is written with a packet: the header tells of it, and how long it all is."""
    end = _end(source)
    text = merge.main.filled(merge.properties)
    missing = b"\0" * (layout.place % 2)
    chunk = missing + struct.pack("<4sI", b"XMP ", len(text)) + text + b"\0" * (len(text) % 2)
    start, extended = _extended(source)
    parts = [extended, *pieces(layout, merge.replaces, chunk, (start, end))]
    length = sum(len(part) if isinstance(part, bytes) else part[1] - part[0] for part in parts)
    if length + 4 > _LARGEST:
        source.fail("there is no room for more in it")
    head = struct.pack("<4sI4s", b"RIFF", length + 4, b"WEBP")
    return [head, *parts, (end, source.size)]


def _end(source: Source) -> int:
    """Tell where the file's own end is; what others put behind it is none of it."""
    source.go(0)
    riff, size, form = struct.unpack("<4sI4s", source.take(_HEAD))
    if (riff, form) != (b"RIFF", b"WEBP"):
        source.fail("it does not begin with its header")
    if 8 + size > source.size:
        source.fail(CUT)
    return 8 + int(size)


def _packet(source: Source, start: int, size: int, stop: int) -> Packet:
    text = source.take(size) if source.admits(size) else TOO_LONG
    return Packet(text, ((start, stop),))


def _extended(source: Source) -> tuple[int, bytes]:
    """Give the first chunk of an extended file, and where the others begin."""
    kind, data = _first(source)
    if kind == _EXTENDED:
        extended = bytes([data[0] | _XMP_FLAG]) + data[1:]
        return _HEAD + 8 + _EXTENDED_SIZE, struct.pack("<4sI", _EXTENDED, _EXTENDED_SIZE) + extended
    width, height, alpha = _lossless(data) if kind == b"VP8L" else _lossy(data)
    flags = _XMP_FLAG | (_ALPHA_FLAG if alpha else 0)
    canvas = [(side - 1).to_bytes(3, "little") for side in (width, height)]
    data = bytes([flags, 0, 0, 0]) + b"".join(canvas)
    return _HEAD, struct.pack("<4sI", _EXTENDED, _EXTENDED_SIZE) + data


def _first(source: Source) -> tuple[bytes, bytes]:
    """Read how the first chunk begins, which says what kind of file it is."""
    source.go(_HEAD)
    kind, size = struct.unpack("<4sI", source.take(8))
    wanted = _SHORTEST.get(kind)
    if wanted is None or size < wanted or (kind == _EXTENDED and size != wanted):
        source.fail("it does not begin with a picture")
    data = source.take(wanted)
    if not data.startswith(_OPENINGS.get(kind, b""), _LOSSY_TAG if kind == b"VP8 " else 0):
        source.fail("it does not begin with a picture")
    return kind, data


_SHORTEST = {_EXTENDED: _EXTENDED_SIZE, b"VP8 ": 10, b"VP8L": 5}
_OPENINGS = {b"VP8 ": b"\x9d\x01\x2a", b"VP8L": b"\x2f"}
_LOSSY_TAG = 3


def _lossy(data: bytes) -> tuple[int, int, bool]:
    """Read width and height of 14 bits each, above which is how to scale them for display."""
    width, height = struct.unpack("<HH", data[6:10])
    return width & 0x3FFF, height & 0x3FFF, False


def _lossless(data: bytes) -> tuple[int, int, bool]:
    """Read width and height, less one, of 14 bits each, and whether there is transparency."""
    (bits,) = struct.unpack("<I", data[1:5])
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
