"""Random pictures of the first service that has any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.art.providers import check_services, merge_failures
from animedex.art.search import SearchResult
from animedex.backends.provider import find_provider
from animedex.errors import AnimedexError, BadArguments, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from animedex.call import Steps
    from animedex.session import AsyncSession, BaseSession, Session

MAX_AMOUNT = 20


def random_pictures(
    client: Session,
    services: Iterable[str] | None = None,
    *,
    category: str | None = None,
    amount: int = 1,
) -> SearchResult:
    """Return 1 to 20 random pictures, of a category if one is named, from one service.

    The services are asked one after the other until one has some; those that failed before are
    named in the answer. Where all fail, one error names them all.
    """
    return client.run(_pick_random(client, check_services(services), category, amount))


async def random_pictures_async(
    client: AsyncSession,
    services: Iterable[str] | None = None,
    *,
    category: str | None = None,
    amount: int = 1,
) -> SearchResult:
    """Do as `random_pictures`, from a task."""
    return await client.run(_pick_random(client, check_services(services), category, amount))


def _pick_random(
    client: BaseSession, services: Sequence[str], category: str | None, amount: int
) -> Steps[SearchResult]:
    """Try one service after the other, each with its own time limit."""
    if type(amount) is not int or not 1 <= amount <= MAX_AMOUNT:
        message = f"an amount is a whole number from 1 to {MAX_AMOUNT}, not {amount!r}"
        raise BadArguments(message)
    failures: dict[str, AnimedexError] = {}
    for name in services:
        try:
            call = find_provider(name).random(category, amount)
            rows = list((yield from client.start(call))) if call else []
        except AnimedexError as error:
            failures[name] = error
            continue
        if rows:
            return SearchResult(rows, failures)
        failures[name] = _no_picture(name, category)
    raise merge_failures(failures)


def _no_picture(name: str, category: str | None) -> NotFound:
    of = f" of {category!r:.80}" if category is not None else ""
    return NotFound(f"there is no picture{of}", backend=name, hint="ask another with --from")
