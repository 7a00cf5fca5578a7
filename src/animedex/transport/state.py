"""Budgets as all of a user's processes share them.

One transaction reads an origin's ledger, asks the arithmetic in `ledger` and writes the next one.
Where the file cannot be used, one in the temporary folder takes its place, and after that this
process's memory with a burst of one; each time with a warning.
"""

from __future__ import annotations

import contextlib
import threading
from math import inf
from typing import TYPE_CHECKING, TypeVar

from animedex.errors import AnimedexError
from animedex.transport.database import Busy, Database, Unusable, temporary_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backends.backend import Limits
    from animedex.transport.clock import Clock
    from animedex.transport.keepers import Keeper
    from animedex.transport.ledger import Claim, Ledger, Verdict

T = TypeVar("T")

FILE_NAME = "budgets-1.db"
# To write every answer's pictures down at once would cost as much as asking on a fast network.
NOTING_SECONDS = 1.0
# What is tidied up on the way out has so long, as Ctrl-C is to end everything in half a second.
HASTE = 0.2


class State:
    """Answer claims on budgets, from the keeper given or else the best that works here."""

    def __init__(
        self,
        path: str,
        clock: Clock,
        warn: Callable[[str], None],
        keeper: Keeper | None = None,
    ) -> None:
        self.clock = clock
        self._warn = warn
        self._chosen = path
        self._keeper = keeper
        self._next_choice = 0
        self._lock = threading.Lock()
        self._noted: dict[str, set[str]] = {}
        self._write_at = 0.0
        self._timer: threading.Timer | None = None
        self.path = path

    def reserve(self, origin: str, limits: Limits, claim: Claim) -> Verdict:
        """Claim room for one request."""
        return self._do(lambda keeper: keeper.reserve(origin, limits, claim, self.clock))

    def settle(self, origin: str, limits: Limits, claim: Claim) -> None:
        """Note that a claim's answer came, or never will."""
        self._do(lambda keeper: keeper.settle(origin, limits, claim, self.clock))

    def release(self, origin: str, claim: Claim, slot: float | None) -> None:
        """Give back what a claim holds that will not be sent."""
        self._do(lambda keeper: keeper.release(origin, claim, slot, self.clock))

    def block(self, origin: str, claim: Claim, seconds: float) -> None:
        """Note that a claim's path is spent for some seconds from now."""
        self._do(lambda keeper: keeper.block(origin, claim, seconds, self.clock))

    def unseen(self, backend: str, ids: tuple[str, ...], latest: float = inf) -> frozenset[str]:
        """Tell which pictures this user was never shown, and note all of them as shown."""
        self._write_notes(latest)
        return self._unseen(backend, ids, latest)

    def note(self, backend: str, ids: tuple[str, ...], latest: float = inf) -> None:
        """Note pictures as shown: others learn of them in a second, or when this is closed.

        A process that is killed, or that ends without closing this, may lose the last second's.
        """
        with self._lock:
            self._noted.setdefault(backend, set()).update(ids)
        if self.clock() >= self._write_at:
            self._write_notes(latest)
        else:
            self._write_soon()

    def forget(self) -> int:
        """Forget what was shown; give how many pictures that were."""
        self._write_notes()
        return self._do(lambda keeper: keeper.forget())

    def shown(self) -> int:
        """Count the pictures that are noted as shown."""
        self._write_notes()
        return self._do(lambda keeper: keeper.shown())

    def ledgers(self) -> dict[str, Ledger]:
        """Give the ledger of every origin that was ever asked."""
        return self._do(lambda keeper: keeper.ledgers())

    def close(self) -> None:
        """Close the file; it opens again when it is next needed."""
        with contextlib.suppress(Busy, AnimedexError):
            self._write_notes(self.clock() + HASTE)
        with self._lock:
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        if self._keeper is not None:
            self._keeper.close()

    def _write_notes(self, latest: float = inf) -> None:
        """Write down what was noted, which stays noted here until that is done."""
        with self._lock:
            noted = {backend: tuple(ids) for backend, ids in self._noted.items() if ids}
            self._write_at = self.clock() + NOTING_SECONDS
        try:
            for backend, ids in noted.items():
                self._unseen(backend, ids, latest)
                with self._lock:
                    self._noted[backend].difference_update(ids)
        except Busy:
            self._write_soon()
            raise

    def _write_soon(self) -> None:
        """See to it that notes are written even where nothing is asked of this any more."""
        with self._lock:
            # It is not alive in a forked child either.
            if self._timer is not None and self._timer.is_alive():
                return
            self._timer = threading.Timer(NOTING_SECONDS, self._write_at_last)
            self._timer.name = "animedex-notes"
            self._timer.daemon = True
            # At the end of a process no thread can be started; closing writes all the same.
            with contextlib.suppress(RuntimeError):
                self._timer.start()

    def _write_at_last(self) -> None:
        with self._lock:
            self._timer = None
        with contextlib.suppress(Busy, AnimedexError):
            self._write_notes()

    def _unseen(self, backend: str, ids: tuple[str, ...], latest: float) -> frozenset[str]:
        return self._do(lambda keeper: keeper.unseen(backend, ids, latest))

    def _do(self, work: Callable[[Keeper], T]) -> T:
        keeper = self._keeper or self._next(None)
        while True:
            try:
                return work(keeper)
            except Unusable as error:
                keeper = self._next(keeper, str(error))

    def _next(self, failed: Keeper | None, why: str = "") -> Keeper:
        """Give the keeper to use from now on, when one has failed or none was chosen yet."""
        with self._lock:
            before = self.path
            changed = self._keeper is failed
            if changed:
                keeper, place = _choice(self._next_choice, self._chosen, self._warn)
                # Only now, so that Ctrl-C leaves all of it to be done again.
                self._keeper, self.path = keeper, place
                self._next_choice += 1
            current, now = self._keeper, self.path
        if changed and failed is not None:
            failed.close()
            self._warn(f"budgets cannot be kept in {before} ({why}): using {now}")
        assert current is not None
        return current


def _choice(number: int, path: str, warn: Callable[[str], None]) -> tuple[Keeper, str]:
    """Make the keeper to try, the best one first, and name its place."""
    from animedex.transport.keepers import SCHEMA, FileKeeper, MemoryKeeper

    place = path if number == 0 else _spare_path() if number == 1 else ""
    if place:
        return FileKeeper(Database(place, SCHEMA, warn)), place
    return MemoryKeeper(), "this process's memory, with a burst of 1"


def _spare_path() -> str:
    folder = temporary_folder()
    return f"{folder}/{FILE_NAME}" if folder else ""
