"""Whether a file of budgets still counts all that was sent, so that no limit is exceeded.

Beside the file is a marker with the file's id and the number of requests that it let through, both
of which the file holds as well. If they differ, the file was lost, damaged, or replaced by an older
copy. The file also holds the marker of the file that takes its place while it cannot be used, and
the boot whose clock its moments are of. Whatever is not as it was left makes everything count as
used up from now on, as nobody can know what was sent meanwhile. A trace in the temporary folder
shows for a minute that the whole data folder was deleted.
"""

from __future__ import annotations

import contextlib
import os
import time
from math import inf
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from animedex.clock import Boot, read_boot
from animedex.database import make_own_folder
from animedex.http_message import is_loopback
from animedex.ratelimit.limits import recovery_seconds
from animedex.ratelimit.rate_limiter import Proceed, assume_exhausted, carry_over, reserve

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from animedex.database import Database
    from animedex.ratelimit.limits import Limits
    from animedex.ratelimit.rate_limiter import Decision, LimiterState, Reservation

# A store's path, and the moment since when it can be relied on.
Version: TypeAlias = tuple[str, float]

SCHEMA = """
CREATE TABLE IF NOT EXISTS place (
    only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, sent INTEGER NOT NULL,
    other TEXT NOT NULL, unknown_at REAL, boot TEXT NOT NULL, zero_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS displaced (boot TEXT NOT NULL, zero_at REAL NOT NULL, asked_at REAL);
"""
MARKER_SUFFIX = "-marker"
TRACE_SUFFIX = "-trace"
# A boot that another one took the file from gets it back after this many seconds, if it asks.
TURN_SECONDS = 15.0
# A file that was last used longer ago was most likely used by this machine before it restarted.
_RECENT_SECONDS = 60.0
_MAX_DISPLACED = 20
_MARKER_BYTES = 64
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Standing(NamedTuple):
    """What a file can be relied on for.

    Everything counts as used up at `unknown_at`. Before `turn_at`, the file is another boot's. If
    `is_moved`, the states still have moments of another clock; `is_new` is whether this has just
    come out.
    """

    unknown_at: float = -inf
    turn_at: float = -inf
    is_moved: bool = False
    is_new: bool = False
    warning: str = ""


class _Row(NamedTuple):
    """The row of a file about itself."""

    id: str
    sent: int
    other: str
    unknown_at: float | None
    boot: str
    zero_at: float


class ProcessStates:
    """The last state of each origin that this process has read, from any store.

    When another store takes over, or one loses its data, the process brings along what it knows.
    """

    def __init__(self) -> None:
        self._states: dict[str, tuple[Version, LimiterState]] = {}
        # Tickets of this process's requests that are under way.
        self.own: set[str] = set()

    def reserve(  # noqa: PLR0913, PLR0917  a reservation, and what is known of the store
        self,
        origin: str,
        version: Version,
        state: LimiterState,
        limits: Limits,
        reservation: Reservation,
        now: float,
    ) -> tuple[LimiterState, Decision]:
        """Decide on a reservation, counting requests in other stores and unknown ones."""
        _, unknown_at = version
        if not is_loopback(origin) and unknown_at + recovery_seconds(limits) > now:
            state = assume_exhausted(state, limits, unknown_at, now)
        last_version, last_state = self._states.get(origin, (version, state))
        if last_version != version:
            state = carry_over(state, last_state, limits, self.own, now)
        state, decision = reserve(state, limits, reservation, now)
        self._states[origin] = (version, state)
        if isinstance(decision, Proceed) and reservation.route in limits.windows:
            self.own.add(reservation.ticket)
        return state, decision

    def change(self, origin: str, step: Callable[[LimiterState], LimiterState]) -> None:
        """Change the state of an origin as it is changed in the store."""
        if origin in self._states:
            version, state = self._states[origin]
            self._states[origin] = (version, step(state))


