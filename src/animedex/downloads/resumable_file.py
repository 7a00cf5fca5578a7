"""An unfinished file: hidden, named for its URL, and resumed where an earlier download ended.

A state file beside it says of which version of the service's file its bytes are.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import threading
from math import inf
from typing import TYPE_CHECKING, Self

from animedex.body_writer import PREFIX
from animedex.downloads.content_range import (
    content_length,
    find_validator,
    is_of_version,
    is_part,
    parse_byte_count,
    parse_content_range,
)
from animedex.downloads.own_files import (
    NotOwnFile,
    open_own,
    own_size,
    own_status,
    remove_own,
    wait_for_lock,
)
from animedex.downloads.part_file import PartFile
from animedex.downloads.resumable_writer import (
    BodyFacts,
    ResumableWriter,
    file_too_long,
    is_text_type,
    not_a_picture,
)
from animedex.errors import AnimedexError, UpstreamDecode
from animedex.files import write_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import BinaryIO

    from animedex.http_message import Headers, Response

_ENCODINGS = {"identity": "", "": "", "gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
_MOST_STATE = 4096
# Names that are tried before one that nobody can know.
_NAMES = 8


class ResumableFile:
    """An unfinished file, which one process at a time has locked.

    `on_progress` is called with the bytes there are, and the length of the whole file if it is
    known. `with_md5` is whether `md5` will be needed. A file of more than `max_bytes` is refused.
    Another process is waited for until `deadline`, a moment of the monotonic clock.
    """

    def __init__(  # noqa: PLR0913  options, each for itself
        self,
        folder: str,
        url: str,
        lock_timeout: float,
        on_progress: Callable[[int, int | None], None] = lambda _size, _total: None,
        *,
        with_md5: bool = True,
        max_bytes: int | None = None,
        deadline: float = inf,
    ) -> None:
        self.url = url
        # What a hidden file is called says nothing to anybody: errors name the folder.
        self._folder = folder
        self._choose_paths(next(_file_keys(url)))
        self.total: int | None = None
        # Whether what is here when this ends stays, if it can be resumed.
        self.is_kept = True
        # Whether what is here may not go together, and whether a part came that does not fit.
        self.is_doubtful = False
        self.is_odd = False
        self._lock_timeout = lock_timeout
        self._is_removed = False
        self._is_abandoned = False
        self._has_finished = False
        # A file is not begun while all is abandoned, by another thread after Ctrl-C.
        self._mutex = threading.Lock()
        self._size_before = 0
        self._on_progress = on_progress
        self._with_md5 = with_md5
        self._max_bytes = max_bytes
        self._deadline = deadline
        self._descriptor = -1
        self._writer: ResumableWriter | None = None
        self._part = PartFile(self.path, None, self._before_store)
        # The validator of what there is, and the announced length of the whole file.
        self._state: tuple[str | None, int | None] = (None, None)
        self._stored_state = b""

    def __enter__(self) -> Self:
        for number, key in enumerate(_file_keys(self.url)):
            self._choose_paths(key)
            self._has_stable_name = number < _NAMES
            if self._lock_files():
                return self
        raise write_error(self._folder, NotOwnFile(self._folder))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._is_resumable():
            self._part.close()
        if not (self._is_removed or self._is_resumable() or os.path.exists(self.finished_path)):
            self.remove()
        self._part.close()
        self._close()
        if self._is_removed and sys.platform == "win32":
            # There no file can be unlinked that is open, be it by others.
            with contextlib.suppress(OSError):
                os.unlink(self._state_path)

    def size(self) -> int:
        """Return how many bytes there are."""
        return self._part.size

    def open(self) -> BinaryIO:
        """Open what came for reading: a copy in memory, unless it is very long."""
        return self._part.open()

    def store(self) -> str:
        """Write to disk what came, and return the path; raise `NoSpace` if it is full."""
        self._part.store()
        self._part.close()
        return self.path

    def md5(self) -> str | None:
        """Return the MD5 of the file; None if it came in parts, or was not computed."""
        digest = self._writer.digest if self._writer else None
        return digest.hexdigest() if digest else None

    def resume_headers(self) -> Headers:
        """Return the headers that ask for the rest, if it is certain to fit."""
        self._part.close()
        size, (validator, _) = self.size(), self._state
        self._size_before = size
        if not size or not validator:
            return ()
        # One byte again: there is no range behind the end of a file of which all is here.
        return (("range", f"bytes={size - 1}-"), ("if-range", validator))

    def open_writer(self, head: Response) -> ResumableWriter:
        """Make what takes the body: behind what there is, or from the start.

        Raises `UpstreamDecode` for a part that was not asked for, when all begins anew, for a file
        that is announced to be too long, and for an encoding that cannot be unpacked.
        """
        with self._mutex:
            if self._is_abandoned:
                message = "the download was cancelled"
                raise UpstreamDecode(message)
            return self._open_writer(head)

    def _open_writer(self, head: Response) -> ResumableWriter:
        encoding = (head.header("content-encoding") or "").strip().lower()
        encoding = _ENCODINGS.get(encoding, encoding)
        if encoding not in _ENCODINGS.values():
            message = f"the file was sent with encoding {encoding[:40]!r}, which was not requested"
            raise UpstreamDecode(message, hint="try again later")
        begin = self._resume_offset(head, encoding)
        if begin is None:
            self._begin_file(head, encoding)
        if self._max_bytes is not None and self.total is not None and self.total > self._max_bytes:
            content_type = head.header("content-type")
            if is_text_type(content_type):
                raise not_a_picture(content_type, b"")
            raise file_too_long(self._max_bytes, self.total)
        self._part.truncate(begin or 0)
        self._writer = ResumableWriter(
            self._part,
            BodyFacts(head.header("content-type"), encoding, self._max_bytes, self.total),
            lambda size: self._on_progress(size, self.total),
            on_packed=self._clear_state,
            is_summed=self._with_md5,
        )
        return self._writer

    def finish(self) -> None:
        """End the body; raise `UpstreamDecode` for a compressed one that is cut."""
        if self._writer is not None:
            self._writer.finish()
        self._part.finish()

    def has_grown(self) -> bool:
        """Return whether the last try has brought more of the file."""
        return self.size() > self._size_before

    def is_incomplete(self) -> bool:
        """Return whether the answer brought less than all of the file, and the rest can be had."""
        return self.total is not None and self.size() < self.total and bool(self.resume_headers())

    def start_over(self) -> None:
        """Remove what there is, and begin with the first byte."""
        self._writer = None
        self.is_doubtful = False
        self._part.remove()
        if self._has_finished:
            remove_own(self.finished_path)
            self._has_finished = False
        self._state = (None, None)
        self._store_state()

    def remove(self) -> None:
        """Remove all hidden files, as the file is in its place, or was not what it should be."""
        self._is_removed = True
        self._part.remove()
        remove_own(self.finished_path, self._state_path)

    def abandon(self) -> bool:
        """End the download, from another thread; return whether it can be resumed later."""
        with self._mutex:
            is_resumable = self._is_resumable()
            if is_resumable:
                with contextlib.suppress(AnimedexError):
                    self._part.store()
            self._is_abandoned = True
            if not is_resumable:
                self._part.remove()
                remove_own(self.finished_path, self._state_path)
            return is_resumable

    def _resume_offset(self, head: Response, encoding: str) -> int | None:
        """Return where a part begins that is the rest of what there is; None for a beginning.

        Some servers send all of the file as a part, or the rest with the status of all of it.
        """
        span = parse_content_range(head)
        if not is_part(head, span):
            return None
        size, (validator, total) = self.size(), self._state
        if span is not None and span.begin == 0:
            self.is_doubtful = size > 0
            return None
        whole_length = total if span is None or span.total is None else span.total
        fits = is_of_version(head, validator) and total in {None, whole_length} and not encoding
        if span is None or span.begin != size - 1 or not fits:
            self.start_over()
            self.is_odd = True
            message = "the service sent another part of the file than the requested one"
            raise UpstreamDecode(message, hint="try again: the download starts over")
        self.total = whole_length
        self.is_doubtful = True
        return size - 1

    def _begin_file(self, head: Response, encoding: str) -> None:
        """Remove what there is, and note of which version the file is that begins."""
        is_doubtful = self.is_doubtful
        self.start_over()
        self.is_doubtful = is_doubtful
        span = parse_content_range(head)
        whole = span is not None and span.begin == 0 and is_part(head, span)
        self.total = span.total if span is not None and whole else content_length(head)
        if encoding:
            self.total = None
        else:
            self._state = find_validator(head), self.total

    def _clear_state(self) -> None:
        """Note that the body is compressed: its length is another, and it cannot be resumed."""
        self.total = None
        self._state = (None, None)

    def _is_resumable(self) -> bool:
        """Return whether what is here can be resumed later, which takes a validator."""
        return bool(self.is_kept and self._has_stable_name and self.size() and self._state[0])

    def _choose_paths(self, key: str) -> None:
        self.path = os.path.join(self._folder, f"{PREFIX}{key}.part")
        self.finished_path = os.path.join(self._folder, f"{PREFIX}{key}.ready.part")
        self._state_path = os.path.join(self._folder, f"{PREFIX}{key}.state.part")

    def _lock_files(self) -> bool:
        """Lock the files of the chosen name; return whether they are this user's own."""
        while True:
            try:
                self._descriptor = open_own(self._state_path, os.O_RDWR | os.O_CREAT, 0o600)
            except NotOwnFile:
                return False
            except OSError as error:
                raise write_error(self._folder, error) from None
            try:
                wait_for_lock(
                    self._descriptor,
                    self.url,
                    self._lock_timeout,
                    lambda: own_size(self.path),
                    self._deadline,
                )
                if self._is_current():
                    return self._take_files()
            except BaseException:
                self._close()
                raise
            # Whoever had it before has finished, and taken it away.
            self._close()

    def _take_files(self) -> bool:
        """Find what there is; return False if others have put something there, and leave that."""
        try:
            status = own_status(self.path)
            self._has_finished = own_status(self.finished_path) is not None
        except NotOwnFile:
            remove_own(self.path, self.finished_path, self._state_path)
            self._close()
            return False
        self._part = PartFile(self.path, status, self._before_store)
        self._stored_state = os.read(self._descriptor, _MOST_STATE)
        self._state = _parse_state(self._stored_state)
        return True

    def _is_current(self) -> bool:
        """Return whether the locked file is the one that others would open."""
        try:
            there, mine = os.lstat(self._state_path), os.fstat(self._descriptor)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)

    def _before_store(self) -> None:
        if self._is_abandoned:
            message = "the download was cancelled"
            raise UpstreamDecode(message)
        self._store_state()

    def _store_state(self) -> None:
        """Write to disk of which version the bytes are, if something else is there."""
        lines = _format_state(*self._state)
        if lines == self._stored_state:
            return
        try:
            os.ftruncate(self._descriptor, 0)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, lines)
        except OSError as error:
            raise write_error(self._folder, error) from None
        self._stored_state = lines

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _parse_state(lines: bytes) -> tuple[str | None, int | None]:
    # A line that was cut by the end of a process has no end.
    validator, end, rest = lines.decode("latin-1").partition("\n")
    total, whole, _ = rest.partition("\n")
    return validator if end and validator else None, parse_byte_count(total) if whole else None


def _format_state(validator: str | None, total: int | None) -> bytes:
    if not validator:
        return b""
    lines = f"{validator}\n" if total is None else f"{validator}\n{total}\n"
    return lines.encode("latin-1")


def _file_keys(url: str) -> Iterator[str]:
    """Yield what the files of a URL may be called, ending with a name that nobody can know.

    Each user has names of their own, so that users of one folder do not meet.
    """
    owner = os.geteuid() if hasattr(os, "geteuid") else 0
    for number in range(_NAMES):
        text = f"{owner} {number} {url}".encode(errors="surrogatepass")
        yield hashlib.sha256(text).hexdigest()[:24]
    yield os.urandom(12).hex()
