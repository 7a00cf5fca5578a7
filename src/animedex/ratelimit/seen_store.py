"""The record of seen pictures, whose writes are collected for a second."""

from __future__ import annotations

import contextlib
import threading
from math import inf
from typing import TYPE_CHECKING

from animedex.database import StoreLocked
from animedex.errors import AnimedexError
from animedex.ratelimit.store import CLEANUP_SECONDS

if TYPE_CHECKING:
    from animedex.clock import Clock
    from animedex.ratelimit.store import SeenTable

# Writing the pictures of every answer at once would cost as much as a request on a fast network.
WRITE_INTERVAL = 1.0


class SeenStore:
    """The pictures that this user has seen, in a table that all processes share."""

    def __init__(self, table: SeenTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._lock = threading.Lock()
        self._pending: dict[str, set[str]] = {}
        self._write_at = 0.0
        self._timer: threading.Timer | None = None

    def select_unseen(
        self, backend: str, ids: tuple[str, ...], deadline: float = inf
    ) -> frozenset[str]:
        """Return the pictures that this user has not seen, and record all of them as seen."""
        self._write(deadline)
        return self._table.add_seen(backend, ids, deadline)

    def record(self, backend: str, ids: tuple[str, ...], deadline: float = inf) -> None:
        """Record pictures as seen, in the table within a second or when this is closed.

        A process that is killed, or that ends without closing this, may lose the last second's.
        """
        with self._lock:
            self._pending.setdefault(backend, set()).update(ids)
        if self._clock() >= self._write_at:
            self._write(deadline)
        else:
            self._write_soon()

    def count(self) -> int:
        """Return the number of pictures in the record."""
        self._write()
        return self._table.count_seen()

    def clear(self) -> int:
        """Delete the record, and return how many pictures were in it."""
        self._write()
        return self._table.clear_seen()

    def close(self) -> None:
        """Write what is pending, if that is possible at once."""
        with contextlib.suppress(StoreLocked, AnimedexError):
            self._write(self._clock() + CLEANUP_SECONDS)
        with self._lock:
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _write(self, deadline: float = inf) -> None:
        """Write what is pending, which stays pending until that is done."""
        with self._lock:
            pending = {backend: tuple(ids) for backend, ids in self._pending.items() if ids}
            self._write_at = self._clock() + WRITE_INTERVAL
        try:
            for backend, ids in pending.items():
                self._table.add_seen(backend, ids, deadline)
                with self._lock:
                    self._pending[backend].difference_update(ids)
        except StoreLocked:
            self._write_soon()
            raise

    def _write_soon(self) -> None:
        """Start a timer, so that pending pictures are written even if nothing else happens."""
        with self._lock:
            # In a forked child the timer is there, but not alive.
            if self._timer is not None and self._timer.is_alive():
                return
            self._timer = threading.Timer(WRITE_INTERVAL, self._write_in_background)
            self._timer.name = "animedex-seen"
            self._timer.daemon = True
            # At the end of a process no thread can be started; `close` writes all the same.
            with contextlib.suppress(RuntimeError):
                self._timer.start()

    def _write_in_background(self) -> None:
        with self._lock:
            self._timer = None
        with contextlib.suppress(StoreLocked, AnimedexError):
            self._write()
