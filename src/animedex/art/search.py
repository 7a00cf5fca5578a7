"""Search of all services at once, with their rows in turns."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from animedex.art.parallel_calls import run_parallel, run_parallel_async
from animedex.art.providers import check_services, merge_failures
from animedex.backends.provider import find_provider
from animedex.errors import AnimedexError, BadArguments
from animedex.models import Rating

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from animedex.call import Call
    from animedex.models import PictureRecord
    from animedex.session import AsyncSession, Session

V = TypeVar("V")

MAX_LIMIT = 100
DEFAULT_LIMIT = 20


class SearchPlan(NamedTuple):
    """The calls of a search, by service, in order.

    `left_out` are the services that have no pictures of the rating, `refused` those that cannot
    be asked for such words.
    """

    calls: dict[str, Call[Sequence[PictureRecord]]]
    refused: dict[str, AnimedexError]
    left_out: tuple[str, ...]


class SearchResult(NamedTuple):
    """The rows of all services that answered, and the failures of the others."""

    rows: list[PictureRecord]
    failures: dict[str, AnimedexError]
    left_out: tuple[str, ...] = ()


def search(
    client: Session,
    words: str,
    services: Iterable[str] | None = None,
    *,
    rating: Rating | str = Rating.GENERAL,
    limit: int = DEFAULT_LIMIT,
) -> SearchResult:
    """Search services for words, all at once, and merge their rows.

    A rating is one of `Rating`, its letter or its word. A service that fails is named in the
    answer; where all do, one error names them all. Raises `BadArguments` for an unknown service,
    and where none has pictures of the rating.
    """
    plan = plan_search(words, check_services(services), rating, limit)
    return _merge_results(plan, dict(run_parallel(client, plan.calls)), limit)


async def search_async(
    client: AsyncSession,
    words: str,
    services: Iterable[str] | None = None,
    *,
    rating: Rating | str = Rating.GENERAL,
    limit: int = DEFAULT_LIMIT,
) -> SearchResult:
    """Do as `search`, from a task."""
    plan = plan_search(words, check_services(services), rating, limit)
    async with aclosing(run_parallel_async(client, plan.calls)) as results:
        return _merge_results(plan, {name: result async for name, result in results}, limit)


def plan_search(
    words: str, services: Sequence[str], rating: Rating | str, limit: int
) -> SearchPlan:
    """Build each service's call; raise `BadArguments` if no service can be searched."""
    _check(words, limit)
    rating_value = parse_rating(rating)
    calls: dict[str, Call[Sequence[PictureRecord]]] = {}
    refused: dict[str, AnimedexError] = {}
    left_out: list[str] = []
    for name in services:
        try:
            call = find_provider(name).search(words, rating_value, limit)
        except BadArguments as error:
            refused[name] = error
            continue
        if call is None:
            left_out.append(name)
        else:
            calls[name] = call
    if not calls and not refused:
        message = f"no picture of {', '.join(services)} is rated {rating_value.name.lower()}"
        raise BadArguments(message, hint="ask another service with --from, or leave --rating out")
    return SearchPlan(calls, refused, tuple(left_out))


def parse_rating(text: str) -> Rating:
    """Parse a rating: a letter, or its name.

    >>> parse_rating("g"), parse_rating("Explicit")
    (<Rating.GENERAL: 'g'>, <Rating.EXPLICIT: 'e'>)
    """
    for rating in Rating:
        if str(text).lower() in {rating.value, rating.name.lower()}:
            return rating
    message = f"a rating is g, s, q or e, not {text!r:.80}"
    raise BadArguments(message, hint="general, sensitive, questionable or explicit")


def interleave(rows_by_service: Mapping[str, Sequence[V]], limit: int) -> list[V]:
    """Return one row of each service in turn, up to the limit.

    >>> interleave({"a": [1, 2, 3], "b": [], "c": [10]}, limit=3)
    [1, 10, 2]
    """
    turns = range(max(map(len, rows_by_service.values()), default=0))
    return [rows[turn] for turn in turns for rows in rows_by_service.values() if turn < len(rows)][
        :limit
    ]


def _merge_results(
    plan: SearchPlan,
    results: Mapping[str, Sequence[PictureRecord] | AnimedexError],
    limit: int,
) -> SearchResult:
    """Merge rows and failures in the order of the services, not in that of their speed."""
    rows: dict[str, Sequence[PictureRecord]] = {}
    failures = dict(plan.refused)
    for name in plan.calls:
        answer = results[name]
        if isinstance(answer, AnimedexError):
            failures[name] = answer
        else:
            rows[name] = answer
    if not rows:
        raise merge_failures(failures)
    return SearchResult(interleave(rows, limit), failures, plan.left_out)


def _check(words: str, limit: int) -> None:
    if not words.strip():
        message = "a search needs a word to search for"
        raise BadArguments(message)
    if type(limit) is not int or not 1 <= limit <= MAX_LIMIT:
        message = f"a limit is a whole number from 1 to {MAX_LIMIT}, not {limit!r}"
        raise BadArguments(message)
