"""Paging by id: none twice, none left out, no request too many; and what is missing, by name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.danbooru import calls
from animedex.backends.danbooru.composite_calls import missing
from animedex.call import Call, SourceTag
from animedex.errors import NotFound, TimedOut, UpstreamShape
from animedex.http_message import Response
from animedex.testing.danbooru.request_params import paginate, parse_page
from tests.kit.call_context import YieldingContext, next_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.backends.danbooru.models import DanbooruPost

TAG = SourceTag("danbooru", datetime(2026, 5, 8, tzinfo=UTC), cached=False, rate_limited=False)


class Service:
    """Answer calls out of posts of these ids, as the service pages."""

    def __init__(self, ids: Sequence[int | None]) -> None:
        self.ids = ids
        self.pages: list[dict[str, str]] = []

    def follow(self, call: Call[list[DanbooruPost]]) -> list[DanbooruPost]:
        response = self.answer(call)
        if call.next_steps is None:
            return call.parse(response, TAG)
        steps = next_steps(call, response, TAG)
        try:
            following = next(steps)
            while True:
                following = steps.send(self.follow(following))
        except StopIteration as end:
            return cast("list[DanbooruPost]", end.value)

    def answer(self, call: Call[Any]) -> Response:
        query = dict(call.request.params)
        self.pages.append(query)
        known = [number for number in self.ids if number is not None]
        rows = paginate(sorted(known, reverse=True), parse_page(query, 200), int)
        told = [{"id": number} for number in rows] or [{} for number in self.ids if number is None]
        return Response(200, (), json.dumps(told).encode(), "")


@given(st.sets(st.integers(1, 3000), max_size=700), st.integers(1, 1000), st.booleans())
def test_all_pages_give_each_post_once_in_order(ids: set[int], most: int, rising: bool) -> None:  # noqa: FBT001  drawn
    service = Service(sorted(ids))
    rows = service.follow(calls.all_posts(max=most, order="id" if rising else None))
    assert [row.id for row in rows] == sorted(ids, reverse=not rising)[:most]
    assert len(service.pages) <= 1 + min(len(ids), most - 1) // 200
    assert sum(int(page["limit"]) for page in service.pages) <= most


def test_pages_follow_each_other_by_id() -> None:
    service = Service(range(1, 1001))
    assert len(service.follow(calls.all_posts("a", max=450))) == 450
    assert service.pages == [
        {"tags": "a", "limit": "200"},
        {"tags": "a", "limit": "200", "page": "b801"},
        {"tags": "a", "limit": "50", "page": "b601"},
    ]


def test_the_oldest_come_first_by_what_comes_after() -> None:
    service = Service(range(1, 1001))
    rows = service.follow(calls.all_posts(max=300, order="id"))
    assert [row.id for row in rows] == list(range(1, 301))
    assert [page["page"] for page in service.pages] == ["a0", "a200"]


def test_a_search_that_finds_nothing_is_asked_once() -> None:
    service = Service([])
    assert service.follow(calls.all_posts(max=300)) == []
    assert len(service.pages) == 1


def test_a_service_that_does_not_page_is_not_asked_for_ever() -> None:
    class Stuck(Service):
        def answer(self, call: Call[Any]) -> Response:
            super().answer(call)
            return Response(200, (), json.dumps([{"id": n} for n in range(200)]).encode(), "")

    for order in ("id", None):
        service = Stuck([])
        with pytest.raises(UpstreamShape, match="is not after it") as caught:
            service.follow(calls.all_posts(max=1000, order=order))
        assert len(service.pages) == 2
        assert "`page=`" in (caught.value.hint or "")


def test_posts_without_an_id_cannot_be_paged() -> None:
    with pytest.raises(UpstreamShape, match="no id to page by"):
        Service([None]).follow(calls.all_posts(max=3))


def test_more_than_was_asked_for_is_left_out() -> None:
    class Generous(Service):
        def answer(self, call: Call[Any]) -> Response:
            super().answer(call)
            return Response(200, (), json.dumps([{"id": n} for n in range(9, 0, -1)]).encode(), "")

    rows = Generous([]).follow(calls.all_posts(max=3))
    assert [row.id for row in rows] == [9, 8, 7]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            "danbooru: not found (HTTP 404): That record was not found.",
            "danbooru has no post 7: That record was not found.",
        ),
        ("danbooru: not found (HTTP 404)", "danbooru has no post 7"),
    ],
)
def test_what_is_missing_is_named(message: str, told: str) -> None:
    with pytest.raises(NotFound) as caught:
        next(missing("post 7", "look elsewhere")(YieldingContext(), NotFound(message, status=404)))
    assert (caught.value.message, caught.value.hint) == (told, "look elsewhere")
    assert (caught.value.backend, caught.value.status) == ("danbooru", 404)


def test_other_failures_stay_what_they_are() -> None:
    error = TimedOut("no answer")
    with pytest.raises(TimedOut) as caught:
        next(missing("post 7")(YieldingContext(), error))
    assert caught.value is error
