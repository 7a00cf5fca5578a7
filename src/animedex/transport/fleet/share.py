"""One process's share of the limits, kept in its memory while the server is away.

Shares add up to the whole, so that nobody oversteps whatever the others do. A share of a window is
whole calls, and none where it is less than one. A bucket that gives less than one call at once
gives one now and then, at moments that each process draws for itself, and never saves any up.
Everything counts as used up to begin with: nobody knows what the server last let others do.
"""

from __future__ import annotations

import threading
from math import ceil
from typing import TYPE_CHECKING

from animedex.backends.backend import Bucket, Limits
from animedex.transport.ledger import block, release, reserve, settle, used_up
from animedex.transport.limits import BucketState

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.transport.ledger import Claim, Ledger, Verdict

_ROUNDING = 1e-6
_MINUTE = 60.0


class Share:
    """Answer claims from a part of each limit, such as 1/24; the phase is at random below 1."""

    def __init__(self, part: float, phase: float) -> None:
        self._part = part
        self._phase = phase
        self._lock = threading.Lock()
        self._books: dict[str, Ledger] = {}
        self._used: dict[str, float] = {}

    def reserve(self, origin: str, limits: Limits, claim: Claim, now: float) -> Verdict | None:
        """Claim room for one request; None where this share has none, now or ever."""
        own = share_of(limits, self._part)
        rule = own.windows.get(claim.route)
        if own.bucket.rate <= 0 or (rule is not None and rule.calls == 0):
            return None
        with self._lock:
            book = self._books.get(origin) or used_up(own, now)
            if own.bucket.burst == 0:
                book = _at_moments(book, own.bucket, self._phase, now)
                own = own._replace(bucket=own.bucket._replace(burst=1))
            self._books[origin], verdict = reserve(book, own, claim, now)
            self._used[origin] = max(now, verdict.at)
        return verdict

    def settle(self, origin: str, limits: Limits, claim: Claim, now: float) -> None:
        """Note that a claim's answer came."""
        self._change(origin, lambda book: settle(book, limits, claim, now))

    def release(self, origin: str, claim: Claim, slot: float | None, now: float) -> None:
        """Give back what a claim holds that will not be sent."""
        self._change(origin, lambda book: release(book, claim, slot, now))

    def block(self, origin: str, claim: Claim, seconds: float, now: float) -> None:
        """Note that a claim's path is spent for some seconds from now."""
        self._change(origin, lambda book: block(book, claim.path, now + seconds, now))

    def was_used(self, origin: str, limits: Limits, now: float) -> bool:
        """Tell whether what was let through still counts, for which the server must know of it."""
        spans = [rule.seconds for rule in limits.windows.values()]
        span = max([limits.bucket.burst / limits.bucket.rate, *spans])
        return now - self._used.get(origin, -span) < span

    def end(self, origin: str) -> None:
        """Forget an origin's share, since the server keeps its budgets again."""
        with self._lock:
            self._books.pop(origin, None)
            self._used.pop(origin, None)

    def _change(self, origin: str, step: Callable[[Ledger], Ledger]) -> None:
        with self._lock:
            if origin in self._books:
                self._books[origin] = step(self._books[origin])


def share_of(limits: Limits, part: float) -> Limits:
    """Give a part of each limit, rounded down to whole calls.

    A bucket whose burst is then 0 is slowed further, so that in no minute all shares together let
    more through than the whole would.

    >>> from animedex.backends.backend import Window
    >>> share_of(Limits(Bucket(3, 10), {"/search": Window(7, 5)}), 1 / 3)[:2]
    (Bucket(rate=1.0, burst=3), {'/search': Window(calls=2, seconds=5)})
    >>> round(share_of(Limits(Bucket(3, 10), {}), 1 / 24).bucket.rate * 60, 2)
    6.92
    """
    burst = int(limits.bucket.burst * part + _ROUNDING)
    rate = limits.bucket.rate * part
    if burst == 0:
        rate -= (1 - limits.bucket.burst * part) / _MINUTE
    windows = {
        name: rule._replace(calls=int(rule.calls * part + _ROUNDING))
        for name, rule in limits.windows.items()
    }
    return limits._replace(bucket=Bucket(rate, burst), windows=windows)


def _at_moments(book: Ledger, bucket: Bucket, phase: float, now: float) -> Ledger:
    """Leave nothing free between the moments that are this process's own."""
    period = 1 / bucket.rate
    number = ceil(max(now, book.bucket.full_at) / period - phase - _ROUNDING)
    return book._replace(bucket=BucketState((number + phase) * period))
