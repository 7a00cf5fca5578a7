"""Whether a ledger file still counts everything that was sent, so that no limit is exceeded.

Beside the file stands a marker with the file's id and the number of requests that it let through,
which the file holds as well. Where the two differ, the file was lost, damaged or replaced by an
older copy. The file also notes the marker of the place that is used in its stead while it cannot be
used, and the boot whose clock its moments are of. Whatever is not as it was left makes everything
count as used up from now on, as nobody can tell what was sent meanwhile. A trace among the
temporary files tells for a minute that the whole folder was deleted.
"""

from __future__ import annotations

import contextlib
import os
import time
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from animedex.transport.clock import Boot, read_boot
from animedex.transport.database import make_own_folder

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from animedex.transport.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS place (
    only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, sent INTEGER NOT NULL,
    other TEXT NOT NULL, unknown_at REAL, boot TEXT NOT NULL, zero_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS displaced (boot TEXT NOT NULL, zero_at REAL NOT NULL, asked_at REAL);
"""
MARKER_ENDING = "-marker"
TRACE_ENDING = "-trace"
# A boot that another one took the file from gets it back after so long, if it asks.
TERM_SECONDS = 15.0
# Who was last here longer ago is most likely this machine itself, before it was started anew.
_RECENT_SECONDS = 60.0
_DISPLACED_KEPT = 20
_MARKER_BYTES = 64
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Standing(NamedTuple):
    """What a file can be relied on for.

    Everything counts as used up at `unknown_at`. Before `turn_at`, the file is another boot's.
    `moved` is whether the moments of all ledgers are still of another clock, `is_new` whether this
    has just been found out.
    """

    unknown_at: float = -inf
    turn_at: float = -inf
    moved: bool = False
    is_new: bool = False
    warning: str = ""


class _Place(NamedTuple):
    """The row of a file that says what it last knew."""

    id: str
    sent: int
    other: str
    unknown_at: float | None
    boot: str
    zero_at: float


class Continuity:
    """Compare a ledger file with its marker, its clock and the other place, in a transaction."""

    def __init__(
        self,
        database: Database,
        other: str,
        *,
        is_spare: bool = False,
        get_boot: Callable[[], Boot] = read_boot,
    ) -> None:
        self._database = database
        self._other = other and other + MARKER_ENDING
        self._trace = other and other + TRACE_ENDING
        self._is_spare = is_spare
        self._get_boot = get_boot
        self._boot: Boot | None = None
        self._begun = False
        # The file's id, and how many requests it let through, within one transaction.
        self._current = ("", 0)
        self._retired = ""
        self._is_unmarked = False

    def check(self, db: sqlite3.Connection, now: float) -> Standing:
        """Return what the file can be relied on for, and note that it was looked at."""
        self._retired, self._is_unmarked = "", False
        found = db.execute("SELECT id, sent, other, unknown_at, boot, zero_at FROM place")
        row = found.fetchone()
        other = _read_marker(self._other, own=not self._is_spare)
        if row is None:
            return self._begin(db, other, now)
        self._begun = True
        place = _Place(*row)
        self._current = (place.id, place.sent)
        turn_at, moved = self._take_turn(db, Boot(place.boot, place.zero_at), now)
        if turn_at > now:
            return Standing(turn_at=turn_at)
        warning = self._find_doubt(place, other, now, moved=moved)
        if warning is None:
            return Standing(-inf if place.unknown_at is None else place.unknown_at)
        self._is_unmarked = True
        self._write(db, place.sent, other, now)
        return Standing(now, moved=moved, is_new=True, warning=warning)

    def count_request(self, db: sqlite3.Connection) -> None:
        """Note in the file and in its marker that one more request is let through."""
        name, sent = self._current
        db.execute("UPDATE place SET sent = ?", (sent + 1,))
        if not self._is_unmarked:
            self._mark(name, sent + 1)
        if not self._is_spare:
            _touch(self._trace)

    def finish(self, db: sqlite3.Connection) -> None:
        """Write into the markers what a doubt has changed, in a transaction that follows.

        Not before the change is certain: a full disk would have the spare file count as used up
        each time that this one is tried.
        """
        retired, self._retired = self._retired, ""
        self._mark(*db.execute("SELECT id, sent FROM place").fetchone())
        if retired:
            _write_marker(self._other, retired)

    def _begin(self, db: sqlite3.Connection, other: str, now: float) -> Standing:
        """Return how a file without a row begins: full only where nothing was ever sent."""
        lost = (
            self._begun
            or self._database.was_broken
            or bool(_read_marker(self._marker))
            or (not self._is_spare and _is_recent(self._trace))
        )
        # A file of an older version has ledgers and no row.
        is_old = db.execute("SELECT 1 FROM ledger LIMIT 1").fetchone() is not None
        is_known = not (lost or is_old or other or self._is_spare)
        self._write(db, 0, other, None if is_known else now)
        self._begun = True
        if is_known:
            return Standing()
        # Where it was corrupt, that is said already.
        warning = self._say("was lost") if lost and not self._database.was_broken else ""
        self._database.was_broken = False
        return Standing(now, is_new=True, warning=warning)

    def _find_doubt(self, place: _Place, other: str, now: float, *, moved: bool) -> str | None:
        """Return why the file cannot be relied on, empty where that needs no warning."""
        marker = _read_marker(self._marker)
        if moved:
            said = "was in use by another clock or machine"
            return self._say(said) if _is_recent(self._marker) else ""
        if marker != _text(place.id, place.sent):
            # A process that is killed between marker and file leaves them so.
            is_ahead = marker == _text(place.id, place.sent + 1)
            return (
                ""
                if is_ahead
                else self._say("was damaged, replaced by an older copy, or not written to the end")
            )
        if other != place.other:
            said = f"was not used for a while, {self._other.removesuffix(MARKER_ENDING)} was"
            return "" if self._is_spare else self._say(said)
        # A clock that went back must not keep a moment ahead of it for ever.
        return "" if (place.unknown_at or now) > now else None

    def _take_turn(self, db: sqlite3.Connection, owner: Boot, now: float) -> tuple[float, bool]:
        """Return when this boot may use the file, and whether it takes it from another now.

        A boot that is new takes it at once. Where two use one file at a time, they take turns, so
        that neither is kept waiting for ever by the other.
        """
        if self._boot is None or not self._boot.is_same(owner):
            # Setting the time of day changes when the clock seems to have begun.
            self._boot = self._get_boot()
        if self._boot.is_same(owner):
            return -inf, False
        rows = db.execute(
            "SELECT rowid, boot, zero_at, asked_at FROM displaced ORDER BY rowid"
        ).fetchall()
        term = TERM_SECONDS
        for rowid, boot, zero_at, asked_at in rows:
            if self._boot.is_same(Boot(boot, zero_at)):
                since = now if asked_at is None else min(asked_at, now)
                if now < since + term:
                    db.execute("UPDATE displaced SET asked_at = ? WHERE rowid = ?", (since, rowid))
                    return since + term, False
                db.execute("DELETE FROM displaced WHERE rowid = ?", (rowid,))
                break
            if asked_at is not None:
                # Who lost the file before goes first, unless it has ended.
                term = 2 * TERM_SECONDS
        # Whoever else waits does so anew, so that this boot has the file for a while.
        db.execute("UPDATE displaced SET asked_at = NULL")
        db.execute("INSERT INTO displaced VALUES (?, ?, NULL)", owner)
        oldest = "DELETE FROM displaced WHERE rowid <= (SELECT max(rowid) FROM displaced) - ?"
        db.execute(oldest, (_DISPLACED_KEPT,))
        return -inf, True

    def _write(
        self, db: sqlite3.Connection, sent: int, other: str, unknown_at: float | None
    ) -> None:
        """Give the file a new id, so that no older copy is taken for it."""
        self._boot = self._boot or self._get_boot()
        if other and not self._is_spare:
            # Should the spare file be used again, it does not know of what this one lets through.
            self._retired = other = _text(os.urandom(8).hex(), 0)
        name = os.urandom(8).hex()
        self._current = (name, sent)
        row = (1, name, sent, other, unknown_at, *self._boot)
        db.execute("REPLACE INTO place VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        if not self._is_unmarked:
            self._mark(name, sent)

    def _mark(self, name: str, sent: int) -> None:
        """Write the marker in place, which works on a full disk too."""
        if _write_marker(self._marker, _text(name, sent)):
            # One that root makes belongs to whom the file belongs to.
            with contextlib.suppress(OSError, AttributeError):
                owner = os.stat(self._database.path)
                os.chown(self._marker, owner.st_uid, owner.st_gid)

    @property
    def _marker(self) -> str:
        return self._database.real_path + MARKER_ENDING

    def _say(self, what: str) -> str:
        return f"{self._database.path} {what}: its budgets count as used up"


def _read_marker(path: str, *, own: bool = False) -> str:
    """Return what a marker says, empty where there is none, or not the `own` one of this user."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY | _FLAGS)
        try:
            if not own or os.fstat(handle).st_uid == getattr(os, "getuid", int)():
                return os.read(handle, _MARKER_BYTES).decode("ascii", "replace").rstrip()
        finally:
            os.close(handle)
    return ""


def _write_marker(path: str, text: str) -> bool:
    """Write a marker; return whether it is a new file."""
    is_new = False
    try:
        handle = os.open(path, os.O_WRONLY | _FLAGS)
    except FileNotFoundError:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | _FLAGS, 0o600)
        is_new = True
    try:
        os.write(handle, text.encode().ljust(_MARKER_BYTES))
    finally:
        os.close(handle)
    return is_new


def _text(name: str, sent: int) -> str:
    return f"{name} {sent}"


def _is_recent(path: str) -> bool:
    """Return whether a file of this user's was changed within the last minute."""
    with contextlib.suppress(OSError):
        found = os.stat(path)
        return abs(time.time() - found.st_mtime) < _RECENT_SECONDS
    return False


def _touch(path: str) -> None:
    """Note the time of day in a file, where that can be done."""
    with contextlib.suppress(OSError):
        try:
            os.utime(path)
        except FileNotFoundError:
            if make_own_folder(os.path.dirname(path)):
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | _FLAGS, 0o600))
