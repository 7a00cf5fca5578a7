"""Rate limits and the record of seen pictures on a Redis server, for many machines.

A script at the server does the arithmetic of `rate_limiter`, by the server's clock. Durations are
sent and received: an answer becomes moments of this machine's clock when it arrives, so that no two
clocks need to agree.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import msgspec

from animedex.errors import BadArguments
from animedex.ratelimit.circuit_breaker import CircuitBreaker
from animedex.ratelimit.rate_limiter import NEVER, LimiterState, Proceed, Rejected, RetryLater
from animedex.ratelimit.redis_client import TIMEOUT, pack_command, pack_words
from animedex.ratelimit.redis_errors import CommandRefused, UnknownScript
from animedex.ratelimit.sliding_window import Entry, Waiter, WindowState
from animedex.ratelimit.store import CLEANUP_SECONDS, MAX_SEEN, StoreUnavailable
from animedex.ratelimit.token_bucket import BucketState

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.clock import Clock
    from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket
    from animedex.ratelimit.rate_limiter import Decision, Reservation
    from animedex.ratelimit.redis_client import RedisClient, Reply

# Versions of animedex share the keys: whoever changes what they mean changes the number.
PREFIX = "animedex:1"
SEEN_TTL = 90 * 86_400
_SEEN_KEY = f"{PREFIX}:shown".encode()
_MAX_PENDING = 1000
_PROCEED, _RETRY_LATER = 0, 1
_decode = msgspec.msgpack.Decoder().decode
_decode_decision = msgspec.msgpack.Decoder(tuple[int, float, float]).decode


class PendingWrite(NamedTuple):
    """A change that has not reached the server yet, and the moment that it is about.

    `sign` is -1 if the server counts from the moment, and 1 if it counts to it.
    """

    head: bytes
    ticket: bytes
    moment: float | None
    sign: int

    def pack(self, now: float) -> bytes:
        """Encode it, with the moment as a duration from now."""
        return self.head + pack_words(self.ticket, _pack_duration(self.moment, now, self.sign))


class RedisStore:
    """Rate limits at a server.

    A change that only returns room or blocks a path is never waited for: one that the server cannot
    make now is sent before the next reservation. Until then the server assumes the worse.
    """

    def __init__(self, client: RedisClient, clock: Clock, warn: Callable[[str], None]) -> None:
        self.path = client.path
        self._client = client
        self._clock = clock
        # A server that can be reached may still refuse to write, which the cache need not notice.
        self._breaker = CircuitBreaker(client.path, TIMEOUT, clock, warn)
        self._pending: deque[PendingWrite] = deque(maxlen=_MAX_PENDING)

    def reserve(self, origin: str, limits: Limits, reservation: Reservation) -> Decision:
        """Reserve room for one request, in one round trip."""
        if self._pending:
            self._write_pending(reservation.deadline)
        ticket, path, route, deadline = reservation
        head = _pack_reserve(origin, path, route, limits.bucket, limits.windows.get(route))
        patience = _pack_duration(deadline, self._clock(), 1)
        reply = self._run("limiter", head + pack_words(ticket.encode(), patience), deadline)
        kind, pause, more = _decode_decision(reply)
        now = self._clock()
        if kind == _PROCEED:
            return Proceed(now + pause, int(more))
        if kind == _RETRY_LATER:
            return RetryLater(now + pause, now + more)
        return Rejected(now + pause, more > 0)

    def finish(self, origin: str, limits: Limits, reservation: Reservation) -> None:
        """Record that the answer has arrived, or that the request failed after it was sent."""
        window = limits.windows.get(reservation.route)
        if window is not None:
            words = (b"settle", pack_number(window.seconds))
            self._write(origin, words, reservation, self._clock(), -1)

    def cancel(self, origin: str, reservation: Reservation, slot: float | None) -> None:
        """Release a reservation that is not used."""
        self._write(origin, (b"release",), reservation, slot, 1)

    def block(self, origin: str, reservation: Reservation, seconds: float) -> None:
        """Block a reservation's path for some seconds."""
        words = (b"block", reservation.path.encode())
        self._write(origin, words, reservation, self._clock() + seconds, 1)

    def states(self) -> dict[str, LimiterState]:
        """Return the state of every origin, in moments of this machine's clock."""
        deadline = self._clock() + TIMEOUT
        keys = self._client.scan_keys(limiter_key("*"), deadline)
        commands = [pack_command(b"TIME"), *(pack_command(b"GET", key) for key in keys)]
        (seconds, micros), *bodies = self._client.execute_many(commands, deadline)
        shift = self._clock() - (int(seconds) + int(micros) / 1e6)
        return {
            key.partition(b"{")[2][:-1].decode(): decode_state(body, shift)
            for key, body in zip(keys, bodies, strict=True)
            if body is not None
        }

    def add_seen(
        self, backend: str, ids: tuple[str, ...], deadline: float = NEVER
    ) -> frozenset[str]:
        """Add pictures to the record, and return which of them are new; delete the oldest."""
        if not ids:
            return frozenset()
        names = [f"{backend} {name}".encode() for name in ids]
        words = (b"%d" % MAX_SEEN, b"%d" % (SEEN_TTL * 1000), *names)
        new: list[bytes] = self._run("seen", pack_script("seen", _SEEN_KEY, words), deadline)
        return frozenset(name.partition(b" ")[2].decode() for name in new)

    def count_seen(self) -> int:
        """Return the number of pictures in the record."""
        return int(self._client.execute(_COUNT_SEEN, self._clock() + TIMEOUT))

    def clear_seen(self) -> int:
        """Delete the record, and return how many pictures were in it."""
        commands = (_COUNT_SEEN, pack_command(b"DEL", _SEEN_KEY))
        return int(self._client.execute_many(commands, self._clock() + TIMEOUT)[0])

    def close(self) -> None:
        """Send pending changes, if that is possible at once, and close all connections."""
        with contextlib.suppress(StoreUnavailable, BadArguments):
            self._write_pending(self._clock() + CLEANUP_SECONDS)
        self._client.close()

    def _write(
        self,
        origin: str,
        words: tuple[bytes, ...],
        reservation: Reservation,
        moment: float | None,
        sign: int,
    ) -> None:
        operation, *rest = words
        words = (operation, b"", reservation.route.encode(), *rest)
        head = pack_script("limiter", limiter_key(origin), words, more=2)
        self._pending.append(PendingWrite(head, reservation.ticket.encode(), moment, sign))
        # An error that does not pass is raised by the next reservation.
        with contextlib.suppress(StoreUnavailable, BadArguments):
            self._write_pending(reservation.deadline)

    def _write_pending(self, deadline: float) -> None:
        while True:
            # Another thread may have taken the last one.
            try:
                write = self._pending.popleft()
            except IndexError:
                return
            try:
                self._run("limiter", write.pack(self._clock()), deadline)
            except BaseException:
                self._pending.appendleft(write)
                raise

    def _run(self, name: str, packed: bytes, deadline: float) -> Reply:
        """Run a script, with its text if the server has not cached it."""
        if self._breaker.is_open:
            self._breaker.require()
        try:
            reply = self._execute(name, packed, deadline)
        except CommandRefused as error:
            raise self._breaker.open(error.why) from None
        self._breaker.close()
        return reply

    def _execute(self, name: str, packed: bytes, deadline: float) -> Reply:
        # Suppressed, as an error raised while another is handled would be explained by that one.
        with contextlib.suppress(UnknownScript):
            return self._client.execute(packed, deadline)
        return self._client.execute(include_text(packed, name), deadline)


