"""A credit put among what a file says already.

A packet of somebody else is kept byte for byte but for what we set. Lists of names and keywords
are joined, ours first. A statement about rights, a title or a line of credit that is there stands.
What is set anew, such as `dc:source`, is remembered under `animedex:before`, and so is what
somebody told in the very words that we do. What an earlier credit of ours told is replaced. A
file has one packet afterwards; where one of its packets cannot be read, nothing is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.errors import Corrupt
from animedex.images.xmp.credit_properties import (
    BAG,
    BEFORE,
    NOTE,
    OWN,
    SEQ,
    Name,
    Property,
    credit_of,
    properties_of,
)
from animedex.images.xmp.packet_merge import combine_documents
from animedex.images.xmp.xmp_parser import NoXmp, parse
from animedex.images.xmp.xmp_scan import Packet
from animedex.images.xmp.xmp_writer import BLANK, BLANK_MORE, description, told

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from animedex.images.xmp.credit_text import Credited
    from animedex.images.xmp.xmp_parser import Document, Found

# What an empty packet may consist of: NUL bytes, white space, a byte order mark.
_EMPTY = b"\0 \t\r\n\xef\xbb\xbf\xfe\xff"


class Bare(NamedTuple):
    """A packet without our properties, open at the place where they go."""

    head: bytes
    tail: bytes
    about: str = ""

    def filled(self, properties: Sequence[Property]) -> bytes:
        """Put properties in."""
        told_here = description(properties, self.about) if properties else b""
        return self.head + told_here + self.tail


class Merge(NamedTuple):
    """What is to be written: what was wanted, and `properties`, what came of it.

    `replaces` is the packet in whose place this one comes, if any. `more` is what stands in the
    continuation of that packet, None where nothing does.
    """

    wanted: list[Property]
    properties: list[Property]
    replaces: Packet | None
    main: Bare
    more: Bare | None


def merged(packets: Sequence[Packet], wanted: Sequence[Property]) -> Merge:
    """Prepare the one packet that a file has afterwards: ours, or else the first.

    What the others say is moved into it. Raise `NoXmp` where one cannot be read: it must neither
    be lost nor stand beside a second one.
    """
    wanted = [_writable(one) for one in wanted]
    packets, documents = _readable(packets)
    if not documents:
        return Merge(wanted, wanted, _replaced(packets), blank(BLANK), None)
    old = _told_before([one for several in documents for one in several])
    settled = _settled(documents, wanted, old)
    ours = (old.keys() | {one.name for one in wanted}) - settled.standing
    kept, left_out = _combined(documents, ours)
    properties = [*settled.properties, *_before(settled.replaced + left_out)]
    main, *rest = (_bare(document, ours) for document in kept)
    if settled.left:
        # In a node of its own, as it is ours no longer.
        main = main._replace(head=main.head + description(settled.left, main.about))
    more = rest[0] if rest and _holds(kept[1], ours) else None
    return Merge(wanted, properties, _replaced(packets), main, more)


def all_continued(merge: Merge) -> Merge:
    """Move what a packet says into its continuation, as it leaves no room for ours."""
    documents = [parse(bare.filled(())) for bare in (merge.main, merge.more) if bare is not None]
    combined, left_out = combine_documents(parse(BLANK_MORE), documents, about=merge.main.about)
    main = blank(BLANK)._replace(about=merge.main.about)
    replaced = [value for one in merge.properties if one.name == BEFORE for value in one.values]
    others = [one for one in merge.properties if one.name != BEFORE]
    properties = [*others, *_before(replaced + _values(left_out))]
    return merge._replace(main=main, more=_bare(combined, ()), properties=properties)


def _readable(packets: Sequence[Packet]) -> tuple[list[Packet], list[list[Document]]]:
    """Return the packets that go into the new one, ours first, and those that say something."""
    read = [(packet, _documents(packet)) for packet in packets]
    parsed = [(packet, documents) for packet, documents in read if documents is not None]
    parsed.sort(key=lambda one: not any(_is_ours(document) for document in one[1]))
    is_written = bool(parsed) and any(_is_ours(document) for document in parsed[0][1])
    if len(parsed) < len(read) and not is_written:
        message = "a packet cannot be read"
        raise NoXmp(message)
    return [one[0] for one in parsed], [one[1] for one in parsed if one[1]]


def _replaced(packets: Sequence[Packet]) -> Packet | None:
    """Return what is to be cut out of the file, as one packet."""
    if len(packets) <= 1:
        return packets[0] if packets else None
    ranges = dict.fromkeys(area for packet in packets for area in packet.ranges)
    return Packet(b"", tuple(ranges))


def _combined(
    documents: list[list[Document]], ours: Container[Name]
) -> tuple[list[Document], list[str]]:
    """Move the properties of further packets into the first; return what had no room there."""
    (main, *more), *others = documents
    further = [one for several in others for one in several]
    if not further:
        return [main, *more], []
    last, first = (more[-1], [main]) if more else (main, [])
    names = [found.name for one in first for found in one.found]
    combined = combine_documents(last, further, names, main.about)
    left_out = [one for one in combined.left_out if not _goes(one.name, ours)]
    return [*first, combined.document], _values(left_out)


def _values(left_out: Iterable[Found]) -> list[str]:
    return [f"{found.name}={value}" for found in left_out for value in found.values]


def _before(replaced: Sequence[str]) -> list[Property]:
    return [Property(BEFORE, BAG, tuple(dict.fromkeys(replaced)))] if replaced else []


def credit_in(packets: Iterable[Packet], where: str) -> Credited | None:
    """Read the credit from a file's packets; raise `Corrupt` where it is damaged."""
    for packet in packets:
        documents = _documents(packet) or _documents(packet._replace(more=b"")) or []
        values = {found.name: found.values for document in documents for found in document.found}
        credit = credit_of(values, where)
        if credit:
            return credit
    return None


