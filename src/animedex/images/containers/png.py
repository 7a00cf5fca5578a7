"""PNG: chunks, and which of them contain pixels or their interpretation.

https://www.w3.org/TR/png-3/
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

from animedex.images.containers.file_reader import TRUNCATED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from animedex.images.containers.file_reader import Parts, Range, SourceFile

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = b"\0\0\0\x0dIHDR"
# Of a chunk beside its data: the length and the kind before it, the checksum behind it.
CHUNK_OVERHEAD = 12
_MAX_CHUNK_BYTES = 2**31 - 1
END = b"\0\0\0\0IEND\xaeB`\x82"

_PALETTE = 3
_FRAME_DATA = {b"IDAT", b"fdAT"}
# Ancillary by their names, but there is no animation without them.
_ANIMATION_KINDS = {b"fcTL", b"fdAT"}
_FRAME_NUMBER_BYTES = 4  # bytes before the data of an fdAT, which number it
# The decoder takes a profile that unpacks to no more; longer ones, and longer EXIF, are left out.
_MAX_EXTRA_BYTES = 1024 * 1024
_MAX_PROFILE_NAME = 79
_INFLATE_PIECE_BYTES, _MAX_INFLATED_BYTES = 1 << 20, 1 << 30


class Chunk(NamedTuple):
    """Represent a chunk: its kind, where it starts, and how long its data is."""

    kind: bytes
    start: int
    size: int

    @property
    def data(self) -> Range:
        """Return the range of the data."""
        return self.start + 8, self.start + 8 + self.size

    @property
    def end(self) -> int:
        """Return the offset behind the checksum."""
        return self.start + CHUNK_OVERHEAD + self.size

    @property
    def is_critical(self) -> bool:
        """Return whether a chunk is one that a decoder must understand."""
        return self.kind[:1].isupper()


def iter_chunks(source: SourceFile) -> Iterator[Chunk]:
    """Yield the chunks up to IEND, or up to where no chunk follows; the last may be cut short.

    Raises `Corrupt` for what does not begin as a PNG, and `TooLarge` for very many chunks.
    """
    source.seek(0)
    if source.read(len(SIGNATURE) + len(_HEADER)) != SIGNATURE + _HEADER:
        source.raise_corrupt("it does not begin with its header")
    start = len(SIGNATURE)
    while True:
        source.count_parts()
        source.seek(start)
        head = source.read(8)
        if len(head) < len(b"sizekind"):
            return
        size, kind = struct.unpack(">I4s", head)
        if size > _MAX_CHUNK_BYTES or not kind.isalpha():
            return
        yield Chunk(kind, start, size)
        if kind == b"IEND":
            return
        start += size + CHUNK_OVERHEAD


def select_parts(source: SourceFile) -> Parts:
    """Return the chunks with the pixels and their interpretation."""
    selection = _PartSelection(source)
    ended = False
    for chunk in iter_chunks(source):
        ended = chunk.kind == b"IEND"
        if not ended:
            selection.add(chunk)
    selection.check(ended=ended)
    return [SIGNATURE, *selection.parts, END]


class _PartSelection:
    """Select what a decoder needs, and check it."""

    def __init__(self, source: SourceFile) -> None:
        self.parts: Parts = []
        self._source = source
        self._width = self._height = 0
        self._colours = -1
        self._seen: set[bytes] = set()
        self._frames = 0
        self._controls = 0
        # The data of the latest frame of an animation.
        self._latest: list[Range] = []

    def add(self, chunk: Chunk) -> None:
        """Add a chunk if it is needed."""
        kind = chunk.kind
        if chunk.is_critical or (kind in _ANIMATION_KINDS and self._frames):
            self._add_strictly(chunk)
        elif kind in _CHECKS and self._is_usable(chunk):
            if kind == b"acTL":
                self._frames = int.from_bytes(self._data(chunk)[:4], "big")
            self._seen.add(kind)
            self.parts.append((chunk.start, chunk.end))

    def _is_usable(self, chunk: Chunk) -> bool:
        """Return whether an ancillary chunk is in its place and in order."""
        if chunk.kind in self._seen or (chunk.kind == b"acTL" and b"IDAT" in self._seen):
            return False
        if chunk.size > _MAX_EXTRA_BYTES or not self._is_sound(chunk):
            return False
        if chunk.kind == b"iCCP":
            # To unpack it takes long, and very many may be there: only the first is tried.
            self._seen.add(chunk.kind)
        return _CHECKS[chunk.kind](self._data(chunk), self._colours)

    def _add_strictly(self, chunk: Chunk) -> None:
        """Add a chunk of pixels; its checksum may be cut off at the end of the file."""
        start, end = chunk.data
        if end > self._source.size:
            self._source.raise_corrupt(TRUNCATED)
        if chunk.end > self._source.size and chunk.kind in _FRAME_DATA:
            self.parts += [(chunk.start, end), struct.pack(">I", self._checksum(chunk))]
        elif self._is_sound(chunk):
            self.parts.append((chunk.start, chunk.end))
        else:
            self._source.raise_corrupt("a checksum is wrong")
        self._seen.add(chunk.kind)
        if chunk.kind == b"IHDR":
            self._width, self._height, self._colours = struct.unpack(">IIxB3x", self._data(chunk))
        elif chunk.kind == b"fcTL":
            self._controls += 1
            self._latest = []
        elif chunk.kind in _FRAME_DATA:
            self._latest.append(
                (start + (_FRAME_NUMBER_BYTES if chunk.kind == b"fdAT" else 0), end)
            )

    def check(self, *, ended: bool) -> None:
        """Raise `Corrupt` if pixels are missing."""
        if b"IDAT" not in self._seen:
            self._source.raise_corrupt("it has no pixels" if ended else TRUNCATED)
        if self._colours == _PALETTE and b"PLTE" not in self._seen:
            self._source.raise_corrupt("it has no colours")
        if ended or not self._frames:
            return
        # Of an animation not all frames are decoded; the last is the one that may be cut.
        most = min(_MAX_INFLATED_BYTES, (8 * self._width + 8) * self._height)
        if self._controls < self._frames or not _is_complete(self._source, self._latest, most):
            self._source.raise_corrupt(TRUNCATED)

    def _data(self, chunk: Chunk) -> bytes:
        self._source.seek(chunk.data[0])
        return self._source.read_exactly(chunk.size)

    def _checksum(self, chunk: Chunk) -> int:
        checksum = 0
        for piece in self._source.view_range(chunk.start + 4, chunk.data[1]):
            checksum = zlib.crc32(piece, checksum)
        return checksum

    def _is_sound(self, chunk: Chunk) -> bool:
        if chunk.end > self._source.size:
            return False
        checksum = struct.pack(">I", self._checksum(chunk))
        self._source.seek(chunk.data[1])
        return checksum == self._source.read_exactly(4)


def _is_complete(source: SourceFile, ranges: Sequence[Range], limit: int) -> bool:
    """Return whether compressed data is complete, or more than any frame needs."""
    inflater = zlib.decompressobj()
    size = 0
    try:
        for start, end in ranges:
            for piece in source.read_range(start, end):
                rest = piece
                while rest and not inflater.eof and size < limit:
                    size += len(inflater.decompress(rest, _INFLATE_PIECE_BYTES))
                    rest = inflater.unconsumed_tail
    except zlib.error:
        return False
    return inflater.eof or size >= limit


def _is_transparency(data: bytes, colours: int) -> bool:
    """Return whether a tRNS has the length that the kind of colours demands."""
    if colours == _PALETTE:
        return 1 <= len(data) <= 256  # noqa: PLR2004  as many as there are colours
    return len(data) == {0: 2, 2: 6}.get(colours)


def _is_profile(data: bytes, _colours: int) -> bool:
    """Return whether a colour profile can be unpacked, and is not very long."""
    name, _, rest = data.partition(b"\0")
    if not 1 <= len(name) <= _MAX_PROFILE_NAME or rest[:1] != b"\0":
        return False
    inflater = zlib.decompressobj()
    try:
        inflater.decompress(rest[1:], _MAX_EXTRA_BYTES)
    except zlib.error:
        return False
    return inflater.eof


def _is_animation(data: bytes, _colours: int) -> bool:
    return len(data) == 8 and 0 < int.from_bytes(data[:4], "big") <= _MAX_CHUNK_BYTES  # noqa: PLR2004  two numbers of four bytes


def _is_exif(data: bytes, _colours: int) -> bool:
    return bool(data)


_CHECKS = {
    b"tRNS": _is_transparency,
    b"iCCP": _is_profile,
    b"eXIf": _is_exif,
    b"acTL": _is_animation,
}
