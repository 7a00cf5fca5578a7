"""A desk whose budgets, and answers where nobody chose a folder for them, are kept by a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.transport.cache import Cache
from animedex.transport.fleet.cache import FleetCache
from animedex.transport.fleet.keeper import FleetKeeper
from animedex.transport.fleet.lanes import Lanes
from animedex.transport.fleet.link import Link
from animedex.transport.fleet.place import place_of
from animedex.transport.state import State
from animedex.transport.steps import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backends.backend import Backend
    from animedex.transport.clock import Clock
    from animedex.transport.telling import Teller
    from animedex.wire import Account


def fleet_desk(
    url: str,
    cache_path: str,
    clock: Clock,
    teller: Teller,
    identify: Callable[[Backend, str, float | None], Account | None],
) -> Desk:
    """Set up a desk at a server; nothing is asked of it yet.

    Without a path, it keeps answers too.
    """
    place = place_of(url)
    link = Link(place, clock, teller.warn)
    keeper = FleetKeeper(link, clock, teller.warn)
    return Desk(
        State(place.shown, clock, teller.warn, keeper),
        Cache(cache_path, teller.warn) if cache_path else FleetCache(link, clock, teller.warn),
        teller.tell,
        identify,
        Lanes(place.shown, clock),
    )
