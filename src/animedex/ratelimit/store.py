"""Protocols of the stores: rate limits, and the record of seen pictures."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Protocol

from animedex.database import StoreLocked
from animedex.errors import RateLimited, Unreachable

if TYPE_CHECKING:
    from animedex.ratelimit.limits import Limits
    from animedex.ratelimit.rate_limiter import Decision, LimiterState, Reservation

FILE_NAME = "budgets-1.db"
# The record of pictures holds so many; the oldest are deleted first.
MAX_SEEN = 20_000
# A state that has been as good as new for this many seconds is deleted.
IDLE_SECONDS = 86_400.0
# Time allowed for clean-up at exit, in seconds: Ctrl-C ends everything within half a second.
CLEANUP_SECONDS = 0.2


class LimiterStore(Protocol):
    """The state of all origins' rate limits, shared by all users of the same `path`.

    Each method raises `StoreLocked` or `StoreUnavailable` with nothing done; none waits for that to
    change. All moments are of this machine's `shared_clock`.
    """

    @property
    def path(self) -> str:
        """The file or the server that is in use, without a password."""
        ...

    def reserve(self, origin: str, limits: Limits, reservation: Reservation) -> Decision:
        """Reserve room for one request."""
        ...

    def finish(self, origin: str, limits: Limits, reservation: Reservation) -> None:
        """Record that the answer has arrived, or that the request failed after it was sent."""
        ...

    def cancel(self, origin: str, reservation: Reservation, slot: float | None) -> None:
        """Release a reservation that is not used."""
        ...

    def block(self, origin: str, reservation: Reservation, seconds: float) -> None:
        """Block a reservation's path for some seconds."""
        ...

    def states(self) -> dict[str, LimiterState]:
        """Return the state of every origin."""
        ...

    def close(self) -> None:
        """Close what is open; it opens again when it is next needed."""
        ...


class SeenTable(Protocol):
    """The record of seen pictures, by service and id."""

    def add_seen(self, backend: str, ids: tuple[str, ...], deadline: float = inf) -> frozenset[str]:
        """Add pictures to the record, and return which of them are new."""
        ...

    def count_seen(self) -> int:
        """Return the number of pictures in the record."""
        ...

    def clear_seen(self) -> int:
        """Delete the record, and return how many pictures were in it."""
        ...


class StoreUnavailable(StoreLocked):
    """The server cannot be reached now: which one, why, and when to try again in seconds."""

    def __init__(self, path: str, why: str, pause: float) -> None:
        super().__init__(f"budgets are kept at {path}, which {why}")
        self.path = path
        self.why = why
        self.pause = pause

    def rate_limited(self) -> RateLimited:
        """Return the error for a call that cannot wait any longer.

        >>> StoreUnavailable("redis://cache.example", "does not answer", 1.0).rate_limited().message
        'budgets are kept at redis://cache.example, which does not answer'
        """
        error = RateLimited(str(self), hint=_HINT)
        error.retry_after = self.pause
        return error

    def unreachable(self) -> Unreachable:
        """Return the error for a command that only reads the store."""
        return Unreachable(str(self), hint=_HINT)


_HINT = "check that the server runs and can be reached, or set ANIMEDEX_STATE to another one"
