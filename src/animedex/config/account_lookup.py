"""The accounts of one client: each is looked for once, however many ask at a time."""

from __future__ import annotations

import threading
import time
from copy import copy
from itertools import count
from typing import TYPE_CHECKING

from animedex.config.account import find_account
from animedex.config.credential_program import limit_time, program_timeout_error
from animedex.errors import AnimedexError, TimedOut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.backend import Backend
    from animedex.http_message import Account


class AccountCache:
    """Find the user's accounts; what is found is kept for as long as this lives."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Account | None] = {}
        self._failed: dict[tuple[str, str], tuple[int, AnimedexError]] = {}
        self._moments: Iterator[int] = count()
        # Nobody is asked twice at once for the word that opens a password manager.
        self._lock = threading.Lock()

    def find(self, backend: Backend, origin: str, timeout: float | None = None) -> Account | None:
        """Return the account for a service at an origin; None where the user has none.

        Raises `BadArguments` for what cannot be used, `AuthRequired` where the program that holds
        the key does not give it, and `TimedOut` where that takes more than `timeout` seconds.
        """
        began = next(self._moments)
        deadline = None if timeout is None else time.monotonic() + timeout
        if not self._lock.acquire(timeout=-1 if timeout is None else limit_time(timeout)):
            raise program_timeout_error(backend.name)
        try:
            return self._find(backend, origin, deadline, began)
        finally:
            self._lock.release()

    def _find(
        self, backend: Backend, origin: str, deadline: float | None, began: int
    ) -> Account | None:
        key = (backend.name, origin)
        if key in self._found:
            return self._found[key]
        moment, failure = self._failed.get(key, (-1, None))
        if failure is not None and began < moment:
            # Who was waiting meanwhile does not ask anew what was just refused.
            raise copy(failure)
        try:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            self._found[key] = find_account(backend, origin, left)
        except TimedOut:
            # Others may have more time.
            raise
        except AnimedexError as error:
            self._failed[key] = next(self._moments), copy(error)
            raise
        return self._found[key]
