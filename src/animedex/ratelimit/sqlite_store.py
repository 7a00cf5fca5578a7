"""Rate limits and the record of seen pictures in an SQLite file that all processes share.

Each operation is one transaction: it reads an origin's state, asks `rate_limiter`, and writes the
next state. Before that, `integrity` checks that the file still counts all that was sent.
"""

from __future__ import annotations

import contextlib
import sqlite3
from math import inf
from typing import TYPE_CHECKING

import msgspec

from animedex.database import CorruptFile, StoreLocked, UnusableFile
from animedex.http_message import is_loopback
from animedex.ratelimit import integrity
from animedex.ratelimit.rate_limiter import (
    LimiterState,
    Proceed,
    Rejected,
    RetryLater,
    block,
    cancel,
    finish,
    last_moment,
    move_to,
)
from animedex.ratelimit.store import IDLE_SECONDS, MAX_SEEN

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from animedex.clock import Clock
    from animedex.database import Database
    from animedex.ratelimit.integrity import Integrity, ProcessStates, Standing
    from animedex.ratelimit.limits import Limits
    from animedex.ratelimit.rate_limiter import Decision, Reservation

# Versions of animedex share the file: what a column or a body means never changes.
SCHEMA = (
    """
CREATE TABLE IF NOT EXISTS ledger (origin TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shown (
    number INTEGER PRIMARY KEY AUTOINCREMENT, backend TEXT, id TEXT, UNIQUE (backend, id)
);
"""
    + integrity.SCHEMA
)


class SqliteStore:
    """Rate limits in one file."""

    def __init__(
        self,
        database: Database,
        checks: Integrity,
        recent: ProcessStates,
        clock: Clock,
        warn: Callable[[str], None],
    ) -> None:
        self.path = database.path
        self._database = database
        self._checks = checks
        self._recent = recent
        self._clock = clock
        self._warn = warn

    def reserve(self, origin: str, limits: Limits, reservation: Reservation) -> Decision:
        """Reserve room for one request."""
        with self._transaction() as (db, standing, now):
            if standing.turn_at > reservation.deadline:
                return Rejected(standing.turn_at)
            if standing.turn_at > now:
                return RetryLater(standing.turn_at, standing.turn_at)
            version = (self.path, standing.unknown_at)
            state, is_new = _read(db, origin)
            state, decision = self._recent.reserve(origin, version, state, limits, reservation, now)
            if is_new:
                _delete_idle(db, now)
            _write(db, origin, state)
            if isinstance(decision, Proceed) and not is_loopback(origin):
                self._checks.count_request(db)
            return decision

    def finish(self, origin: str, limits: Limits, reservation: Reservation) -> None:
        """Record that the answer has arrived, or that the request failed after it was sent."""
        self._change(
            origin, reservation.ticket, lambda state, now: finish(state, limits, reservation, now)
        )

    def cancel(self, origin: str, reservation: Reservation, slot: float | None) -> None:
        """Release a reservation that is not used."""
        self._change(
            origin, reservation.ticket, lambda state, now: cancel(state, reservation, slot, now)
        )

    def block(self, origin: str, reservation: Reservation, seconds: float) -> None:
        """Block a reservation's path for some seconds."""
        self._change(
            origin, "", lambda state, now: block(state, reservation.path, now + seconds, now)
        )

    def _change(
        self, origin: str, ticket: str, step: Callable[[LimiterState, float], LimiterState]
    ) -> None:
        self._recent.own.discard(ticket)
        with self._transaction() as (db, standing, now):
            self._recent.change(origin, lambda state: step(state, now))
            # While another boot has the file, its moments are of another clock; that boot assumes
            # the worst anyway.
            if standing.turn_at <= now:
                _write(db, origin, step(_read(db, origin)[0], now))

    @contextlib.contextmanager
    def _transaction(self) -> Generator[tuple[sqlite3.Connection, Standing, float], None, None]:
        """Begin a transaction on states of this clock; warn if the file lost its count."""
        with self._database.transaction() as db:
            now = self._clock()
            standing = self._checks.check(db, now)
            if standing.is_moved:
                for origin, state in _read_all(db).items():
                    _write(db, origin, move_to(state, now))
            yield db, standing, now
        if standing.is_new:
            with contextlib.suppress(StoreLocked, UnusableFile):
                self._database.run(self._checks.finish)
            # The files of this connection may not be those at the path.
            self._database.close()
            # The listener may call back, so no lock is held here.
            if standing.warning:
                self._warn(standing.warning)

    def states(self) -> dict[str, LimiterState]:
        """Return the state of every origin."""
        return self._database.run(_read_all, write=False)

    def add_seen(self, backend: str, ids: tuple[str, ...], deadline: float = inf) -> frozenset[str]:
        """Add pictures to the record, and return which of them are new; delete the oldest."""
        del deadline  # Nothing here waits.
        insert = "INSERT OR IGNORE INTO shown (backend, id) VALUES (?, ?)"
        delete = "DELETE FROM shown WHERE number <= (SELECT max(number) FROM shown) - ?"
        with self._database.transaction() as db:
            new = (name for name in ids if db.execute(insert, (backend, name)).rowcount > 0)
            unseen = frozenset(new)
            db.execute(delete, (MAX_SEEN,))
            return unseen

    def count_seen(self) -> int:
        """Return the number of pictures in the record."""
        count = "SELECT count(*) FROM shown"
        return int(self._database.run(lambda db: db.execute(count).fetchone()[0], write=False))

    def clear_seen(self) -> int:
        """Delete the record, and return how many pictures were in it."""
        return self._database.run(lambda db: db.execute("DELETE FROM shown").rowcount)

    def close(self) -> None:
        """Close the file; it opens again when it is next needed."""
        self._database.close()


_decoder = msgspec.msgpack.Decoder(LimiterState)
_encode = msgspec.msgpack.Encoder().encode


def _decode(body: bytes) -> LimiterState:
    try:
        return _decoder.decode(body)
    except (msgspec.MsgspecError, TypeError) as error:
        raise CorruptFile(str(error)) from None


def _read(db: sqlite3.Connection, origin: str) -> tuple[LimiterState, bool]:
    """Return an origin's state, and whether it is new."""
    row = db.execute("SELECT body FROM ledger WHERE origin = ?", (origin,)).fetchone()
    return (LimiterState(), True) if row is None else (_decode(row[0]), False)


def _write(db: sqlite3.Connection, origin: str, state: LimiterState) -> None:
    db.execute("REPLACE INTO ledger VALUES (?, ?)", (origin, _encode(state)))


def _read_all(db: sqlite3.Connection) -> dict[str, LimiterState]:
    rows = db.execute("SELECT origin, body FROM ledger")
    return {origin: _decode(body) for origin, body in rows}


def _delete_idle(db: sqlite3.Connection, now: float) -> None:
    """Delete states that are as good as new; sample servers leave one for each port."""
    for origin, state in _read_all(db).items():
        if last_moment(state) < now - IDLE_SECONDS:
            db.execute("DELETE FROM ledger WHERE origin = ?", (origin,))
