"""Enforce the limits of nekos.best v2, with headers only for some, as the service does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from animedex.testing.rate_limit_middleware import LimitDecision
from animedex.testing.rate_limits import FixedWindows, SlidingLog, round_up

if TYPE_CHECKING:
    from collections.abc import Callable


class NekosLimits:
    """Allow 200 requests a minute on each path, and 7 in any 5 seconds on the search besides.

    The headers tell of the minute only. Limits that are not ``enforced`` are told all the same,
    as they look to a first request.

    >>> limits = NekosLimits(search="/search", clock=lambda: 1_778_231_283.0)
    >>> for name, value in limits.admit("/search").headers.items(): print(name, value)
    x-rate-limit-limit 1m
    x-rate-limit-remaining 199
    x-rate-limit-reset 2026-05-08T09:09:00.0000000Z
    >>> [limits.admit("/search").retry_after for _ in range(7)]
    [None, None, None, None, None, None, '5.000']
    """

    def __init__(
        self, *, search: str, clock: Callable[[], float] = time.time, enforced: bool = True
    ) -> None:
        self._search = search
        self._clock = clock
        self._enforced = enforced
        self._minutes = FixedWindows(limit=200, seconds=60)
        self._searches = SlidingLog(limit=7, seconds=5.0)

    def admit(self, path: str) -> LimitDecision:
        """Judge a request that arrives now; a refused one takes nothing."""
        now = self._clock()
        if not self._enforced:
            return LimitDecision(self._headers(self._minutes.limit - 1, now))
        wait = self._searches.wait(now) if path == self._search else 0.0
        retry_after = None
        if wait > 0:
            retry_after = round_up(wait, 3)
        elif not self._minutes.take(path, now):
            retry_after = round_up(self._minutes.end(now) - now, 0)
        elif path == self._search:
            self._searches.take(now)
        return LimitDecision(self._headers(self._minutes.remaining(path, now), now), retry_after)

    def _headers(self, remaining: int, now: float) -> dict[str, str]:
        return {
            "x-rate-limit-limit": "1m",
            "x-rate-limit-remaining": str(remaining),
            "x-rate-limit-reset": iso_reset(self._minutes.end(now)),
        }


def iso_reset(moment: float) -> str:
    """Write a whole second as the service does, with seven digits of fraction.

    >>> iso_reset(1_778_231_340.0)
    '2026-05-08T09:09:00.0000000Z'
    """
    return time.strftime("%Y-%m-%dT%H:%M:%S.0000000Z", time.gmtime(moment))