class Integrity:
    """Compares a file of budgets with its marker, its clock and the other file, in transactions."""

    def __init__(
        self,
        database: Database,
        other: str,
        *,
        is_spare: bool = False,
        get_boot: Callable[[], Boot] = read_boot,
    ) -> None:
        self._database = database
        self._other = other and other + MARKER_SUFFIX
        self._trace = other and other + TRACE_SUFFIX
        self._is_spare = is_spare
        self._get_boot = get_boot
        self._boot: Boot | None = None
        self._marker = ""
        self._has_begun = False
        # The file's id, and how many requests it let through, within one transaction.
        self._current = ("", 0)
        self._retired = ""
        self._is_unmarked = False

    def check(self, db: sqlite3.Connection, now: float) -> Standing:
        """Return what the file can be relied on for, and record that it was checked."""
        self._retired, self._is_unmarked = "", False
        self._marker = self._database.real_path + MARKER_SUFFIX
        select = "SELECT id, sent, other, unknown_at, boot, zero_at FROM place"
        columns = db.execute(select).fetchone()
        other = _read_marker(self._other, own=not self._is_spare)
        if columns is None:
            return self._begin(db, other, now)
        self._has_begun = True
        row = _Row(*columns)
        self._current = (row.id, row.sent)
        owner = Boot(row.boot, row.zero_at)
        if self._boot is None or not self._boot.is_same(owner):
            # Setting the time of day changes when the clock seems to have begun.
            self._boot = self._get_boot()
        is_own = self._boot.is_same(owner)
        turn_at, is_moved = (-inf, False) if is_own else self._take_turn(db, self._boot, owner, now)
        if turn_at > now:
            return Standing(turn_at=turn_at)
        warning = self._find_doubt(row, other, now, is_moved=is_moved)
        if warning is None:
            return Standing(-inf if row.unknown_at is None else row.unknown_at)
        self._is_unmarked = True
        self._write(db, row.sent, other, now)
        return Standing(now, is_moved=is_moved, is_new=True, warning=warning)

    def count_request(self, db: sqlite3.Connection) -> None:
        """Count one more request in the file and in its marker."""
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
        """Return the standing of a file without a row: full only if nothing was ever sent."""
        is_lost = (
            self._has_begun
            or self._database.was_corrupt
            or bool(_read_marker(self._marker))
            or (not self._is_spare and _is_recent(self._trace))
        )
        # A file of the first version has states and no row.
        is_old = db.execute("SELECT 1 FROM ledger LIMIT 1").fetchone() is not None
        is_full = not (is_lost or is_old or other or self._is_spare)
        self._write(db, 0, other, None if is_full else now)
        self._has_begun = True
        if is_full:
            return Standing()
        # If it was corrupt, a warning has said so already.
        warning = (
            self._word_warning("was lost") if is_lost and not self._database.was_corrupt else ""
        )
        self._database.was_corrupt = False
        return Standing(now, is_new=True, warning=warning)

    def _find_doubt(self, row: _Row, other: str, now: float, *, is_moved: bool) -> str | None:
        """Return why the file cannot be relied on, None if it can; an empty text is no warning."""
        if is_moved:
            reason = "was in use by another clock or machine"
            return self._word_warning(reason) if _is_recent(self._marker) else ""
        marker = _read_marker(self._marker)
        if marker != f"{row.id} {row.sent}":
            # A process that is killed between marker and file leaves them so.
            if marker == f"{row.id} {row.sent + 1}":
                return ""
            return self._word_warning(
                "was damaged, replaced by an older copy, or not written to the end"
            )
        if other != row.other:
            other_path = self._other.removesuffix(MARKER_SUFFIX)
            reason = f"was not used for a while, {other_path} was"
            return "" if self._is_spare else self._word_warning(reason)
        # A clock that went back must not keep a moment ahead of it for ever.
        return "" if (row.unknown_at or now) > now else None

    @staticmethod
    def _take_turn(
        db: sqlite3.Connection, taker: Boot, owner: Boot, now: float
    ) -> tuple[float, bool]:
        """Return when a boot may use another's file, and whether it takes it now.

        A boot that is new takes it at once. Where two use one file at a time, they take turns, so
        that neither waits for ever.
        """
        select = "SELECT rowid, boot, zero_at, asked_at FROM displaced ORDER BY rowid"
        turn_seconds = TURN_SECONDS
        for rowid, boot, zero_at, asked_at in db.execute(select).fetchall():
            if taker.is_same(Boot(boot, zero_at)):
                since = now if asked_at is None else min(asked_at, now)
                if now < since + turn_seconds:
                    db.execute("UPDATE displaced SET asked_at = ? WHERE rowid = ?", (since, rowid))
                    return since + turn_seconds, False
                db.execute("DELETE FROM displaced WHERE rowid = ?", (rowid,))
                break
            if asked_at is not None:
                # The boot that lost the file before goes first, unless it has ended.
                turn_seconds = 2 * TURN_SECONDS
        # All others wait anew, so that this boot has the file for a while.
        db.execute("UPDATE displaced SET asked_at = NULL")
        db.execute("INSERT INTO displaced VALUES (?, ?, NULL)", owner)
        oldest = "DELETE FROM displaced WHERE rowid <= (SELECT max(rowid) FROM displaced) - ?"
        db.execute(oldest, (_MAX_DISPLACED,))
        return -inf, True

    def _write(
        self, db: sqlite3.Connection, sent: int, other: str, unknown_at: float | None
    ) -> None:
        """Write the file's row with a new id, so that no older copy passes for it."""
        self._boot = self._boot or self._get_boot()
        if other and not self._is_spare:
            # If the spare file is used again, it does not know what this one lets through.
            self._retired = other = f"{os.urandom(8).hex()} 0"
        name = os.urandom(8).hex()
        self._current = (name, sent)
        row = (1, name, sent, other, unknown_at, *self._boot)
        db.execute("REPLACE INTO place VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        if not self._is_unmarked:
            self._mark(name, sent)

    def _mark(self, name: str, sent: int) -> None:
        """Write the marker in place, which works on a full disk too."""
        if _write_marker(self._marker, f"{name} {sent}"):
            # If root creates the marker, it belongs to the file's owner.
            with contextlib.suppress(OSError, AttributeError):
                owner = os.stat(self._database.path)
                os.chown(self._marker, owner.st_uid, owner.st_gid)

    def _word_warning(self, reason: str) -> str:
        return f"{self._database.path} {reason}: its budgets count as used up"


def _read_marker(path: str, *, own: bool = False) -> str:
    """Return a marker's text, empty if there is none; with `own`, this user must own the file."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY | _FLAGS)
        try:
            if not own or os.fstat(handle).st_uid == getattr(os, "getuid", int)():
                return os.read(handle, _MARKER_BYTES).decode("ascii", "replace").rstrip()
        finally:
            os.close(handle)
    return ""


def _write_marker(path: str, text: str) -> bool:
    """Write a marker; return whether the file is new."""
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


def _is_recent(path: str) -> bool:
    """Return whether a file was changed within the last minute."""
    with contextlib.suppress(OSError):
        return abs(time.time() - os.stat(path).st_mtime) < _RECENT_SECONDS
    return False


def _touch(path: str) -> None:
    """Set a file's time of change to now, if that is possible."""
    with contextlib.suppress(OSError):
        try:
            os.utime(path)
        except FileNotFoundError:
            if make_own_folder(os.path.dirname(path)):
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | _FLAGS, 0o600))
