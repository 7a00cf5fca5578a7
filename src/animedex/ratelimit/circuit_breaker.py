"""A circuit breaker: fail at once while a server is away, and probe again after a pause."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from animedex.ratelimit.store import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.clock import Clock

_MIN_PAUSE, _MAX_PAUSE = 0.05, 1.0


class CircuitBreaker:
    """Whether requests to a server are allowed; warns when it closes and when it opens.

    After a failure the circuit is open. When the pause is over it is half open: one caller probes,
    and has `timeout` seconds for that before another one does.
    """

    def __init__(
        self, path: str, timeout: float, clock: Clock, warn: Callable[[str], None]
    ) -> None:
        self._path = path
        self._timeout = timeout
        self._clock = clock
        self._warn = warn
        self._lock = threading.Lock()
        self._failure: StoreUnavailable | None = None
        self._probe_at = 0.0

    @property
    def is_open(self) -> bool:
        """Return whether the last attempt failed."""
        return self._failure is not None

    def require(self) -> None:
        """Let the first caller pass when a probe is due; raise `StoreUnavailable` for others."""
        with self._lock:
            now = self._clock()
            if self._failure is None:
                return
            if now < self._probe_at:
                pause = min(self._failure.pause, self._probe_at - now)
                raise StoreUnavailable(self._path, self._failure.why, pause)
            self._probe_at = now + self._timeout

    def open(self, why: str) -> StoreUnavailable:
        """Open the circuit after a failure; return the error to raise."""
        with self._lock:
            last = self._failure
            pause = min(_MAX_PAUSE, last.pause * 2) if last else _MIN_PAUSE
            failure = self._failure = StoreUnavailable(self._path, why, pause)
            self._probe_at = self._clock() + pause
        if last is None:
            self._warn(f"{failure}: calls wait for it")
        return failure

    def close(self) -> None:
        """Close the circuit after a success."""
        with self._lock:
            last, self._failure = self._failure, None
        if last is not None:
            self._warn(f"budgets are kept at {self._path} again")
