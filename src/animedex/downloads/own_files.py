"""Files in a folder that others may write to: opened if they are the user's own, and locked.

Whoever may write to a folder can put a link, a second name of a file, a pipe or a file of theirs
where a download is about to write. A lock ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
import time
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING

from animedex.errors import TimedOut

if TYPE_CHECKING:
    from collections.abc import Callable


_PAUSE = 0.02
_LOCK_ERRNOS = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
# What opening something else than an own file fails with, and what O_NOFOLLOW says of a link.
_OF_OTHERS = {
    *(errno.ELOOP, errno.EMLINK, errno.EISDIR, errno.EACCES, errno.EPERM, errno.ENXIO),
    *(errno.ENODEV, errno.EOPNOTSUPP, errno.ETXTBSY, getattr(errno, "EFTYPE", errno.ELOOP)),
}
_FLAGS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY"))


class NotOwnFile(OSError):
    """Report that a path leads to something else than a regular file of this user's own."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.EPERM, "it is not a regular file of your own", path)


def open_own(path: str, flags: int, mode: int = 0o666) -> int:
    """Open a file of this user's own that has one name, or create it; return its descriptor.

    No link is followed. Raises `NotOwnFile` for anything else, and `OSError` as `os.open` does.
    """
    if not hasattr(os, "O_NOFOLLOW") and os.path.islink(path):
        raise NotOwnFile(path)
    try:
        number = os.open(path, flags | _FLAGS, mode)
    except OSError as error:
        if error.errno in _OF_OTHERS and os.path.lexists(path):
            raise NotOwnFile(path) from None
        raise
    if not is_single(status := os.fstat(number)) or not _is_own(status, path):
        os.close(number)
        raise NotOwnFile(path)
    return number


def own_status(path: str) -> os.stat_result | None:
    """Return the status of a file of this user's own, None if there is nothing.

    Raises `NotOwnFile` for anything else.
    """
    try:
        status = os.lstat(path)
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode) or not _is_own(status, path):
        raise NotOwnFile(path)
    return status


def own_size(path: str) -> int:
    """Return the size in bytes of a file of this user's own that has one name, or else 0."""
    try:
        status = own_status(path)
    except NotOwnFile:
        return 0
    return status.st_size if status is not None and is_single(status) else 0


def is_foreign(path: str) -> bool:
    """Return whether a path has something that is not a regular file of this user's own."""
    try:
        own_status(path)
    except NotOwnFile:
        return True
    return False


def remove_own(*paths: str) -> None:
    """Remove those that are this user's own files, and nothing that others have put there."""
    for path in paths:
        with suppress(OSError):
            if own_status(path) is not None:
                os.unlink(path)


def is_single(status: os.stat_result) -> bool:
    """Return whether this is a regular file without a second name, which may be anywhere."""
    return stat.S_ISREG(status.st_mode) and status.st_nlink <= 1


def _is_own(status: os.stat_result, path: str) -> bool:
    if not hasattr(os, "geteuid") or status.st_uid == os.geteuid():
        return True
    # Some file systems of other machines give all files to one user, whoever creates them.
    try:
        with tempfile.TemporaryFile(dir=os.path.dirname(path)) as new:
            return os.fstat(new.fileno()).st_uid == status.st_uid
    except OSError:
        return False


if sys.platform == "win32":
    import msvcrt

    # Far behind what is ever written, as no other may read a part that is locked.
    _PLACE = 1 << 40

    def _take(number: int) -> None:
        os.lseek(number, _PLACE, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


def wait_for_lock(
    number: int,
    name: str,
    timeout: float,
    read_progress: Callable[[], object],
    deadline: float = inf,
) -> None:
    """Lock an open file until it is closed.

    Raises `TimedOut` if another process holds the lock, and what `read_progress` returns of its
    work has not changed for `timeout` seconds, or at the `deadline`, a moment of the monotonic
    clock. On a file system without locks nothing is locked.
    """
    if try_lock(number):
        return
    progress, stall_end = read_progress(), time.monotonic() + timeout
    while not try_lock(number):
        if (now := read_progress()) != progress:
            progress, stall_end = now, time.monotonic() + timeout
        if time.monotonic() > min(stall_end, deadline):
            message = f"{name} is being fetched by another download"
            raise TimedOut(message, hint="wait until it ends, or stop it")
        time.sleep(_PAUSE)


def try_lock(number: int) -> bool:
    """Lock an open file until it is closed; return whether no other has the lock."""
    try:
        _take(number)
    except OSError as error:
        return error.errno not in _LOCK_ERRNOS
    return True
