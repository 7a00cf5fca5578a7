"""The places where ledgers can be kept: an SQLite file, or this process alone."""

from __future__ import annotations

import sqlite3
import threading
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec

from animedex.transport.database import Broken, Database
from animedex.transport.ledger import FOREVER, Ledger, block, last_moment, release, reserve, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backends.backend import Limits
    from animedex.transport.clock import Clock
    from animedex.transport.ledger import Claim, Verdict

T = TypeVar("T")

SHOWN_KEPT = 20_000
# A ledger that has been full again for so long says no more than a new one.
IDLE_SECONDS = 86_400.0
SCHEMA = """
CREATE TABLE IF NOT EXISTS ledger (origin TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shown (
    number INTEGER PRIMARY KEY AUTOINCREMENT, backend TEXT, id TEXT, UNIQUE (backend, id)
);
"""


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


class LedgerKeeper(Protocol):
    """Do what is asked of a keeper by changing ledgers here."""

    def change(self, origin: str, step: Callable[[Ledger], tuple[Ledger, T]]) -> T:
        """Put the next ledger in the place of an origin's; give what the step found."""
        ...

    def fitting(self, limits: Limits) -> Limits:
        """Give the limits that hold as far as this keeper sees."""
        ...

    def reserve(self, origin: str, limits: Limits, claim: Claim, clock: Clock) -> Verdict:
        """Claim room for one request."""
        fitting = self.fitting(limits)
        return self.change(origin, lambda book: reserve(book, fitting, claim, clock()))

    def settle(self, origin: str, limits: Limits, claim: Claim, clock: Clock) -> None:
        """Note that a claim's answer came, or never will."""
        self.change(origin, lambda book: (settle(book, limits, claim, clock()), None))

    def release(self, origin: str, claim: Claim, slot: float | None, clock: Clock) -> None:
        """Give back what a claim holds that will not be sent."""
        self.change(origin, lambda book: (release(book, claim, slot, clock()), None))

    def block(self, origin: str, claim: Claim, seconds: float, clock: Clock) -> None:
        """Note that a claim's path is spent for some seconds from now."""

        def step(book: Ledger) -> tuple[Ledger, None]:
            now = clock()
            return block(book, claim.path, now + seconds, now), None

        self.change(origin, step)


class FileKeeper(LedgerKeeper):
    """Keep everything in an SQLite file."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def change(self, origin: str, step: Callable[[Ledger], tuple[Ledger, T]]) -> T:
        """Put the next ledger in the place of an origin's, in one transaction."""

        def work(connection: sqlite3.Connection) -> T:
            rows = connection.execute("SELECT body FROM ledger WHERE origin = ?", (origin,))
            row = rows.fetchone()
            ledger, found = step(_decoded(row))
            if row is None:
                _drop_idle(connection, ledger.clock)
            connection.execute("REPLACE INTO ledger VALUES (?, ?)", (origin, _encode(ledger)))
            return found

        return self.database.run(work)

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

    def fitting(self, limits: Limits) -> Limits:
        """Give the limits as they are: every process is counted in."""
        return limits

    def close(self) -> None:
        """Close the file; it opens again when it is next needed."""
        self.database.close()


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


class MemoryKeeper(LedgerKeeper):
    """Keep everything in this process alone, for want of a file."""

    def __init__(self) -> None:
        self._ledgers: dict[str, Ledger] = {}
        self._shown: dict[tuple[str, str], None] = {}
        self._lock = threading.Lock()

    def change(self, origin: str, step: Callable[[Ledger], tuple[Ledger, T]]) -> T:
        """Put the next ledger in the place of an origin's."""
        with self._lock:
            self._ledgers[origin], found = step(self._ledgers.get(origin, Ledger()))
        return found

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

    def fitting(self, limits: Limits) -> Limits:
        """Allow no burst, as other processes cannot be counted in."""
        return limits._replace(bucket=limits.bucket._replace(burst=1))

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
