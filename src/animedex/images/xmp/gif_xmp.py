"""XMP in GIF: an application extension, whose trailer skips text that is no sub-block.

https://www.w3.org/Graphics/GIF/spec-gif89a.txt and the XMP Specification, part 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.images.containers.file_reader import TRUNCATED
from animedex.images.containers.gif import (
    APPLICATION,
    COMMENT,
    IMAGE,
    PADDING,
    XMP_HEADER,
    XMP_TRAILER,
    iter_blocks,
)
from animedex.images.xmp.xmp_scan import TOO_LONG, PacketLayout, XmpPacket, splice

if TYPE_CHECKING:
    from animedex.images.containers.file_reader import Range, SourceFile
    from animedex.images.containers.gif import Block
    from animedex.images.xmp.property_merge import Merge

_VERSION = b"GIF89a"


def find_packets(source: SourceFile) -> PacketLayout:
    """Find the packets; ours goes before the first picture, behind the file's header blocks.

    A browser wants the number of repetitions first of all, and nothing may part a picture from its
    control extension. Raises `Corrupt` for what has no picture.
    """
    packets: list[XmpPacket] = []
    insert_at, has_image = 0, False
    for block in iter_blocks(source):
        if block.is_xmp:
            packets += [_read_packet(source, block)] if block.is_complete else []
            leads = False
        else:
            leads = block.kind == PADDING or block.label in {APPLICATION, COMMENT}
        insert_at = insert_at or (0 if leads else block.start)
        has_image = has_image or block.kind == IMAGE
    if not has_image:
        source.raise_corrupt(TRUNCATED)
    return PacketLayout(packets, insert_at)


def build_parts(source: SourceFile, layout: PacketLayout, merge: Merge) -> list[bytes | Range]:
    """Return the parts of the file with a packet: extensions are of the version 89a."""
    put = XMP_HEADER + merge.main.fill(merge.properties) + XMP_TRAILER
    area = (len(_VERSION), source.size)
    return [_VERSION, *splice(layout, merge.replaces, put, area)]


def _read_packet(source: SourceFile, block: Block) -> XmpPacket:
    """Read a packet; some programs store it in sub-blocks like other data."""
    area = (block.start, block.end)
    begin = block.start + len(XMP_HEADER)
    if not source.reserve_packet(block.end - begin):
        return XmpPacket(TOO_LONG, (area,))
    source.seek(begin)
    data = source.read_exactly(block.end - begin)
    text = data.removesuffix(XMP_TRAILER)
    if len(text) < len(data) or data.startswith(b"<"):
        return XmpPacket(text, (area,))
    return XmpPacket(_join_sub_blocks(data), (area,))


def _join_sub_blocks(data: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while size := data[at]:
        parts.append(data[at + 1 : at + 1 + size])
        at += 1 + size
    return b"".join(parts)
