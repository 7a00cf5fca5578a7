"""A credit put among what a file says already.

A packet of somebody else is kept byte for byte but for what we set. Lists of names and keywords
are joined, ours first. A statement about rights, a title or a line of credit that is there stands.
What is set anew, such as `dc:source`, is remembered under `animedex:before`, and so is what
somebody told in the very words that we do. What an earlier credit of ours told is replaced. A
packet that cannot be read is left as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.errors import Corrupt
from animedex.pictures.metadata.packet import BLANK, BLANK_MORE, description, told
from animedex.pictures.metadata.parsing import NoXmp, parse
from animedex.pictures.metadata.properties import (
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

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from animedex.pictures.metadata.credit import Credited
    from animedex.pictures.metadata.layout import Packet
    from animedex.pictures.metadata.parsing import Document, Found


class Bare(NamedTuple):
    """Hold a packet without our properties, open at the place where they go."""

    head: bytes
    tail: bytes
    about: str = ""

    def filled(self, properties: Sequence[Property]) -> bytes:
        """Put properties in."""
        told_here = description(properties, self.about) if properties else b""
        return self.head + told_here + self.tail


class Merge(NamedTuple):
    """Hold what is to be written: what was wanted, and `properties`, what came of it.

    `replaces` is the packet in whose place this one comes, if any. `more` is what stands in the
    continuation of that packet, None where nothing does.
    """

    wanted: list[Property]
    properties: list[Property]
    replaces: Packet | None
    main: Bare
    more: Bare | None


def alone(wanted: Sequence[Property]) -> Merge:
    """Prepare a packet of its own, beside whatever is there."""
    writable = [_writable(one) for one in wanted]
    return Merge(writable, writable, None, blank(BLANK), None)


def merged(packets: Sequence[Packet], wanted: Sequence[Property]) -> Merge:
    """Find the packet that a credit goes into, and prepare both: ours, or else the first."""
    readable = [(packet, documents) for packet in packets if (documents := _documents(packet))]
    readable.sort(key=lambda one: not any(_is_ours(document) for document in one[1]))
    if not readable:
        return alone(wanted)
    packet, documents = readable[0]
    wanted = [_writable(one) for one in wanted]
    old = _told_before(documents)
    settled = _settled([found for one in documents for found in one.found], wanted, old)
    ours = old.keys() | {one.name for one in wanted}
    main, *rest = (_bare(document, ours - settled.standing) for document in documents)
    if settled.left:
        # In a node of its own, as it is ours no longer.
        main = main._replace(head=main.head + description(settled.left, main.about))
    more = rest[0] if rest and _holds(documents[1], ours - settled.standing) else None
    return Merge(wanted, settled.properties, packet, main, more)


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
    """Give an empty packet."""
    return _bare(parse(packet), ())


def _documents(packet: Packet) -> list[Document] | None:
    """Read a packet and its continuation; None where one of them cannot be read."""
    try:
        return [parse(data) for data in (packet.main, packet.more) if data]
    except NoXmp:
        return None


def _is_ours(document: Document) -> bool:
    return any(found.name.space == OWN for found in document.found)


def _writable(one: Property) -> Property:
    return one._replace(values=tuple(dict.fromkeys(map(told, one.values))))


def _told_before(documents: Iterable[Document]) -> dict[Name, Property]:
    """Tell what an earlier credit of ours told."""
    values = {found.name: found.values for document in documents for found in document.found}
    try:
        credit = credit_of(values, "")
    except Corrupt:
        return {}
    before = properties_of(credit.post) if credit else []
    return {one.name: _writable(one) for one in before}


class _Settled(NamedTuple):
    """Hold what is to be written, and what others told.

    What is `standing` stays as it is in the file. Of what is `left`, our own part is taken away.
    """

    properties: list[Property]
    standing: set[Name]
    left: list[Property]


def _settled(
    everything: Sequence[Found], wanted: Sequence[Property], old: dict[Name, Property]
) -> _Settled:
    there = _gathered(found for found in everything if found.name.space != OWN)
    replaced = [value for found in everything if found.name == BEFORE for value in found.values]
    settled = _Settled([], set(), [])
    names = {one.name for one in wanted}
    for one in [*wanted, *(one for one in old.values() if one.name not in names)]:
        theirs = _theirs(one.name, there, old)
        others = [value for value in theirs if value not in one.values]
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
    if replaced:
        settled.properties.append(Property(BEFORE, BAG, tuple(dict.fromkeys(replaced))))
    return settled


def _gathered(everything: Iterable[Found]) -> dict[Name, list[str]]:
    """Give all that is told under each name."""
    there: dict[Name, list[str]] = {}
    for found in everything:
        there.setdefault(found.name, []).extend(found.values)
    return there


def _theirs(name: Name, there: dict[Name, list[str]], old: dict[Name, Property]) -> list[str]:
    """Give what others told under a name, each once."""
    ours = set(old[name].values) if name in old else set[str]()
    return list(dict.fromkeys(value for value in there.get(name, ()) if value not in ours))


def _goes(name: Name, ours: Container[Name]) -> bool:
    return name in ours or name.space in {OWN, NOTE}


def _holds(document: Document, ours: Container[Name]) -> bool:
    """Tell whether anything is left of a document without what is ours."""
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
    """Give data up to a place without some ranges, which may lie within each other."""
    parts: list[bytes] = []
    at = 0
    for start, stop in sorted(cuts):
        parts.append(data[at:start])
        at = max(at, stop)
    return b"".join([*parts, data[at:end]])
