"""Waiting for a file that another process keeps locked, where no call does that."""

from __future__ import annotations

import time
from math import inf
from typing import TYPE_CHECKING, TypeVar

from animedex.errors import TimedOut
from animedex.transport.database import Busy
from animedex.transport.fleet.away import Away

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_PAUSE = 0.01


def patiently(work: Callable[[], T], timeout: float | None) -> T:
    """Do some work, anew while it is `Busy`; raise `TimedOut` after so many seconds of that.

    >>> patiently(lambda: "done", timeout=1.0)
    'done'
    """
    deadline = inf if timeout is None else time.monotonic() + timeout
    while True:
        try:
            return work()
        except Away as away:
            raise away.unreachable() from None
        except Busy:
            if time.monotonic() + _PAUSE >= deadline:
                message = "another process kept a file of budgets or answers locked"
                raise TimedOut(message, hint="allow more with --timeout") from None
        time.sleep(_PAUSE)
