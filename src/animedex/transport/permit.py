"""The permit to send one request: reserved before anyone sleeps for it, and always released."""

from __future__ import annotations

import contextlib
import os
import posixpath
from functools import partial
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote, urlsplit

from animedex.database import StoreLocked
from animedex.http_message import origin
from animedex.ratelimit.limits import scale_limits
from animedex.ratelimit.rate_limiter import Proceed, Rejected, Reservation, RetryLater
from animedex.ratelimit.store import CLEANUP_SECONDS, StoreUnavailable
from animedex.transport.effects import Blocking, Sleep
from animedex.transport.events import Event
from animedex.transport.retry_after import rate_limited
from animedex.transport.urls import base_url, require_loopback

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.call import Call
    from animedex.errors import RateLimited
    from animedex.ratelimit.rate_limiter import Decision
    from animedex.transport.effects import Steps
    from animedex.transport.pipeline import Pipeline


class Permit:
    """Room for one request in the limits of an origin, within a `with` statement.

    `left` is how many more requests could be sent at once, `has_waited` whether there was a pause
    for room. Whoever leaves the `with` early (Ctrl-C, a cancelled task, an error) releases it.
    """

    def __init__(self, pipeline: Pipeline, call: Call[Any], url: str) -> None:
        self.left: int | None = None
        self.has_waited = False
        self.queue = 0
        self._pipeline = pipeline
        self._is_open = self._is_granted = False
        self._slot: float | None = None
        config, limits = pipeline.config, call.backend.limits
        if not config.is_limited:
            require_loopback(url)
            return
        factor = config.rate_factor
        self.backend = call.backend.name
        self.limits = limits if factor >= 1 else scale_limits(limits, factor)
        self.origin = origin(url)
        self.queue = hash(self.origin)
        path = urlsplit(url).path
        base = route_of(urlsplit(base_url(call.backend, config.base_urls)).path)
        # Dots in a path can lead out of the base and back into it.
        route = route_of(route_of(path).removeprefix(base))
        # A pause that is not for one path alone is recorded for all of them under one name.
        blocked_path = path if limits.per_path else base
        ticket = os.urandom(8).hex()
        self.reservation = Reservation(ticket, blocked_path, route, pipeline.deadline)
        # A window counts the request from its answer on.
        self._has_window = route in self.limits.windows

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if not self._is_open:
            return
        self._is_open = False
        if not self._is_granted:
            self._release(self.cancel)
        elif self._has_window:
            self._release(partial(self._finish, self._brief()))

    def reserve(self) -> Steps[None]:
        """Wait until the request may be sent.

        Raises `RateLimited` at once if there is no room before the deadline, and `TimedOut` if that
        has passed already.
        """
        pipeline = self._pipeline
        if not pipeline.config.is_limited:
            return
        left, has_warned, self._is_open = pipeline.seconds_left(), False, True
        while True:
            try:
                decision: Decision = (
                    (yield Blocking(self._reserve, self.queue, pipeline.deadline, is_optional=True))
                    if pipeline.runtime.is_remote
                    else self._reserve()
                )
            except StoreLocked as locked:
                pause = pipeline.lock_pause(locked)
                if isinstance(locked, StoreUnavailable) and not has_warned:
                    has_warned = True
                    self._notify_wait(left, str(locked))
                yield Sleep(pause)
                continue
            if isinstance(decision, Rejected):
                self._is_open = False
                raise self._rejection_error(decision)
            pause = decision.at - pipeline.clock()
            if pause > 0:
                self.has_waited = True
                ready_at = decision.ready_at if isinstance(decision, RetryLater) else decision.at
                self._notify_wait(ready_at - pipeline.clock())
                yield Sleep(pause)
            if isinstance(decision, Proceed):
                self.left, self._is_granted = decision.left, True
                return
            left = pipeline.seconds_left()

    def done(self, exhausted_for: float | None) -> list[Callable[[], None]]:
        """Release the permit; return what is to be written to the limiter, now that it is used.

        A window counts from the answer on. A path may be exhausted for some seconds.
        """
        self._is_open = False
        writes: list[Callable[[], None]] = []
        if self._is_granted and self._has_window:
            writes.append(partial(self._finish, self.reservation))
        if self._is_granted and exhausted_for:
            block = self._pipeline.runtime.limiter.block
            writes.append(partial(block, self.origin, self.reservation, exhausted_for))
        return writes

    def cancel(self) -> None:
        """Return the slot, as nothing was sent."""
        limiter = self._pipeline.runtime.limiter
        limiter.cancel(self.origin, self._brief(), self._slot)

    def _reserve(self) -> Decision:
        limiter = self._pipeline.runtime.limiter
        decision = limiter.reserve(self.origin, self.limits, self.reservation)
        # Kept here, so that `cancel` knows of a slot that a cancelled task never heard of.
        self._slot = decision.at if isinstance(decision, Proceed) else None
        return decision

    def _finish(self, reservation: Reservation) -> None:
        self._pipeline.runtime.limiter.finish(self.origin, self.limits, reservation)

    def _brief(self) -> Reservation:
        """Return the reservation with a short deadline, for clean-up."""
        deadline = self._pipeline.clock() + CLEANUP_SECONDS
        return self.reservation._replace(deadline=min(self._pipeline.deadline, deadline))

    def _release(self, work: Callable[[], None]) -> None:
        workers = self._pipeline.runtime.workers
        if self._pipeline.runtime.is_remote and workers is not None:
            workers.submit(work, self.queue)
            return
        with contextlib.suppress(StoreLocked):
            work()

    def _notify_wait(self, seconds: float | None, message: str = "") -> None:
        event = Event("wait", self.backend, seconds=seconds, message=message)
        self._pipeline.runtime.notify(event)

    def _rejection_error(self, decision: Rejected) -> RateLimited:
        problem = "the rate limit does not allow this before the deadline"
        if decision.by_service:
            problem = "the service asked to wait before the next request"
        seconds = decision.at - self._pipeline.clock()
        return rate_limited(f"{self.backend}: {problem}", seconds)


def route_of(path: str) -> str:
    """Return the name of the window that a path below the base URL counts for.

    >>> route_of("/search"), route_of("//neko/../%73earch/")
    ('/search', '/search')
    """
    return "/" + posixpath.normpath("/" + unquote(path)).lstrip("/")
