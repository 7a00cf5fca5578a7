"""Parser of XMP: the properties of a packet, and their places in it.

A packet in a file is whatever somebody put there. A document type, and with it every entity, is
refused; so is what is nested deeply. Nothing is built up but the properties' own texts.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from animedex.images.xmp.credit_properties import PropertyName
from animedex.images.xmp.xmp_writer import EMPTY_PACKET, RDF

if TYPE_CHECKING:
    from collections.abc import Iterator


_MAX_DEPTH = 64
_SEPARATOR = "\n"
# How deep in the RDF element something stands; a list is between a property and its items.
_NODE, _PROPERTY, _IN_LIST = 1, 2, 4
_XML = "http://www.w3.org/XML/1998/namespace"
_TAG = re.compile(rb"""<(?:[^"'>]++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(rb"""\s++([^\s=]++)\s*+=\s*+(?:"[^"]*+"|'[^']*+')""")


class InvalidXmp(Exception):
    """Raised if a packet cannot be read."""


class ParsedProperty(NamedTuple):
    """A property that a packet has, and the range of bytes that it takes there.

    `node` numbers the node that it belongs to.
    """

    name: PropertyName
    values: tuple[str, ...]
    start: int
    end: int
    node: int


class RdfNode(NamedTuple):
    """The place of a node; a `is_plain` one has nothing but properties.

    `spaces` are the namespaces declared there, by prefix; an empty prefix is the default one.
    """

    start: int
    end: int
    is_plain: bool
    spaces: dict[str, str]


class XmpDocument(NamedTuple):
    """Represent a packet; further nodes may be inserted at `insert_at`, the end of its RDF."""

    data: bytes
    properties: list[ParsedProperty]
    nodes: list[RdfNode]
    about: str
    insert_at: int


def parse_xmp(data: bytes) -> XmpDocument:
    """Return the properties of a packet, and their places in `XmpDocument.data`.

    The data is the packet itself if it is well-formed XML in UTF-8. Otherwise it is the packet
    converted to UTF-8, without the bytes before and after its XML. An RDF element that is written
    as one tag gets an end tag, so that nodes can be inserted. Raise `InvalidXmp` if it has no
    RDF, or if it must not be trusted.
    """
    text = to_utf8(data)
    try:
        return _parse_well_formed(text)
    except InvalidXmp:
        return _parse_well_formed(_extract_xml(text))


def _parse_well_formed(data: bytes) -> XmpDocument:
    if b"\0" in data:
        message = "it contains NUL bytes"
        raise InvalidXmp(message)
    reader = _XmpReader(data)
    try:
        # Left alone, the parser would read another encoding, where places are other ones.
        data.decode()
        reader.parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        raise InvalidXmp(str(error)) from None
    if reader.document is None:
        message = "there is no rdf:RDF"
        raise InvalidXmp(message)
    return reader.document


def _extract_xml(data: bytes) -> bytes:
    """Return the XML of a packet with other bytes around it: padding, a rest, a second BOM.

    Raise `InvalidXmp` if the RDF is not complete, or if what follows it is another packet.
    """
    prologue = _PROLOGUE.match(data)
    if prologue is None:
        message = "there is no XML element"
        raise InvalidXmp(message)
    body = data[prologue.end() :]
    reader = _XmpReader(body)
    with suppress(expat.ExpatError, ValueError):
        reader.parser.Parse(body, True)
    if reader.document is None:
        message = "there is no complete rdf:RDF"
        raise InvalidXmp(message)
    if _SECOND.search(body, reader.end):
        message = "another packet follows in it"
        raise InvalidXmp(message)
    xml = body[: reader.end] + reader.closing
    return _BEGIN + xml + _END if b"<?xpacket" in data else xml


class _XmpReader:
    """Collect the properties and nodes of a packet while expat parses it."""

    def __init__(self, data: bytes) -> None:
        self.document: XmpDocument | None = None
        # Where the root element ends, or the RDF if the root is cut, and what closes it then.
        self.end = 0
        self.closing = b""
        self._spaces: dict[str, list[str]] = {}
        self._data = data
        self._properties: list[ParsedProperty] = []
        self._nodes: list[RdfNode] = []
        self._about: str | None = None
        self._depth = 0
        self._rdf = 0
        # Of every open element: where its tag begins and ends.
        self._open: list[tuple[int, int]] = []
        self._plain = True
        self._declared: dict[str, str] = {}
        self._texts: list[str] = []
        self._items: list[str] | None = None
        self._name = PropertyName("", "")
        self.parser = expat.ParserCreate("utf-8", _SEPARATOR)
        self.parser.namespace_prefixes = True
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartNamespaceDeclHandler = self._declare
        self.parser.EndNamespaceDeclHandler = self._undeclare
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _refuse(self, *_: object) -> None:
        message = "it declares a document type"
        raise InvalidXmp(message)

    def _declare(self, prefix: str | None, space: str | None) -> None:
        self._spaces.setdefault(prefix or "", []).append(space or "")

    def _undeclare(self, prefix: str | None) -> None:
        self._spaces[prefix or ""].pop()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        start = self.parser.CurrentByteIndex
        self._open.append((start, self._tag_end(start)))
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            message = "it is nested too deeply"
            raise InvalidXmp(message)
        name = _parse_name(tag)
        level = self._depth - self._rdf
        if not self._rdf:
            self._rdf = self._depth if name == _RDF and self.document is None else 0
        elif level == _NODE:
            self._start_node(name, attributes)
        elif level == _PROPERTY:
            self._start_property(name, attributes)
        elif name == _ITEM and level == _IN_LIST:
            self._items = self._items or []
            self._texts = []

    def _end(self, tag: str) -> None:
        start, inner = self._open.pop()
        end = self._element_end(inner)
        level = self._depth - self._rdf
        if self._rdf and level == 0:
            self._end_rdf(start, inner, end)
        elif self._rdf and level == _NODE:
            self._nodes.append(RdfNode(start, end, self._plain, self._declared))
        elif self._rdf and level == _PROPERTY:
            values = ["".join(self._texts)] if self._items is None else self._items
            self._add(self._name, values, start, end)
        elif self._items is not None and level == _IN_LIST and _parse_name(tag) == _ITEM:
            self._items.append("".join(self._texts))
        self._depth -= 1
        if not self._depth:
            self.end, self.closing = end, b""

    def _text(self, text: str) -> None:
        self._texts.append(text)

    def _start_node(self, name: PropertyName, attributes: dict[str, str]) -> None:
        start, end = self._open[-1]
        self._plain = name == _DESCRIPTION
        self._declared = {prefix: spaces[-1] for prefix, spaces in self._spaces.items() if spaces}
        ranges = dict(_iter_attributes(self._data, _find_name_end(self._data, start), end))
        for attribute, value in attributes.items():
            property_name, prefix = _parse_name(attribute), attribute.split(_SEPARATOR)[2:]
            if property_name in _ABOUT:
                self._about = self._about or value
            elif property_name.space in {RDF, _XML, ""}:
                self._plain = False
            else:
                self._add(property_name, [value], *ranges[":".join([*prefix, property_name.local])])

    def _start_property(self, name: PropertyName, attributes: dict[str, str]) -> None:
        self._name, self._items = name, None
        resources = (value for key, value in attributes.items() if _parse_name(key) == _RESOURCE)
        self._texts = list(resources)

    def _add(self, name: PropertyName, values: list[str], start: int, end: int) -> None:
        self._properties.append(ParsedProperty(name, tuple(values), start, end, len(self._nodes)))

    def _end_rdf(self, start: int, inner: int, end: int) -> None:
        data, place = self._data, self.parser.CurrentByteIndex
        if data[inner - 2 : inner] == b"/>":
            name = data[start + 1 : _find_name_end(data, start)]
            data, place = data[: inner - 2] + b"></" + name + b">" + data[end:], inner - 1
        self.document = XmpDocument(data, self._properties, self._nodes, self._about or "", place)
        self._rdf = 0
        self.end = end
        names = [self._data[at + 1 : _find_name_end(self._data, at)] for at, _ in self._open]
        self.closing = b"".join(b"</" + name + b">" for name in reversed(names))

    def _tag_end(self, start: int) -> int:
        match = _TAG.match(self._data, start)
        assert match, "what was parsed is a tag"
        return match.end()

    def _element_end(self, inner: int) -> int:
        if self._data[inner - 2 : inner] == b"/>":
            return inner
        return self._data.index(b">", self.parser.CurrentByteIndex) + 1


_RDF = PropertyName(RDF, "RDF")
_DESCRIPTION = PropertyName(RDF, "Description")
_ITEM = PropertyName(RDF, "li")
_RESOURCE = PropertyName(RDF, "resource")
# Old packets leave the prefix out.
_ABOUT = {PropertyName(RDF, "about"), PropertyName("", "about")}


def _parse_name(tag: str) -> PropertyName:
    """Split a name as expat writes it: namespace, local name, prefix."""
    space, divide, rest = tag.partition(_SEPARATOR)
    return PropertyName(space, rest.partition(_SEPARATOR)[0]) if divide else PropertyName("", tag)


def _iter_attributes(data: bytes, at: int, end: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the place of each attribute in a tag."""
    while match := _ATTRIBUTE.match(data, at, end):
        yield match[1].decode(), match.span()
        at = match.end()


def _find_name_end(data: bytes, start: int) -> int:
    """Return where the name in a tag ends."""
    match = _NAME.match(data, start)
    assert match, "what was parsed is a tag"
    return match.end()


_NAME = re.compile(rb"<[^\s/>]+")
# Comments, instructions and stray text before the root; a document type is not passed over.
_PROLOGUE = re.compile(rb"(?:<!--.*?-->|<\?.*?\?>|[^<]++)*+(?=<[^!?])", re.DOTALL)
_SECOND = re.compile(rb"<(?:[^\s<>/:]+:)?RDF[\s>]")
_BEGIN = EMPTY_PACKET[: EMPTY_PACKET.index(b"<x:")]
_END = EMPTY_PACKET[EMPTY_PACKET.rindex(b"\n") :]


_WIDE = {"utf-32-be": 4, "utf-32-le": 4, "utf-16-be": 2, "utf-16-le": 2}
_DECLARATION = re.compile(r"<\?xml\s[^?]*\?>\s*")
# The encodings of one byte that programs declare; others are not tried.
_NARROW = re.compile(
    rb"""<\?xml\s[^?]*encoding=["'](iso-8859-\d+|windows-125\d|us-ascii)["']""", re.IGNORECASE
)


def to_utf8(data: bytes) -> bytes:
    r"""Return a packet in UTF-8; unchanged if it is in UTF-8, or in no known encoding.

    >>> to_utf8(f"\ufeff<a b='{RDF}'>\u732b</a>".encode("utf-16")).decode()[-5:]
    '\u732b</a>'
    """
    encoding = _wide_encoding(data) or _narrow_encoding(data)
    if encoding is None:
        return data
    text = _decode(data, encoding).lstrip("\ufeff\0")
    return _DECLARATION.sub("", text, count=1).encode(errors="replace")


def _wide_encoding(data: bytes) -> str | None:
    """Return the encoding of UTF-16 or UTF-32 data that contains the namespace of RDF."""
    for encoding, width in _WIDE.items():
        # Shifted by a byte, each of them looks like its neighbour.
        at = data.find(RDF.encode(encoding))
        if at >= 0 and at % width == 0:
            return encoding
    return None


def _narrow_encoding(data: bytes) -> str | None:
    declaration = _NARROW.search(data[:200])
    if declaration is None:
        return None
    try:
        data.decode()
    except UnicodeDecodeError:
        return declaration[1].decode().lower()
    return None


def _decode(data: bytes, encoding: str) -> str:
    """Decode data up to the first bytes that cannot be, which are behind the XML or damage it."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        return data[: error.start].decode(encoding)
