"""Budgets and the record of what was shown, kept by a server for everyone who asks it.

The server does the arithmetic, by its own clock. Durations go to and fro: a verdict becomes moments
of the caller's clock only when it has arrived, so that it does not matter what time that tells.
"""

from __future__ import annotations

import contextlib
from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from animedex.errors import BadArguments
from animedex.transport.fleet.away import Away
from animedex.transport.fleet.gate import Gate
from animedex.transport.fleet.link import PATIENCE
from animedex.transport.fleet.reading import ledger_of
from animedex.transport.fleet.scripts import calling, command, with_text, words
from animedex.transport.fleet.trouble import Refused, Unknown
from animedex.transport.keepers import SHOWN_KEPT
from animedex.transport.ledger import FOREVER, Again, Denied, Go
from animedex.transport.state import HASTE

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backends.backend import Bucket, Limits, Window
    from animedex.transport.clock import Clock
    from animedex.transport.fleet.link import Link, Reply
    from animedex.transport.fleet.share import Share
    from animedex.transport.ledger import Claim, Ledger, Verdict

# Whoever changes what is kept changes the number, so that old and new versions do not meet.
PREFIX = "animedex:1"
SHOWN_SECONDS = 90 * 86_400
_SHOWN = f"{PREFIX}:shown".encode()
_MOST_OWED = 1000
_GO, _AGAIN = 0, 1
_verdict = msgspec.msgpack.Decoder(tuple[int, float, float]).decode


class Owed(NamedTuple):
    """Hold what the server is still to be told: something that happened, or ends, at a moment."""

    head: bytes
    ticket: bytes
    moment: float | None
    sign: int

    def packed(self, now: float) -> bytes:
        """Write it as it goes over the wire, the moment as a duration from now."""
        return self.head + words(self.ticket, _duration(self.moment, now, self.sign))


