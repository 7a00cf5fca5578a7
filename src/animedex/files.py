"""Files opened without waiting, replaced in one step, and hashed."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import BinaryIO, Literal

from animedex.errors import AnimedexError, BadArguments, NoSpace, is_full


def open_nonblocking(path: str, flags: int) -> int:
    """Open a file without waiting for the writer of a pipe; an opener for `open`."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def open_regular(path: str) -> BinaryIO:
    """Open a regular file to read; raise `BadArguments` for a pipe or a device."""
    number = open_nonblocking(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    if stat.S_ISREG(os.fstat(number).st_mode):
        return os.fdopen(number, "rb")
    os.close(number)
    message = f"{path} is not a regular file"
    raise BadArguments(message, hint="give another file")


def replace_file(path: str, content: bytes, *, is_durable: bool = True) -> None:
    """Write a file for its owner alone, and put it in place by an atomic rename.

    Folders are created as needed. It is synced to disk first if `is_durable`. Raises `OSError`.
    """
    import tempfile  # not before: most commands write no file

    folder, name = os.path.split(os.path.abspath(path))
    os.makedirs(folder, mode=0o700, exist_ok=True)
    # Two processes may write it at once, so that each has a name of its own.
    descriptor, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            if is_durable:
                file.flush()
                os.fsync(descriptor)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def hash_file(path: str, algorithm: Literal["md5", "sha256"] = "sha256") -> str:
    """Return the digest of a file's content, in hexadecimal. Raises `OSError`."""
    import hashlib

    with open(path, "rb") as file:
        # MD5 is what services publish: nothing is trusted because of it.
        digest = hashlib.file_digest(
            file, lambda: hashlib.new(algorithm, usedforsecurity=algorithm != "md5")
        )
    return digest.hexdigest()


def write_error(path: str, error: OSError) -> AnimedexError:
    """Return the error for a file that cannot be written."""
    message = f"{path} cannot be written: {error.strerror or error}"
    if is_full(error):
        return NoSpace(message, hint="make room, or write elsewhere")
    return BadArguments(message, hint="give another file")
