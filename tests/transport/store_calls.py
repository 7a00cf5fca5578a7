"""Stores and a cache that record what is asked of them, and may be made to fail."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

from animedex.ratelimit.fallback_store import FallbackStore
from animedex.ratelimit.seen_store import SeenStore
from animedex.transport.response_cache import Cache

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backend import Backend
    from animedex.ratelimit.limits import Limits
    from animedex.ratelimit.rate_limiter import Decision, Reservation
    from animedex.transport.response_cache import CacheEntry


class Reserve(NamedTuple):
    origin: str
    limits: Limits
    reservation: Reservation


class Finish(NamedTuple):
    origin: str
    limits: Limits
    reservation: Reservation


class Cancel(NamedTuple):
    origin: str
    reservation: Reservation
    slot: float | None


class Block(NamedTuple):
    origin: str
    reservation: Reservation
    seconds: float


class CacheGet(NamedTuple):
    key: str
    deadline: float


class CacheStore(NamedTuple):
    key: str
    backend: str
    body: bytes
    lifetime: float
    deadline: float


class CacheDrop(NamedTuple):
    key: str
    deadline: float


class SelectUnseen(NamedTuple):
    backend: str
    ids: tuple[str, ...]
    deadline: float


class RecordSeen(NamedTuple):
    backend: str
    ids: tuple[str, ...]
    deadline: float


class FindAccount(NamedTuple):
    backend: Backend
    origin: str
    timeout: float | None


class RecordingLimiter(FallbackStore):
    """Rate limits with a function that sees each call before it is made."""

    on_call: Callable[[object], None]

    def reserve(self, origin: str, limits: Limits, reservation: Reservation) -> Decision:
        self.on_call(Reserve(origin, limits, reservation))
        return super().reserve(origin, limits, reservation)

    def finish(self, origin: str, limits: Limits, reservation: Reservation) -> None:
        self.on_call(Finish(origin, limits, reservation))
        super().finish(origin, limits, reservation)

    def cancel(self, origin: str, reservation: Reservation, slot: float | None) -> None:
        self.on_call(Cancel(origin, reservation, slot))
        super().cancel(origin, reservation, slot)

    def block(self, origin: str, reservation: Reservation, seconds: float) -> None:
        self.on_call(Block(origin, reservation, seconds))
        super().block(origin, reservation, seconds)


class RecordingCache(Cache):
    """A cache with a function that sees each call before it is made."""

    on_call: Callable[[object], None]

    def get(self, key: str, deadline: float = inf) -> CacheEntry | None:
        self.on_call(CacheGet(key, deadline))
        return super().get(key, deadline)

    def put(
        self, key: str, backend: str, body: bytes, lifetime: float, deadline: float = inf
    ) -> None:
        self.on_call(CacheStore(key, backend, body, lifetime, deadline))
        super().put(key, backend, body, lifetime, deadline)

    def drop(self, key: str, deadline: float = inf) -> None:
        self.on_call(CacheDrop(key, deadline))
        super().drop(key, deadline)


class RecordingSeen(SeenStore):
    """A record of pictures with a function that sees each call before it is made."""

    on_call: Callable[[object], None]

    def select_unseen(
        self, backend: str, ids: tuple[str, ...], deadline: float = inf
    ) -> frozenset[str]:
        self.on_call(SelectUnseen(backend, ids, deadline))
        return super().select_unseen(backend, ids, deadline)

    def record(self, backend: str, ids: tuple[str, ...], deadline: float = inf) -> None:
        self.on_call(RecordSeen(backend, ids, deadline))
        super().record(backend, ids, deadline)
