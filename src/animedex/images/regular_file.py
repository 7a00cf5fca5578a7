"""Files opened without waiting: what lies among pictures may be a pipe, which nobody writes to."""

from __future__ import annotations

import os
import stat
from typing import BinaryIO

from animedex.errors import BadArguments


def open_nonblocking(path: str, flags: int) -> int:
    """Open without waiting for somebody who writes into a pipe; an opener for `open`."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def open_regular(path: str) -> BinaryIO:
    """Open a file to read; raise `BadArguments` for what is none, and as `open` does."""
    number = open_nonblocking(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    if stat.S_ISREG(os.fstat(number).st_mode):
        return os.fdopen(number, "rb")
    os.close(number)
    message = f"{path} is no ordinary file"
    raise BadArguments(message, hint="give the file of a picture")
