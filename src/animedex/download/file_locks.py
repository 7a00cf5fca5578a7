"""A lock on an open file, which ends with the process that holds it, however that ends."""

from __future__ import annotations

import errno
import sys
import time
from math import inf
from typing import TYPE_CHECKING

from animedex.errors import TimedOut

if TYPE_CHECKING:
    from collections.abc import Callable

_PAUSE = 0.02
_HELD = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}

if sys.platform == "win32":
    import msvcrt
    import os

    # Far behind what is ever written, as no other may read a part that is locked.
    _PLACE = 1 << 40

    def _take(number: int) -> None:
        os.lseek(number, _PLACE, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


def lock(
    number: int, name: str, patience: float, seen: Callable[[], object], latest: float = inf
) -> None:
    """Lock an open file until it is closed.

    Raises `TimedOut` where another holds it and nothing that is `seen` of its work has changed for
    so many seconds, or the moment `latest` of the monotonic clock has come. A file system that has
    no locks does without.
    """
    before, deadline = seen(), time.monotonic() + patience
    while not try_lock(number):
        if (now := seen()) != before:
            before, deadline = now, time.monotonic() + patience
        if time.monotonic() > min(deadline, latest):
            message = f"{name} is being fetched by another download"
            raise TimedOut(message, hint="wait for that one, or end it")
        time.sleep(_PAUSE)


def try_lock(number: int) -> bool:
    """Lock an open file until it is closed; return whether no other has the lock."""
    try:
        _take(number)
    except OSError as error:
        return error.errno not in _HELD
    return True