class Script(NamedTuple):
    """The two ways to call a script, encoded: by its digest, or with all of its text."""

    by_digest: bytes
    by_text: bytes


@cache
def _script(name: str) -> Script:
    """Read a script next to this file."""
    from hashlib import sha1

    with open(os.path.join(os.path.dirname(__file__), f"{name}.lua"), "rb") as file:
        text = file.read()
    digest = sha1(text, usedforsecurity=False).hexdigest().encode()
    return Script(pack_words(b"EVALSHA", digest), pack_words(b"EVAL", text))


def pack_script(name: str, key: bytes, words: tuple[bytes, ...], more: int = 0) -> bytes:
    """Encode the call of a script, which is followed by `more` other words."""
    head = b"*%d\r\n" % (4 + len(words) + more) + _script(name).by_digest
    return head + pack_words(b"1", key, *words)


def include_text(packed: bytes, name: str) -> bytes:
    """Replace a script's digest in a call by its text, for a server that has not cached it."""
    return packed.replace(_script(name).by_digest, _script(name).by_text, 1)


@lru_cache(maxsize=256)
def _pack_reserve(
    origin: str, path: str, route: str, bucket: TokenBucket, window: SlidingWindow | None
) -> bytes:
    """Encode all of a reservation but ticket and patience, which is the same for many."""
    limits = [pack_number(bucket.rate), b"%d" % bucket.burst]
    limits += [b"", b""] if window is None else [b"%d" % window.calls, pack_number(window.seconds)]
    words = (b"reserve", b"", route.encode(), path.encode(), *limits)
    return pack_script("limiter", limiter_key(origin), words, more=2)


def limiter_key(origin: str) -> bytes:
    """Return the key of an origin's state; braces bind it to one node of a cluster."""
    return f"{PREFIX}:budget:{{{origin}}}".encode()


def pack_number(value: float) -> bytes:
    """Encode a number without loss.

    >>> pack_number(0.1)
    b'0.1'
    """
    return repr(value).encode()


def _pack_duration(moment: float | None, now: float, sign: int) -> bytes:
    return b"" if moment is None or moment == NEVER else b"%.6f" % ((moment - now) * sign)


def decode_state(body: bytes, shift: float) -> LimiterState:
    """Decode a state as the script wrote it, with all moments moved by `shift` seconds.

    One that makes no sense is returned as new; the script will replace it.
    """
    try:
        clock, full_at, slots, windows, blocked, _ = cast("list[Any]", _decode(body))
        return LimiterState(
            clock + shift,
            BucketState(
                (clock if full_at is False else full_at) + shift,
                tuple(slot + shift for slot in slots),
            ),
            {route: _decode_window(window, shift) for route, window in dict(windows).items()},
            {path: until + shift for path, until in dict(blocked).items()},
        )
    except (msgspec.MsgspecError, TypeError, ValueError):
        return LimiterState()


def _decode_window(window: list[list[Any]], shift: float) -> WindowState:
    """Decode a window, whose lists are flat."""
    entries, queue = (iter(values) for values in window)
    return WindowState(
        tuple(
            Entry(ticket, free_at + shift, has_answer)
            for ticket, free_at, has_answer in zip(entries, entries, entries, strict=True)
        ),
        tuple(
            Waiter(ticket, retry_at + shift) for ticket, retry_at in zip(queue, queue, strict=True)
        ),
    )


_COUNT_SEEN = pack_command(b"ZCARD", _SEEN_KEY)
