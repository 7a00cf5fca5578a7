"""Combine several XMP packets of one file into one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.images.xmp.credit_properties import NOTE
from animedex.images.xmp.xmp_parser import Found, NoXmp, parse
from animedex.images.xmp.xmp_writer import RDF, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from animedex.images.xmp.credit_properties import Name
    from animedex.images.xmp.xmp_parser import Document, Node


class Combined(NamedTuple):
    """Several documents as one.

    `left_out` are the properties of the others that the first document has as well, under the
    same name: a packet must not have two of them.
    """

    document: Document
    left_out: list[Found]


def combine_documents(
    first: Document, others: Sequence[Document], names: Iterable[Name] = (), about: str = ""
) -> Combined:
    """Return the first document with the properties of the others behind its own.

    `names` are left out as if the first document had them. Raise `NoXmp` where a node of the
    others cannot be moved without changing what it means.
    """
    present = {*names, *(found.name for found in first.found)}
    left_out: list[Found] = []
    moved: list[bytes] = []
    for document in others:
        chosen: dict[int, list[Found]] = {}
        for found in (found for found in document.found if found.name.space != NOTE):
            place = left_out if found.name in present else chosen.setdefault(found.node, [])
            place.append(found)
            present.add(found.name)
        for number, properties in chosen.items():
            node = document.nodes[number]
            moved.append(_moved(document, node, properties, about or first.about))
    head = first.data[: first.place] + first.opening
    tail = first.closing + first.data[first.resume :]
    return Combined(parse(head + b"".join(moved) + tail), left_out)


def _moved(document: Document, node: Node, properties: Sequence[Found], about: str) -> bytes:
    """Write a node anew that needs nothing declared around it, its properties as they were."""
    if not node.plain or node.spaces.get("rdf", RDF) != RDF:
        message = "a node of it cannot be moved"
        raise NoXmp(message)
    spaces = {"rdf": RDF, **node.spaces}
    declared = "".join(
        f' xmlns{prefix and ":"}{prefix}="{_quoted(space)}"'
        for prefix, space in spaces.items()
        if prefix != "xml"
    )
    pieces = [document.data[found.start : found.end] for found in properties]
    attributes = b"".join(piece for piece in pieces if not piece.startswith(b"<"))
    elements = b"".join(piece + b"\n" for piece in pieces if piece.startswith(b"<"))
    opening = f'<rdf:Description{declared} rdf:about="{_quoted(about)}"'.encode()
    return opening + attributes + b">\n" + elements + b"</rdf:Description>\n"


def _quoted(text: str) -> str:
    return escaped(text).replace('"', "&quot;")
