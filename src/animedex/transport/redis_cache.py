"""The cache of answers at a Redis server, for many machines.

Like a cache in a file, it is a convenience: where the server cannot be asked, or takes no more,
calls go on without. The server forgets answers when their time has come, by its own clock; what
that leaves of a lifetime tells how old an answer is.
"""

from __future__ import annotations

import contextlib
import time
from hashlib import sha256
from math import inf
from typing import TYPE_CHECKING

from animedex.ratelimit.redis_client import TIMEOUT, pack_command
from animedex.ratelimit.redis_errors import CommandRefused
from animedex.ratelimit.redis_store import PREFIX
from animedex.ratelimit.store import StoreUnavailable
from animedex.transport.response_cache import CacheEntry, CacheReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.clock import Clock
    from animedex.ratelimit.redis_client import RedisClient

# One answer may not push everything else out of the server's memory.
BODY_CAP = 1024 * 1024
_HEAD = 8


class RedisCache:
    """Bodies by key, until they expire."""

    def __init__(self, client: RedisClient, clock: Clock, warn: Callable[[str], None]) -> None:
        self.path = client.path
        self._client = client
        self._clock = clock
        self._warn = warn
        self._refused = False

    def get(self, key: str, deadline: float = inf) -> CacheEntry | None:
        """Return the entry of a key."""
        name = _name(key)
        commands = (pack_command(b"GET", name), pack_command(b"PTTL", name))
        try:
            value, left = self._client.execute_many(commands, deadline)
        except StoreUnavailable:
            return None
        if not isinstance(value, bytes) or not isinstance(left, int) or left < 0:
            return None
        age = max(0, int.from_bytes(value[:_HEAD], "big") - left) / 1000
        return CacheEntry(value[_HEAD:], time.time() - age)

    def put(
        self, key: str, backend: str, body: bytes, lifetime: float, deadline: float = inf
    ) -> None:
        """Store a body for so many seconds."""
        del backend
        if len(body) > BODY_CAP:
            return
        milliseconds = max(1, int(lifetime * 1000))
        value = milliseconds.to_bytes(_HEAD, "big") + body
        packed = pack_command(b"SET", _name(key), value, b"PX", b"%d" % milliseconds)
        try:
            self._client.execute(packed, deadline)
        except CommandRefused as error:
            if not self._refused:
                self._refused = True
                self._warn(f"responses cannot be cached at {self.path}, which {error.why}")
        except StoreUnavailable:
            return
        else:
            self._refused = False

    def drop(self, key: str, deadline: float = inf) -> None:
        """Delete the entry of a key."""
        with contextlib.suppress(StoreUnavailable):
            self._client.execute(pack_command(b"DEL", _name(key)), deadline)

    def clear(self) -> int:
        """Drop everything; return how many answers that were. Raises `StoreUnavailable`."""
        names = self._names()
        commands = [pack_command(b"DEL", name) for name in names]
        return sum(map(int, self._client.execute_many(commands, self._clock() + TIMEOUT)))

    def report(self) -> CacheReport:
        """Count the answers. Raises `StoreUnavailable`."""
        names = self._names()
        commands = [pack_command(b"STRLEN", name) for name in names]
        sizes = self._client.execute_many(commands, self._clock() + TIMEOUT)
        return CacheReport(self.path, len(names), sum(map(int, sizes)) - _HEAD * len(names), None)

    def close(self) -> None:
        """Do nothing: the store of budgets closes the connections."""

    def _names(self) -> list[bytes]:
        return self._client.scan_keys(_name_of("*"), self._clock() + TIMEOUT)


def _name(key: str) -> bytes:
    return _name_of(sha256(key.encode()).hexdigest())


def _name_of(digest: str) -> bytes:
    return f"{PREFIX}:answer:{digest}".encode()
