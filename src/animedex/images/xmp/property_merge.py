"""Merge a credit into the XMP that a file has already.

What another program wrote stays as it is, byte for byte, except for the properties that we set:

- Lists of names and keywords are joined, ours first.
- A statement about rights, a title or a credit line that is in the file stays.
- A property that we replace, such as `dc:source`, is recorded under `animedex:before`. So is a
  value that another program wrote and that equals ours.
- The properties of an earlier credit of ours are replaced.

A file has one packet afterwards. If one of its packets cannot be read, nothing is written.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from animedex.errors import Corrupt
from animedex.images.xmp.credit_properties import (
    BAG,
    BEFORE,
    NOTE,
    OWN,
    SEQ,
    Property,
    PropertyName,
    build_properties,
    parse_credit,
)
from animedex.images.xmp.xmp_parser import InvalidXmp, ParsedProperty, parse_xmp
from animedex.images.xmp.xmp_scan import XmpPacket
from animedex.images.xmp.xmp_writer import (
    EMPTY_EXTENSION,
    EMPTY_PACKET,
    RDF,
    format_description,
    sanitize,
    wrap_description,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from animedex.images.xmp.credit_properties import PropertyName
    from animedex.images.xmp.credit_text import Credit
    from animedex.images.xmp.xmp_parser import ParsedProperty, RdfNode, XmpDocument

# What an empty packet may consist of: NUL bytes, white space, a byte order mark.
_EMPTY = b"\0 \t\r\n\xef\xbb\xbf\xfe\xff"


class PacketTemplate(NamedTuple):
    """A packet without our properties, split where they are inserted."""

    head: bytes
    tail: bytes
    about: str = ""

    def fill(self, properties: Sequence[Property]) -> bytes:
        """Return the packet with properties in it."""
        node = format_description(properties, self.about) if properties else b""
        return self.head + node + self.tail


class Merge(NamedTuple):
    """Represent what is to be written: the requested properties, and those that result.

    `replaces` is the packet that this one replaces, if any. `extension` is what the extension of
    that packet holds, None if there is none.
    """

    requested: list[Property]
    properties: list[Property]
    replaces: XmpPacket | None
    main: PacketTemplate
    extension: PacketTemplate | None


def merge_packets(packets: Sequence[XmpPacket], requested: Sequence[Property]) -> Merge:
    """Prepare the one packet that a file has afterwards: ours, or else the first.

    The properties of the others are moved into it. Raise `InvalidXmp` if one cannot be read: it
    must neither be lost nor stand beside a second one.
    """
    requested = [_sanitize_property(one) for one in requested]
    packets, documents = _select_readable(packets)
    if not documents:
        return Merge(
            requested, requested, _join_packets(packets), empty_template(EMPTY_PACKET), None
        )
    old = _previous_properties([one for group in documents for one in group])
    resolution = _resolve(documents, requested, old)
    ours = (old.keys() | {one.name for one in requested}) - resolution.unchanged
    remaining, left_out = _combine_documents(documents, ours)
    properties = [*resolution.properties, *_before_property(resolution.replaced + left_out)]
    main, *rest = (_create_template(document, ours) for document in remaining)
    if resolution.foreign:
        # In a node of its own, as it is ours no longer.
        main = main._replace(head=main.head + format_description(resolution.foreign, main.about))
    more = rest[0] if rest and _has_foreign(remaining[1], ours) else None
    return Merge(requested, properties, _join_packets(packets), main, more)


def move_to_extension(merge: Merge) -> Merge:
    """Move the content of a packet into its continuation, to make room for ours."""
    documents = [
        parse_xmp(bare.fill(())) for bare in (merge.main, merge.extension) if bare is not None
    ]
    combined, left_out = combine_documents(
        parse_xmp(EMPTY_EXTENSION), documents, about=merge.main.about
    )
    main = empty_template(EMPTY_PACKET)._replace(about=merge.main.about)
    replaced = [value for one in merge.properties if one.name == BEFORE for value in one.values]
    others = [one for one in merge.properties if one.name != BEFORE]
    properties = [*others, *_before_property(replaced + _format_values(left_out))]
    return merge._replace(
        main=main, extension=_create_template(combined, ()), properties=properties
    )


def _select_readable(
    packets: Sequence[XmpPacket],
) -> tuple[list[XmpPacket], list[list[XmpDocument]]]:
    """Return the packets to merge, ours first, without empty ones."""
    read = [(packet, _parse_packet(packet)) for packet in packets]
    parsed = [(packet, documents) for packet, documents in read if documents is not None]
    parsed.sort(key=lambda one: not any(_is_ours(document) for document in one[1]))
    is_written = bool(parsed) and any(_is_ours(document) for document in parsed[0][1])
    if len(parsed) < len(read) and not is_written:
        message = "a packet cannot be read"
        raise InvalidXmp(message)
    return [one[0] for one in parsed], [one[1] for one in parsed if one[1]]


def _join_packets(packets: Sequence[XmpPacket]) -> XmpPacket | None:
    """Return the ranges to remove from the file, as one packet."""
    if len(packets) <= 1:
        return packets[0] if packets else None
    ranges = dict.fromkeys(area for packet in packets for area in packet.ranges)
    return XmpPacket(b"", tuple(ranges))


def _combine_documents(
    documents: list[list[XmpDocument]], ours: Container[PropertyName]
) -> tuple[list[XmpDocument], list[str]]:
    """Move the properties of further packets into the first; return what had no room there."""
    (main, *more), *others = documents
    further = [one for group in others for one in group]
    if not further:
        return [main, *more], []
    last, first = (more[-1], [main]) if more else (main, [])
    names = [item.name for one in first for item in one.properties]
    combined, duplicates = combine_documents(last, further, names, main.about)
    left_out = [one for one in duplicates if not _is_removable(one.name, ours)]
    return [*first, combined], _format_values(left_out)


def _format_values(left_out: Iterable[ParsedProperty]) -> list[str]:
    return [f"{item.name}={value}" for item in left_out for value in item.values]


def _before_property(replaced: Sequence[str]) -> list[Property]:
    return [Property(BEFORE, BAG, tuple(dict.fromkeys(replaced)))] if replaced else []


def find_credit(packets: Iterable[XmpPacket], where: str) -> Credit | None:
    """Read the credit from a file's packets; raise `Corrupt` where it is damaged."""
    for packet in packets:
        documents = _parse_packet(packet) or _parse_packet(packet._replace(extension=b"")) or []
        values = {item.name: item.values for document in documents for item in document.properties}
        credit = parse_credit(values, where)
        if credit:
            return credit
    return None


