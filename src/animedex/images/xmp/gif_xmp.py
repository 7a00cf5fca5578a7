"""XMP in GIF: an application extension, whose trailer leads past text that is no sub-blocks.

https://www.w3.org/Graphics/GIF/spec-gif89a.txt and the XMP Specification, part 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.images.containers.file_reader import CUT
from animedex.images.containers.gif import (
    APPLICATION,
    COMMENT,
    IMAGE,
    PADDING,
    XMP,
    XMP_TRAILER,
    blocks,
)
from animedex.images.xmp.xmp_scan import TOO_LONG, Layout, Packet, pieces

if TYPE_CHECKING:
    from animedex.images.containers.file_reader import Range, Source
    from animedex.images.containers.gif import Block
    from animedex.images.xmp.property_merge import Merge

_VERSION = b"GIF89a"


def survey(source: Source) -> Layout:
    """Find the packets; ours goes before the first picture, behind what leads the file.

    A browser wants the number of repetitions first of all, and nothing may part a picture from its
    control extension. Raises `Corrupt` for what has no picture.
    """
    packets: list[Packet] = []
    place, seen = 0, False
    for block in blocks(source):
        if block.is_xmp:
            packets += [_packet(source, block)] if block.whole else []
            leads = False
        else:
            leads = block.kind == PADDING or block.label in {APPLICATION, COMMENT}
        place = place or (0 if leads else block.start)
        seen = seen or block.kind == IMAGE
    if not seen:
        source.fail(CUT)
    return Layout(packets, place)


def rewritten(source: Source, layout: Layout, merge: Merge) -> list[bytes | Range]:
    """Return how the file is written with a packet: extensions are of the version 89a."""
    put = XMP + merge.main.filled(merge.properties) + XMP_TRAILER
    area = (len(_VERSION), source.size)
    return [_VERSION, *pieces(layout, merge.replaces, put, area)]


def _packet(source: Source, block: Block) -> Packet:
    """Read a packet; some programs put it into sub-blocks like any other data."""
    area = (block.start, block.end)
    begin = block.start + len(XMP)
    if not source.admits(block.end - begin):
        return Packet(TOO_LONG, (area,))
    source.go(begin)
    data = source.take(block.end - begin)
    text = data.removesuffix(XMP_TRAILER)
    if len(text) < len(data) or data.startswith(b"<"):
        return Packet(text, (area,))
    return Packet(_joined(data), (area,))


def _joined(data: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while size := data[at]:
        parts.append(data[at + 1 : at + 1 + size])
        at += 1 + size
    return b"".join(parts)
