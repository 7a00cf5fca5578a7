"""The limits of a service, as its backend declares them.

Nothing is imported here, as every command that names a service loads this.
"""

from __future__ import annotations

from typing import NamedTuple


class TokenBucket(NamedTuple):
    """A limit of `burst` requests at once, and of `rate` requests per second in the long run."""

    rate: float
    burst: int


class SlidingWindow(NamedTuple):
    """A limit of `calls` requests in any `seconds`, wherever the seconds begin."""

    calls: int
    seconds: float


class Limits(NamedTuple):
    """All limits of one origin: a bucket for everything, and windows for some routes.

    `per_path` is whether a `Retry-After` holds for the requested path alone, and not for the whole
    service.
    """

    bucket: TokenBucket
    windows: dict[str, SlidingWindow]
    per_path: bool = True


def scale_limits(limits: Limits, factor: float) -> Limits:
    """Return stricter limits, rounded down to whole requests, but at least one.

    >>> scale_limits(Limits(TokenBucket(3, 10), {"search": SlidingWindow(7, 5)}), 0.5)[:2]
    (TokenBucket(rate=1.5, burst=5), {'search': SlidingWindow(calls=3, seconds=5)})
    """
    rate, burst = limits.bucket
    windows = {
        route: SlidingWindow(max(1, int(window.calls * factor)), window.seconds)
        for route, window in limits.windows.items()
    }
    bucket = TokenBucket(rate * factor, max(1, int(burst * factor)))
    return limits._replace(bucket=bucket, windows=windows)


def recovery_seconds(limits: Limits) -> float:
    """Return the time after which limits that are used up are free again, in seconds.

    >>> recovery_seconds(Limits(TokenBucket(3, 10), {"search": SlidingWindow(7, 5)}))
    5
    """
    windows = (window.seconds for window in limits.windows.values())
    return max(limits.bucket.burst / limits.bucket.rate, *windows, 0.0)