class FleetKeeper:
    """Keep everything in a Redis server, which all who share it ask.

    What only gives room back or blocks a path is never waited for: a server that cannot be told now
    is told before it is next asked for room. Until then it assumes the worse.
    """

    def __init__(
        self,
        link: Link,
        clock: Clock,
        warn: Callable[[str], None],
        share: Share | None = None,
    ) -> None:
        self._link = link
        self._share = share
        self._clock = clock
        self._gate = Gate(link.place.shown, PATIENCE, clock, warn)
        self._owed: deque[Owed] = deque(maxlen=_MOST_OWED)

    def reserve(self, origin: str, limits: Limits, claim: Claim, clock: Clock) -> Verdict:
        """Claim room for one request, in one round trip. Raises `Away`, unless there is a share."""
        share = self._share
        if share is None:
            return self._reserve(origin, limits, claim, clock, b"")
        lost = b"lost" if share.was_used(origin, limits, clock()) else b""
        try:
            verdict = self._reserve(origin, limits, claim, clock, lost)
        except Away:
            found = share.reserve(origin, limits, claim, clock())
            if found is None:
                raise
            return found
        share.end(origin)
        return verdict

    def _reserve(
        self, origin: str, limits: Limits, claim: Claim, clock: Clock, lost: bytes
    ) -> Verdict:
        if self._owed:
            self._pay(claim.latest)
        rule = limits.windows.get(claim.route)
        head = _reserving(origin, claim.path, claim.route, limits.bucket, rule, lost)
        patience = _duration(claim.latest, clock(), 1)
        reply = self._run("ledger", head + words(claim.ticket.encode(), patience), claim.latest)
        kind, pause, more = _verdict(reply)
        now = clock()
        if kind == _GO:
            return Go(now + pause, int(more))
        return Again(now + pause, now + more) if kind == _AGAIN else Denied(now + pause, more > 0)

    def settle(self, origin: str, limits: Limits, claim: Claim, clock: Clock) -> None:
        """Note that a claim's answer came, or never will."""
        rule = limits.windows.get(claim.route)
        if self._share is not None:
            self._share.settle(origin, limits, claim, clock())
        if rule is not None:
            arguments = (b"settle", b"", claim.route.encode(), number(rule.seconds))
            self._tell(origin, arguments, claim, clock(), -1)

    def release(self, origin: str, claim: Claim, slot: float | None, clock: Clock) -> None:
        """Give back what a claim holds that will not be sent."""
        if self._share is not None:
            self._share.release(origin, claim, slot, clock())
        self._tell(origin, (b"release", b"", claim.route.encode()), claim, slot, 1)

    def block(self, origin: str, claim: Claim, seconds: float, clock: Clock) -> None:
        """Note that a claim's path is spent for some seconds from now."""
        if self._share is not None:
            self._share.block(origin, claim, seconds, clock())
        arguments = (b"block", b"", claim.route.encode(), claim.path.encode())
        self._tell(origin, arguments, claim, clock() + seconds, 1)

    def ledgers(self) -> dict[str, Ledger]:
        """Give the ledger of every origin, in moments of this machine's clock."""
        latest = self._clock() + PATIENCE
        keys = self._link.matching(key("*"), latest)
        asked = [command(b"TIME"), *(command(b"GET", name) for name in keys)]
        (seconds, micros), *bodies = self._link.ask_each(asked, latest)
        shift = self._clock() - (int(seconds) + int(micros) / 1e6)
        return {
            name.partition(b"{")[2][:-1].decode(): ledger_of(body, shift)
            for name, body in zip(keys, bodies, strict=True)
            if body is not None
        }

    def unseen(self, backend: str, ids: tuple[str, ...], latest: float = FOREVER) -> frozenset[str]:
        """Tell which ids were never shown, note all of them, and forget the oldest."""
        if not ids:
            return frozenset()
        names = [f"{backend} {name}".encode() for name in ids]
        arguments = (b"%d" % SHOWN_KEPT, b"%d" % (SHOWN_SECONDS * 1000), *names)
        new: list[bytes] = self._run("shown", calling("shown", (_SHOWN,), arguments, 0), latest)
        return frozenset(name.partition(b" ")[2].decode() for name in new)

    def shown(self) -> int:
        """Count the pictures that are noted as shown."""
        return int(self._link.ask(command(b"ZCARD", _SHOWN), self._clock() + PATIENCE))

    def forget(self) -> int:
        """Forget what was shown; give how many pictures that were."""
        asked = (command(b"ZCARD", _SHOWN), command(b"DEL", _SHOWN))
        return int(self._link.ask_each(asked, self._clock() + PATIENCE)[0])

    def close(self) -> None:
        """Tell what is still to be told, if that can be done at once, and hang up."""
        with contextlib.suppress(Away, BadArguments):
            self._pay(self._clock() + HASTE)
        self._link.close()

    def _tell(
        self,
        origin: str,
        arguments: tuple[bytes, ...],
        claim: Claim,
        moment: float | None,
        sign: int,
    ) -> None:
        head = calling("ledger", (key(origin),), arguments, 2)
        self._owed.append(Owed(head, claim.ticket.encode(), moment, sign))
        # What is wrong for good is said to whoever asks for room.
        with contextlib.suppress(Away, BadArguments):
            self._pay(claim.latest)

    def _pay(self, latest: float) -> None:
        """Tell the server all that it is still to be told. Raises `Away`."""
        while (owed := self._next_owed()) is not None:
            try:
                self._run("ledger", owed.packed(self._clock()), latest)
            except BaseException:
                self._owed.appendleft(owed)
                raise

    def _next_owed(self) -> Owed | None:
        # Another thread may be quicker.
        with contextlib.suppress(IndexError):
            return self._owed.popleft()
        return None

    def _run(self, name: str, packed: bytes, latest: float) -> Reply:
        """Call a script, with its text where the server does not know it."""
        if self._gate.closed:
            self._gate.enter()
        try:
            reply = self._asked(name, packed, latest)
        except Refused as error:
            raise self._gate.failed(error.why) from None
        if self._gate.closed:
            self._gate.passed()
        return reply

    def _asked(self, name: str, packed: bytes, latest: float) -> Reply:
        with contextlib.suppress(Unknown):
            return self._link.ask(packed, latest)
        return self._link.ask(with_text(packed, name), latest)


@lru_cache(maxsize=256)
def _reserving(  # noqa: PLR0913, PLR0917  all that a reservation depends on
    origin: str, path: str, route: str, bucket: Bucket, rule: Window | None, lost: bytes
) -> bytes:
    """Write all of a reservation but ticket and patience, the same for many of them."""
    window = (b"", b"") if rule is None else (b"%d" % rule.calls, number(rule.seconds))
    arguments = (path.encode(), number(bucket.rate), b"%d" % bucket.burst, *window, lost)
    return calling("ledger", (key(origin),), (b"reserve", b"", route.encode(), *arguments), 2)


def key(origin: str) -> bytes:
    """Name an origin's ledger; a cluster keeps together what has the same name in braces."""
    return f"{PREFIX}:budget:{{{origin}}}".encode()


def number(value: float) -> bytes:
    """Write a number so that it comes back as it was.

    >>> number(0.1)
    b'0.1'
    """
    return repr(value).encode()


def _duration(moment: float | None, now: float, sign: int) -> bytes:
    return b"" if moment is None or moment == FOREVER else b"%.6f" % ((moment - now) * sign)
