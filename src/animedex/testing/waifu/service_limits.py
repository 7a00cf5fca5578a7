"""Keep the limit of Waifu.im v7."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from animedex.testing.rate_limit_middleware import LimitDecision
from animedex.testing.rate_limits import Bucket, round_up

if TYPE_CHECKING:
    from collections.abc import Callable


class WaifuLimits:
    """Allow 20 requests a second, and 30 at once, over all paths together.

    No header tells of it before a request is refused.

    >>> limits = WaifuLimits(clock=lambda: 1_778_231_283.0)
    >>> {limits.admit("/images").retry_after for _ in range(30)}, limits.admit("/tags")
    ({None}, LimitDecision(headers={}, retry_after='0.050'))
    """

    def __init__(self, *, clock: Callable[[], float] = time.time, enforced: bool = True) -> None:
        self._clock = clock
        self._enforced = enforced
        self._bucket = Bucket(rate=20.0, burst=30)

    def admit(self, path: str) -> LimitDecision:
        """Judge a request that arrives now; a refused one takes nothing."""
        del path  # all share one bucket
        now = self._clock()
        if not self._enforced or self._bucket.take(now):
            return LimitDecision({})
        return LimitDecision({}, round_up(self._bucket.wait(now), 3))
