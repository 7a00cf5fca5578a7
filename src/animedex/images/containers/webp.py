"""WebP: chunks, and the end of a file whose header has a wrong length.

https://developers.google.com/speed/webp/docs/riff_container
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from animedex.images.containers.file_reader import TRUNCATED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.images.containers.file_reader import Parts, SourceFile

HEADER_BYTES = 12
CHUNK_HEADER_BYTES = 8
_PIXEL_KINDS = {b"VP8 ", b"VP8L", b"ALPH", b"ANMF"}
_KINDS = {*_PIXEL_KINDS, b"VP8X", b"ANIM", b"ICCP", b"EXIF", b"XMP "}
# What encoders write that cannot know the length before the end.
_UNKNOWN_LENGTH = 0xFFFFFF00


class Chunk(NamedTuple):
    """Represent a chunk: its kind, where it starts, and how long its data is."""

    kind: bytes
    start: int
    size: int

    @property
    def data_end(self) -> int:
        """Return the offset behind the data."""
        return self.start + CHUNK_HEADER_BYTES + self.size

    @property
    def end(self) -> int:
        """Return the offset behind the chunk, which is even."""
        return self.data_end + self.size % 2


def read_declared_end(source: SourceFile) -> int:
    """Return the offset at which the file ends according to its header."""
    source.seek(0)
    riff, size, form = struct.unpack("<4sI4s", source.read_exactly(HEADER_BYTES))
    if (riff, form) != (b"RIFF", b"WEBP"):
        source.raise_corrupt("it does not begin with its header")
    return CHUNK_HEADER_BYTES + int(size)


def iter_chunks(source: SourceFile) -> Iterator[Chunk]:
    """Yield the chunks that are complete; raise `Corrupt` if one with pixels is not.

    They end where the header says, or where the file does. If the header says too little, the
    kinds that belong to WebP go on; what else follows is not part of the picture.
    """
    announced = read_declared_end(source)
    start, pixels, shortest = HEADER_BYTES, False, announced
    while True:
        source.count_parts()
        source.seek(start)
        head = source.read(CHUNK_HEADER_BYTES)
        if len(head) < CHUNK_HEADER_BYTES:
            break
        chunk = Chunk(head[:4], start, int.from_bytes(head[4:], "little"))
        if start >= announced and (chunk.kind not in _KINDS or (pixels and start == announced)):
            break
        if chunk.data_end > source.size:
            if chunk.kind in _PIXEL_KINDS or chunk.kind == b"VP8X":
                source.raise_corrupt(TRUNCATED)
            break
        if chunk.kind == b"ANMF":
            shortest = min(shortest, chunk.size)
        pixels = pixels or chunk.kind in _PIXEL_KINDS
        yield chunk
        start = chunk.end
    # The number of frames is written nowhere: what is missing may be one.
    if shortest < announced < _UNKNOWN_LENGTH and announced - start > shortest // 2:
        source.raise_corrupt(TRUNCATED)


def select_parts(source: SourceFile) -> Parts | None:
    """Return the chunks, with a header that has their length."""
    parts: Parts = []
    length, pixels = len(b"WEBP"), False
    for chunk in iter_chunks(source):
        end = min(chunk.end, source.size)
        parts += [(chunk.start, end), b"\0" * (chunk.end - end)]
        length += chunk.end - chunk.start
        pixels = pixels or chunk.kind in _PIXEL_KINDS
    if not pixels:
        source.raise_corrupt(TRUNCATED)
    if length + CHUNK_HEADER_BYTES == read_declared_end(source) <= source.size:
        return None
    return [struct.pack("<4sI4s", b"RIFF", length, b"WEBP"), *parts]


def read_lossy_size(data: bytes) -> tuple[int, int, bool]:
    """Return width, height and False, of a VP8 chunk: 14 bits each, below two bits of scaling."""
    width, height = struct.unpack("<HH", data[6:10])
    return width & 0x3FFF, height & 0x3FFF, False


def read_lossless_size(data: bytes) -> tuple[int, int, bool]:
    """Return width, height and whether there is transparency, of a VP8L chunk."""
    (bits,) = struct.unpack("<I", data[1:5])
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
