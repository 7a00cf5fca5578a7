"""A cache of answers in one file for all of a user's processes, for calls that allow it.

The cache is a convenience: if its file cannot be used, there is one warning and nothing is cached.
Only complete answers that could be parsed are stored; the least recently stored are deleted first
when it grows too large.
"""

from __future__ import annotations

import contextlib
import threading
import time
from math import inf
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from animedex.database import Database, StoreLocked, UnusableFile

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

T = TypeVar("T")

FILE_NAME = "answers-1.db"
CACHE_CAP = 64 * 1024 * 1024
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answer (
    key TEXT PRIMARY KEY, backend TEXT NOT NULL, stored_at REAL NOT NULL,
    expires_at REAL NOT NULL, size INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS answer_age ON answer (stored_at);
CREATE INDEX IF NOT EXISTS answer_expiry ON answer (expires_at);
CREATE TABLE IF NOT EXISTS total (size INTEGER NOT NULL);
CREATE TRIGGER IF NOT EXISTS answer_added AFTER INSERT ON answer
    BEGIN UPDATE total SET size = size + new.size; END;
CREATE TRIGGER IF NOT EXISTS answer_dropped AFTER DELETE ON answer
    BEGIN UPDATE total SET size = size - old.size; END;
"""
# So many expired answers at most are deleted at once, so that no call pays for all of them.
_EXPIRED_AT_ONCE = 32


class CacheEntry(NamedTuple):
    """A body from the cache, and when it was fetched, in seconds since 1970."""

    body: bytes
    stored_at: float


class CacheReport(NamedTuple):
    """The number of answers, and the bytes of their bodies; `cap` is the limit of these."""

    path: str
    answers: int
    size: int
    cap: int | None


class Cache:
    """Bodies by key, until they expire."""

    def __init__(
        self,
        path: str,
        warn: Callable[[str], None],
        *,
        cap: int = CACHE_CAP,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = path
        self._cap = cap
        self._clock = clock
        self._warn = warn
        self._lock = threading.Lock()
        self._database: Database | None = Database(path, _SCHEMA, warn)

    def get(self, key: str, deadline: float = inf) -> CacheEntry | None:
        """Return the entry of a key, unless it has expired or claims to be from the future."""
        del deadline  # Nothing here waits.
        now = self._clock()
        row = None
        # What another process keeps locked just now is not worth waiting for.
        with contextlib.suppress(StoreLocked):
            row = self._run(
                lambda db: db.execute(
                    "SELECT body, stored_at FROM answer"
                    " WHERE key = ? AND expires_at > ? AND stored_at <= ?",
                    (key, now, now),
                ).fetchone(),
                write=False,
            )
        return CacheEntry(*row) if row else None

    def put(
        self, key: str, backend: str, body: bytes, lifetime: float, deadline: float = inf
    ) -> None:
        """Store a body for so many seconds; delete what has expired or exceeds the cap."""
        del deadline
        if len(body) > self._cap:
            return
        now = self._clock()

        def work(db: sqlite3.Connection) -> None:
            row = (key, backend, now, now + lifetime, len(body), body)
            # Deleting first, as no trigger sees what REPLACE deletes.
            db.execute("DELETE FROM answer WHERE key = ?", (key,))
            db.execute("INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?)", row)
            _delete_expired(db, now)
            _shrink(db, self._cap)

        with contextlib.suppress(StoreLocked):
            self._run(work)

    def drop(self, key: str, deadline: float = inf) -> None:
        """Delete the entry of a key."""
        del deadline
        with contextlib.suppress(StoreLocked):
            self._run(lambda db: db.execute("DELETE FROM answer WHERE key = ?", (key,)))

    def clear(self) -> int:
        """Delete everything; return how many answers that were. Raises `StoreLocked`."""
        return self._run(lambda db: db.execute("DELETE FROM answer").rowcount) or 0

    def report(self) -> CacheReport:
        """Count the answers. Raises `StoreLocked`."""
        row = self._run(
            lambda db: db.execute("SELECT count(*), coalesce(sum(size), 0) FROM answer").fetchone(),
            write=False,
        )
        answers, size = row or (0, 0)
        return CacheReport(self.path, answers, size, self._cap)

    def close(self) -> None:
        """Close the file; it opens again when it is next needed."""
        database = self._database
        if database is not None:
            database.close()

    def _run(self, work: Callable[[sqlite3.Connection], T], *, write: bool = True) -> T | None:
        database = self._database
        if database is None:
            return None
        try:
            return database.run(work, write=write)
        except UnusableFile as error:
            self._give_up(str(error))
            return None

    def _give_up(self, why: str) -> None:
        with self._lock:
            database, self._database = self._database, None
        if database is not None:
            database.close()
            self._warn(f"responses cannot be cached in {self.path} ({why}): going on without")


def _delete_expired(db: sqlite3.Connection, now: float) -> None:
    """Delete answers that have expired or claim to be from the future, some at a time."""
    for expired in ("expires_at <= ?", "stored_at > ?"):
        chosen = f"SELECT rowid FROM answer WHERE {expired} LIMIT {_EXPIRED_AT_ONCE}"  # noqa: S608  no text of others
        db.execute(f"DELETE FROM answer WHERE rowid IN ({chosen})", (now,))  # noqa: S608


def _shrink(db: sqlite3.Connection, cap: int) -> None:
    """Delete the oldest answers until the rest fit."""
    while _total_size(db) > cap:
        oldest = "SELECT rowid FROM answer ORDER BY stored_at LIMIT 1"
        if not db.execute(f"DELETE FROM answer WHERE rowid = ({oldest})").rowcount:  # noqa: S608
            # Earlier versions replace answers unnoticed: count anew.
            db.execute("DELETE FROM total")


def _total_size(db: sqlite3.Connection) -> int:
    """Return the size of all bodies, which is counted once and then updated."""
    row = db.execute("SELECT size FROM total").fetchone()
    if row is None:
        db.execute("INSERT INTO total SELECT coalesce(sum(size), 0) FROM answer")
        row = db.execute("SELECT size FROM total").fetchone()
    size: int = row[0]
    return size
