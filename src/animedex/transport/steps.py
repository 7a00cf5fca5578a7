"""What a flow may wish for: steps that a driver obeys, and the events that it tells.

A step with `do` is carried out at this process's own desk, alike in both worlds. Only `Sleep`,
`Send` and `Identify` take time; each driver has its own way with those. Where the desk is shared by
many machines, a `FarStep` may wait for their server too, until its moment `latest`.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backends.backend import Backend
    from animedex.call import Account, Headers, Response, Sink
    from animedex.ratelimit.limits import Limits
    from animedex.ratelimit.rate_limiter import Decision, Reservation
    from animedex.ratelimit.seen_store import SeenStore
    from animedex.ratelimit.store import LimiterStore
    from animedex.transport.cache import Cache, Kept
    from animedex.transport.redis_cache import RedisCache
    from animedex.transport.worker_threads import WorkerThreads


class Event(NamedTuple):
    """Tell what just happened; `seconds` is how long it took or will take.

    `request_id` is what the service calls a request that failed.
    `left` is how many more requests the budget would let through at once. A wait with a message is
    for the server that keeps the budgets, for so long at most. URLs carry no secrets.
    """

    kind: Literal["request", "response", "failure", "wait", "retry", "warning"]
    backend: str
    method: str = ""
    url: str = ""
    status: int | None = None
    seconds: float | None = None
    left: int | None = None
    cached: bool = False
    message: str = ""
    request_id: str = ""


class Desk(NamedTuple):
    """Hold what steps are carried out with: budgets, cache, who listens to events, who asks.

    `identify` finds the user's account with a service at an origin, if there is one, within so
    many seconds. `workers` are there where state or cache may wait for a server.
    """

    limiter: LimiterStore
    seen: SeenStore
    cache: Cache | RedisCache
    tell: Callable[[Event], None]
    identify: Callable[[Backend, str, float | None], Account | None]
    workers: WorkerThreads | None = None


class Sleep(NamedTuple):
    """Wait so many seconds."""

    seconds: float


class Send(NamedTuple):
    """Exchange a request for an answer within `timeout` seconds.

    The body, as it comes over the wire, may have `cap` bytes; that of a success goes to a sink,
    which is made from the answer's head. An `is_open_ended` exchange has no time limit but that the
    server is never silent for longer than `http.SILENCE_OF_FILES`.
    """

    method: str
    url: str
    headers: Headers
    timeout: float | None
    cap: int
    sink: Callable[[Response], Sink] | None = None
    is_open_ended: bool = False


class Reserve(NamedTuple):
    """Claim room in an origin's budgets."""

    origin: str
    limits: Limits
    reservation: Reservation

    @property
    def latest(self) -> float:
        """Give the claim's deadline."""
        return self.reservation.deadline

    def do(self, desk: Desk) -> Decision:
        """Answer with a verdict."""
        return desk.limiter.reserve(self.origin, self.limits, self.reservation)


class Settle(NamedTuple):
    """Note that the answer to a claim has come."""

    origin: str
    limits: Limits
    reservation: Reservation

    @property
    def latest(self) -> float:
        """Give the claim's deadline."""
        return self.reservation.deadline

    def do(self, desk: Desk) -> None:
        """Note it for all processes."""
        desk.limiter.finish(self.origin, self.limits, self.reservation)


class Release(NamedTuple):
    """Give back a claim that will not be used, with its slot in the bucket if it has one."""

    origin: str
    reservation: Reservation
    slot: float | None

    @property
    def latest(self) -> float:
        """Give the claim's deadline."""
        return self.reservation.deadline

    def do(self, desk: Desk) -> None:
        """Give it back for all processes."""
        desk.limiter.cancel(self.origin, self.reservation, self.slot)


class Block(NamedTuple):
    """Note that a claim's path is spent for so many seconds."""

    origin: str
    reservation: Reservation
    seconds: float

    @property
    def latest(self) -> float:
        """Give the claim's deadline."""
        return self.reservation.deadline

    def do(self, desk: Desk) -> None:
        """Note it for all processes."""
        desk.limiter.block(self.origin, self.reservation, self.seconds)


class Recall(NamedTuple):
    """Look a body up in the cache."""

    key: str
    latest: float = inf

    def do(self, desk: Desk) -> Kept | None:
        """Answer with what is kept."""
        return desk.cache.get(self.key, self.latest)


class Keep(NamedTuple):
    """Put a body into the cache for so many seconds."""

    key: str
    backend: str
    body: bytes
    lifetime: float
    latest: float = inf

    def do(self, desk: Desk) -> None:
        """Keep it."""
        desk.cache.put(self.key, self.backend, self.body, self.lifetime, self.latest)


class Drop(NamedTuple):
    """Delete a body from the cache."""

    key: str
    latest: float = inf

    def do(self, desk: Desk) -> None:
        """Delete it."""
        desk.cache.drop(self.key, self.latest)


class Show(NamedTuple):
    """Note pictures as shown to this user; the answer is which of them are new."""

    backend: str
    ids: tuple[str, ...]
    quiet: bool = False
    latest: float = inf

    def do(self, desk: Desk) -> frozenset[str]:
        """Answer with the new ones; where nobody asks which they are, with none."""
        if not self.quiet:
            return desk.seen.select_unseen(self.backend, self.ids, self.latest)
        desk.seen.record(self.backend, self.ids, self.latest)
        return frozenset()


class Identify(NamedTuple):
    """Find the account that the user has with a service; a program may be asked for its key."""

    backend: Backend
    origin: str
    timeout: float | None

    def do(self, desk: Desk) -> Account | None:
        """Answer with the account, or None for nobody in particular."""
        return desk.identify(self.backend, self.origin, self.timeout)


class Tell(NamedTuple):
    """Tell an event to whoever listens."""

    event: Event

    def do(self, desk: Desk) -> None:
        """Tell it."""
        desk.tell(self.event)


FarStep = Reserve | Settle | Release | Block | Recall | Keep | Drop | Show
LocalStep = FarStep | Identify | Tell
Step = Sleep | Send | LocalStep
