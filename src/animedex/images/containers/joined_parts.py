"""Parts of a file, and bytes between them, read as if they were a file of their own."""

from __future__ import annotations

import io
import os
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Buffer

    from animedex.images.containers.file_reader import Parts, Range, SourceFile


class PartStream(io.RawIOBase):
    """Read parts of a file as one stream; `io.BufferedReader` makes a usual file of it."""

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
    """Return parts without empty ones, and with adjacent ranges made one."""
    merged: Parts = []
    for part in parts:
        last = merged[-1] if merged else b""
        if not isinstance(part, bytes) and not isinstance(last, bytes) and last[1] == part[0]:
            merged[-1] = (last[0], part[1])
        elif _length(part):
            merged.append(part)
    return merged
