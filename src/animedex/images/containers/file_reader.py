"""A picture file that is read in pieces."""

from __future__ import annotations

import io
import os
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NoReturn

from animedex.errors import Corrupt, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO, TypeAlias

    from typing_extensions import Buffer


Range: TypeAlias = "tuple[int, int]"
Parts: TypeAlias = "list[bytes | Range]"
# As much is read of all packets in a file; what is beyond it is copied like any other bytes.
MAX_PACKET_BYTES = 32 * 1024 * 1024
_PIECE_BYTES = 1024 * 1024
# So many parts of a file are walked over: more than that only takes time, as a picture of a
# gigabyte has no more, in chunks of 8 KiB.
MAX_PARTS = 150_000
HINT = "fetch it again, or give another file"
TRUNCATED = "it is cut short"


class SourceFile:
    """A picture file that is read in pieces; missing or wrong bytes raise `Corrupt`.

    `packet_budget` is how much of packets may still be read.
    """

    def __init__(self, path: str, file: BinaryIO) -> None:
        self.path = path
        self.size = file.seek(0, os.SEEK_END)
        self.packet_budget = MAX_PACKET_BYTES
        # All of it, if it is in memory already: pieces of it would be copies.
        self.data = file.getvalue() if isinstance(file, io.BytesIO) else None
        self._parts = 0
        self._file = file
        file.seek(0)

    def tell(self) -> int:
        """Return the current offset."""
        return self._file.tell()

    def seek(self, place: int) -> None:
        """Move to an offset."""
        self._file.seek(place)

    def read_exactly(self, size: int) -> bytes:
        """Return exactly `size` bytes; raise `Corrupt` if the file ends before."""
        data = self._file.read(size)
        if len(data) < size:
            self.raise_corrupt(TRUNCATED)
        return data

    def read(self, size: int = _PIECE_BYTES) -> bytes:
        """Return the next bytes, fewer than `size` at the end of the file."""
        return self._file.read(size)

    def skip(self, size: int) -> None:
        """Skip bytes; raise `Corrupt` if the file ends before."""
        place = self.tell() + size
        if place > self.size:
            self.raise_corrupt(TRUNCATED)
        self._file.seek(place)

    def reserve_packet(self, size: int) -> bool:
        """Return whether the budget suffices for a packet, and subtract it."""
        if size > self.packet_budget:
            return False
        self.packet_budget -= size
        return True

    def read_range(self, start: int, end: int) -> Iterator[bytes]:
        """Yield a range in pieces of 1 MiB."""
        self._file.seek(start)
        while start < end:
            piece = self.read_exactly(min(_PIECE_BYTES, end - start))
            start += len(piece)
            yield piece

    def view_range(self, start: int, end: int) -> Iterator[bytes | memoryview]:
        """Do as `read_range`, but yield a view of all of it if it is in memory."""
        if self.data is not None and end <= self.size:
            return iter([memoryview(self.data)[start:end]])
        return self.read_range(start, end)

    def count_parts(self, parts: int = 1) -> None:
        """Count parts of the file that were walked over; raise `TooLarge` for very many."""
        self._parts += parts
        if self._parts > MAX_PARTS:
            message = f"{self.path} has more than {MAX_PARTS:,} parts"
            raise TooLarge(message, hint="save it again with another program")

    def raise_corrupt(self, reason: str) -> NoReturn:
        """Raise `Corrupt` with a reason."""
        message = f"{self.path} is a damaged picture: {reason}"
        raise Corrupt(message, hint=HINT)


class PartStream(io.RawIOBase):
    """Parts of a file as one raw stream, for `io.BufferedReader`."""

    def __init__(self, source: SourceFile, parts: Iterable[bytes | Range]) -> None:
        self._source = source
        self._parts = _merge_ranges(parts)
        self._starts = [0, *accumulate(map(_length, self._parts))]
        self._at = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Change the position, and return it."""
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._starts[-1]}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def readinto(self, buffer: Buffer, /) -> int:
        """Read bytes of one part into a buffer, and return how many; 0 at the end."""
        if self._at >= self._starts[-1]:
            return 0
        number = bisect_right(self._starts, self._at) - 1
        part, offset = self._parts[number], self._at - self._starts[number]
        view = memoryview(buffer).cast("B")
        size = min(len(view), _length(part) - offset)
        view[:size] = self._piece(part, offset, size)
        self._at += size
        return size

    def _piece(self, part: bytes | Range, offset: int, size: int) -> bytes:
        if isinstance(part, bytes):
            return part[offset : offset + size]
        self._source.seek(part[0] + offset)
        return self._source.read_exactly(size)


def _length(part: bytes | Range) -> int:
    return len(part) if isinstance(part, bytes) else part[1] - part[0]


def _merge_ranges(parts: Iterable[bytes | Range]) -> Parts:
    """Return parts without empty ones, with adjacent ranges merged."""
    merged: Parts = []
    for part in parts:
        last = merged[-1] if merged else b""
        if not isinstance(part, bytes) and not isinstance(last, bytes) and last[1] == part[0]:
            merged[-1] = (last[0], part[1])
        elif _length(part):
            merged.append(part)
    return merged
