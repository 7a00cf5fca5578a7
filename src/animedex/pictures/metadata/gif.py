"""XMP in GIF: an application extension, whose trailer leads past text that is no sub-blocks.

https://www.w3.org/Graphics/GIF/spec-gif89a.txt and the XMP Specification, part 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.pictures.metadata.layout import TOO_LONG, Layout, Packet, pieces
from animedex.pictures.metadata.parsing import NoXmp, parse

if TYPE_CHECKING:
    from animedex.pictures.metadata.layout import Range, Source
    from animedex.pictures.metadata.merging import Merge

_VERSION, _FORMER = b"GIF89a", b"GIF87a"
_XMP = b"\x21\xff\x0bXMP DataXMP"
# Wherever a reader of sub-blocks comes out of the text, it is led to the last zero.
_TRAILER = bytes([1, *range(255, -1, -1), 0])
_IMAGE, _EXTENSION, _END, _PADDING = b"\x2c", b"\x21", b"\x3b", b"\0"
# How much is searched for the end of a packet that has zeros in it.
_LONGEST_SEARCH = 4 * 1024 * 1024
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
        packets.append(_packet(source, start))
        return False
    source.go(start + 2)
    _skip_blocks(source)
    return label in {_APPLICATION, _COMMENT}


def _skip_blocks(source: Source) -> None:
    while size := source.take(1)[0]:
        source.skip(size)


def _packet(source: Source, start: int) -> Packet:
    """Read a packet and go past it; some programs put it into sub-blocks like any other data."""
    begin = start + len(_XMP)
    source.go(begin)
    _skip_blocks(source)
    end = source.at()
    if not source.admits(end - begin):
        return Packet(TOO_LONG, ((start, end),))
    source.go(begin)
    data = source.take(end - begin)
    if data.endswith(_TRAILER):
        return Packet(data.removesuffix(_TRAILER), ((start, end),))
    text = _text_with_zeros(source, begin)
    if text is not None:
        return Packet(text, ((start, source.at()),))
    source.go(end)
    return Packet(data if data.startswith(b"<") else _joined(data), ((start, end),))


def _text_with_zeros(source: Source, begin: int) -> bytes | None:
    """Read a packet that ends sub-blocks too soon: one in UTF-16, or with zeros at its end."""
    source.go(begin)
    data = source.take(min(_LONGEST_SEARCH, source.size - begin))
    text, trailer, _ = data.partition(_TRAILER)
    if not trailer or b"\0" not in text or _XMP in text:
        return None
    try:
        parse(text)
    except NoXmp:
        return None
    source.go(begin + len(text) + len(trailer))
    return text


def _joined(data: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while size := data[at]:
        parts.append(data[at + 1 : at + 1 + size])
        at += 1 + size
    return b"".join(parts)