def blank(packet: bytes = BLANK_MORE) -> Bare:
    """Return an empty packet."""
    return _bare(parse(packet), ())


def _documents(packet: Packet) -> list[Document] | None:
    """Read a packet and its continuation; None where one cannot be read, none of an empty one."""
    if not packet.more and not packet.main.strip(_EMPTY):
        return []
    try:
        return [parse(data) for data in (packet.main, packet.more) if data]
    except NoXmp:
        return None


def _is_ours(document: Document) -> bool:
    return any(found.name.space == OWN for found in document.found)


def _writable(one: Property) -> Property:
    return one._replace(values=tuple(dict.fromkeys(map(told, one.values))))


def _told_before(documents: Iterable[Document]) -> dict[Name, Property]:
    """Return what an earlier credit of ours told."""
    values = {found.name: found.values for document in documents for found in document.found}
    try:
        credit = credit_of(values, "")
    except Corrupt:
        return {}
    before = properties_of(credit.post) if credit else []
    return {one.name: _writable(one) for one in before}


class _Settled(NamedTuple):
    """What is to be written, and what others told.

    What is `standing` stays as it is in the file. Of what is `left`, our own part is taken away.
    What is `replaced` is remembered as text.
    """

    properties: list[Property]
    standing: set[Name]
    left: list[Property]
    replaced: list[str]


def _settled(
    documents: Sequence[Sequence[Document]],
    wanted: Sequence[Property],
    old: dict[Name, Property],
) -> _Settled:
    there = _others(documents, old)
    everything = [found for several in documents for one in several for found in one.found]
    replaced = [value for found in everything if found.name == BEFORE for value in found.values]
    settled = _Settled([], set(), [], replaced)
    names = {one.name for one in wanted}
    for one in [*wanted, *(one for one in old.values() if one.name not in names)]:
        theirs = list(there.get(one.name, ()))
        is_wanted = one.name in names
        others = [value for value in theirs if not (is_wanted and value in one.values)]
        listed = one.form in {BAG, SEQ}
        if others and (one.yields or not (listed or one.name in names)):
            settled.standing.add(one.name)
        elif one.name not in names:
            settled.left.extend([one._replace(values=tuple(others))] if others else [])
        else:
            settled.properties.append(
                one._replace(values=(*one.values, *others)) if listed else one
            )
            gone = [value for value in theirs if value in one.values] if listed else theirs
            replaced += [f"{one.name}={value}" for value in gone]
    return settled


def _others(
    documents: Iterable[Sequence[Document]], old: dict[Name, Property]
) -> dict[Name, dict[str, None]]:
    """Return what others told under each name, each once.

    Only in a packet of ours can a value be ours.
    """
    there: dict[Name, dict[str, None]] = {}
    told_by_us = {name: frozenset(one.values) for name, one in old.items()}
    for several in documents:
        ours = told_by_us if any(map(_is_ours, several)) else {}
        for found in (found for document in several for found in document.found):
            own = ours.get(found.name, frozenset[str]())
            if found.name.space != OWN:
                values = there.setdefault(found.name, {})
                values.update(dict.fromkeys(value for value in found.values if value not in own))
    return there


def _goes(name: Name, ours: Container[Name]) -> bool:
    return name in ours or name.space in {OWN, NOTE}


def _holds(document: Document, ours: Container[Name]) -> bool:
    """Return whether anything is left of a document without what is ours."""
    return not all(_goes(found.name, ours) for found in document.found)


def _bare(document: Document, ours: Container[Name]) -> Bare:
    """Cut out of a packet what is ours; a node with nothing left goes as a whole."""
    goes = [found for found in document.found if _goes(found.name, ours)]
    stays = {found.node for found in document.found if not _goes(found.name, ours)}
    empty = {found.node for found in goes} - stays
    cuts = [(found.start, found.end) for found in goes]
    for number, node in enumerate(document.nodes):
        if number in empty and node.plain:
            cuts.append((node.start, _past_line(document.data, node.end)))
    head = _without(document.data, cuts, document.place)
    tail = document.closing + document.data[document.resume :]
    return Bare(head + document.opening, tail, document.about)


def _past_line(data: bytes, end: int) -> int:
    return end + (data[end : end + 1] == b"\n")


def _without(data: bytes, cuts: Iterable[tuple[int, int]], end: int) -> bytes:
    """Return data up to a place without some ranges, which may lie within each other."""
    parts: list[bytes] = []
    at = 0
    for start, stop in sorted(cuts):
        parts.append(data[at:start])
        at = max(at, stop)
    return b"".join([*parts, data[at:end]])
