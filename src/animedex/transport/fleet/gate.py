"""Leaving alone what does not work just now, and telling when that begins and ends."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from animedex.transport.fleet.away import Away

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.transport.clock import Clock

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0


class Gate:
    """Turn everyone away after a failure, but for one who knocks now and then.

    `closed` tells whether it is worth asking `enter`.
    """

    def __init__(
        self, place: str, patience: float, clock: Clock, warn: Callable[[str], None]
    ) -> None:
        self._place = place
        self._patience = patience
        self._clock = clock
        self._warn = warn
        self._lock = threading.Lock()
        self._trouble: Away | None = None
        self._knock_at = 0.0

    @property
    def closed(self) -> bool:
        """Tell whether the last try failed."""
        return self._trouble is not None

    def enter(self) -> None:
        """Let the first one in who knocks when it is time; raise `Away` for all others."""
        with self._lock:
            now = self._clock()
            if self._trouble is None:
                return
            if now < self._knock_at:
                pause = min(self._trouble.pause, self._knock_at - now)
                raise Away(self._place, self._trouble.why, pause)
            self._knock_at = now + self._patience

    def failed(self, why: str) -> Away:
        """Close, and warn if that is new; give what to raise."""
        with self._lock:
            before = self._trouble
            pause = min(_LONGEST_PAUSE, before.pause * 2) if before else _FIRST_PAUSE
            away = self._trouble = Away(self._place, why, pause)
            self._knock_at = self._clock() + pause
        if before is None:
            self._warn(f"{away}: calls wait for it")
        return away

    def passed(self) -> None:
        """Open again; say so where it was closed."""
        with self._lock:
            before, self._trouble = self._trouble, None
        if before is not None:
            self._warn(f"budgets are kept at {self._place} again")
