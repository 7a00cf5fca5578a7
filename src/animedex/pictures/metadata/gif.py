"""XMP in GIF: an application extension, whose trailer leads past text that is no sub-blocks.

https://www.w3.org/Graphics/GIF/spec-gif89a.txt and the XMP Specification, part 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.pictures.metadata.layout import Layout, Packet, pieces

if TYPE_CHECKING:
    from animedex.pictures.metadata.layout import Range, Source
    from animedex.pictures.metadata.merging import Merge

_VERSION, _FORMER = b"GIF89a", b"GIF87a"
_XMP = b"\x21\xff\x0bXMP DataXMP"
# Wherever a reader of sub-blocks comes out of the text, it is led to the last zero.
_TRAILER = bytes([1, *range(255, -1, -1), 0])
_IMAGE, _EXTENSION, _END, _PADDING = b"\x2c", b"\x21", b"\x3b", b"\0"
_APPLICATION, _COMMENT = b"\xff", b"\xfe"


def survey(source: Source, *, thorough: bool) -> Layout:
    """Find the packets; ours goes before the first picture, behind what leads the file.

    A browser wants the number of repetitions first of all, and nothing may part a picture from its
    control extension. There are no checksums, so that being `thorough` makes no difference.
    """
    del thorough
    _skip_header(source)
    packets: list[Packet] = []
    place = 0
    while True:
        start = source.at()
        introducer = source.take(1)
        if introducer == _END:
            return Layout(packets, place or start)
        if introducer == _EXTENSION:
            leads = _extension(source, start, packets)
        else:
            leads = introducer == _PADDING
            _image(source, introducer)
        place = place or (0 if leads else start)


def rewritten(source: Source, layout: Layout, merge: Merge) -> list[bytes | Range]:
    """Say how the file is written with a packet: extensions are of the version 89a."""
    put = _XMP + merge.main.filled(merge.properties) + _TRAILER
    area = (len(_VERSION), source.size)
    return [_VERSION, *pieces(layout, merge.replaces, put, area)]


def _skip_header(source: Source) -> None:
    if source.take(6) not in {_VERSION, _FORMER}:
        source.fail("it does not begin with its header")
    screen = source.take(7)
    source.skip(_table_size(screen[4]))


def _table_size(flags: int) -> int:
    """Tell how long a table of colours is."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _image(source: Source, introducer: bytes) -> None:
    """Go past an image, or a zero that some programs leave between blocks."""
    if introducer == _PADDING:
        return
    if introducer != _IMAGE:
        source.fail("it has a block that cannot be")
    source.skip(_table_size(source.take(9)[8]) + 1)
    _skip_blocks(source)


def _extension(source: Source, start: int, packets: list[Packet]) -> bool:
    """Go past an extension, and tell whether it may stand before ours."""
    label = source.take(1)
    source.go(start)
    if source.size - start >= len(_XMP) and source.take(len(_XMP)) == _XMP:
        _skip_blocks(source)
        packets += _packet(source, start, source.at())
        return False
    source.go(start + 2)
    _skip_blocks(source)
    return label in {_APPLICATION, _COMMENT}


def _skip_blocks(source: Source) -> None:
    while size := source.take(1)[0]:
        source.skip(size)


def _packet(source: Source, start: int, end: int) -> list[Packet]:
    """Read a packet; some programs have put it into sub-blocks like any other data."""
    begin = start + len(_XMP)
    if not source.admits(end - begin):
        return []
    source.go(begin)
    data = source.take(end - begin)
    text = data.removesuffix(_TRAILER)
    return [Packet(text if len(text) < len(data) else _joined(data), ((start, end),))]


def _joined(data: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while size := data[at]:
        parts.append(data[at + 1 : at + 1 + size])
        at += 1 + size
    return b"".join(parts)