@cache
def empty_template(packet: bytes = EMPTY_EXTENSION) -> PacketTemplate:
    """Return an empty packet."""
    return _create_template(parse_xmp(packet), ())


def _parse_packet(packet: XmpPacket) -> list[XmpDocument] | None:
    """Read a packet and its continuation; None where one cannot be read, none of an empty one."""
    if not packet.extension and not packet.main.strip(_EMPTY):
        return []
    try:
        return [parse_xmp(data) for data in (packet.main, packet.extension) if data]
    except InvalidXmp:
        return None


def _is_ours(document: XmpDocument) -> bool:
    return any(item.name.space == OWN for item in document.properties)


def _sanitize_property(one: Property) -> Property:
    return one._replace(values=tuple(dict.fromkeys(map(sanitize, one.values))))


def _previous_properties(documents: Iterable[XmpDocument]) -> dict[PropertyName, Property]:
    """Return the properties of an earlier credit of ours."""
    values = {item.name: item.values for document in documents for item in document.properties}
    try:
        credit = parse_credit(values, "")
    except Corrupt:
        return {}
    before = build_properties(credit.post) if credit else []
    return {one.name: _sanitize_property(one) for one in before}


class _Resolution(NamedTuple):
    """The properties to write, and those of other programs.

    What is `unchanged` stays in the file as it is. Of what is `foreign`, our own part is removed.
    What is `replaced` is remembered as text.
    """

    properties: list[Property]
    unchanged: set[PropertyName]
    foreign: list[Property]
    replaced: list[str]


def _resolve(
    documents: Sequence[Sequence[XmpDocument]],
    requested: Sequence[Property],
    old: dict[PropertyName, Property],
) -> _Resolution:
    foreign = _foreign_values(documents, old)
    everything = [item for group in documents for one in group for item in one.properties]
    replaced = [value for item in everything if item.name == BEFORE for value in item.values]
    resolution = _Resolution([], set(), [], replaced)
    names = {one.name for one in requested}
    for one in [*requested, *(one for one in old.values() if one.name not in names)]:
        theirs = list(foreign.get(one.name, ()))
        is_requested = one.name in names
        others = [value for value in theirs if not (is_requested and value in one.values)]
        is_list = one.form in {BAG, SEQ}
        if others and (one.is_fallback or not (is_list or one.name in names)):
            resolution.unchanged.add(one.name)
        elif one.name not in names:
            resolution.foreign.extend([one._replace(values=tuple(others))] if others else [])
        else:
            resolution.properties.append(
                one._replace(values=(*one.values, *others)) if is_list else one
            )
            dropped = [value for value in theirs if value in one.values] if is_list else theirs
            replaced += [f"{one.name}={value}" for value in dropped]
    return resolution


