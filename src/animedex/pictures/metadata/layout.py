"""A file as a stream: where its packets are, and how it is copied with another one put in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, NoReturn, Protocol

from animedex.errors import BadArguments, Corrupt, NoSpace, is_full

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO, TypeAlias

Range: TypeAlias = "tuple[int, int]"
# As much is read of all packets in a file; what is beyond it is copied like any other bytes.
LONGEST = 32 * 1024 * 1024
_PIECE = 256 * 1024
CUT = "it ends too soon"
# What stands for a packet that cannot be read, as its bytes are not all there or too many.
TOO_LONG, INCOMPLETE = b"too long", b"incomplete"


class Writable(Protocol):
    """Take bytes."""

    def write(self, chunk: bytes, /) -> object:
        """Take the next piece."""
        ...


class Packet(NamedTuple):
    """Hold a packet of XMP as it is in a file, and the ranges of the file that it takes.

    `more` is its continuation, which JPEG alone has.
    """

    main: bytes
    ranges: tuple[Range, ...]
    more: bytes = b""


class Layout(NamedTuple):
    """Hold a file's packets, and the place where ours goes."""

    packets: list[Packet]
    place: int


class Source:
    """Read a file piece by piece; what is missing or wrong in it is `Corrupt`.

    `room` is how much of packets may still be read.
    """

    def __init__(self, path: str, file: BinaryIO, kind: str) -> None:
        self.path = path
        self.size = file.seek(0, os.SEEK_END)
        self.room = LONGEST
        self._file = file
        self._kind = kind
        file.seek(0)

    def at(self) -> int:
        """Tell where reading goes on."""
        return self._file.tell()

    def go(self, place: int) -> None:
        """Go on reading somewhere else."""
        self._file.seek(place)

    def take(self, size: int) -> bytes:
        """Read so many bytes."""
        data = self._file.read(size)
        if len(data) < size:
            self.fail(CUT)
        return data

    def some(self) -> bytes:
        """Read some bytes, none at the end."""
        return self._file.read(_PIECE)

    def skip(self, size: int) -> None:
        """Leave out so many bytes."""
        place = self.at() + size
        if place > self.size:
            self.fail(CUT)
        self._file.seek(place)

    def admits(self, size: int) -> bool:
        """Tell whether there is room for a packet, and take it."""
        if size > self.room:
            return False
        self.room -= size
        return True

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        """Read a range, without ever holding much of it."""
        self._file.seek(start)
        while start < end:
            piece = self.take(min(_PIECE, end - start))
            start += len(piece)
            yield piece

    def fail(self, why: str) -> NoReturn:
        """Raise the error for a file that is not what it claims to be."""
        message = f"{self.path} is a damaged {self._kind}: {why}"
        raise Corrupt(message, hint="fetch the picture again, or give another file")


def pieces(layout: Layout, replaced: Packet | None, put: bytes, area: Range) -> list[bytes | Range]:
    """Say how a range is written anew: with `put` at its place, and without one of its packets."""
    cuts = sorted(replaced.ranges if replaced else ())
    marks = [(layout.place, layout.place, put), *((start, end, b"") for start, end in cuts)]
    parts: list[bytes | Range] = []
    at, stop = area
    for start, end, data in sorted(marks):
        parts += [(at, start), data]
        at = end
    return [*parts, (at, stop)]


def pour(source: Source, parts: Iterable[bytes | Range], target: Writable) -> None:
    """Write what was said, copying ranges of the source."""
    for part in parts:
        for piece in [part] if isinstance(part, bytes) else source.pieces(*part):
            _write(target, piece)


def _write(target: Writable, piece: bytes) -> None:
    rest = memoryview(piece)
    try:
        while rest:
            # A file without a buffer may take less than it is given; a sink does not say.
            taken = target.write(bytes(rest))
            rest = rest[taken if isinstance(taken, int) else len(rest) :]
    except OSError as error:
        message = f"the picture cannot be written: {error.strerror or error}"
        if is_full(error):
            raise NoSpace(message, hint="make room, or write elsewhere") from None
        raise BadArguments(message, hint="give another file") from None
