"""The library's file: waiting for others who write to it, and saying what is wrong with it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from animedex.database import (
    Database,
    StoreLocked,
    UnusableFile,
    describe_error,
    retry_while_locked,
)
from animedex.errors import BadArguments, Corrupt, NoSpace, TimedOut
from animedex.library.migrations import MOVE_AWAY, is_older, migrate

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.errors import AnimedexError

T = TypeVar("T")

PATIENCE = 30.0
_ELSEWHERE = "free it, or put the library elsewhere with ANIMEDEX_DATA_DIR"


class LibraryDatabase:
    """Run transactions on the library's file, from any thread; it is opened with the first.

    Raises `TimedOut` where another process keeps it locked for longer than `patience` seconds,
    `NoSpace` where the disk is full, `BadArguments` where the file cannot be used here or is from
    a newer version. A file that is no library any more is kept aside, which `warn` is told.
    """

    def __init__(self, path: str, warn: Callable[[str], None], patience: float) -> None:
        self.path = path
        self._warn = warn
        self._patience = patience
        self._owner, self._database = self._open_database()
        self._inherited: list[Database] = []

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Have some work see the library as it is at one moment."""
        return self._run(work, write=False)

    def change(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run work in one transaction."""
        return self._run(work, write=True)

    def close(self) -> None:
        """Close the file; it opens again when it is next needed."""
        self._own().close()

    def _open_database(self) -> tuple[int, Database]:
        return os.getpid(), Database(self.path, migrate, self._warn, durable=True)

    def _own(self) -> Database:
        """Return what is this process's: a forked one must not touch what its parent has open."""
        if self._owner != os.getpid():
            # Nor may it be closed here, as it would be if nobody held it any more.
            self._inherited.append(self._database)
            self._owner, self._database = self._open_database()
        return self._database

    def _run(self, work: Callable[[sqlite3.Connection], T], *, write: bool) -> T:
        try:
            return retry_while_locked(lambda: self._own().run(work, write=write), self._patience)
        except StoreLocked:
            message = f"another process keeps {self.path} locked"
            raise TimedOut(message, hint="try again when it is done") from None
        except UnusableFile as error:
            if write or _is_writable(self.path):
                raise library_error(self.path, error) from None
            return self._looked_at(work)

    def _looked_at(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Read a file that cannot be written to, and so not be locked nor brought up to date."""
        if _size(f"{self.path}-wal"):
            self._warn(f"the latest changes to {self.path} cannot be read here")
        address = f"file:{quote(os.path.abspath(self.path))}?mode=ro&immutable=1"
        try:
            with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as db:
                if not is_older(db):
                    migrate(db)
                    return work(db)
                # It cannot be brought up to date where it is.
                with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
                    db.backup(copy)
                    migrate(copy)
                    return work(copy)
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0)
            raise library_error(self.path, UnusableFile(describe_error(code), code)) from None


def _is_writable(path: str) -> bool:
    """Return whether a file, if it is there, and its folder can be written to."""
    there = os.path.exists(path)
    folder = os.path.dirname(path) or "."
    return not there or (os.access(path, os.W_OK) and os.access(folder, os.W_OK))


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def library_error(path: str, error: UnusableFile) -> AnimedexError:
    """Make the error for a file that cannot be used.

    >>> full = UnusableFile("database or disk is full", sqlite3.SQLITE_FULL)
    >>> library_error("library.db", full).reason
    'no-space'
    """
    message = f"the library {path} cannot be used: {error}"
    code = error.code & 0xFF
    # The second is told where the index of what was written has no room.
    if code == sqlite3.SQLITE_FULL or error.code == sqlite3.SQLITE_IOERR_SHMSIZE:
        message = f"the library {path} cannot be used: the disk is full"
        return NoSpace(message, hint="make room, and try again: nothing is lost")
    if code == sqlite3.SQLITE_CORRUPT:
        return Corrupt(message, hint="`animedex library verify` rebuilds its indexes")
    if code == sqlite3.SQLITE_NOTADB:
        return BadArguments(message, hint=MOVE_AWAY)
    if not _is_writable(path):
        message = f"the library {path} cannot be written to here"
    return BadArguments(message, hint=_ELSEWHERE)
