"""Waiting for room in the budgets, and giving back what is not used after all."""

from __future__ import annotations

import contextlib
import os
import posixpath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from animedex.database import StoreLocked
from animedex.errors import RateLimited, TimedOut
from animedex.origins import origin
from animedex.ratelimit.limits import scale_limits
from animedex.ratelimit.rate_limiter import Proceed, Rejected, Reservation, RetryLater
from animedex.ratelimit.store import CLEANUP_SECONDS
from animedex.transport.steps import Block, Event, Release, Reserve, Settle, Sleep, Tell
from animedex.transport.urls import base_of

if TYPE_CHECKING:
    from animedex.call import Call
    from animedex.ratelimit.limits import Limits
    from animedex.transport.run import Run, Steps


class Turn(NamedTuple):
    """Hold one claim on one origin's budgets."""

    backend: str
    origin: str
    limits: Limits
    reservation: Reservation

    def wait(self, run: Run) -> Steps[tuple[bool, int]]:
        """Wait until room is there; tell whether that took time, and how much room remains.

        Raises `RateLimited` at once where none comes free before the deadline, and `TimedOut`
        where that has passed already.
        """
        run.left()
        slot: float | None = None
        waited = False
        try:
            while True:
                reserve = Reserve(self.origin, self.limits, self.reservation)
                decision = yield from run.unlocked(reserve, self.backend)
                if isinstance(decision, Rejected):
                    raise self._denied(decision, run)
                slot = decision.at if isinstance(decision, Proceed) else None
                pause = decision.at - run.clock()
                if pause > 0:
                    waited = True
                    ready = decision.ready_at if isinstance(decision, RetryLater) else decision.at
                    yield Tell(Event("wait", self.backend, seconds=ready - run.clock()))
                    yield Sleep(pause)
                if isinstance(decision, Proceed):
                    return waited, decision.left
                run.left()
        except RateLimited:
            raise
        except BaseException:
            # Whoever gives up waiting (a cancelled task, Ctrl-C) leaves the room to others.
            with contextlib.suppress(StoreLocked):
                yield Release(self.origin, self._hasty(run), slot)
            raise

    def settle(self, run: Run) -> Steps[None]:
        """Note that the answer has come, where a window counts from then on.

        What cannot be noted before the deadline counts for longer, and takes no answer away.
        """
        if self.reservation.route in self.limits.windows:
            with contextlib.suppress(TimedOut, RateLimited):
                yield from run.unlocked(Settle(self.origin, self.limits, self.reservation))

    def settle_at_once(self, run: Run) -> Steps[None]:
        """Note that no answer is waited for any more, unless the file is locked just now."""
        if self.reservation.route in self.limits.windows:
            with contextlib.suppress(StoreLocked):
                yield Settle(self.origin, self.limits, self._hasty(run))

    def block(self, run: Run, seconds: float) -> Steps[None]:
        """Note for everyone that this path is spent for some seconds, if there is time to."""
        with contextlib.suppress(TimedOut, RateLimited):
            yield from run.unlocked(Block(self.origin, self.reservation, seconds))

    def _hasty(self, run: Run) -> Reservation:
        """Give the claim as who does not wait any more holds it."""
        return self.reservation._replace(
            deadline=min(self.reservation.deadline, run.clock() + CLEANUP_SECONDS)
        )

    def _denied(self, decision: Rejected, run: Run) -> RateLimited:
        what = "has no room for this before the deadline"
        if decision.by_service:
            what = "said that it is not to be asked for this yet"
        return rate_limited(f"{self.backend} {what}", decision.at - run.clock())


def turn_for(call: Call[object], url: str, run: Run) -> Turn:
    """Make the claim for one request to a URL."""
    limits = call.backend.limits
    limits = limits if run.manner.pace >= 1 else scale_limits(limits, run.manner.pace)
    path = urlsplit(url).path
    base = route_of(urlsplit(base_of(call.backend, run.manner.base_urls)).path)
    # Dots in a path can lead out of the base and back into it.
    route = route_of(route_of(path).removeprefix(base))
    # What is not one path's alone is noted for all of them under one name.
    blocked = path if limits.per_path else base
    reservation = Reservation(os.urandom(8).hex(), blocked, route, run.deadline)
    return Turn(call.backend.name, origin(url), limits, reservation)


def route_of(path: str) -> str:
    """Name the window that a path below the base URL falls under, however it is written.

    >>> route_of("/search"), route_of("//neko/../%73earch/")
    ('/search', '/search')
    """
    return "/" + posixpath.normpath("/" + unquote(path)).lstrip("/")


def rate_limited(message: str, seconds: float) -> RateLimited:
    """Make the error that says when to come back.

    >>> rate_limited("nekos has no room", 90.2).message
    'nekos has no room: come back in 1 min 31 s'
    """
    error = RateLimited(f"{message}: come back in {spoken(seconds)}", hint=_HINT)
    error.retry_after = max(0.0, seconds)
    return error


def spoken(seconds: float) -> str:
    """Say a time span in two units at most.

    >>> spoken(0.2), spoken(61), spoken(3600), spoken(90000)
    ('1 s', '1 min 1 s', '1 h', '1 d 1 h')
    """
    whole = max(1, -int(-seconds // 1))
    parts: list[str] = []
    for length, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, whole = divmod(whole, length)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


_HINT = "allow more time with --timeout, or see `animedex status`"
