"""XMP in JPEG: a segment APP1, and further ones for what has no room in it.

https://www.w3.org/Graphics/JPEG/itu-t81.pdf and the XMP Specification, part 3.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from animedex.images.containers.jpeg import APP0, APP1, iter_segments
from animedex.images.xmp.credit_properties import NOTE, TEXT, Property, PropertyName
from animedex.images.xmp.property_merge import empty_template, move_to_extension
from animedex.images.xmp.xmp_parser import to_utf8
from animedex.images.xmp.xmp_scan import (
    INCOMPLETE,
    TOO_LONG,
    PacketLayout,
    XmpPacket,
    splice,
)
from animedex.images.xmp.xmp_writer import format_element

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from animedex.images.containers.file_reader import Range, SourceFile
    from animedex.images.xmp.property_merge import Merge, PacketTemplate

_XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENSION_HEADER = b"http://ns.adobe.com/xmp/extension/\0"
_LEADING = (b"JFIF\0", b"JFXX\0", b"Exif\0")
_MAX_PACKET_BYTES = 65502
_MAX_PART_BYTES = 65400
# With less room than this, a packet is not shared with the properties of others.
_MIN_FREE_BYTES = 4096
# Which continuation, how long it is, and how far in it a part begins.
_PART_HEADER = struct.Struct(">32sII")
_HAS_EXTENSION = PropertyName(NOTE, "HasExtendedXMP")


class _ExtensionPart(NamedTuple):
    """A part of a continuation: its digest, total length, offset, and place in the file."""

    digest: bytes
    length: int
    offset: int
    data: bytes
    range: Range


def find_packets(source: SourceFile) -> PacketLayout:
    """Find the packets; ours goes behind the JFIF and Exif headers, which must come first.

    Raises `Corrupt` for what has no picture.
    """
    mains: list[tuple[bytes, Range]] = []
    parts: list[_ExtensionPart] = []
    place, leads = 2, True
    for segment in iter_segments(source):
        if segment.marker not in {APP0, APP1}:
            leads = False
            continue
        area = (segment.start, segment.end)
        source.seek(segment.data)
        data = source.read_exactly(segment.end - segment.data)
        if data.startswith(_XMP_HEADER) and not source.reserve_packet(len(data)):
            mains.append((TOO_LONG, area))
        elif segment.marker == APP1 and data.startswith(_XMP_HEADER):
            mains.append((data.removeprefix(_XMP_HEADER), area))
        elif (
            segment.marker == APP1
            and data.startswith(_EXTENSION_HEADER)
            and source.reserve_packet(len(data))
        ):
            parts += _parse_extension_part(data.removeprefix(_EXTENSION_HEADER), area)
        leads = leads and data.startswith(_LEADING)
        place = area[1] if leads else place
    return PacketLayout([_join_packet(*main, parts) for main in mains], place)


def build_parts(source: SourceFile, layout: PacketLayout, merge: Merge) -> list[bytes | Range]:
    """Return the parts of the file with a packet, continued where it is too long."""
    main, more = _split_packet(merge)
    if len(main) > _MAX_PACKET_BYTES:
        merge = move_to_extension(merge)
        main, more = _split_packet(merge)
    put = _build_app1(_XMP_HEADER + main) + b"".join(_extension_segments(more))
    return splice(layout, merge.replaces, put, (0, source.size))


def _parse_extension_part(data: bytes, area: Range) -> list[_ExtensionPart]:
    """Read a piece of a continuation; one that is too short is none."""
    if len(data) < _PART_HEADER.size:
        return []
    digest, length, offset = _PART_HEADER.unpack_from(data)
    return [_ExtensionPart(digest, length, offset, data[_PART_HEADER.size :], area)]


def _join_packet(main: bytes, area: Range, parts: Sequence[_ExtensionPart]) -> XmpPacket:
    """Put a packet together with the continuation that it names, in the order of its parts."""
    text = to_utf8(main)
    own = {part.offset: part for part in parts if part.digest in text}
    ordered = [own[offset] for offset in sorted(own)]
    more = b"".join(part.data for part in ordered)
    is_whole = all(part.length == len(more) for part in ordered)
    ranges = tuple(part.range for part in parts if part.digest in text)
    return XmpPacket(main, (area, *ranges), more if is_whole else INCOMPLETE)


def _split_packet(merge: Merge) -> tuple[bytes, bytes]:
    """Share properties out between a packet and its continuation, which is empty if not needed."""
    whole = merge.main.fill(merge.properties)
    if merge.extension is None and len(whole) <= _MAX_PACKET_BYTES:
        return whole, b""
    first, rest = _split_properties(merge.main, merge.properties)
    more = (merge.extension or empty_template()).fill(rest)
    return merge.main.fill([*first, _extension_note(more)]), more


def _split_properties(
    main: PacketTemplate, properties: Sequence[Property]
) -> tuple[list[Property], list[Property]]:
    """Take the first properties that fit, the most important first."""
    room = _MAX_PACKET_BYTES - len(main.fill([_extension_note(b"")]))
    if room < _MIN_FREE_BYTES:
        return list(properties), []
    first: list[Property] = []
    rest: list[Property] = []
    for one in properties:
        size = len(format_element(one))
        if size > room:
            rest.append(one)
        else:
            first.append(one)
            room -= size
    return first, rest


def _extension_note(more: bytes) -> Property:
    """Return the note that refers to the continuation by its digest."""
    from hashlib import md5

    digest = md5(more, usedforsecurity=False).hexdigest().upper()
    return Property(_HAS_EXTENSION, TEXT, (digest,))


def _extension_segments(more: bytes) -> Iterable[bytes]:
    digest = _extension_note(more).values[0].encode()
    for at in range(0, len(more), _MAX_PART_BYTES):
        head = _PART_HEADER.pack(digest, len(more), at)
        yield _build_app1(_EXTENSION_HEADER + head + more[at : at + _MAX_PART_BYTES])


def _build_app1(data: bytes) -> bytes:
    return b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data
