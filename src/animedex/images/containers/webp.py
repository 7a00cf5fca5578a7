"""WebP: chunks, and where a file ends that does not tell its length rightly.

https://developers.google.com/speed/webp/docs/riff_container
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from animedex.images.containers.file_reader import CUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.images.containers.file_reader import Parts, Source

HEAD = 12
_CHUNK_HEAD = 8
_PIXELS = {b"VP8 ", b"VP8L", b"ALPH", b"ANMF"}
_KINDS = {*_PIXELS, b"VP8X", b"ANIM", b"ICCP", b"EXIF", b"XMP "}
# What encoders write that cannot know the length before the end.
_UNKNOWN = 0xFFFFFF00


class Chunk(NamedTuple):
    """Represent a chunk: its kind, where it starts, and how long its data is."""

    kind: bytes
    start: int
    size: int

    @property
    def data_end(self) -> int:
        """Return the offset behind the data."""
        return self.start + _CHUNK_HEAD + self.size

    @property
    def end(self) -> int:
        """Return the offset behind the chunk, which is even."""
        return self.data_end + self.size % 2


def announced_end(source: Source) -> int:
    """Return the offset at which the file ends according to its header."""
    source.go(0)
    riff, size, form = struct.unpack("<4sI4s", source.take(HEAD))
    if (riff, form) != (b"RIFF", b"WEBP"):
        source.fail("it does not begin with its header")
    return _CHUNK_HEAD + int(size)


def chunks(source: Source) -> Iterator[Chunk]:
    """Yield the chunks that are complete; raise `Corrupt` if one with pixels is not.

    They end where the header says, or where the file does. If the header says too little, the
    kinds that belong to WebP go on; what else follows is not part of the picture.
    """
    announced = announced_end(source)
    start, pixels, shortest = HEAD, False, announced
    while True:
        source.count()
        source.go(start)
        head = source.read(_CHUNK_HEAD)
        if len(head) < _CHUNK_HEAD:
            break
        chunk = Chunk(head[:4], start, int.from_bytes(head[4:], "little"))
        if start >= announced and (chunk.kind not in _KINDS or (pixels and start == announced)):
            break
        if chunk.data_end > source.size:
            if chunk.kind in _PIXELS or chunk.kind == b"VP8X":
                source.fail(CUT)
            break
        if chunk.kind == b"ANMF":
            shortest = min(shortest, chunk.size)
        pixels = pixels or chunk.kind in _PIXELS
        yield chunk
        start = chunk.end
    # How many frames there are is told nowhere: what is missing may be one.
    if shortest < announced < _UNKNOWN and announced - start > shortest // 2:
        source.fail(CUT)


def picture_parts(source: Source) -> Parts | None:
    """Return the chunks with a header that tells their length."""
    parts: Parts = []
    length, pixels = len(b"WEBP"), False
    for chunk in chunks(source):
        end = min(chunk.end, source.size)
        parts += [(chunk.start, end), b"\0" * (chunk.end - end)]
        length += chunk.end - chunk.start
        pixels = pixels or chunk.kind in _PIXELS
    if not pixels:
        source.fail(CUT)
    if length + _CHUNK_HEAD == announced_end(source) <= source.size:
        return None
    return [struct.pack("<4sI4s", b"RIFF", length, b"WEBP"), *parts]
