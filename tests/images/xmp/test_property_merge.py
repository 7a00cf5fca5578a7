"""What others have put into a file stays, and a credit of ours comes beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.errors import Corrupt
from animedex.images.xmp.credit_properties import (
    DUBLIN_CORE,
    PHOTOSHOP,
    PREFIXES,
    RIGHTS,
    build_properties,
)
from animedex.images.xmp.property_merge import find_credit, merge_packets
from animedex.images.xmp.xmp_parser import InvalidXmp, parse_xmp
from animedex.images.xmp.xmp_scan import XmpPacket
from animedex.images.xmp.xmp_writer import RDF
from animedex.models import ArtPost, Rating

POST = ArtPost(
    id="danbooru:1",
    rating=Rating.GENERAL,
    source_url="https://pixiv.example/1",
    artists=["yuzu"],
    tags=["maid", "cat"],
    copyrights=["lanterns"],
)
BARE = ArtPost(id="waifu:2", rating=Rating.GENERAL)
SPACES = f'xmlns:rdf="{RDF}" xmlns:d="{DUBLIN_CORE}" xmlns:p="{PHOTOSHOP}" xmlns:q="{RIGHTS}"'
HEAD = '<?xpacket begin="\ufeff" id="x"?><!-- mine --><rdf:RDF ' + SPACES + ' xmlns:o="urn:o">'
TAIL = "\n</rdf:RDF><?xpacket end='w'?>"


def packet(*nodes: str) -> XmpPacket:
    inside = "".join(f'\n<rdf:Description rdf:about="a&amp;b" {node}' for node in nodes)
    return XmpPacket((HEAD + inside + TAIL).encode(), ((0, 9),))


def insert_packet(
    former: XmpPacket | None, post: ArtPost = POST, row: bytes | None = None
) -> XmpPacket:
    """Write a credit into a packet, or beside it."""
    merge = merge_packets([former] if former else [], build_properties(post, row))
    return XmpPacket(merge.main.fill(merge.properties), ((0, 9),))


def read_values(one: XmpPacket) -> dict[str, list[str]]:
    """Return what a packet says, by prefix and name."""
    there: dict[str, list[str]] = {}
    for result in parse_xmp(one.main).properties:
        prefix = PREFIXES.get(result.name.space, result.name.space)
        there.setdefault(f"{prefix}:{result.name.local}", []).extend(result.values)
    return there


FOREIGN = packet(
    'o:tool="GIMP"><o:deep><o:er>1</o:er></o:deep>'
    "<d:subject><rdf:Bag><rdf:li>mine</rdf:li><rdf:li>cat</rdf:li></rdf:Bag></d:subject>"
    '<d:rights><rdf:Alt><rdf:li xml:lang="x-default">© yuzu</rdf:li></rdf:Alt></d:rights>'
    "</rdf:Description>",
    "d:source='mine' p:Credit='me'/>",
    "q:Marked='True'/>",
)


def test_lists_are_joined_ours_first() -> None:
    assert read_values(insert_packet(FOREIGN))["dc:subject"] == ["maid", "cat", "lanterns", "mine"]
    assert read_values(insert_packet(FOREIGN))["dc:creator"] == ["yuzu"]


def test_statements_about_rights_and_credit_stand() -> None:
    there = read_values(insert_packet(FOREIGN))
    assert there["dc:rights"] == ["© yuzu"]
    assert there["photoshop:Credit"] == ["me"]
    assert there["xmpRights:Marked"] == ["True"]
    assert there["xmpRights:WebStatement"] == ["https://pixiv.example/1"]


def test_what_is_set_anew_is_kept_beside() -> None:
    there = read_values(insert_packet(FOREIGN))
    assert there["dc:source"] == ["https://pixiv.example/1"]
    assert there["animedex:before"] == ["dc:source=mine", "dc:subject=cat"]


def test_all_else_stays_to_the_byte() -> None:
    done = insert_packet(FOREIGN).main.decode()
    assert done.startswith(HEAD + '\n<rdf:Description rdf:about="a&amp;b" o:tool="GIMP">')
    assert "<o:deep><o:er>1</o:er></o:deep>" in done
    assert done.endswith(TAIL)
    assert parse_xmp(insert_packet(FOREIGN).main).about == "a&b"
    assert find_credit([insert_packet(FOREIGN, row=b"{}")], "") == (POST, b"{}")


@pytest.mark.parametrize("former", [None, FOREIGN, packet(), packet("/>")])
@pytest.mark.parametrize("post", [POST, BARE])
def test_writing_twice_is_writing_once(former: XmpPacket | None, post: ArtPost) -> None:
    once = insert_packet(former, post)
    assert insert_packet(once, post) == once


def test_an_earlier_credit_is_replaced() -> None:
    for former in (None, packet("/>")):
        assert insert_packet(insert_packet(former, POST, b"{}"), BARE) == insert_packet(
            former, BARE
        )


def test_what_others_told_outlives_several_credits() -> None:
    there = read_values(insert_packet(insert_packet(FOREIGN), BARE))
    assert there["dc:subject"] == ["mine"]
    assert "dc:creator" not in there
    assert there["animedex:before"] == ["dc:source=mine", "dc:subject=cat"]
    assert there["photoshop:Credit"] == ["me"]


def test_what_another_program_said_after_us_stays_as_it_said_it() -> None:
    ours, theirs = b">https://pixiv.example/1</dc:source>", b' xml:lang="en">theirs</dc:source>'
    once = insert_packet(packet("/>"))
    assert once.main.count(ours) == 1
    edited = once._replace(main=once.main.replace(ours, theirs))
    assert theirs in insert_packet(edited, BARE).main


WORDS = st.lists(st.sampled_from(["a", "b", "c", "yuzu"]), unique=True, max_size=3)
SINGLE = st.sampled_from(["d:source", "d:identifier", "p:Credit", "p:Source", "o:other"])


@st.composite
def foreign(draw: st.DrawFn) -> XmpPacket:
    items = "".join(f"<rdf:li>{word}</rdf:li>" for word in draw(WORDS))
    lists = f"<d:subject><rdf:Bag>{items}</rdf:Bag></d:subject>" if items else ""
    names = draw(st.lists(SINGLE, unique=True, max_size=3))
    attributes = " ".join(f"{name}='{draw(st.sampled_from('ab'))}'" for name in names)
    return packet(f"{attributes}>{lists}</rdf:Description>", "o:x='1'/>")


@st.composite
def posts(draw: st.DrawFn) -> ArtPost:
    source = draw(st.none() | st.sampled_from("ab"))
    post_id = draw(st.sampled_from(["a", "b:1"]))
    artists, tags = draw(WORDS), draw(WORDS)
    return ArtPost(id=post_id, rating=Rating.GENERAL, source_url=source, artists=artists, tags=tags)


@given(st.none() | foreign(), st.lists(posts(), min_size=1, max_size=3))
def test_whatever_was_there_the_last_credit_is_read(
    former: XmpPacket | None, several: list[ArtPost]
) -> None:
    done = former
    for post in several:
        done = insert_packet(done, post)
        assert insert_packet(done, post) == done
        assert find_credit([done], "") == (post, None)
    assert done
    there = read_values(done)
    before = read_values(former) if former else {}
    kept = {value for name in there for value in there[name]}
    for name, values in before.items():
        for value in values:
            assert value in kept or f"{name}={value}" in kept


UNREADABLE = [b"photo", b"<!DOCTYPE x>" + FOREIGN.main, FOREIGN.main[:-40]]


@pytest.mark.parametrize("main", UNREADABLE)
def test_nothing_is_written_beside_what_cannot_be_read(main: bytes) -> None:
    broken = XmpPacket(main, ((0, 1),))
    for packets in ([broken], [FOREIGN, broken]):
        with pytest.raises(InvalidXmp):
            merge_packets(packets, build_properties(POST))
    assert find_credit([broken], "") is None
    assert find_credit([broken, insert_packet(None)], "") == (POST, None)
    assert merge_packets(
        [broken, insert_packet(None)], build_properties(POST)
    ).replaces == insert_packet(None)


def test_an_empty_packet_is_replaced() -> None:
    for main in (b"", b"\0\0", b"\n ", b"\xef\xbb\xbf", b"\xff\xfe"):
        merge = merge_packets([XmpPacket(main, ((0, 1),))], build_properties(POST))
        assert merge.replaces == XmpPacket(main, ((0, 1),))
        assert merge.main.fill(merge.properties) == insert_packet(None).main


def test_several_packets_become_one() -> None:
    second = packet(
        'xmlns="urn:o" o:b="2" o:tool="Krita"><d:subject><rdf:Bag><rdf:li>second</rdf:li></rdf:Bag>'
        "</d:subject><o:list><rdf:Seq><rdf:li><deep/></rdf:li></rdf:Seq></o:list>"
        "</rdf:Description>",
        "d:source='theirs'/>",
    )._replace(ranges=((9, 12),))
    merge = merge_packets([FOREIGN, second], build_properties(POST))
    done = XmpPacket(merge.main.fill(merge.properties), ((0, 9),))
    assert merge.replaces == XmpPacket(b"", ((0, 9), (9, 12)))
    there = read_values(done)
    assert there["dc:subject"] == ["maid", "cat", "lanterns", "mine", "second"]
    assert there["urn:o:tool"] == ["GIMP"]
    assert there["urn:o:b"] == ["2"]
    assert b"<o:list><rdf:Seq><rdf:li><deep/></rdf:li></rdf:Seq></o:list>" in done.main
    assert set(there["animedex:before"]) == {
        *("urn:o:tool=Krita", "dc:source=mine", "dc:source=theirs", "dc:subject=cat")
    }
    assert find_credit([done], "") == (POST, None)
    assert insert_packet(done) == done


def test_ours_is_the_packet_that_others_go_into() -> None:
    ours = insert_packet(None)._replace(ranges=((9, 12),))
    merge = merge_packets([FOREIGN, ours], build_properties(BARE))
    done = XmpPacket(merge.main.fill(merge.properties), ((0, 9),))
    assert find_credit([done], "") == (BARE, None)
    assert read_values(done)["dc:subject"] == ["mine", "cat"]
    assert "dc:creator" not in read_values(done)


def test_a_node_that_means_more_is_not_moved() -> None:
    odd = packet('rdf:ID="a" o:b="2"/>')._replace(ranges=((9, 12),))
    with pytest.raises(InvalidXmp):
        merge_packets([FOREIGN, odd], build_properties(POST))


def damaged(post: str) -> XmpPacket:
    return packet(f"xmlns:a='urn:animedex:credit#'><a:post>{post}</a:post></rdf:Description>")


@pytest.mark.parametrize(
    "post",
    [
        *("x", "[]", "{}", '{"id":1,"rating":"g"}', '{"id":"a","rating":"g","source_tag":1}'),
        '{"id":"a","rating":"g","source_tag":{"backend":"b","fetched_at":"now","cached":0}}',
        '{"id":"a","rating":"g","source_tag":{"fetched_at":"2026-01-01T00:00:00Z"}}',
        "[" * 100_000,
    ],
)
def test_a_credit_that_is_damaged_is_told_and_replaced(post: str) -> None:
    with pytest.raises(Corrupt, match=r"cat\.png has a damaged credit") as caught:
        find_credit([damaged(post)], "cat.png")
    assert caught.value.hint
    assert find_credit([insert_packet(damaged(post))], "") == (POST, None)


def test_a_row_that_is_damaged_does_no_harm_to_the_post() -> None:
    done = insert_packet(None, POST, b"\xff")
    assert find_credit([done], "") == (POST, b"\xff")
    assert find_credit([done._replace(main=done.main.replace(b"/w==", b"/w=!"))], "") == (
        POST,
        None,
    )
