"""What the pages hold, without a script."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from animedex.call import SourceTag
from animedex.library.entry import NewEntry
from animedex.library.filter_sql import Filters
from animedex.models import Rating
from tests.gallery.conftest import EVIL, NEKO, Page, post

if TYPE_CHECKING:
    from animedex.asgi.loopback_server import LoopbackServer
    from animedex.library.entry import Entry
    from tests.gallery.conftest import GalleryFixture, Visit


def number_of(filled: GalleryFixture, post_id: str) -> int:
    result = filled.library.holding(post_id)
    assert result is not None
    return result.id


def walked(visit: Visit, path: str) -> list[int]:
    """Follow a list to its end; give the numbers of all pictures on the way."""
    numbers: list[int] = []
    while True:
        page = Page(visit(path))
        numbers += page.numbers
        more = [each["href"] for each in page.all("a") if each.get("rel") == "next"]
        if not more or more[0] is None:
            return numbers
        path = more[0]


def test_everything_is_listed_once_the_newest_first(filled: GalleryFixture, visit: Visit) -> None:
    entries = filled.library.entries()
    assert walked(visit, "/") == [entry.id for entry in entries]
    assert f"{len(entries)} pictures" in Page(visit("/")).text


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("source=nekos", Filters(source="nekos")),
        ("source=own", Filters(source="own")),
        ("rating=g", Filters(rating="g")),
        ("rating=General", Filters(rating="g")),
        ("category=neko", Filters(category="neko")),
        ("artist=Inkwell+Tanuki", Filters(artist="Inkwell Tanuki")),
        ("animated=yes", Filters(animated=True)),
        ("animated=no&category=waifu", Filters(animated=False, category="waifu")),
        ("added=%3E2020&size=0.1mp", Filters(larger_than=100_000)),
        ("added=%3C2020-01-01", Filters(added_before=0)),
    ],
)
def test_filters_stand_in_the_address(
    query: str, filters: Filters, filled: GalleryFixture, visit: Visit
) -> None:
    expected = [entry.id for entry in filled.library.entries(filters)]
    assert walked(visit, f"/?{query}") == expected
    page = Page(visit(f"/?{query}"))
    counted = f"{len(expected)} picture" if expected else "no pictures"
    assert counted in page.text


def test_filters_in_force_can_be_taken_away_one_by_one(visit: Visit) -> None:
    page = Page(visit("/?q=tanuki&category=neko&animated=no"))
    assert {"/?q=tanuki&animated=no", "/?q=tanuki&category=neko"} <= set(page.links)


def test_the_form_holds_what_is_asked_for(visit: Visit) -> None:
    page = Page(visit("/?q=tanuki&category=neko&artist=Inkwell"))
    (form,) = page.all("form")
    assert (form["action"], form["method"]) == ("/", "get")
    values = {each["name"]: each.get("value") for each in page.all("input") if "name" in each}
    assert values == {"q": "tanuki", "artist": "Inkwell"}
    chosen = [each["value"] for each in page.all("option") if "selected" in each]
    assert chosen == ["", "", "neko", "", "", ""]


def test_words_find_pictures_and_lead_on(visit: Visit, filled: GalleryFixture) -> None:
    page = Page(visit("/?q=tanuki"))
    expected = [hit.entry.id for hit in filled.library.search("tanuki")]
    assert page.numbers == expected
    assert len(expected) > 1
    assert f"{len(expected)} pictures found" in page.text
    assert page.links.count(f"/picture/{expected[0]}?q=tanuki") == 1


def test_nothing_found_is_said(visit: Visit) -> None:
    page = Page(visit("/?q=zzzzzzqqqq"))
    assert page.numbers == []
    assert "no pictures found" in page.text
    assert "Nothing in your library is like that." in page.text


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("/?q=tanuki&page=999", "/?q=tanuki"),
        ("/?before=1", "/"),
        ("/?rating=g&before=1", "/?rating=g"),
    ],
)
def test_where_a_list_has_ended_there_is_a_way_back(path: str, first: str, visit: Visit) -> None:
    page = Page(visit(path))
    assert "There is no such page." in page.text
    assert "Nothing in your library" not in page.text
    assert "There is nothing in your library" not in page.text
    assert first in page.links
    assert Page(visit(first)).numbers


def test_an_empty_library_says_how_to_fill_it(own_server: LoopbackServer, visit: Visit) -> None:
    page = Page(visit("/", server=own_server))
    assert "There is nothing in your library yet." in page.text
    assert "animedex library add" in page.text


@pytest.mark.parametrize("query", ["added=yesterday", "size=huge", "rating=x", "animated=1"])
def test_what_means_nothing_is_said(query: str, visit: Visit) -> None:
    answer = visit(f"/?{query}")
    assert answer.status == 400
    assert query.partition("=")[2] in Page(answer).text


def test_a_picture_has_its_artist_its_source_and_its_facts(
    filled: GalleryFixture, visit: Visit
) -> None:
    number = number_of(filled, f"nekos:{NEKO}")
    page = Page(visit(f"/picture/{number}"))
    assert "/?artist=%5Bmofu%5D" in page.links
    outside = [each for each in page.all("a") if (each["href"] or "").startswith("http")]
    assert [each["href"] for each in outside] == [
        "https://twitter.com/mofu_kakko_no_egaki/status/2053086434371604940"
    ]
    assert {each["rel"] for each in outside} == {"noopener noreferrer nofollow"}
    assert {"/?source=nekos", "/?category=neko", "/?rating=g"} <= set(page.links)
    for fact in ("by [mofu]", "on twitter.com", "240 \u00d7 330", "png", NEKO):
        assert fact in page.text


def test_similar_pictures_stand_beside_it(filled: GalleryFixture, visit: Visit) -> None:
    number = number_of(filled, f"nekos:{NEKO}")
    copies = {entry.id for entry in filled.library.entries(Filters(source="own"))}
    page = Page(visit(f"/picture/{number}"))
    assert "Similar pictures" in page.text
    assert copies <= set(page.numbers)
    assert f"/picture/{number}" not in page.links


def test_what_else_an_artist_made_stands_beside_it(filled: GalleryFixture, visit: Visit) -> None:
    page = Page(visit(f"/picture/{number_of(filled, f'nekos:{NEKO}')}"))
    others = {entry.id for entry in filled.library.entries(Filters(artist="[mofu]"))}
    assert "More by [mofu]" in page.text
    assert len(others & set(page.numbers)) == len(others) - 1 > 0


def test_a_picture_leads_to_the_next_in_its_list(filled: GalleryFixture, visit: Visit) -> None:
    numbers = [entry.id for entry in filled.library.entries(Filters(category="neko"))]
    ways = {
        each["rel"]: each["href"]
        for each in Page(visit(f"/picture/{numbers[1]}?category=neko")).all("a")
        if each.get("rel") in {"next", "prev"}
    }
    assert ways == {
        "prev": f"/picture/{numbers[0]}?category=neko",
        "next": f"/picture/{numbers[2]}?category=neko",
    }


@pytest.mark.parametrize("query", ["category=neko", "q=tanuki", ""])
def test_lists_can_be_walked_picture_by_picture(
    query: str, filled: GalleryFixture, visit: Visit
) -> None:
    listed = walked(visit, f"/?{query}")[:5]
    path: str | None = f"/picture/{listed[0]}?{query}"
    seen: list[int] = []
    while path is not None and len(seen) < len(listed):
        page = Page(visit(path))
        seen.append(int(path.partition("?")[0].rpartition("/")[2]))
        path = next((each["href"] for each in page.all("a") if each.get("rel") == "next"), None)
    assert seen == listed


def test_the_first_picture_has_no_newer_one(filled: GalleryFixture, visit: Visit) -> None:
    newest = filled.library.entries(limit=1)[0].id
    rels = [each.get("rel") for each in Page(visit(f"/picture/{newest}")).all("a")]
    assert "prev" not in rels
    assert "next" in rels


def evil_entry(own: GalleryFixture, text: str) -> Entry:
    about = post(
        rating=Rating.EXPLICIT,
        artists=[text],
        characters=[text],
        copyrights=[text],
        tags=[text],
        source_url="javascript:alert(1)//" + text,
        page_url="data:text/html," + text,
    )
    return own.library.add(NewEntry(str(own.draw("evil.png")), about, None, text))


@pytest.mark.parametrize(
    "text",
    [
        EVIL,
        "'><img src=x onerror=alert(1)>",
        "{{ 7 * 7 }}{% raw %}",
        "</title><style>*{}</style>",
        "&lt;b&gt;",
        "a\u202eb\u0007\u001b[31m",
        "javascript:alert(1)",
        "name" * 1000,
    ],
)
def test_names_are_data_and_never_markup(
    text: str, own: GalleryFixture, own_server: LoopbackServer, visit: Visit
) -> None:
    entry = evil_entry(own, text)
    listed = visit("/", server=own_server)
    shown = visit(f"/picture/{entry.id}", server=own_server)
    result = visit(f"/?artist={'%22' + 'x' * 50}", server=own_server)
    plain = Page(visit("/nothing", server=own_server))
    for answer in (listed, shown, result):
        page = Page(answer)
        assert answer.status == 200
        assert page.all("script") == plain.all("script")
        assert page.all("style") == []
        names = {name for _, attributes in page.elements for name in attributes}
        assert not {name for name in names if name.startswith("on")}
        assert "style" not in names
        assert not [link for link in page.links if not link.startswith(("/", "#"))]
    assert text[:20].partition("\u0007")[0] in "".join(Page(shown).texts)


def test_an_address_that_is_one_is_linked_and_no_other(
    own: GalleryFixture, own_server: LoopbackServer, visit: Visit
) -> None:
    about = post(source_url="https://art.example/1?a=1&b=<2>", page_url="https://[broken/")
    entry = own.add(own.draw("a.png"), about)
    page = Page(visit(f"/picture/{entry.id}", server=own_server))
    outside = [link for link in page.links if "://" in link]
    assert outside == ["https://art.example/1?a=1&b=<2>"]


def test_no_page_tells_where_files_are(filled: GalleryFixture, visit: Visit) -> None:
    for path in ("/", "/picture/1", "/api/v2/neko", "/?q=tanuki", "/file/99999", "/picture/0"):
        answer = visit(path)
        assert str(filled.folder).encode() not in answer.body + str(answer.headers).encode()


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_text_is_shown_as_far_as_it_can_be(
    own: GalleryFixture, own_server: LoopbackServer, visit: Visit
) -> None:
    path = os.fsdecode(os.fsencode(own.folder) + b"/\xff\xfe.png")
    os.rename(own.draw("a.png"), path)
    entry = own.library.add(NewEntry(path))
    assert visit("/", server=own_server).status == 200
    assert "??.png" in Page(visit(f"/picture/{entry.id}", server=own_server)).text
    assert visit(f"/file/{entry.id}", server=own_server).status == 200


def test_a_file_that_is_gone_has_a_page_that_says_so(
    own: GalleryFixture, own_server: LoopbackServer, visit: Visit
) -> None:
    path = own.draw("gone.png")
    entry = own.add(path)
    path.unlink()
    page = Page(visit(f"/picture/{entry.id}", server=own_server))
    assert "The file is not where it was." in page.text
    (picture,) = [each for each in page.all("img") if "width" in each and each["alt"]]
    assert (picture["src"] or "").startswith("/thumbnail/")


def test_pictures_say_their_size_before_they_come(visit: Visit) -> None:
    for path in ("/", "/picture/1"):
        for picture in Page(visit(path)).all("img"):
            assert int(picture["width"] or 0) > 0
            assert int(picture["height"] or 0) > 0
            assert picture["alt"] is not None


def test_the_first_page_is_small(visit: Visit) -> None:
    page = visit("/")
    beside = [link["href"] for link in Page(page).all("link")]
    scripts = [script["src"] for script in Page(page).all("script")]
    sizes = [len(visit(path).body) for path in [*beside, *scripts] if path]
    assert len(page.body) + sum(sizes) < 150_000


def test_a_picture_that_is_not_there_is_said(visit: Visit) -> None:
    for path in ("/picture/99999", "/picture/0", f"/picture/{10**30}", "/picture/-1", "/picture/x"):
        answer = visit(path)
        assert answer.status == 404
        assert "Page not found" in Page(answer).text


def test_what_a_service_told_is_shown(
    own: GalleryFixture, own_server: LoopbackServer, visit: Visit
) -> None:
    from datetime import UTC, datetime

    tag = SourceTag("danbooru", datetime(2026, 1, 1, tzinfo=UTC), cached=False, rate_limited=False)
    about = post(
        rating=Rating.SENSITIVE,
        source_tag=tag,
        artists=["mio", "other"],
        characters=["hatsune_miku"],
        copyrights=["vocaloid"],
        tags=["1girl", "hatsune_miku", "mio"],
        page_url="https://danbooru.donmai.us/posts/1",
    )
    entry = own.add(own.draw("a.webp"), about)
    page = Page(visit(f"/picture/{entry.id}", server=own_server))
    for fact in ("hatsune_miku · vocaloid", "Danbooru", "sensitive", "on danbooru.donmai.us"):
        assert fact in page.text
    assert page.links.count("/?q=hatsune_miku") == 1
    assert {"/?artist=mio", "/?artist=other", "/?q=1girl", "/?q=vocaloid"} <= set(page.links)
    assert "/?q=mio" not in page.links
