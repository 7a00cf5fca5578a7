"""A search of all services: fair, patient with none, and honest about who is missing."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex import AsyncClient, Client
from animedex.art.providers import check_services, list_services, merge_failures
from animedex.art.random import random_pictures, random_pictures_async
from animedex.art.search import (
    SearchResult,
    interleave,
    parse_rating,
    plan_search,
    search,
    search_async,
)
from animedex.errors import (
    AnimedexError,
    BadArguments,
    NotFound,
    RateLimited,
    TimedOut,
    Unreachable,
    UpstreamError,
)
from animedex.models import Rating
from tests.kit.effort import retry_with_more_time

if TYPE_CHECKING:
    from threading import Event

    from animedex.client_options import ClientOptions
    from tests.kit.raw_server import StartRawServer
    from tests.kit.services import Services

NEKOS_ROWS = (
    b'{"results": [{"url": "https://nekos.best/api/v2/neko/1.png", "artist_name": "maid"},'
    b' {"url": "https://nekos.best/api/v2/neko/2.png", "artist_name": "maid"}]}'
)


def ids(found: SearchResult) -> list[str]:
    return [row.to_common().id for row in found.rows]


def sources(found: SearchResult) -> list[str]:
    return [tag.backend for row in found.rows if (tag := row.source_tag)]


def queue_nekos_answers(services: Services) -> None:
    services.nekos.answer("/search", body=NEKOS_ROWS)
    services.nekos.answer("/search", body=b'{"results": []}')


@given(st.dictionaries(st.text(), st.lists(st.integers())), st.integers(0, 20))
def test_rows_come_in_turns(found: dict[str, list[int]], limit: int) -> None:
    numbered = {
        name: [(name, place) for place, _ in enumerate(rows)] for name, rows in found.items()
    }
    names = list(found)
    expected = sorted(
        (row for rows in numbered.values() for row in rows),
        key=lambda row: (row[1], names.index(row[0])),
    )
    assert interleave(numbered, limit) == expected[:limit]


def test_all_services_are_asked_and_take_turns(client: Client, services: Services) -> None:
    queue_nekos_answers(services)
    result = search(client, "maid", limit=6)
    assert ids(result) == [
        *("nekos:1.png", "waifu:7", "danbooru:105"),
        *("nekos:2.png", "waifu:8", "danbooru:104"),
    ]
    assert sources(result) == ["nekos", "waifu", "danbooru"] * 2
    assert (result.failures, result.left_out) == ({}, ())


def test_services_are_asked_in_the_order_of_whoever_asks(
    client: Client, services: Services
) -> None:
    result = search(client, "maid", ["danbooru", "waifu"], limit=2)
    assert sources(result) == ["danbooru", "waifu"]
    assert len(services.nekos.arrivals) == 0


def test_only_general_pictures_come_unless_others_are_asked_for(client: Client) -> None:
    everything = search(client, "maid", limit=100)
    assert {row.to_common().rating for row in everything.rows} == {Rating.GENERAL}
    explicit = search(client, "maid", rating=Rating.EXPLICIT)
    assert ids(explicit) == ["waifu:10", "danbooru:106"]
    assert explicit.left_out == ("nekos",)


@pytest.mark.parametrize("rating", ["g", "General", Rating.GENERAL])
def test_a_rating_may_be_its_letter_or_its_word(
    rating: Rating | str, client: Client, services: Services
) -> None:
    result = search(client, "maid", ["nekos", "danbooru"], rating=rating)
    assert (result.failures, result.left_out) == ({}, ())
    assert {row.to_common().rating for row in result.rows} == {Rating.GENERAL}
    assert len(services.nekos.arrivals) == 2


def test_a_rating_that_is_none_is_refused(client: Client, services: Services) -> None:
    with pytest.raises(BadArguments, match="a rating is g, s, q or e, not 'safe'"):
        search(client, "maid", rating="safe")
    with pytest.raises(BadArguments, match="not None"):
        search(client, "maid", rating=cast("Rating", None))
    assert services.requests() == 0


def test_where_no_service_has_the_rating_that_is_said(client: Client, services: Services) -> None:
    with pytest.raises(BadArguments, match="no picture of nekos, waifu is rated sensitive"):
        search(client, "maid", ["nekos", "waifu"], rating=Rating.SENSITIVE)
    assert services.requests() == 0


def test_the_rows_of_the_others_come_where_one_is_down(client: Client, services: Services) -> None:
    services.nekos.faults.add("*:500")
    result = search(client, "maid", limit=2)
    assert sources(result) == ["waifu", "danbooru"]
    assert list(result.failures) == ["nekos"]
    assert isinstance(result.failures["nekos"], UpstreamError)


def test_the_rows_of_the_others_come_where_one_is_not_there(
    options: ClientOptions, services: Services, closed_url: str
) -> None:
    options["base_urls"] = {**services.urls(), "waifu": closed_url}
    with Client(**options) as client:
        result = search(client, "maid", ["waifu", "danbooru"], limit=1)
    assert isinstance(result.failures["waifu"], Unreachable)
    assert sources(result) == ["danbooru"]


def hang(connection: socket.socket, over: Event) -> None:
    over.wait()


def test_the_rows_of_the_others_come_where_one_hangs(
    options: ClientOptions, services: Services, raw_server: StartRawServer
) -> None:
    options["base_urls"] = {**services.urls(), "nekos": raw_server(hang).url}

    def check(seconds: float) -> None:
        options["timeout"] = seconds
        with Client(**options) as client:
            result = search(client, "maid", limit=1)
        assert isinstance(result.failures["nekos"], TimedOut)
        assert sources(result) == ["waifu"]

    retry_with_more_time(check)


def test_where_all_fail_all_are_named(client: Client, services: Services) -> None:
    services.nekos.faults.add("*:429;retry-after=3600")
    services.waifu.faults.add("*:500")
    services.danbooru.faults.add("*:404")
    with pytest.raises(RateLimited, match=r"nekos: .*; waifu: .*; danbooru: ") as caught:
        search(client, "maid")
    assert caught.value.retry_after is not None
    assert caught.value.args == (caught.value.message,)


def test_words_that_one_service_refuses_are_asked_of_the_others() -> None:
    asked = plan_search("maid", ["nekos", "waifu"], Rating.GENERAL, 5)
    assert (list(asked.calls), asked.refused) == (["nekos", "waifu"], {})
    odd = plan_search("ma\ud800id", ["nekos", "waifu"], Rating.GENERAL, 5)
    assert list(odd.refused) == ["nekos"]


def test_words_that_every_service_refuses_are_refused(options: ClientOptions) -> None:
    async def work() -> SearchResult:
        async with AsyncClient(**options) as client:
            return await search_async(client, "ma\ud800id", ["nekos"])

    with Client(**options) as client, pytest.raises(BadArguments, match="a search is for text"):
        search(client, "ma\ud800id", ["nekos"])
    with pytest.raises(BadArguments, match="a search is for text"):
        asyncio.run(work())


@pytest.mark.parametrize("limit", [0, -1, 101, True, 1.5])
def test_a_limit_out_of_range_is_refused(limit: int) -> None:
    with pytest.raises(BadArguments, match="from 1 to 100"):
        plan_search("maid", ["nekos"], Rating.GENERAL, limit)


@pytest.mark.parametrize("words", ["", "  "])
def test_a_search_for_nothing_is_refused(words: str) -> None:
    with pytest.raises(BadArguments, match="a word"):
        plan_search(words, ["nekos"], Rating.GENERAL, 5)


def test_words_that_nothing_answers_find_nothing(client: Client) -> None:
    assert search(client, "qqqzzzxxx") == SearchResult([], {}, ())


def test_a_task_finds_the_same(options: ClientOptions, services: Services) -> None:
    queue_nekos_answers(services)
    services.waifu.faults.add("*:500")

    async def work() -> SearchResult:
        async with AsyncClient(**options) as client:
            return await search_async(client, "maid", limit=2)

    result = asyncio.run(work())
    assert ids(result) == ["nekos:1.png", "danbooru:105"]
    assert list(result.failures) == ["waifu"]


def test_a_rating_is_a_letter_or_its_word() -> None:
    assert [parse_rating(text) for text in ("g", "S", "questionable", "Explicit")] == list(Rating)
    with pytest.raises(BadArguments, match="g, s, q or e"):
        parse_rating("safe")


def test_services_without_accounts_come_first() -> None:
    assert list_services() == check_services(None) == ["nekos", "waifu", "danbooru"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["neko"], "no service 'neko' (did you mean nekos?)"),
        (["pixiv", "x"], "no service 'pixiv' (there are danbooru, nekos, waifu)"),
        (["nekos", "waifu", "nekos"], "nekos is named twice"),
        ([], "no service is named (there are danbooru, nekos, waifu)"),
    ],
)
def test_what_is_no_choice_of_services_is_refused(names: list[str], said: str) -> None:
    with pytest.raises(BadArguments) as caught:
        check_services(names)
    assert str(caught.value).endswith(said)


def test_one_failure_alone_names_its_service() -> None:
    error = TimedOut("too slow", backend="nekos", hint="wait")
    result = merge_failures({"nekos": error})
    assert (type(result), result.message, result.hint) == (TimedOut, "nekos: too slow", "wait")
    assert result.backend == "nekos"


@pytest.mark.parametrize(
    ("kinds", "decides"),
    [
        ((NotFound, UpstreamError, TimedOut), UpstreamError),
        ((NotFound, BadArguments), BadArguments),
        ((BadArguments, NotFound, UpstreamError), UpstreamError),
        ((NotFound, NotFound), NotFound),
    ],
)
def test_trouble_decides_over_what_is_not_there(
    kinds: tuple[type[AnimedexError], ...], decides: type[AnimedexError]
) -> None:
    result = merge_failures({f"{place}": kind("so it is") for place, kind in enumerate(kinds)})
    assert type(result) is decides


def test_hints_that_differ_are_told_with_their_services() -> None:
    failures: dict[str, AnimedexError] = {
        "a": NotFound("no such thing", hint="did you mean b?"),
        "b": UpstreamError("it is down", hint="try again later"),
        "c": TimedOut("too slow"),
    }
    assert merge_failures(failures).hint == "a: did you mean b?; b: try again later"
    del failures["a"], failures["c"]
    failures["d"] = UpstreamError("it is down, too", hint="try again later")
    assert merge_failures(failures).hint == "try again later"


def test_failures_stay_as_they_were() -> None:
    first, second = TimedOut("too slow", hint="wait"), NotFound("nothing")
    result = merge_failures({"a": first, "b": second})
    assert (type(result), result.message, result.hint) == (
        TimedOut,
        "a: too slow; b: nothing",
        "a: wait",
    )
    assert first.message == "too slow"


def test_the_first_service_that_answers_is_drawn_from(client: Client, services: Services) -> None:
    result = random_pictures(client, category="neko", amount=3)
    assert sources(result) == ["nekos"] * 3
    assert (len(services.waifu.arrivals), len(services.danbooru.arrivals)) == (0, 0)


def test_a_service_that_fails_is_passed_over(client: Client, services: Services) -> None:
    services.nekos.faults.add("*:500")
    result = random_pictures(client, ["nekos", "danbooru"], category="maid")
    assert sources(result) == ["danbooru"]
    assert isinstance(result.failures["nekos"], UpstreamError)


def test_a_service_without_such_pictures_is_passed_over(client: Client) -> None:
    result = random_pictures(client, ["waifu", "nekos"], category="hug")
    assert sources(result) == ["nekos"]
    assert isinstance(result.failures["waifu"], NotFound)


def test_where_none_has_such_pictures_all_are_named(client: Client) -> None:
    with pytest.raises(NotFound, match=r"waifu: .*; danbooru: ") as caught:
        random_pictures(client, ["waifu", "danbooru"], category="qqqzzzxxx")
    assert (caught.value.hint or "").endswith("danbooru: ask another with `services=`")


def test_a_service_in_trouble_is_not_told_to_have_none(client: Client, services: Services) -> None:
    services.waifu.faults.add("*:500")
    with pytest.raises(UpstreamError, match=r"nekos: .*; waifu: ") as caught:
        random_pictures(client, ["nekos", "waifu"], category="zzzz")
    assert caught.value.backend == "waifu"
    assert "nekos: " in (caught.value.hint or "")


def test_the_largest_amount_is_accepted(client: Client) -> None:
    assert sources(random_pictures(client, ["nekos"], amount=20)) == ["nekos"] * 20


@pytest.mark.parametrize("amount", [0, 21, True])
def test_an_amount_out_of_range_is_refused(client: Client, amount: int) -> None:
    with pytest.raises(BadArguments, match="from 1 to 20"):
        random_pictures(client, amount=amount)


def test_a_task_draws_the_same_way(options: ClientOptions, services: Services) -> None:
    services.nekos.faults.add("*:500")

    async def work() -> SearchResult:
        async with AsyncClient(**options) as client:
            return await random_pictures_async(client, category="maid", amount=2)

    result = asyncio.run(work())
    assert sources(result) == ["waifu"] * 2
    assert list(result.failures) == ["nekos"]
