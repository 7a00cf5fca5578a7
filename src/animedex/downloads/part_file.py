"""The bytes of an unfinished file: in memory while they come fast, and on disk otherwise.

Most pictures come whole within half a second. They are written to disk once, with their credit.
"""

from __future__ import annotations

import io
import os
import time
from contextlib import suppress
from threading import RLock
from typing import TYPE_CHECKING

from animedex.downloads.own_files import is_single, open_own, remove_own
from animedex.errors import AnimedexError
from animedex.files import write_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

# What is in memory is lost if the process is killed: so many bytes, and what came in so long.
_MEMORY_BYTES, _MEMORY_SECONDS = 4 * 1024 * 1024, 0.5
# A file of up to so many bytes is read into memory to be checked.
_MAX_CONTENT_BYTES = 16 * 1024 * 1024


class PartFile:
    """What came of a file, `size` bytes; an interrupt may store it from another thread.

    `status` is that of the file on disk, None if there is none. `before_store` is called before a
    file is opened to be written to.
    """

    def __init__(
        self, path: str, status: os.stat_result | None, before_store: Callable[[], None]
    ) -> None:
        self.path = path
        # A file that has another name as well is in its place, and not written to.
        self.size = status.st_size if status is not None and is_single(status) else 0
        self._exists = status is not None
        self._before_store = before_store
        self._stored = self.size
        self._pending: list[bytes | memoryview] = []
        self._store_at = 0.0
        self._descriptor = -1
        self._lock = RLock()

    def truncate(self, size: int) -> None:
        """Have the next bytes written behind the first `size` ones."""
        self.close()
        self.size = self._stored = size

    def append(self, piece: bytes | memoryview) -> None:
        """Add bytes at the end; raise `NoSpace` if the disk is full."""
        with self._lock:
            now = time.monotonic()
            if not self._pending:
                self._store_at = now + _MEMORY_SECONDS
            self._pending.append(piece)
            self.size += len(piece)
            if self.size > _MEMORY_BYTES or now > self._store_at:
                self.store()

    def store(self) -> str:
        """Write to disk what is in memory, and return the path; raise `NoSpace` if it is full."""
        with self._lock:
            try:
                self._write_pending()
            except OSError as error:
                raise write_error(os.path.dirname(self.path), error) from None
        return self.path

    def finish(self) -> None:
        """Store the end of a file that is on disk; one that is in memory stays there."""
        with self._lock:
            if self._stored:
                self.store()
                self.close()

    def close(self) -> None:
        """Store what the disk has room for, and close the file."""
        with self._lock:
            with suppress(AnimedexError):
                self.store()
            self._drop()

    def open(self) -> BinaryIO:
        """Return what came as a file to read: in memory, unless it is very long."""
        with self._lock:
            if not self._stored:
                content = b"".join(self._pending)
                self._pending = [content]
                return io.BytesIO(content)
            self.store()
        try:
            file = os.fdopen(open_own(self.path, os.O_RDONLY), "rb")
            if self.size > _MAX_CONTENT_BYTES:
                return file
            with file:
                return io.BytesIO(file.read())
        except OSError as error:
            raise write_error(os.path.dirname(self.path), error) from None

    def remove(self) -> None:
        """Remove the file and what is in memory."""
        with self._lock:
            self._stored = 0
            self._drop()
            if self._exists:
                remove_own(self.path)
                self._exists = False

    def _drop(self) -> None:
        """Close the file, and forget what is not stored."""
        self._pending.clear()
        self.size = self._stored
        number, self._descriptor = self._descriptor, -1
        if number >= 0:
            os.close(number)

    def _write_pending(self) -> None:
        if not self._pending:
            return
        if self._descriptor < 0:
            self._before_store()
            flags = 0 if self._exists else os.O_CREAT | os.O_EXCL
            self._descriptor = open_own(self.path, os.O_WRONLY | flags)
            self._exists = True
            os.lseek(self._descriptor, self._stored, os.SEEK_SET)
        rest = memoryview(b"".join(self._pending))
        try:
            while rest:
                count = os.write(self._descriptor, rest)
                self._stored += count
                rest = rest[count:]
        finally:
            self._pending = [bytes(rest)] if rest else []
