"""The endpoints as a program uses them: over real HTTP, at once and from a task."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from animedex import AsyncClient, Client
from animedex.backends import waifu
from animedex.backends.waifu import composite_calls
from animedex.errors import NotFound, Refused, UpstreamError, UpstreamShape
from animedex.testing.samples.waifu_sample import API_KEY, WaifuSample
from animedex.testing.waifu.image_store import WaifuCollection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from animedex.call import Call
    from tests.kit.transport import Event

T = TypeVar("T")
ROWS: list[dict[str, object]] = [
    {"tags": ["maid", "long-hair"], "artists": ["Mio"], "favorites": 1, "width": 900},
    {"tags": ["maid"], "artists": ["Tove/トーヴェ"], "favorites": 5, "width": 1500},
    {"tags": ["uniform"], "artists": ["Mio", "Aoi"], "favorites": 3, "isAnimated": True},
    {"tags": ["maid", "late"], "isNsfw": True, "favorites": 9},
    {"tags": ["long-hair"], "width": 1500, "height": 900, "byteSize": 5_000_000},
]
BLOCK_PAGE = b"<!DOCTYPE html><html><head><title>Access Denied</title></head></html>"
Asker = Any


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[WaifuSample]:
    monkeypatch.setenv("ANIMEDEX_LIMITS", "off")
    monkeypatch.setenv("ANIMEDEX_STATE", str(tmp_path / "state.db"))
    with WaifuSample(WaifuCollection(ROWS), limits=False, seed=1) as running:
        monkeypatch.setenv("ANIMEDEX_WAIFU_URL", running.url)
        yield running
        assert running.ignored == [], "nothing is ever sent that has no effect"


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture(params=["at once", "from a task"])
def ask(
    request: pytest.FixtureRequest, server: WaifuSample, events: list[Event]
) -> Callable[[Call[Any]], Any]:
    def at_once(call: Call[T]) -> T:
        with Client(timeout=120, on_event=events.append) as client:
            return client.perform(call)

    def from_a_task(call: Call[T]) -> T:
        async def work() -> T:
            async with AsyncClient(timeout=120, on_event=events.append) as client:
                return await client.perform(call)

        return asyncio.run(work())

    return at_once if request.param == "at once" else from_a_task


def warnings(events: list[Event]) -> list[str]:
    return [event.message for event in events if event.kind == "warning"]


def paths(server: WaifuSample) -> list[str]:
    return [arrival.path for arrival in server.arrivals]


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({}, [1, 2, 3, 5]),
        ({"tags": "maid"}, [1, 2]),
        ({"tags": ["maid", "long-hair"]}, [1]),
        ({"exclude_tags": ["maid"]}, [3, 5]),
        ({"artists": 1}, [1, 3]),
        ({"artists": "Mio"}, [1, 3]),
        ({"artists": ["Mio", "Aoi"]}, [3]),
        ({"artists": "Tove/トーヴェ"}, [2]),
        ({"exclude_artists": ["Mio", 2]}, [5]),
        ({"artists": "Mio", "exclude_artists": "Aoi"}, [1]),
        ({"ids": 2}, [2]),
        ({"exclude_ids": [2, 3]}, [1, 5]),
        ({"nsfw": "yes"}, [4]),
        ({"nsfw": "all"}, [1, 2, 3, 4, 5]),
        ({"animated": True}, [3]),
        ({"animated": False}, [1, 2, 5]),
        ({"orientation": "landscape"}, [5]),
        ({"width": ">=1500"}, [2, 5]),
        ({"width": "1000..1499"}, [3]),
        ({"height": 900}, [5]),
        ({"byte_size": "> 1000000"}, [5]),
    ],
)
def test_every_filter_has_its_effect(ask: Asker, options: dict[str, Any], ids: list[int]) -> None:
    result = ask(waifu.images.call(**options, limit=100))
    assert sorted(row.id for row in result) == ids
    assert result.total_count == len(ids)


def test_orders_and_pages(ask: Asker) -> None:
    best = ask(waifu.images.call(order="favorites", limit=2))
    assert [row.id for row in best] == [2, 3]
    assert (best.page, best.total_pages, best.has_next_page) == (1, 2, True)
    rest = ask(waifu.images.call(order="favorites", limit=2, page=2))
    assert ([row.id for row in rest], rest.has_next_page) == ([1, 5], False)
    newest = ask(waifu.images.call(order="uploaded_at"))
    assert [row.id for row in newest] == [5]


def test_a_random_draw_is_never_kept_and_an_order_for_a_while(
    ask: Asker, server: WaifuSample
) -> None:
    for _ in range(2):
        ask(waifu.images.call())
    assert len(server.arrivals) == 2
    ask(waifu.images.call(order="favorites"))
    assert ask(waifu.images.call(order="favorites"))[0].source_tag.cached
    assert len(server.arrivals) == 3


def test_a_page_past_the_end_is_empty(ask: Asker) -> None:
    result = ask(waifu.images.call(order="favorites", page=9))
    assert (list(result), result.total_pages) == ([], 4)


def test_a_tag_that_does_not_exist_is_told_with_the_nearest(
    ask: Asker, server: WaifuSample
) -> None:
    with pytest.raises(NotFound, match="waifu has no tag 'mayd'") as raised:
        ask(waifu.images.call(["maid", "mayd"]))
    assert (raised.value.hint, raised.value.backend) == ("did you mean maid?", "waifu")
    assert paths(server) == ["/images", "/tags"]


def test_a_tag_that_nothing_safe_has_is_no_mistake(ask: Asker) -> None:
    assert ask(waifu.images.call("late")) == []
    assert ask(waifu.images.call(1, ids=5)) == []


def test_leaving_out_a_tag_that_does_not_exist_is_a_warning(
    ask: Asker, events: list[Event]
) -> None:
    assert len(ask(waifu.images.call(exclude_tags=["uniform", "unifrom"], limit=9))) == 3
    assert warnings(events) == [
        "waifu has no tag 'unifrom', and excluding it changes nothing (did you mean uniform?)"
    ]


def test_what_was_found_is_given_while_the_tags_are_away(
    ask: Asker, server: WaifuSample, events: list[Event]
) -> None:
    server.faults.add("/tags:404")
    assert len(ask(waifu.images.call(exclude_tags="unifrom", limit=9))) == 4
    assert ask(waifu.images.call("mayd")) == []
    assert warnings(events) == []


@pytest.mark.parametrize("status", [400, 404])
def test_a_refused_tag_is_told_with_the_nearest(
    ask: Asker, server: WaifuSample, status: int
) -> None:
    server.answer("/images", status=status, body=b'{"errors": {"IncludedTags": ["Unknown."]}}')
    with pytest.raises(NotFound) as raised:
        ask(waifu.images.call("mayd"))
    assert raised.value.hint == "did you mean maid?"


def test_a_refusal_for_another_reason_stays_as_it_is(ask: Asker, server: WaifuSample) -> None:
    body = b'{"title": "Bad Request", "errors": {"Page": ["Too far."]}}'
    server.answer("/images", status=400, body=body, times=2)
    for call in (waifu.images.call("maid"), waifu.images.call()):
        with pytest.raises(UpstreamError, match=r"\(HTTP 400\): Page: Too far\.") as raised:
            ask(call)
        assert raised.value.status == 400
    server.faults.add("/tags:404")
    server.faults.add("/images:403")
    with pytest.raises(Refused):
        ask(waifu.images.call("maid"))


def test_a_refused_tag_while_the_tags_are_away(ask: Asker, server: WaifuSample) -> None:
    server.faults.add("/tags:404")
    server.answer("/images", status=400, body=b'{"errors": {"IncludedTags": ["Unknown."]}}')
    with pytest.raises(UpstreamError, match="IncludedTags: Unknown"):
        ask(waifu.images.call("mayd"))


def test_an_artist_that_does_not_exist(ask: Asker, server: WaifuSample) -> None:
    with pytest.raises(NotFound, match="no such artist") as raised:
        ask(waifu.images.call(artists=["Mio", "Nobody"]))
    assert "waifu.artists()" in (raised.value.hint or "")
    assert "/images" not in paths(server)


def test_an_artist_without_an_id_is_no_help(ask: Asker, server: WaifuSample) -> None:
    server.answer("/artists/by-name/Mio", body=b'{"name": "Mio"}')
    with pytest.raises(UpstreamShape, match="the artist has none"):
        ask(waifu.images.call(artists="Mio"))


def test_single_rows(ask: Asker, server: WaifuSample) -> None:
    assert ask(waifu.image.call(2)).slugs == ["maid"]
    assert ask(waifu.tag.call("long-hair")).name == "Long Hair"
    assert ask(waifu.tag.call(1)).slug == "maid"
    assert ask(waifu.artist.call("Aoi")).id == ask(waifu.artist.call(3)).id == 3
    assert ask(waifu.stats.call()).total_images == 5
    requests = len(server.arrivals)
    assert ask(waifu.image.call(2)).source_tag.cached
    assert ask(waifu.stats.call()).source_tag.cached
    assert len(server.arrivals) == requests


def test_rows_that_do_not_exist(ask: Asker) -> None:
    with pytest.raises(NotFound, match="waifu: no such image"):
        ask(waifu.image.call(99))
    with pytest.raises(NotFound, match="waifu has no tag 'mayd'") as raised:
        ask(waifu.tag.call("mayd"))
    assert raised.value.hint == "did you mean maid?"
    with pytest.raises(NotFound, match="waifu has no tag '99'") as raised:
        ask(waifu.tag.call(99))
    assert "waifu.tags()" in (raised.value.hint or "")


def test_all_tags_come_however_many_pages_they_take(ask: Asker, server: WaifuSample) -> None:
    body = '{{"items": [{{"id": {0}, "slug": "t-{0}"}}], "hasNextPage": {1}}}'
    for number, more in ((1, "true"), (2, "true"), (3, "false")):
        server.answer("/tags", body=body.format(number, more).encode())
    assert [row.slug for row in ask(waifu.tags.call())] == ["t-1", "t-2", "t-3"]
    assert [arrival.query["Page"] for arrival in server.arrivals] == ["1", "2", "3"]
    assert len(ask(waifu.tags.call())) == 3
    assert len(server.arrivals) == 3


def test_pages_of_tags_come_to_an_end(ask: Asker, server: WaifuSample) -> None:
    server.answer("/tags", body=b'{"items": [{}], "hasNextPage": true}', times=None)
    assert len(ask(waifu.tags.call())) == composite_calls.MAX_PAGES == len(server.arrivals)


def test_artists_come_page_by_page(ask: Asker) -> None:
    first = ask(waifu.artists.call(limit=2))
    assert ([row.name for row in first], first.total_count) == (["Mio", "Tove/トーヴェ"], 3)
    assert [row.name for row in ask(waifu.artists.call(2, 2))] == ["Aoi"]


def test_a_block_page_is_a_refusal(ask: Asker, server: WaifuSample) -> None:
    server.answer("/images", status=403, headers={"content-type": "text/html"}, body=BLOCK_PAGE)
    with pytest.raises(Refused, match="signing in does not help") as raised:
        ask(waifu.images.call())
    assert "Client(contact=" in (raised.value.hint or "")


def test_another_version_is_told_of_once(server: WaifuSample, events: list[Event]) -> None:
    body = b'{"items": []}'
    server.answer("/images", headers={"Version": "v8"}, body=body, times=None)
    server.answer("/artists", headers={"Version": "v8"}, body=body, times=None)
    with Client(timeout=120, on_event=events.append) as client:
        client.waifu.images()
        client.waifu.images()
        client.waifu.artists()
    assert len(warnings(events)) == 1
    assert "v8" in warnings(events)[0]


def test_the_version_is_asked_for(ask: Asker, server: WaifuSample, events: list[Event]) -> None:
    ask(waifu.images.call())
    assert server.arrivals[0].headers["accept-version"] == "v7"
    assert warnings(events) == []


def test_a_key_goes_into_its_header(
    ask: Asker, server: WaifuSample, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(waifu.images.call())
    monkeypatch.setenv("ANIMEDEX_WAIFU_API_KEY", API_KEY)
    ask(waifu.images.call())
    first, second = server.arrivals
    assert "x-api-key" not in first.headers
    assert second.headers["x-api-key"] == API_KEY
    assert API_KEY not in str(second.query)


def test_the_functions_of_the_module(server: WaifuSample) -> None:
    assert len(waifu.images(limit=2)) == 2
    assert asyncio.run(waifu.tag.aio("maid")).slug == "maid"
    with Client() as client:
        assert client.waifu.tags() == waifu.tags()


def test_a_part_of_an_artist_s_name_is_enough_where_one_has_it(
    ask: Asker, server: WaifuSample, events: list[Event]
) -> None:
    assert ask(waifu.artist.call("tove")).name == "Tove/トーヴェ"
    assert [row.id for row in ask(waifu.images.call(artists="ove/", limit=9))] == [2]
    taken = "using 'Tove/トーヴェ'"
    assert [taken in message for message in warnings(events)] == [True, True]
    assert ask(waifu.artist.call("Mio")).name == "Mio"
    assert len(warnings(events)) == 2


@pytest.mark.parametrize("call", [waifu.artist.call("o"), waifu.images.call(artists="o")])
def test_of_several_artists_none_is_taken(ask: Asker, call: Call[object]) -> None:
    with pytest.raises(NotFound, match="no such artist") as caught:
        ask(call)
    assert caught.value.hint == "did you mean 'Mio', 'Tove/トーヴェ', 'Aoi'?"


def test_a_name_that_no_artist_has_is_an_error(ask: Asker, server: WaifuSample) -> None:
    for name in ("zzz", "yyy"):
        with pytest.raises(NotFound, match="no such artist") as caught:
            ask(waifu.artist.call(name))
        assert "waifu.artists()" in (caught.value.hint or "")
        server.answer("/artists", status=500, times=None)


def test_a_failure_that_is_no_missing_artist_is_told_as_it_is(
    ask: Asker, server: WaifuSample
) -> None:
    server.answer("/artists/by-name/*", status=400, times=None)
    with pytest.raises(UpstreamError):
        ask(waifu.artist.call("tove"))
    assert paths(server) == ["/artists/by-name/tove"]


@pytest.mark.parametrize(
    "call", [waifu.image.call(999), waifu.artist.call("zzz"), waifu.tag.call("no-such")]
)
def test_a_failure_keeps_the_service_s_request_id(ask: Asker, call: Call[object]) -> None:
    with pytest.raises(NotFound) as caught:
        ask(call)
    assert caught.value.request_id


def test_a_blocked_account_is_told_the_service_s_reason(ask: Asker, server: WaifuSample) -> None:
    problem = b'{"title": "Forbidden", "status": 403, "detail": "blocked for scraping"}'
    kind = {"content-type": "application/problem+json"}
    server.answer("/images/*", status=403, headers=kind, body=problem)
    with pytest.raises(Refused, match="blocked for scraping"):
        ask(waifu.image.call(1))
