"""Files in a folder that others may write to: only the user's own are opened, never through a link.

Whoever may write to a folder can put a link, a second name of a file, a pipe or a file of theirs
where a download is about to write.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import suppress

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
    if not _is_single(status := os.fstat(number)) or not _is_own(status, path):
        os.close(number)
        raise NotOwnFile(path)
    return number


def own_size(path: str) -> int:
    """Return the size in bytes of a file of this user's own that has one name, or else 0."""
    try:
        status = os.lstat(path)
    except OSError:
        return 0
    return status.st_size if _is_single(status) and _is_own(status, path) else 0


def is_taken(path: str) -> bool:
    """Return whether a path has something that is not a regular file of this user's own."""
    try:
        status = os.lstat(path)
    except OSError:
        return False
    return not stat.S_ISREG(status.st_mode) or not _is_own(status, path)


def remove_own(*paths: str) -> None:
    """Remove those that are this user's own files, and nothing that others have put there."""
    for path in paths:
        with suppress(OSError):
            status = os.lstat(path)
            if stat.S_ISREG(status.st_mode) and _is_own(status, path):
                os.unlink(path)


def _is_single(status: os.stat_result) -> bool:
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
