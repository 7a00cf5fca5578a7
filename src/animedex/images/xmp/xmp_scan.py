"""A file as a stream: where its packets are, and how it is copied with another one put in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from animedex.errors import BadArguments, NoSpace, is_full

if TYPE_CHECKING:
    from collections.abc import Iterable

    from animedex.images.containers.file_reader import Range, SourceFile

# What stands for a packet that cannot be read, as its bytes are not all there or too many.
TOO_LONG, INCOMPLETE = b"too long", b"incomplete"


class Writable(Protocol):
    """Represent a file or a sink that bytes can be written to."""

    def write(self, chunk: bytes | memoryview, /) -> object:
        """Write the next piece."""
        ...


class XmpPacket(NamedTuple):
    """A packet of XMP as it is in a file, and the ranges of the file that it takes.

    `extension` is its continuation, which JPEG alone has.
    """

    main: bytes
    ranges: tuple[Range, ...]
    extension: bytes = b""


class PacketLayout(NamedTuple):
    """A file's packets, and the place for ours."""

    packets: list[XmpPacket]
    insert_at: int


def splice(
    layout: PacketLayout, replaced: XmpPacket | None, put: bytes, area: Range
) -> list[bytes | Range]:
    """Return the parts of a range with `put` in its place and one packet removed."""
    cuts = sorted(replaced.ranges if replaced else ())
    marks = [(layout.insert_at, layout.insert_at, put), *((start, end, b"") for start, end in cuts)]
    parts: list[bytes | Range] = []
    at, stop = area
    for start, end, data in sorted(marks):
        parts += [(at, start), data]
        at = end
    return [*parts, (at, stop)]


def write_parts(source: SourceFile, parts: Iterable[bytes | Range], target: Writable) -> None:
    """Write the parts, copying ranges of the source."""
    for part in parts:
        for piece in [part] if isinstance(part, bytes) else source.view_range(*part):
            _write(target, piece)


def _write(target: Writable, piece: bytes | memoryview) -> None:
    try:
        while piece:
            # A file without a buffer may take less than it is given; a sink does not say.
            taken = target.write(piece)
            piece = piece[taken if isinstance(taken, int) else len(piece) :]
    except OSError as error:
        message = f"the picture cannot be written: {error.strerror or error}"
        if is_full(error):
            raise NoSpace(message, hint="make room, or write elsewhere") from None
        raise BadArguments(message, hint="give another file") from None
