"""The places where one process can keep ledgers: the chosen file, a spare one, and its memory.

The chosen file is tried first each time, so that nobody stays elsewhere for longer than they must.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, TypeVar

from animedex.transport.continuity import MARKER_ENDING, Continuity
from animedex.transport.database import (
    Database,
    Unusable,
    make_own_folder,
    temporary_folder_path,
)
from animedex.transport.keepers import SCHEMA, FileKeeper, LastSeen, MemoryKeeper
from animedex.transport.state import FILE_NAME

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from animedex.transport.clock import Boot
    from animedex.transport.keepers import Keeper

T = TypeVar("T")

IN_MEMORY = "this process's memory, with a burst of 1"
_SQLITE_HEADER = b"SQLite format 3\0"


class Places:
    """Run work with the first keeper that works; warn once of each that does not."""

    def __init__(
        self, path: str, warn: Callable[[str], None], get_boot: Callable[[], Boot]
    ) -> None:
        self.path = path
        self._chosen = path
        self._get_boot = get_boot
        self._warn = warn
        self._warnings: set[str] = set()
        self._lock = threading.Lock()
        self._seen = LastSeen()
        self._spare_path = _spare_path(path)
        self._file = self._open(path, self._spare_path)
        self._spare = self._open(self._spare_path, os.path.realpath(path), is_spare=True)
        self._memory = MemoryKeeper(self._seen)

    def run(self, work: Callable[[Keeper], T]) -> T:
        """Run work with the best keeper; raise `Busy` where it is locked just now."""
        try:
            found = work(self._file)
        except Unusable as error:
            return self._run_elsewhere(work, str(error))
        self._use(self._chosen)
        return found

    def _run_elsewhere(self, work: Callable[[Keeper], T], why: str) -> T:
        if not make_own_folder(os.path.dirname(self._spare_path)):
            self._give_up(self._chosen, why, IN_MEMORY)
        else:
            self._give_up(self._chosen, why, self._spare_path)
            try:
                found = work(self._spare)
            except Unusable as error:
                self._give_up(self._spare_path, str(error), IN_MEMORY)
            else:
                self._use(self._spare_path)
                return found
        found = work(self._memory)
        self.path = IN_MEMORY
        return found

    def close(self) -> None:
        """Close what is open; it opens again when it is next needed."""
        self._file.close()
        self._spare.close()

    def _open(self, path: str, other: str, *, is_spare: bool = False) -> FileKeeper:
        database = Database(path, SCHEMA, self._warn, is_own=_is_own, inspect=_refuse_others)
        checks = Continuity(database, other, is_spare=is_spare, get_boot=self._get_boot)
        return FileKeeper(database, checks, self._seen, self._warn_once)

    def _use(self, path: str) -> None:
        """Note which file is in use, and leave the memory."""
        if self.path != path:
            with self._lock:
                before, self.path = self.path, path
            if before == IN_MEMORY:
                self._memory.leave()
            if path == self._chosen:
                self._warn_once(f"budgets are kept in {path} again")

    def _give_up(self, path: str, why: str, following: str) -> None:
        if self.path == path:
            self.path = following
        self._warn_once(f"budgets cannot be kept in {path} ({why}): using {following}")

    def _warn_once(self, message: str) -> None:
        with self._lock:
            is_new = message not in self._warnings
            self._warnings.add(message)
        if is_new:
            self._warn(message)


def _spare_path(path: str) -> str:
    """Return the file that takes a path's place; each has its own, and so its own budgets."""
    from zlib import crc32

    folder = temporary_folder_path()
    name = f"{crc32(os.fsencode(os.path.realpath(path))):08x}-{FILE_NAME}"
    return os.path.join(folder, name) if folder else ""


def _is_own(path: str) -> bool:
    """Return whether a file that makes no sense is a damaged ledger, and no file of the user's."""
    if os.path.basename(path).endswith(FILE_NAME) or os.path.lexists(path + MARKER_ENDING):
        return True
    try:
        with open(path, "rb") as file:
            return file.read(len(_SQLITE_HEADER)) == _SQLITE_HEADER
    except OSError:
        return False


def _refuse_others(db: sqlite3.Connection) -> None:
    """Raise `Unusable` where the file is a database of another program."""
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    if tables and "ledger" not in tables:
        message = "it is a database of another program, and is left as it is"
        raise Unusable(message)