def _foreign_values(
    documents: Iterable[Sequence[XmpDocument]], old: dict[PropertyName, Property]
) -> dict[PropertyName, dict[str, None]]:
    """Return the values of other programs under each name, without repetitions.

    Only in a packet of ours can a value be ours.
    """
    foreign: dict[PropertyName, dict[str, None]] = {}
    our_values = {name: frozenset(one.values) for name, one in old.items()}
    for group in documents:
        ours = our_values if any(map(_is_ours, group)) else {}
        for item in (item for document in group for item in document.properties):
            own = ours.get(item.name, frozenset[str]())
            if item.name.space != OWN:
                values = foreign.setdefault(item.name, {})
                values.update(dict.fromkeys(value for value in item.values if value not in own))
    return foreign


def _is_removable(name: PropertyName, ours: Container[PropertyName]) -> bool:
    return name in ours or name.space in {OWN, NOTE}


def _has_foreign(document: XmpDocument, ours: Container[PropertyName]) -> bool:
    """Return whether anything is left of a document without what is ours."""
    return not all(_is_removable(item.name, ours) for item in document.properties)


def _create_template(document: XmpDocument, ours: Container[PropertyName]) -> PacketTemplate:
    """Remove our properties from a packet, and nodes that are empty then."""
    removable = [item for item in document.properties if _is_removable(item.name, ours)]
    foreign_nodes = {
        item.node for item in document.properties if not _is_removable(item.name, ours)
    }
    empty = {item.node for item in removable} - foreign_nodes
    cuts = [(item.start, item.end) for item in removable]
    for number, node in enumerate(document.nodes):
        if number in empty and node.is_plain:
            cuts.append((node.start, _skip_newline(document.data, node.end)))
    head = _cut_ranges(document.data, cuts, document.insert_at)
    return PacketTemplate(head, document.data[document.insert_at :], document.about)


def _skip_newline(data: bytes, end: int) -> int:
    return end + (data[end : end + 1] == b"\n")


def _cut_ranges(data: bytes, cuts: Iterable[tuple[int, int]], end: int) -> bytes:
    """Return data up to a place without some ranges, which may be nested."""
    parts: list[bytes] = []
    at = 0
    for start, stop in sorted(cuts):
        parts.append(data[at:start])
        at = max(at, stop)
    return b"".join([*parts, data[at:end]])


def combine_documents(
    first: XmpDocument,
    others: Sequence[XmpDocument],
    names: Iterable[PropertyName] = (),
    about: str = "",
) -> tuple[XmpDocument, list[ParsedProperty]]:
    """Return the first document with the properties of the others behind its own.

    A packet must not have two properties of one name: those of the others that the first document
    has as well, or that are in `names`, are left out, and returned too. Raise `InvalidXmp` where a
    node of the others cannot be moved without changing what it means.
    """
    present = {*names, *(item.name for item in first.properties)}
    left_out: list[ParsedProperty] = []
    nodes: list[bytes] = []
    for document in others:
        by_node: dict[int, list[ParsedProperty]] = {}
        for item in (item for item in document.properties if item.name.space != NOTE):
            target = left_out if item.name in present else by_node.setdefault(item.node, [])
            target.append(item)
            present.add(item.name)
        for number, properties in by_node.items():
            node = document.nodes[number]
            nodes.append(_move_node(document, node, properties, about or first.about))
    head, tail = first.data[: first.insert_at], first.data[first.insert_at :]
    return parse_xmp(head + b"".join(nodes) + tail), left_out


def _move_node(
    document: XmpDocument, node: RdfNode, properties: Sequence[ParsedProperty], about: str
) -> bytes:
    """Write a node anew that needs nothing declared around it, its properties as they were."""
    if not node.is_plain or node.spaces.get("rdf", RDF) != RDF:
        message = "a node of it cannot be moved"
        raise InvalidXmp(message)
    pieces = [document.data[item.start : item.end] for item in properties]
    attributes = b"".join(piece for piece in pieces if not piece.startswith(b"<"))
    elements = b"".join(piece + b"\n" for piece in pieces if piece.startswith(b"<"))
    return wrap_description({"rdf": RDF, **node.spaces}, about, elements, attributes)
