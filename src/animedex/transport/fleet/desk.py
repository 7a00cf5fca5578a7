"""A desk whose budgets, and answers where nobody chose a folder for them, are kept by a server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from animedex.transport.cache import Cache
from animedex.transport.clock import shared_clock as clock
from animedex.transport.fleet.cache import FleetCache
from animedex.transport.fleet.keeper import FleetKeeper
from animedex.transport.fleet.lanes import Lanes
from animedex.transport.fleet.link import Link
from animedex.transport.fleet.place import place_of
from animedex.transport.fleet.share import Share
from animedex.transport.state import State
from animedex.transport.steps import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backends.backend import Backend
    from animedex.call import Account
    from animedex.transport.events import Teller


def fleet_desk(
    url: str,
    share: float | None,
    cache_path: str,
    teller: Teller,
    identify: Callable[[Backend, str, float | None], Account | None],
) -> Desk:
    """Set up a desk at a server; nothing is asked of it yet. A share is for while it is away.

    Without a path, it keeps answers too.
    """
    place = place_of(url)
    phase = int.from_bytes(os.urandom(4), "big") / 2**32
    link = Link(place, clock, teller.warn)
    keeper = FleetKeeper(link, clock, teller.warn, Share(share, phase) if share else None)
    return Desk(
        State(place.shown, clock, teller.warn, keeper),
        Cache(cache_path, teller.warn) if cache_path else FleetCache(link, clock, teller.warn),
        teller.tell,
        identify,
        Lanes(place.shown, clock),
    )
