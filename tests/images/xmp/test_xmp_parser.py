"""A packet is read as it stands, and nothing in it is trusted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.images.xmp.credit_properties import DUBLIN_CORE, PropertyName
from animedex.images.xmp.xmp_parser import InvalidXmp, parse_xmp
from animedex.images.xmp.xmp_writer import EMPTY_PACKET, RDF

SOURCE, CREATOR = PropertyName(DUBLIN_CORE, "source"), PropertyName(DUBLIN_CORE, "creator")


def packet(inside: str, head: str = "") -> bytes:
    spaces = f'xmlns:r="{RDF}" xmlns:dc="{DUBLIN_CORE}" xmlns:o="urn:other"'
    return f'{head}<x:m xmlns:x="adobe:ns:meta/"><r:RDF {spaces}>{inside}</r:RDF></x:m>'.encode()


def values(data: bytes) -> dict[PropertyName, tuple[str, ...]]:
    return {result.name: result.values for result in parse_xmp(data).properties}


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<dc:source>a &amp; b</dc:source>", {SOURCE: ("a & b",)}),
        ("<dc:source><![CDATA[<a>]]></dc:source>", {SOURCE: ("<a>",)}),
        ('<dc:source r:resource="urn:a"/>', {SOURCE: ("urn:a",)}),
        ("<dc:source/>", {SOURCE: ("",)}),
        (
            "<dc:creator>\n<r:Seq>\n<r:li>a</r:li> <r:li/></r:Seq>\n</dc:creator>",
            {CREATOR: ("a", "")},
        ),
        ("<dc:creator><r:Bag/></dc:creator>", {CREATOR: ("",)}),
        (
            f'<n:source xmlns:n="{DUBLIN_CORE}">a</n:source><source xmlns="{DUBLIN_CORE}"/>',
            {SOURCE: ("",)},
        ),
    ],
)
def test_properties_are_read_in_any_notation(
    inside: str, expected: dict[PropertyName, tuple[str, ...]]
) -> None:
    assert values(packet(f'<r:Description r:about="">{inside}</r:Description>')) == expected


def test_properties_may_be_attributes() -> None:
    data = packet("<r:Description\n r:about='' o:a=\"x dc:source='y'\"  dc:source\n=\t'a > b'/>")
    (other, source) = parse_xmp(data).properties
    assert (other.name.local, source.name, source.values) == ("a", SOURCE, ("a > b",))
    assert data[source.start : source.end] == b"  dc:source\n=\t'a > b'"


def test_where_a_property_stands_is_known_to_the_byte() -> None:
    first, second = "<dc:source>猫</dc:source>", "<o:a x='>'><o:b/></o:a>"
    data = packet(f"<r:Description>{first} {second}</r:Description>")
    ranges = [data[result.start : result.end].decode() for result in parse_xmp(data).properties]
    assert ranges == [first, second]


def test_an_rdf_element_may_be_empty() -> None:
    data = f'<r:RDF xmlns:r="{RDF}" />'.encode()
    document = parse_xmp(data)
    assert document.data == f'<r:RDF xmlns:r="{RDF}" ></r:RDF>'.encode()
    assert document.data[document.insert_at :] == b"</r:RDF>"
    assert parse_xmp(document.data).properties == []


@pytest.mark.parametrize("head", ["", "\ufeff", '<?xml version="1.0" encoding="latin-1"?>', "\n"])
def test_what_stands_before_it_does_not_matter(head: str) -> None:
    data = packet('<r:Description r:about="é" dc:source="é"/>', head)
    assert values(data) == {SOURCE: ("é",)}
    assert parse_xmp(data).about == "é"


BOMB = "".join(f'<!ENTITY e{n} "&e{n - 1};&e{n - 1};">' for n in range(1, 60))
REFUSED = {
    "nothing": b"",
    "no XML": b"photo",
    "no RDF": b"<a/>",
    "cut": EMPTY_PACKET[: len(EMPTY_PACKET) // 2],
    "two roots": EMPTY_PACKET + EMPTY_PACKET,
    "a document type": packet("", "<!DOCTYPE x>"),
    "entities": packet(
        "<r:Description dc:source='&e59;'/>", f'<!DOCTYPE x [<!ENTITY e0 "a">{BOMB}]>'
    ),
    "a file of ours": packet(
        "<r:Description><dc:source>&f;</dc:source></r:Description>",
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>',
    ),
    "unknown entities": packet("<r:Description dc:source='&e;'/>"),
    "depth": packet("<a>" * 70 + "</a>" * 70),
    "endless depth": b"<a>" * 200_000,
    "no UTF-8": packet("<r:Description dc:source='?'/>").replace(b"?", b"\xff"),
    "cut UTF-16": packet("").decode().encode("utf-16")[:-30],
    "controls": packet("<r:Description dc:source='?'/>").replace(b"?", b"\x01"),
    "no namespace": b"<r:RDF/>",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_trusted_is_not_read(data: bytes) -> None:
    with pytest.raises(InvalidXmp):
        parse_xmp(data)


def test_many_properties_are_read_in_passing() -> None:
    """It is linear in what there is, or this test would not end."""
    many = "".join(f'<r:Description o:a{n}="x" o:b{n}="y"/>' for n in range(20_000))
    assert len(parse_xmp(packet(many)).properties) == 40_000


def test_a_tag_may_be_full_of_blanks() -> None:
    """As above: what looks for an attribute does not start anew at every one of them."""
    blank = " " * 2**21
    document = parse_xmp(packet(f"<r:Description{blank}o:a='1'{blank}o:b{blank}=\"2\"{blank}/>"))
    assert [result.values for result in document.properties] == [("1",), ("2",)]


PIECES = st.sampled_from([
    *("<r:Description", ' r:about=""', " dc:source='a'", ' o:a="1"', ">", "/>", "<dc:creator>"),
    *("<r:Seq>", "<r:li>", "a", "&amp;", "</r:li>", "</r:Seq>", "</dc:creator>", "<!--b-->"),
    *("</r:Description>", " ", "<?c d?>", "<r:RDF>", "</r:RDF>", "]]>", "<![CDATA[x]]>"),
])  # fmt: skip


INSIDE = "<r:Description r:about='é' dc:source='猫'><dc:creator>é</dc:creator></r:Description>"
READ = {SOURCE: ("猫",), CREATOR: ("é",)}
BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
END = '<?xpacket end="w"?>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("head", ["", "\ufeff", BEGIN, "\ufeff" + BEGIN])
@pytest.mark.parametrize(
    "tail", ["", END, END + "\0", f"  {END}er</dc:title></x:m>{END}", "\0" * 7]
)
def test_a_packet_may_be_in_any_encoding_and_have_a_rest_behind(
    encoding: str, head: str, tail: str
) -> None:
    text = head + packet(INSIDE).decode() + tail
    document = parse_xmp(text.encode(encoding))
    assert {result.name: result.values for result in document.properties} == READ
    assert parse_xmp(document.data) == document


@pytest.mark.parametrize(
    "data",
    [
        b"\0" + packet(INSIDE),
        packet(INSIDE) + b"\xff\xfe",
        packet(INSIDE).removesuffix(b"</x:m>") + b"\0\0",
        packet(INSIDE).replace(b"</x:m>", b"\0</x:m>"),
        packet(INSIDE, BEGIN + '<?xml version="1.0"?>'),
        packet(INSIDE, BEGIN + "\ufeff"),
        packet(INSIDE, BEGIN + "<!-- a <b> -->\0"),
        packet(INSIDE, "rest"),
        packet(INSIDE).decode().encode("utf-16") + b"\0",
        packet(INSIDE).decode().encode("utf-16-be") + b"\xd8",
        packet(INSIDE, '<?xml version="1.0" encoding="UTF-16"?>').decode().encode("utf-16"),
        packet(INSIDE.replace("猫", "&#x732B;"), '<?xml version="1.0" encoding="iso-8859-1"?>')
        .decode()
        .encode("latin-1"),
    ],
)
def test_a_packet_may_be_wrapped_in_odd_ways(data: bytes) -> None:
    assert values(data) == READ


@given(st.lists(PIECES, max_size=14))
def test_whatever_is_in_a_packet_it_is_read_or_refused(pieces: list[str]) -> None:
    data = packet("".join(pieces))
    try:
        document = parse_xmp(data)
    except InvalidXmp:
        return
    for result in document.properties:
        assert data[result.start : result.end].strip()[:1] not in {b"", b">"}
    assert data[: document.insert_at].count(b"<") > 0
