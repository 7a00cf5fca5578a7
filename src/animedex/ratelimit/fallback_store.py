"""A chain of stores on this machine: the chosen file, one in the temporary folder, and memory.

The chosen file is tried first each time, so that nobody uses another store for longer than needed.
Where the store changes, everything counts as used up (see `integrity`).
"""

from __future__ import annotations

import os
import threading
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, TypeVar

from animedex.clock import Boot, read_boot
from animedex.database import (
    Database,
    FileReplaced,
    UnusableFile,
    make_own_folder,
    temporary_folder_path,
)
from animedex.ratelimit.store import FILE_NAME

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from animedex.clock import Clock
    from animedex.ratelimit.integrity import ProcessStates
    from animedex.ratelimit.limits import Limits
    from animedex.ratelimit.memory_store import MemoryStore
    from animedex.ratelimit.rate_limiter import Decision, LimiterState, Reservation
    from animedex.ratelimit.sqlite_store import SqliteStore

T = TypeVar("T")

_SQLITE_HEADER = b"SQLite format 3\0"


class FallbackStore:
    """Rate limits in the first of three stores that works; each failure is warned of once.

    `path` is the store in use.
    """

    def __init__(
        self,
        path: str,
        clock: Clock,
        warn: Callable[[str], None],
        *,
        get_boot: Callable[[], Boot] = read_boot,
    ) -> None:
        self.path = path
        self._chosen = path
        self._clock = clock
        self._get_boot = get_boot
        self._warn = warn
        self._warnings: set[str] = set()
        self._lock = threading.Lock()
        self._stores: tuple[SqliteStore, SqliteStore] | None = None
        self._recent: ProcessStates

    def reserve(self, origin: str, limits: Limits, reservation: Reservation) -> Decision:
        """Reserve room for one request."""
        return self._run(lambda store: store.reserve(origin, limits, reservation))

    def finish(self, origin: str, limits: Limits, reservation: Reservation) -> None:
        """Record that the answer has arrived, or that the request failed after it was sent."""
        self._run(lambda store: store.finish(origin, limits, reservation))

    def cancel(self, origin: str, reservation: Reservation, slot: float | None) -> None:
        """Release a reservation that is not used."""
        self._run(lambda store: store.cancel(origin, reservation, slot))

    def block(self, origin: str, reservation: Reservation, seconds: float) -> None:
        """Block a reservation's path for some seconds."""
        self._run(lambda store: store.block(origin, reservation, seconds))

    def states(self) -> dict[str, LimiterState]:
        """Return the state of every origin."""
        return self._run(lambda store: store.states())

    def add_seen(self, backend: str, ids: tuple[str, ...], deadline: float = inf) -> frozenset[str]:
        """Add pictures to the record, and return which of them are new."""
        return self._run(lambda store: store.add_seen(backend, ids, deadline))

    def count_seen(self) -> int:
        """Return the number of pictures in the record."""
        return self._run(lambda store: store.count_seen())

    def clear_seen(self) -> int:
        """Delete the record, and return how many pictures were in it."""
        return self._run(lambda store: store.clear_seen())

    def close(self) -> None:
        """Close what is open; it opens again when it is next needed."""
        for store in self._stores or ():
            store.close()

    def _run(self, work: Callable[[SqliteStore | MemoryStore], T]) -> T:
        """Run work with the first store that can be used; raise `StoreLocked` if that is locked."""
        store: SqliteStore | MemoryStore = self._open_stores()[0]
        while True:
            try:
                result = work(store)
            except FileReplaced:
                continue
            except UnusableFile as error:
                store = self._next_store(store, str(error))
            else:
                if self.path != store.path:
                    self._enter(store.path)
                return result

    def _open_stores(self) -> tuple[SqliteStore, SqliteStore]:
        """Return the stores in the chosen file, and in the one that takes its place."""
        with self._lock:
            if self._stores is not None:
                return self._stores
            # A call that the cache answers does without these modules.
            from animedex.ratelimit.integrity import Integrity, ProcessStates
            from animedex.ratelimit.sqlite_store import SCHEMA, SqliteStore

            self._recent = recent = ProcessStates()
            spare_path = _spare_path(self._chosen)
            file, spare_file = (
                Database(path, SCHEMA, self._warn, is_own=_is_own, inspect=_refuse_others)
                for path in (self._chosen, spare_path)
            )
            other, boot = os.path.realpath(self._chosen), self._get_boot
            checks = Integrity(file, spare_path, get_boot=boot)
            spare_checks = Integrity(spare_file, other, is_spare=True, get_boot=boot)
            self._stores = (
                SqliteStore(file, checks, recent, self._clock, self._warn_once),
                SqliteStore(spare_file, spare_checks, recent, self._clock, self._warn_once),
            )
            return self._stores

    @cached_property
    def _memory(self) -> MemoryStore:
        from animedex.ratelimit.memory_store import MemoryStore

        return MemoryStore(self._recent, self._clock)

    def _next_store(self, failed: SqliteStore | MemoryStore, why: str) -> SqliteStore | MemoryStore:
        """Return the store that takes another's place."""
        _, spare = self._open_stores()
        has_spare = failed is not spare and make_own_folder(os.path.dirname(spare.path))
        with self._lock:
            following = spare if has_spare else self._memory
        if self.path == failed.path:
            self.path = following.path
        self._warn_once(f"budgets cannot be kept in {failed.path} ({why}): using {following.path}")
        return following

    def _enter(self, path: str) -> None:
        """Record that another store is in use than before."""
        with self._lock:
            last_path, self.path = self.path, path
        if "_memory" in self.__dict__ and last_path == self._memory.path:
            self._memory.reset()
        if path == self._chosen:
            self._warn_once(f"budgets are kept in {path} again")

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
    """Return whether a damaged file is one of budgets, and not another file of the user's."""
    from animedex.ratelimit.integrity import MARKER_SUFFIX

    if os.path.basename(path).endswith(FILE_NAME) or os.path.lexists(path + MARKER_SUFFIX):
        return True
    try:
        with open(path, "rb") as file:
            return file.read(len(_SQLITE_HEADER)) == _SQLITE_HEADER
    except OSError:
        return False


def _refuse_others(db: sqlite3.Connection) -> None:
    """Raise `UnusableFile` if the file is a database of another program."""
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    if tables and "ledger" not in tables:
        message = "it is a database of another program; it was not changed"
        raise UnusableFile(message)
