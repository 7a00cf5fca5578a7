"""Rate limits in the memory of this process."""

from __future__ import annotations

import threading
from itertools import islice
from math import inf
from typing import TYPE_CHECKING

from animedex.ratelimit.rate_limiter import LimiterState, block, cancel, finish
from animedex.ratelimit.store import MAX_SEEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.clock import Clock
    from animedex.ratelimit.integrity import ProcessStates
    from animedex.ratelimit.limits import Limits
    from animedex.ratelimit.rate_limiter import Decision, Reservation


class MemoryStore:
    """Rate limits of this process alone, if no file can be used; without bursts.

    Whenever this store takes over, everything counts as used up.
    """

    path = "this process's memory, with a burst of 1"

    def __init__(self, recent: ProcessStates, clock: Clock) -> None:
        self._states: dict[str, LimiterState] = {}
        self._seen: dict[tuple[str, str], None] = {}
        self._recent = recent
        self._clock = clock
        self._lock = threading.Lock()
        self._begun_at: dict[str, float] = {}

    def reset(self) -> None:
        """Begin anew at the next use: other processes may have sent requests meanwhile."""
        with self._lock:
            self._begun_at.clear()

    def reserve(self, origin: str, limits: Limits, reservation: Reservation) -> Decision:
        """Reserve room for one request."""
        limits = limits._replace(bucket=limits.bucket._replace(burst=1))
        with self._lock:
            now = self._clock()
            version = ("", self._begun_at.setdefault(origin, now))
            state = self._states.get(origin, LimiterState())
            self._states[origin], decision = self._recent.reserve(
                origin, version, state, limits, reservation, now
            )
        return decision

    def finish(self, origin: str, limits: Limits, reservation: Reservation) -> None:
        """Record that the answer has arrived, or that the request failed after it was sent."""
        now = self._clock()
        self._change(
            origin, reservation.ticket, lambda state: finish(state, limits, reservation, now)
        )

    def cancel(self, origin: str, reservation: Reservation, slot: float | None) -> None:
        """Release a reservation that is not used."""
        now = self._clock()
        self._change(
            origin, reservation.ticket, lambda state: cancel(state, reservation, slot, now)
        )

    def block(self, origin: str, reservation: Reservation, seconds: float) -> None:
        """Block a reservation's path for some seconds."""
        now = self._clock()
        self._change(origin, "", lambda state: block(state, reservation.path, now + seconds, now))

    def _change(
        self, origin: str, ticket: str, step: Callable[[LimiterState], LimiterState]
    ) -> None:
        self._recent.own.discard(ticket)
        with self._lock:
            self._recent.change(origin, step)
            self._states[origin] = step(self._states.get(origin, LimiterState()))

    def states(self) -> dict[str, LimiterState]:
        """Return the state of every origin."""
        return dict(self._states)

    def add_seen(self, backend: str, ids: tuple[str, ...], deadline: float = inf) -> frozenset[str]:
        """Add pictures to the record, and return which of them are new."""
        del deadline  # Nothing here waits.
        with self._lock:
            new = frozenset(id for id in ids if (backend, id) not in self._seen)  # noqa: A001
            self._seen.update(dict.fromkeys((backend, id) for id in ids))  # noqa: A001
            for oldest in list(islice(self._seen, max(0, len(self._seen) - MAX_SEEN))):
                del self._seen[oldest]
        return new

    def count_seen(self) -> int:
        """Return the number of pictures in the record."""
        return len(self._seen)

    def clear_seen(self) -> int:
        """Delete the record, and return how many pictures were in it."""
        with self._lock:
            count = len(self._seen)
            self._seen.clear()
        return count

    def close(self) -> None:
        """Do nothing: nothing is open."""
