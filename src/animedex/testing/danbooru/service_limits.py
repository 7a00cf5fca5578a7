"""Keep Danbooru's hard limit, which it does not announce."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from animedex.testing.rate_limit_middleware import LimitDecision
from animedex.testing.rate_limits import SlidingLog, round_up

if TYPE_CHECKING:
    from collections.abc import Callable


class DanbooruLimits:
    """Allow 10 requests in any second; no header tells of it.

    >>> limits = DanbooruLimits(clock=lambda: 5.0)
    >>> [limits.admit("/posts.json").retry_after for _ in range(11)].count(None)
    10
    """

    def __init__(self, *, clock: Callable[[], float] = time.time, enforced: bool = True) -> None:
        self._clock = clock
        self._enforced = enforced
        self._requests = SlidingLog(limit=10, seconds=1.0)

    def admit(self, path: str) -> LimitDecision:
        """Judge a request that arrives now; a refused one takes nothing."""
        del path  # all are counted together
        now = self._clock()
        if not self._enforced or self._requests.take(now):
            return LimitDecision({})
        return LimitDecision({}, round_up(self._requests.wait(now), 3))
