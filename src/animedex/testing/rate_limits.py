"""Count requests against a limit: fixed windows on the clock, a sliding log, and a bucket.

Times are seconds since the epoch and are always handed in, so nothing here reads a clock.
"""

from __future__ import annotations

import math
from collections import Counter, deque

# Times since the epoch are no finer than this.
_CLOCK_ERROR = 1e-6


class FixedWindows:
    """Allow so many requests per key in windows that begin on the clock.

    >>> windows = FixedWindows(limit=2, seconds=60)
    >>> windows.take("/neko", 59.0), windows.take("/neko", 59.5), windows.take("/neko", 59.9)
    (True, True, False)
    >>> windows.remaining("/neko", 59.9), windows.remaining("/hug", 59.9)
    (0, 2)
    >>> windows.take("/neko", 60.0), windows.remaining("/neko", 60.0)
    (True, 1)
    """

    def __init__(self, *, limit: int, seconds: int) -> None:
        self.limit = limit
        self.seconds = seconds
        self._window = 0.0
        self._counts: Counter[str] = Counter()

    def end(self, now: float) -> float:
        """Return when the window of this moment ends.

        >>> FixedWindows(limit=2, seconds=60).end(61.5)
        120.0
        """
        return (now // self.seconds + 1) * self.seconds

    def remaining(self, key: str, now: float) -> int:
        """Return how many requests this window still allows."""
        self._turn(now)
        return self.limit - self._counts[key]

    def take(self, key: str, now: float) -> bool:
        """Count a request, if this window allows it."""
        if self.remaining(key, now) == 0:
            return False
        self._counts[key] += 1
        return True

    def _turn(self, now: float) -> None:
        if self.end(now) != self._window:
            self._window = self.end(now)
            self._counts.clear()


class SlidingLog:
    """Allow so many requests in any stretch of so many seconds; the refused do not count.

    >>> log = SlidingLog(limit=2, seconds=5.0)
    >>> log.take(10.0), log.take(11.0), log.take(14.9)
    (True, True, False)
    >>> log.wait(14.5)
    0.5
    >>> log.take(15.0), log.wait(15.0)
    (True, 1.0)
    """

    def __init__(self, *, limit: int, seconds: float) -> None:
        self.seconds = seconds
        self._times: deque[float] = deque(maxlen=limit)

    def wait(self, now: float) -> float:
        """Return how long until a request would be allowed; 0 when it is."""
        if len(self._times) < (self._times.maxlen or 0):
            return 0.0
        return max(0.0, self._times[0] + self.seconds - now)

    def take(self, now: float) -> bool:
        """Count a request, if it is allowed."""
        if self.wait(now) > 0:
            return False
        self._times.append(now)
        return True


class Bucket:
    """Allow ``burst`` requests at once and ``rate`` a second; the refused do not count.

    >>> bucket = Bucket(rate=20.0, burst=2)
    >>> bucket.take(10.0), bucket.take(10.0), bucket.take(10.0)
    (True, True, False)
    >>> bucket.wait(10.0)
    0.05
    >>> bucket.take(10.25), bucket.take(10.25), bucket.take(10.25)
    (True, True, False)
    """

    def __init__(self, *, rate: float, burst: int) -> None:
        self.rate = rate
        self.burst = burst
        self._left = float(burst)
        self._counted = 0.0

    def wait(self, now: float) -> float:
        """Return how long until a request would be allowed; 0 when it is."""
        self._fill(now)
        wait = (1 - self._left) / self.rate
        return wait if wait > _CLOCK_ERROR else 0.0

    def take(self, now: float) -> bool:
        """Count a request, if it is allowed."""
        if self.wait(now) > 0:
            return False
        self._left -= 1
        return True

    def _fill(self, now: float) -> None:
        self._left = min(self.burst, self._left + (now - self._counted) * self.rate)
        self._counted = now


def round_up(seconds: float, digits: int) -> str:
    """Format a wait, rounded up so that a client is never too early.

    >>> round_up(3.2161, 3), round_up(0.00001, 3), round_up(59.1, 0)
    ('3.217', '0.001', '60')
    """
    scale = 10**digits
    return f"{math.ceil(seconds * scale) / scale:.{digits}f}"
