"""The places where ledgers can be kept: an SQLite file, or this process alone."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

import msgspec

from animedex.transport import continuity
from animedex.transport.database import Broken, Busy, Unusable
from animedex.transport.hosts import is_loopback
from animedex.transport.ledger import (
    FOREVER,
    Again,
    Denied,
    Go,
    Ledger,
    assume_used,
    block,
    carry_over,
    last_moment,
    move_to,
    release,
    reserve,
    settle,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backends.backend import Limits
    from animedex.transport.clock import Clock
    from animedex.transport.continuity import Continuity, Standing
    from animedex.transport.database import Database
    from animedex.transport.ledger import Claim, Verdict

T = TypeVar("T")

# Of a place: its path, and since when it can be relied on.
Version: TypeAlias = tuple[str, float]

SHOWN_KEPT = 20_000
# A ledger that has been full again for so long says no more than a new one.
IDLE_SECONDS = 86_400.0
SCHEMA = (
    """
CREATE TABLE IF NOT EXISTS ledger (origin TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shown (
    number INTEGER PRIMARY KEY AUTOINCREMENT, backend TEXT, id TEXT, UNIQUE (backend, id)
);
"""
    + continuity.SCHEMA
)


class Keeper(Protocol):
    """Keep ledgers, and the record of what was shown.

    Moments are always the caller's, whose clock each method is given: a keeper that goes by
    another clock hands durations to and fro.
    """

    def reserve(self, origin: str, limits: Limits, claim: Claim, clock: Clock) -> Verdict:
        """Claim room for one request."""
        ...

    def settle(self, origin: str, limits: Limits, claim: Claim, clock: Clock) -> None:
        """Note that a claim's answer came, or never will."""
        ...

    def release(self, origin: str, claim: Claim, slot: float | None, clock: Clock) -> None:
        """Give back what a claim holds that will not be sent."""
        ...

    def block(self, origin: str, claim: Claim, seconds: float, clock: Clock) -> None:
        """Note that a claim's path is spent for some seconds from now."""
        ...

    def ledgers(self) -> dict[str, Ledger]:
        """Give the ledger of every origin."""
        ...

    def unseen(self, backend: str, ids: tuple[str, ...], latest: float = FOREVER) -> frozenset[str]:
        """Tell, before that moment, which ids were never shown, and note all of them as shown."""
        ...

    def shown(self) -> int:
        """Count the pictures that are noted as shown."""
        ...

    def forget(self) -> int:
        """Forget what was shown; give how many pictures that were."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


class LastSeen:
    """What a process last saw of each origin, which it carries over where the place changes.

    `own` are the tickets of its requests that are under way. A version tells places apart, and
    what a place was before and after something went wrong with it.
    """

    def __init__(self) -> None:
        self._ledgers: dict[str, tuple[Version, Ledger]] = {}
        self.own: set[str] = set()

    def bring(
        self, origin: str, version: Version, ledger: Ledger, limits: Limits, now: float
    ) -> Ledger:
        """Return a ledger that counts what was seen elsewhere as well."""
        seen_version, seen = self._ledgers.get(origin, (version, ledger))
        if seen_version == version:
            return ledger
        return carry_over(ledger, seen, limits, self.own, now)

    def keep(self, origin: str, version: Version, ledger: Ledger) -> None:
        """Remember a ledger as it is in one place."""
        self._ledgers[origin] = (version, ledger)

    def change(self, origin: str, step: Callable[[Ledger], Ledger]) -> None:
        """Do to what was seen of an origin what is done to its ledger."""
        seen = self._ledgers.get(origin)
        if seen is not None:
            self._ledgers[origin] = (seen[0], step(seen[1]))


class FileKeeper:
    """Keep everything in an SQLite file."""

    def __init__(
        self,
        database: Database,
        checks: Continuity,
        seen: LastSeen,
        warn: Callable[[str], None],
    ) -> None:
        self.database = database
        self._checks = checks
        self._seen = seen
        self._warn = warn

    def reserve(self, origin: str, limits: Limits, claim: Claim, clock: Clock) -> Verdict:
        """Claim room for one request, in one transaction."""

        def work(db: sqlite3.Connection, standing: Standing, now: float) -> Verdict:
            turn_at = standing.turn_at
            if turn_at > now:
                return Denied(turn_at) if turn_at > claim.latest else Again(turn_at, turn_at)
            return self._reserve(db, origin, limits, claim, standing.unknown_at, now)

        return self._run(work, clock)

    def _run(self, work: Callable[[sqlite3.Connection, Standing, float], T], clock: Clock) -> T:
        """Run work in one transaction, on ledgers of this clock, and say what was found out."""
        news: list[Standing] = []

        def checked(db: sqlite3.Connection) -> T:
            now = clock()
            standing = self._checks.check(db, now)
            if standing.moved:
                for origin, ledger in _ledgers(db).items():
                    _write(db, origin, move_to(ledger, now))
            if standing.is_new:
                news.append(standing)
            return work(db, standing, now)

        found = self.database.run(checked)
        for standing in news:
            with contextlib.suppress(Busy, Unusable):
                self.database.run(self._checks.finish)
            # This connection may be the one whose files are not those at the path.
            self.database.close()
            # Whoever listens may call back, so that no lock is held by now.
            if standing.warning:
                self._warn(standing.warning)
        return found

    def _reserve(  # noqa: PLR0913, PLR0917  a claim, and how the file stands
        self,
        db: sqlite3.Connection,
        origin: str,
        limits: Limits,
        claim: Claim,
        unknown_at: float,
        now: float,
    ) -> Verdict:
        counts = not is_loopback(origin)
        version = (self.database.path, unknown_at)
        ledger, is_new = _read(db, origin)
        if counts and unknown_at + _span(limits) > now:
            ledger = assume_used(ledger, limits, unknown_at, now)
        ledger = self._seen.bring(origin, version, ledger, limits, now)
        ledger, verdict = reserve(ledger, limits, claim, now)
        if is_new:
            _drop_idle(db, now)
        _write(db, origin, ledger)
        self._seen.keep(origin, version, ledger)
        if isinstance(verdict, Go):
            if claim.route in limits.windows:
                self._seen.own.add(claim.ticket)
            if counts:
                self._checks.count_request(db)
        return verdict

    def settle(self, origin: str, limits: Limits, claim: Claim, clock: Clock) -> None:
        """Note that a claim's answer came, or never will."""
        self._seen.own.discard(claim.ticket)
        self._change(origin, lambda book, now: settle(book, limits, claim, now), clock)

    def release(self, origin: str, claim: Claim, slot: float | None, clock: Clock) -> None:
        """Give back what a claim holds that will not be sent."""
        self._seen.own.discard(claim.ticket)
        self._change(origin, lambda book, now: release(book, claim, slot, now), clock)

    def block(self, origin: str, claim: Claim, seconds: float, clock: Clock) -> None:
        """Note that a claim's path is spent for some seconds from now."""
        self._change(origin, lambda book, now: block(book, claim.path, now + seconds, now), clock)

    def _change(self, origin: str, step: Callable[[Ledger, float], Ledger], clock: Clock) -> None:
        """Put the next ledger in the place of an origin's, in one transaction."""

        def work(db: sqlite3.Connection, standing: Standing, now: float) -> None:
            self._seen.change(origin, lambda book: step(book, now))
            # What another boot has the file for is of another clock; it assumes the worst.
            if standing.turn_at <= now:
                _write(db, origin, step(_read(db, origin)[0], now))

        self._run(work, clock)

    def ledgers(self) -> dict[str, Ledger]:
        """Give the ledger of every origin."""
        return self.database.run(_ledgers, write=False)

    def unseen(self, backend: str, ids: tuple[str, ...], latest: float = FOREVER) -> frozenset[str]:
        """Tell which ids were never shown, note all of them, and forget the oldest."""
        del latest  # Nothing here waits.

        def work(connection: sqlite3.Connection) -> frozenset[str]:
            new = frozenset(name for name in ids if _noted(connection, backend, name))
            connection.execute(
                "DELETE FROM shown WHERE number <= (SELECT max(number) FROM shown) - ?",
                (SHOWN_KEPT,),
            )
            return new

        return self.database.run(work)

    def shown(self) -> int:
        """Count the pictures that are noted as shown."""
        found = self.database.run(
            lambda db: db.execute("SELECT count(*) FROM shown").fetchone(), write=False
        )
        return int(found[0])

    def forget(self) -> int:
        """Forget what was shown; give how many pictures that were."""
        return self.database.run(lambda db: db.execute("DELETE FROM shown").rowcount)

    def close(self) -> None:
        """Close the file; it opens again when it is next needed."""
        self.database.close()


def _read(db: sqlite3.Connection, origin: str) -> tuple[Ledger, bool]:
    """Return an origin's ledger, and whether it is new."""
    row = db.execute("SELECT body FROM ledger WHERE origin = ?", (origin,)).fetchone()
    return _decoded(row), row is None


def _write(db: sqlite3.Connection, origin: str, ledger: Ledger) -> None:
    db.execute("REPLACE INTO ledger VALUES (?, ?)", (origin, _encode(ledger)))


def _span(limits: Limits) -> float:
    """Return for how long what was used up at a moment still counts."""
    windows = (rule.seconds for rule in limits.windows.values())
    return max(limits.bucket.burst / limits.bucket.rate, *windows, 0.0)


def _ledgers(connection: sqlite3.Connection) -> dict[str, Ledger]:
    rows = connection.execute("SELECT origin, body FROM ledger")
    return {origin: _decoded((body,)) for origin, body in rows}


def _drop_idle(connection: sqlite3.Connection, now: float) -> None:
    """Drop ledgers that have not mattered for long; sample servers leave one on every port."""
    for origin, ledger in _ledgers(connection).items():
        if last_moment(ledger) < now - IDLE_SECONDS:
            connection.execute("DELETE FROM ledger WHERE origin = ?", (origin,))


def _noted(connection: sqlite3.Connection, backend: str, name: str) -> bool:
    """Note one picture as shown; tell whether it was not noted before."""
    added = connection.execute(
        "INSERT OR IGNORE INTO shown (backend, id) VALUES (?, ?)", (backend, name)
    )
    return added.rowcount > 0


class MemoryKeeper:
    """Keep everything in this process alone, for want of a file, and allow no burst.

    Each time that files cannot be used any more, everything counts as used up.
    """

    def __init__(self, seen: LastSeen) -> None:
        self._ledgers: dict[str, Ledger] = {}
        self._shown: dict[tuple[str, str], None] = {}
        self._seen = seen
        self._lock = threading.Lock()
        self._begun_at: dict[str, float] = {}

    def leave(self) -> None:
        """Begin anew when this is next used: others may have sent requests meanwhile."""
        with self._lock:
            self._begun_at.clear()

    def reserve(self, origin: str, limits: Limits, claim: Claim, clock: Clock) -> Verdict:
        """Claim room for one request."""
        limits = limits._replace(bucket=limits.bucket._replace(burst=1))
        with self._lock:
            now = clock()
            begun_at = self._begun_at.setdefault(origin, now)
            ledger = self._ledgers.get(origin, Ledger())
            if not is_loopback(origin) and begun_at + _span(limits) > now:
                ledger = assume_used(ledger, limits, begun_at, now)
            ledger = self._seen.bring(origin, ("", begun_at), ledger, limits, now)
            self._ledgers[origin], verdict = reserve(ledger, limits, claim, now)
            self._seen.keep(origin, ("", begun_at), self._ledgers[origin])
            if isinstance(verdict, Go) and claim.route in limits.windows:
                self._seen.own.add(claim.ticket)
        return verdict

    def settle(self, origin: str, limits: Limits, claim: Claim, clock: Clock) -> None:
        """Note that a claim's answer came, or never will."""
        self._seen.own.discard(claim.ticket)
        self._change(origin, lambda book: settle(book, limits, claim, clock()))

    def release(self, origin: str, claim: Claim, slot: float | None, clock: Clock) -> None:
        """Give back what a claim holds that will not be sent."""
        self._seen.own.discard(claim.ticket)
        self._change(origin, lambda book: release(book, claim, slot, clock()))

    def block(self, origin: str, claim: Claim, seconds: float, clock: Clock) -> None:
        """Note that a claim's path is spent for some seconds from now."""
        now = clock()
        self._change(origin, lambda book: block(book, claim.path, now + seconds, now))

    def _change(self, origin: str, step: Callable[[Ledger], Ledger]) -> None:
        with self._lock:
            self._seen.change(origin, step)
            self._ledgers[origin] = step(self._ledgers.get(origin, Ledger()))

    def ledgers(self) -> dict[str, Ledger]:
        """Give the ledger of every origin."""
        return dict(self._ledgers)

    def unseen(self, backend: str, ids: tuple[str, ...], latest: float = FOREVER) -> frozenset[str]:
        """Tell which ids were never shown, note all of them, and forget the oldest."""
        del latest  # Nothing here waits.
        with self._lock:
            new = frozenset(name for name in ids if (backend, name) not in self._shown)
            self._shown.update(dict.fromkeys((backend, name) for name in ids))
            excess = max(0, len(self._shown) - SHOWN_KEPT)
            for oldest in list(islice(self._shown, excess)):
                del self._shown[oldest]
        return new

    def shown(self) -> int:
        """Count the pictures that are noted as shown."""
        return len(self._shown)

    def forget(self) -> int:
        """Forget what was shown; give how many pictures that were."""
        with self._lock:
            count = len(self._shown)
            self._shown.clear()
        return count

    def close(self) -> None:
        """Do nothing: there is nothing open."""


_ledger = msgspec.msgpack.Decoder(Ledger)
_encode = msgspec.msgpack.Encoder().encode


def _decoded(row: tuple[bytes] | None) -> Ledger:
    if row is None:
        return Ledger()
    try:
        return _ledger.decode(row[0])
    except (msgspec.MsgspecError, TypeError) as error:
        raise Broken(str(error)) from None
