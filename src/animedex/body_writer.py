"""Where a body is written as it arrives: a file that appears only when it is complete."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from typing import TYPE_CHECKING, TypeVar

from animedex.errors import AnimedexError, BadArguments, UpstreamDecode
from animedex.files import write_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO

    from animedex.http_message import Response
    from animedex.transport.content_encoding import Decompressor

T = TypeVar("T")
# What hidden files begin with, here and in downloads: `download --clean` knows them by it.
PREFIX = ".animedex-"
_OPENING = 64
_MOST_LINKS = 40
# What a gzip member begins with: no picture does.
GZIP = b"\x1f\x8b\x08"


class FileSink:
    """Writes to a hidden file next to the target, and renames it at the end.

    A link is followed if the user, root or the owner of its folder made it, and refused otherwise;
    without `follow_links` the new file takes its place. A device or a pipe is written to as it is,
    and a pipe that nobody reads refused. `size` counts the bytes, `opening` holds the first 64.
    What begins as gzip does is unpacked to so many bytes where `max_unpacked` is given.
    """

    def __init__(
        self, path: str, *, follow_links: bool = True, max_unpacked: int | None = None
    ) -> None:
        self.path = path
        self.size = 0
        self.opening = b""
        self._max_unpacked = max_unpacked
        self._unpacker: Decompressor | None = None
        if follow_links:
            _run_on_file(path, lambda: _check_links(path))
        self._place, self._partial = _run_on_file(path, lambda: _places(path, follow_links))
        self._file = _run_on_file(path, lambda: _open_unbuffered(path, self._partial))

    def write(self, chunk: bytes | memoryview, /) -> None:
        """Take the next piece.

        Raises `NoSpace` where the disk is full, and `UpstreamDecode` for what cannot be unpacked.
        """
        if self._max_unpacked is not None and not self.size and chunk[: len(GZIP)] == GZIP:
            from animedex.transport.content_encoding import Decompressor

            self._unpacker = Decompressor()
        for piece in self._unpacker.feed(bytes(chunk)) if self._unpacker else (chunk,):
            self._take(piece)

    def discard(self) -> None:
        """Leave nothing behind."""
        with contextlib.suppress(OSError):
            self._file.close()
        if self._partial is not None:
            with contextlib.suppress(OSError):
                os.unlink(self._partial)

    def finish(self) -> None:
        """Put the complete file in its place, at once."""

        def place() -> None:
            if self._unpacker is not None:
                self._unpacker.finish()
            if self._partial is not None:
                os.fsync(self._file.fileno())
            self._file.close()
            if self._partial is not None:
                os.replace(self._partial, self._place)

        try:
            _run_on_file(self.path, place)
        except AnimedexError:
            self.discard()
            raise

    def _take(self, piece: bytes | memoryview) -> None:
        self.size += len(piece)
        if self._unpacker is not None and self.size > (self._max_unpacked or 0):
            message = f"the file is larger than {self._max_unpacked} bytes when decompressed"
            raise UpstreamDecode(message)
        self.opening += piece[: _OPENING - len(self.opening)]
        _run_on_file(self.path, lambda: self._pour(piece))

    def _pour(self, chunk: bytes | memoryview) -> None:
        rest = memoryview(chunk)
        while rest:
            rest = rest[self._file.write(rest) :]


def to_file(path: str, *, max_unpacked: int | None = None) -> Callable[[Response], FileSink]:
    """Return what writes any answer to a file."""

    def sink(head: Response) -> FileSink:
        del head
        return FileSink(path, max_unpacked=max_unpacked)

    return sink


def check_target(path: str) -> None:
    """Raise what a `FileSink` would raise, before a request is sent.

    A device or a pipe is left alone: its reader would notice that it was opened and closed.
    """
    if not _is_special(path):
        FileSink(path).discard()


def _open_unbuffered(path: str, partial: str | None) -> FileIO:
    """Open without a buffer, so that closing never waits for a blocked write."""
    if partial is not None:
        # No file may be lost to chance: the hidden one must not be there yet.
        return open(partial, "xb", buffering=0, opener=_open_locked)
    return open(path, "wb", buffering=0, opener=_open_special)


def _open_locked(path: str, flags: int) -> int:
    """Open a new file and lock it: `download --clean` removes what is not locked."""
    number = os.open(path, flags, 0o666)
    if sys.platform != "win32":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return number


def _open_special(path: str, flags: int) -> int:
    """Open a device or a pipe without waiting for a reader; refuse what has become a file."""
    flags &= ~(os.O_CREAT | os.O_TRUNC)
    number = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    if hasattr(os, "O_NONBLOCK"):
        os.set_blocking(number, True)
    return number


def _check_links(path: str) -> None:
    """Raise `PermissionError` for a link on the path that another user has made.

    Linux follows links in shared folders by the same rule (`fs.protected_symlinks`).
    """
    for _ in range(_MOST_LINKS):
        if not os.path.islink(path):
            return
        folder = os.path.dirname(path)
        trusted = {0, os.stat(folder or ".").st_uid}
        if hasattr(os, "geteuid") and os.lstat(path).st_uid not in {os.geteuid(), *trusted}:
            raise PermissionError(errno.EPERM, "it is a link that another user has made")
        path = os.path.join(folder, os.readlink(path))


def _is_special(path: str) -> bool:
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def _places(path: str, follow_links: bool) -> tuple[str, str | None]:  # noqa: FBT001  it is private
    """Return where a file is to be in the end, and where until then; None to write it at once."""
    folder, name = os.path.split(path)
    place = os.path.realpath(path) if follow_links else os.path.join(os.path.realpath(folder), name)
    if os.path.isdir(place):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if _is_special(path):
        return place, None
    hidden = f"{PREFIX}{os.urandom(12).hex()}.part"
    return place, os.path.join(os.path.dirname(place), hidden)


def _run_on_file(path: str, work: Callable[[], T]) -> T:
    """Run work on a file, and translate its errors."""
    try:
        return work()
    except AnimedexError:
        raise
    except OSError as error:
        raise write_error(path, error) from None
    except ValueError as error:
        # A name with a null byte, or one that the file system's encoding does not have.
        message = f"{path!r} cannot be written: {error}"
        raise BadArguments(message, hint="give another file") from None
