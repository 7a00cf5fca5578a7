"""XMP in JPEG: a segment APP1, and further ones for what has no room in it.

https://www.w3.org/Graphics/JPEG/itu-t81.pdf and the XMP Specification, part 3.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from animedex.images.containers.jpeg import APP0, APP1, iter_segments
from animedex.images.xmp.credit_properties import NOTE, TEXT, Name, Property
from animedex.images.xmp.property_merge import all_continued, blank
from animedex.images.xmp.xmp_encoding import to_utf8
from animedex.images.xmp.xmp_scan import (
    INCOMPLETE,
    TOO_LONG,
    Layout,
    Packet,
    pieces,
)
from animedex.images.xmp.xmp_writer import element

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from animedex.images.containers.file_reader import Range, SourceFile
    from animedex.images.xmp.property_merge import Bare, Merge

_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MORE = b"http://ns.adobe.com/xmp/extension/\0"
_LEADING = (b"JFIF\0", b"JFXX\0", b"Exif\0")
_LONGEST = 65502
_LONGEST_PART = 65400
# Below this there is no use in sharing a packet with what somebody else put there.
_ROOM = 4096
# Which continuation, how long it is, and how far in it a part begins.
_PART_HEAD = struct.Struct(">32sII")
_HAS_MORE = Name(NOTE, "HasExtendedXMP")


class _Part(NamedTuple):
    """A piece of a continuation: which, its whole length, how far in it, where in the file."""

    digest: bytes
    length: int
    offset: int
    data: bytes
    range: Range


def survey(source: SourceFile) -> Layout:
    """Find the packets; ours goes behind the headers of JFIF and Exif, which want to be first.

    Raises `Corrupt` for what has no picture.
    """
    mains: list[tuple[bytes, Range]] = []
    parts: list[_Part] = []
    place, leads = 2, True
    for segment in iter_segments(source):
        if segment.marker not in {APP0, APP1}:
            leads = False
            continue
        area = (segment.start, segment.end)
        source.seek(segment.data)
        data = source.read_exactly(segment.end - segment.data)
        if data.startswith(_XMP) and not source.reserve_packet(len(data)):
            mains.append((TOO_LONG, area))
        elif segment.marker == APP1 and data.startswith(_XMP):
            mains.append((data.removeprefix(_XMP), area))
        elif segment.marker == APP1 and data.startswith(_MORE) and source.reserve_packet(len(data)):
            parts += _part(data.removeprefix(_MORE), area)
        leads = leads and data.startswith(_LEADING)
        place = area[1] if leads else place
    return Layout([_packet(*main, parts) for main in mains], place)


def rewritten(source: SourceFile, layout: Layout, merge: Merge) -> list[bytes | Range]:
    """Return how the file is written with a packet, and a continuation where it is too long."""
    main, more = _shared(merge)
    if len(main) > _LONGEST:
        merge = all_continued(merge)
        main, more = _shared(merge)
    put = _app1(_XMP + main) + b"".join(_continued(more))
    return pieces(layout, merge.replaces, put, (0, source.size))


def _part(data: bytes, area: Range) -> list[_Part]:
    """Read a piece of a continuation; one that is too short is none."""
    if len(data) < _PART_HEAD.size:
        return []
    digest, length, offset = _PART_HEAD.unpack_from(data)
    return [_Part(digest, length, offset, data[_PART_HEAD.size :], area)]


def _packet(main: bytes, area: Range, parts: Sequence[_Part]) -> Packet:
    """Put a packet together with the continuation that it names, in the order of its parts."""
    text = to_utf8(main)
    own = {part.offset: part for part in parts if part.digest in text}
    ordered = [own[offset] for offset in sorted(own)]
    more = b"".join(part.data for part in ordered)
    is_whole = all(part.length == len(more) for part in ordered)
    ranges = tuple(part.range for part in parts if part.digest in text)
    return Packet(main, (area, *ranges), more if is_whole else INCOMPLETE)


def _shared(merge: Merge) -> tuple[bytes, bytes]:
    """Share properties out between a packet and its continuation, which is empty if not needed."""
    whole = merge.main.filled(merge.properties)
    if merge.more is None and len(whole) <= _LONGEST:
        return whole, b""
    first, rest = _fitting(merge.main, merge.properties)
    more = (merge.more or blank()).filled(rest)
    return merge.main.filled([*first, _note(more)]), more


def _fitting(main: Bare, properties: Sequence[Property]) -> tuple[list[Property], list[Property]]:
    """Take the first properties that fit, the most important first."""
    room = _LONGEST - len(main.filled([_note(b"")]))
    if room < _ROOM:
        return list(properties), []
    first: list[Property] = []
    rest: list[Property] = []
    for one in properties:
        size = len(element(one))
        if size > room:
            rest.append(one)
        else:
            first.append(one)
            room -= size
    return first, rest


def _note(more: bytes) -> Property:
    """Name the continuation, by its digest."""
    from hashlib import md5

    digest = md5(more, usedforsecurity=False).hexdigest().upper()
    return Property(_HAS_MORE, TEXT, (digest,))


def _continued(more: bytes) -> Iterable[bytes]:
    digest = _note(more).values[0].encode()
    for at in range(0, len(more), _LONGEST_PART):
        head = _PART_HEAD.pack(digest, len(more), at)
        yield _app1(_MORE + head + more[at : at + _LONGEST_PART])


def _app1(data: bytes) -> bytes:
    return b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data
