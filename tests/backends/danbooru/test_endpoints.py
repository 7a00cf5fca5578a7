"""The endpoints as a program uses them: over real HTTP, at once and from a task."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from animedex import AsyncClient, Client
from animedex.backends import danbooru
from animedex.errors import (
    AuthRequired,
    BadArguments,
    NotFound,
    RateLimited,
    UpstreamError,
)
from animedex.testing.danbooru import error_responses as refusals
from animedex.testing.samples.danbooru_posts import USER
from animedex.testing.samples.danbooru_sample import DanbooruSample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from animedex.call import Call

T = TypeVar("T")
Asker = Any


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[DanbooruSample]:
    monkeypatch.setenv("ANIMEDEX_LIMITS", "off")
    monkeypatch.setenv("ANIMEDEX_STATE", str(tmp_path / "state.db"))
    with DanbooruSample(limits=False, seed=1) as running:
        monkeypatch.setenv("ANIMEDEX_DANBOORU_URL", running.url)
        yield running


@pytest.fixture(params=["at once", "from a task"])
def ask(request: pytest.FixtureRequest, server: DanbooruSample) -> Asker:
    def at_once(call: Call[T]) -> T:
        with Client(timeout=120) as client:
            return client.perform(call)

    def from_a_task(call: Call[T]) -> T:
        async def work() -> T:
            async with AsyncClient(timeout=120) as client:
                return await client.perform(call)

        return asyncio.run(work())

    return at_once if request.param == "at once" else from_a_task


def test_a_search(ask: Asker, server: DanbooruSample) -> None:
    rows = ask(danbooru.search.call("cat_girl", "-smile", rating="g", limit=3))
    assert len(rows) == 3
    for row in rows:
        assert "cat_girl" in row.tags
        assert "smile" not in row.tags
        assert (row.rating, row.source_tag.backend) == ("g", "danbooru")
    (arrival,) = server.arrivals
    assert (arrival.path, dict(arrival.query)) == (
        "/posts.json",
        {"tags": "cat_girl -smile rating:g", "limit": "3"},
    )
    assert ask(danbooru.search.call("cat_girl -smile", rating="general", limit=3)) == rows
    assert len(server.arrivals) == 1


def test_a_search_by_what_is_free(ask: Asker) -> None:
    rows = ask(danbooru.search.call("1girl", "score:>10", "-rating:e", order="score", limit=5))
    scores = [row.score for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 10


def test_pages_by_number_and_by_id(ask: Asker) -> None:
    first = ask(danbooru.search.call("1girl", limit=2))
    second = ask(danbooru.search.call("1girl", limit=2, page=2))
    behind = ask(danbooru.search.call("1girl", limit=2, page=f"b{first[-1].id}"))
    assert behind == second
    assert ask(danbooru.search.call("1girl", limit=2, page=f"a{second[0].id}")) == first


def test_all_posts(ask: Asker, server: DanbooruSample) -> None:
    rows = ask(danbooru.all_posts.call("rating:g", max=1000))
    ids = [row.id for row in rows]
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == ask(danbooru.count.call(rating="g"))
    rising = ask(danbooru.all_posts.call(max=7, order="id", rating="g"))
    assert [row.id for row in rising] == ids[::-1][:7]
    assert {row.rating for row in rows} == {"g"}


def test_a_random_search_is_never_kept(ask: Asker, server: DanbooruSample) -> None:
    for _ in range(2):
        assert ask(danbooru.search.call("cat_girl", order="random", limit=1))
        assert ask(danbooru.random.call("cat_girl")).tags.count("cat_girl") == 1
    assert len(server.arrivals.on("/posts.json")) == 2
    assert len(server.arrivals.on("/posts/random.json")) == 2


def test_one_post(ask: Asker) -> None:
    (row,) = ask(danbooru.search.call(limit=1))
    assert ask(danbooru.post.call(row.id)) == row


def test_a_withheld_post_has_no_url(ask: Asker) -> None:
    withheld = [row for row in ask(danbooru.all_posts.call(max=1000)) if row.file_url is None]
    assert withheld
    assert {row.to_common().url for row in withheld} == {None}
    assert {row.to_common().md5 for row in withheld} == {None}


def test_counts(ask: Asker) -> None:
    assert ask(danbooru.count.call("cat_girl")) > 0
    assert ask(danbooru.count.call("no_such_tag")) == 0
    assert ask(danbooru.count.call("1girl", rating="s")) is None


def test_tags(ask: Asker) -> None:
    rows = ask(danbooru.tags.call("cat_*"))
    counts = [row.post_count for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert {row.name.startswith("cat_") for row in rows} == {True}
    assert ask(danbooru.tags.call("no_such_tag")) == []
    assert len(ask(danbooru.tags.call("*", limit=3))) == 3


def test_autocompletion(ask: Asker) -> None:
    assert ask(danbooru.autocomplete.call("cat gi"))[0].value == "cat_girl"
    (other,) = ask(danbooru.autocomplete.call("catgirl"))
    assert (other.value, other.antecedent, other.kind) == ("cat_girl", "catgirl", "general")
    assert ask(danbooru.autocomplete.call("ネコ娘"))[0].value == "cat_girl"
    assert ask(danbooru.autocomplete.call("rating:g"))[0].value == "rating:general"


def test_artists(ask: Asker) -> None:
    row = ask(danbooru.artist.call("Mikazuki Soda"))
    assert (row.name, row.is_banned) == ("mikazuki_soda", False)
    assert ask(danbooru.artist.call(row.id)) == row


def test_a_pool(ask: Asker) -> None:
    row = ask(danbooru.pool.call(71))
    assert (row.category, row.post_count) == ("series", len(row.post_ids))


def test_a_wiki_page(ask: Asker) -> None:
    row = ask(danbooru.wiki.call("Cat Girl"))
    assert row.title == "cat_girl"
    assert "cat ears" in row.body


def test_related_tags(ask: Asker) -> None:
    rows = ask(danbooru.related.call("cat_girl"))
    names = [row.tag.name for row in rows]
    assert "cat_ears" in names
    assert all(0 < row.frequency <= 1 for row in rows)


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (danbooru.post.call(99), "post 99: That record was not found."),
        (danbooru.pool.call(99), "pool 99: That record was not found."),
        (danbooru.artist.call(99), "artist 99: That record was not found."),
        (danbooru.artist.call("nobody"), "artist 'nobody'"),
        (danbooru.wiki.call("no such"), "wiki page 'no_such': That record was not found."),
        (danbooru.random.call("no_such_tag"), "post for that: That record was not found."),
    ],
)
def test_what_is_missing_is_named(ask: Asker, call: Call[Any], what: str) -> None:
    with pytest.raises(NotFound) as caught:
        ask(call)
    assert caught.value.message == f"danbooru has no {what}"
    assert (caught.value.backend, caught.value.status) == ("danbooru", 404)


def test_three_terms_are_refused_before_anything_is_sent(
    ask: Asker, server: DanbooruSample
) -> None:
    for call in (
        danbooru.search.call("a", "b", "c"),
        danbooru.count.call("a b c"),
        danbooru.random.call("a", "b", "c"),
        danbooru.all_posts.call("a", "b", "c", max=5),
        danbooru.search.call("a", "b", order="score"),
    ):
        with pytest.raises(BadArguments, match="may have 2 terms without a sign-in"):
            ask(call)
    assert len(server.arrivals) == 0


@pytest.fixture
def signed_in(server: DanbooruSample, monkeypatch: pytest.MonkeyPatch) -> DanbooruSample:
    monkeypatch.setenv("ANIMEDEX_DANBOORU_LOGIN", USER.name)
    monkeypatch.setenv("ANIMEDEX_DANBOORU_API_KEY", USER.api_key)
    return server


def test_who_is_signed_in_may_use_more_terms(ask: Asker, signed_in: DanbooruSample) -> None:
    rows = ask(danbooru.search.call("1girl", "cat_girl", "-smile", order="score"))
    assert len(rows) > 1
    (arrival,) = signed_in.arrivals
    assert arrival.headers["authorization"].startswith("Basic ")
    assert USER.name in arrival.headers["user-agent"]
    assert USER.api_key not in str(arrival.query)


def test_even_then_there_is_a_limit_which_the_service_tells(
    ask: Asker, signed_in: DanbooruSample
) -> None:
    with pytest.raises(UpstreamError, match="more than 6 tags at a time") as caught:
        ask(danbooru.search.call("a b c d e f g"))
    assert "these metatags do not count" in (caught.value.hint or "")
    assert caught.value.status == 422


def test_a_wrong_key_is_told_and_not_repeated(
    ask: Asker, signed_in: DanbooruSample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMEDEX_DANBOORU_API_KEY", "wr0ng-key")
    with pytest.raises(AuthRequired, match="login or API key not accepted") as caught:
        ask(danbooru.search.call("a"))
    assert "animedex auth login danbooru" in (caught.value.hint or "")
    assert "wr0ng-key" not in str(caught.value)


def test_pages_past_the_last_say_how_to_go_on(ask: Asker) -> None:
    with pytest.raises(NotFound, match="You cannot go beyond page 1000") as caught:
        ask(danbooru.search.call("a", page=1001))
    assert "`page='b<id>'`" in (caught.value.hint or "")
    assert caught.value.status == 410


def test_a_search_that_took_too_long_says_how_to_narrow_it(
    ask: Asker, server: DanbooruSample
) -> None:
    server.refuse("/counts/posts.json", refusals.QUERY_CANCELED)
    with pytest.raises(UpstreamError, match="The database timed out running your query") as caught:
        ask(danbooru.count.call("a", "score:>500"))
    assert "narrow it" in (caught.value.hint or "")
    assert "backtrace" not in str(caught.value)
    assert len(server.arrivals) == 1


def test_being_asked_too_often_is_told_in_the_service_s_words(
    ask: Asker, server: DanbooruSample
) -> None:
    body = refusals.TOO_FAST.body()
    server.answer("/posts.json", status=429, headers={"retry-after": "3600"}, body=body, times=None)
    with pytest.raises(RateLimited, match="You're doing that too fast") as caught:
        ask(danbooru.search.call("a"))
    assert caught.value.retry_after == 3600
    assert caught.value.message.endswith("try again: try again in 1 h")
    assert "1 request per second" in (caught.value.hint or "")


def test_the_functions_themselves(server: DanbooruSample) -> None:
    assert danbooru.search("cat_girl", limit=1)[0].artists
    assert asyncio.run(danbooru.pool.aio(71)).id == 71
    with Client() as client:
        assert client.danbooru.count("cat_girl") == danbooru.count("cat_girl")
