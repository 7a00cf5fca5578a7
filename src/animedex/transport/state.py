"""Budgets as all of a user's processes share them.

One transaction reads an origin's ledger, asks the arithmetic in `ledger` and writes the next one.
While the file cannot be used, one in the temporary folder takes its place, and else this process's
memory with a burst of one. The file is tried again each time. Where the place changes, everything
counts as used up (see `continuity`).
"""

from __future__ import annotations

import contextlib
import threading
from math import inf
from typing import TYPE_CHECKING, TypeVar

from animedex.errors import AnimedexError
from animedex.transport.clock import Boot, read_boot
from animedex.transport.database import Busy

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backends.backend import Limits
    from animedex.transport.clock import Clock
    from animedex.transport.keepers import Keeper
    from animedex.transport.ledger import Claim, Ledger, Verdict
    from animedex.transport.places import Places

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
        *,
        get_boot: Callable[[], Boot] = read_boot,
    ) -> None:
        self.clock = clock
        self._warn = warn
        self._chosen = path
        self._keeper = keeper
        self._get_boot = get_boot
        self._places: Places | None = None
        self._lock = threading.Lock()
        self._noted: dict[str, set[str]] = {}
        self._write_at = 0.0
        self._timer: threading.Timer | None = None

    @property
    def path(self) -> str:
        """Return where budgets are kept."""
        return self._chosen if self._places is None else self._places.path

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
        if self._places is not None:
            self._places.close()

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
        if self._keeper is not None:
            return work(self._keeper)
        return (self._places or self._open_places()).run(work)

    def _open_places(self) -> Places:
        # What the answers of a server's keeper need is not loaded for it.
        from animedex.transport.places import Places

        with self._lock:
            if self._places is None:
                self._places = Places(self._chosen, self._warn, self._get_boot)
            return self._places
