"""A lock on an open file, which ends with the process that holds it, however that ends."""

from __future__ import annotations

import errno
import sys
import time
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


def lock(number: int, name: str, patience: float, seen: Callable[[], object]) -> None:
    """Lock an open file until it is closed.

    Raises `TimedOut` where another holds it and nothing that is `seen` of its work has changed for
    so many seconds. A file system that has no locks does without.
    """
    before, deadline = seen(), time.monotonic() + patience
    while not _is_taken(number):
        if (now := seen()) != before:
            before, deadline = now, time.monotonic() + patience
        if time.monotonic() > deadline:
            message = f"{name} is being fetched by another process"
            raise TimedOut(message, hint="wait for that one, or end it")
        time.sleep(_PAUSE)


def _is_taken(number: int) -> bool:
    try:
        _take(number)
    except OSError as error:
        return error.errno not in _HELD
    return True
