"""Combine several XMP packets of one file into one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.images.xmp.credit_properties import NOTE
from animedex.images.xmp.xmp_parser import InvalidXmp, ParsedProperty, parse_xmp
from animedex.images.xmp.xmp_writer import RDF, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from animedex.images.xmp.credit_properties import PropertyName
    from animedex.images.xmp.xmp_parser import RdfNode, XmpDocument


class CombinedDocument(NamedTuple):
    """Several documents as one.

    `left_out` are the properties of the others that the first document has as well, under the
    same name: a packet must not have two of them.
    """

    document: XmpDocument
    left_out: list[ParsedProperty]


def combine_documents(
    first: XmpDocument,
    others: Sequence[XmpDocument],
    names: Iterable[PropertyName] = (),
    about: str = "",
) -> CombinedDocument:
    """Return the first document with the properties of the others behind its own.

    `names` are left out as if the first document had them. Raise `InvalidXmp` where a node of the
    others cannot be moved without changing what it means.
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
    head = first.data[: first.insert_at] + first.opening
    tail = first.closing + first.data[first.resume :]
    return CombinedDocument(parse_xmp(head + b"".join(nodes) + tail), left_out)


def _move_node(
    document: XmpDocument, node: RdfNode, properties: Sequence[ParsedProperty], about: str
) -> bytes:
    """Write a node anew that needs nothing declared around it, its properties as they were."""
    if not node.is_plain or node.spaces.get("rdf", RDF) != RDF:
        message = "a node of it cannot be moved"
        raise InvalidXmp(message)
    spaces = {"rdf": RDF, **node.spaces}
    declarations = "".join(
        f' xmlns{prefix and ":"}{prefix}="{_quote(space)}"'
        for prefix, space in spaces.items()
        if prefix != "xml"
    )
    pieces = [document.data[item.start : item.end] for item in properties]
    attributes = b"".join(piece for piece in pieces if not piece.startswith(b"<"))
    elements = b"".join(piece + b"\n" for piece in pieces if piece.startswith(b"<"))
    opening = f'<rdf:Description{declarations} rdf:about="{_quote(about)}"'.encode()
    return opening + attributes + b">\n" + elements + b"</rdf:Description>\n"


def _quote(text: str) -> str:
    return escape(text).replace('"', "&quot;")
