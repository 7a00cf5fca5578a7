"""A file on its way: hidden, known by its URL, and fetched on from where it was left.

Beside the bytes stands what tells whether the rest of them still is the rest of the same file.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import sys
import threading
from math import inf
from typing import TYPE_CHECKING, Self

from animedex.body_writer import PREFIX, file_error
from animedex.download.content_range import (
    is_of_version,
    is_part,
    length_of,
    range_of,
    read_number,
    validator_of,
)
from animedex.download.file_locks import lock
from animedex.download.resumable_writer import (
    Body,
    PartialSink,
    is_page,
    no_picture,
    too_long,
)
from animedex.download.safe_open import NotOwnFile, is_taken, open_own, own_size, remove_own
from animedex.errors import UpstreamDecode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import BinaryIO

    from animedex.http_message import Headers, Response

_ENCODINGS = {"identity": "", "": "", "gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
_MOST_STATE = 4096
_MOST_IN_MEMORY = 16 * 1024 * 1024
# Names that are tried before one that nobody can know.
_NAMES = 8


class Partial:
    """Hold what has come of a file; one process at a time has it, and others wait.

    `told` hears how much there is, and how much there will be, if that is known. `summed` is
    whether the checksum will be asked for. A file of more than `max_bytes` is refused.
    Others are waited for until the moment `latest` of the monotonic clock.
    """

    def __init__(  # noqa: PLR0913  options, each for itself
        self,
        folder: str,
        url: str,
        patience: float,
        told: Callable[[int, int | None], None] = lambda _size, _total: None,
        *,
        summed: bool = True,
        max_bytes: int | None = None,
        latest: float = inf,
    ) -> None:
        self.url = url
        # What a hidden file is called says nothing to anybody: errors name the folder.
        self._folder = folder
        self._choose_paths(next(_keys(url)))
        self.total: int | None = None
        # Whether what is here when this ends stays, if it can be resumed.
        self.keep = True
        # Whether what is here may not go together, and whether a part came that does not fit.
        self.is_doubtful = False
        self.is_odd = False
        self._patience = patience
        self._forgotten = False
        self._is_abandoned = False
        # A file is not begun while all is abandoned, by another thread after Ctrl-C.
        self._mutex = threading.Lock()
        self._size_before = 0
        self._told = told
        self._summed = summed
        self._max_bytes = max_bytes
        self._latest = latest
        self._number = -1
        self._sink: PartialSink | None = None

    def __enter__(self) -> Self:
        for number, key in enumerate(_keys(self.url)):
            self._choose_paths(key)
            self._is_found_again = number < _NAMES
            if self._claim():
                return self
        raise file_error(self._folder, NotOwnFile(self._folder))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.let_go()
        if not (self._forgotten or self._is_of_use() or os.path.exists(self.finished)):
            self.forget()
        self._close()
        if self._forgotten and sys.platform == "win32":
            # There no file can be unlinked that is open, be it by others.
            with contextlib.suppress(OSError):
                os.unlink(self._state)

    def size(self) -> int:
        """Tell how much there is."""
        return own_size(self.path)

    def open(self) -> BinaryIO:
        """Open what came for reading: a copy in memory, unless it is very long."""
        try:
            if self.size() > _MOST_IN_MEMORY:
                return os.fdopen(open_own(self.path, os.O_RDONLY), "rb")
            with os.fdopen(open_own(self.path, os.O_RDONLY), "rb") as file:
                return io.BytesIO(file.read())
        except OSError as error:
            raise file_error(self._folder, error) from None

    def md5(self) -> str | None:
        """Give the checksum of what came, unless it came in parts or was not to be summed."""
        digest = self._sink.digest if self._sink else None
        return digest.hexdigest() if digest else None

    def resume(self) -> Headers:
        """Ask for the rest, where it is certain that it would fit."""
        self.let_go()
        size, (validator, _) = self.size(), self._known()
        self._size_before = size
        if not size or not validator:
            return ()
        # One byte again: there is no range behind the end of a file of which all is here.
        return (("range", f"bytes={size - 1}-"), ("if-range", validator))

    def sink(self, head: Response) -> PartialSink:
        """Make what takes the body: behind what there is, or from the start.

        Raises `UpstreamDecode` for a part that was not asked for, when all begins anew, for a file
        that is announced to be too long, and for an encoding that cannot be unpacked.
        """
        with self._mutex:
            if self._is_abandoned:
                message = "the download was abandoned"
                raise UpstreamDecode(message)
            return self._open_sink(head)

    def _open_sink(self, head: Response) -> PartialSink:
        encoding = (head.header("content-encoding") or "").strip().lower()
        encoding = _ENCODINGS.get(encoding, encoding)
        if encoding not in _ENCODINGS.values():
            message = (
                f"the file came packed as {encoding[:40]!r}, although it was asked for as it is"
            )
            raise UpstreamDecode(message, hint="try again later")
        begin = self._begin(head, encoding)
        if begin is None:
            self._begin_anew(head, encoding)
        if self._max_bytes is not None and self.total is not None and self.total > self._max_bytes:
            content_type = head.header("content-type")
            if is_page(content_type):
                raise no_picture(content_type, b"")
            raise too_long(self._max_bytes, self.total)
        self._sink = PartialSink(
            self.path,
            begin,
            Body(head.header("content-type"), encoding, self._max_bytes, self.total),
            lambda size: self._told(size, self.total),
            on_packed=self._forget_version,
            is_summed=self._summed,
        )
        return self._sink

    def finish(self) -> None:
        """Take the body as complete; raise `UpstreamDecode` for a packed one that is cut."""
        if self._sink is not None:
            self._sink.finish()
        self.let_go()

    def has_grown(self) -> bool:
        """Return whether the last try has brought more of the file."""
        return self.size() > self._size_before

    def is_short(self) -> bool:
        """Return whether the answer brought less than all of the file, and the rest can be had."""
        return self.total is not None and self.size() < self.total and bool(self.resume())

    def start_over(self) -> None:
        """Drop what there is."""
        self.let_go()
        self._sink = None
        self.is_doubtful = False
        remove_own(self.path, self.finished)
        self._note(None)

    def forget(self) -> None:
        """Drop everything, as the file is in its place, or was not what it should be."""
        self.let_go()
        self._forgotten = True
        remove_own(self.path, self.finished, self._state)

    def abandon(self) -> bool:
        """Take no more, whoever is at it; return whether what is here stays to be resumed."""
        with self._mutex:
            self._is_abandoned = True
            if self._is_of_use():
                return True
            remove_own(self.path, self.finished, self._state)
            return False

    def let_go(self) -> None:
        """Close what is written to."""
        if self._sink is not None:
            self._sink.discard()

    def _begin(self, head: Response, encoding: str) -> int | None:
        """Return where a part begins that is the rest of what there is; None for a beginning.

        Some servers send all of the file as a part, or the rest with the status of all of it.
        """
        span = range_of(head)
        if not is_part(head, span):
            return None
        size, (validator, total) = self.size(), self._known()
        if span is not None and span.begin == 0:
            self.is_doubtful = size > 0
            return None
        known = total if span is None or span.total is None else span.total
        fits = is_of_version(head, validator) and total in {None, known} and not encoding
        if span is None or span.begin != size - 1 or not fits:
            self.start_over()
            self.is_odd = True
            message = "the service sent another part of the file than the one that was asked for"
            raise UpstreamDecode(message, hint="try again: it begins anew")
        self.total = known
        self.is_doubtful = True
        return size - 1

    def _begin_anew(self, head: Response, encoding: str) -> None:
        """Drop what there is, and write down of which version the file is that begins."""
        is_doubtful = self.is_doubtful
        self.start_over()
        self.is_doubtful = is_doubtful
        span = range_of(head)
        whole = span is not None and span.begin == 0 and is_part(head, span)
        self.total = span.total if span is not None and whole else length_of(head)
        if encoding:
            self.total = None
        else:
            self._note(validator_of(head), self.total)

    def _forget_version(self) -> None:
        """Note that the body is packed: its length is another, and no part of it is of use."""
        self.total = None
        self._note(None)

    def _is_of_use(self) -> bool:
        """Return whether what is here can be resumed later, which takes a validator."""
        with contextlib.suppress(OSError):
            return bool(self.keep and self._is_found_again and self.size() and self._known()[0])
        return False

    def _choose_paths(self, key: str) -> None:
        self.path = os.path.join(self._folder, f"{PREFIX}{key}.part")
        self.finished = os.path.join(self._folder, f"{PREFIX}{key}.ready.part")
        self._state = os.path.join(self._folder, f"{PREFIX}{key}.state.part")

    def _claim(self) -> bool:
        """Lock the files of the chosen name; return whether they are this user's own."""
        while True:
            try:
                self._number = open_own(self._state, os.O_RDWR | os.O_CREAT, 0o600)
            except NotOwnFile:
                return False
            except OSError as error:
                raise file_error(self._folder, error) from None
            try:
                lock(self._number, self.url, self._patience, self.size, self._latest)
                if self._is_here():
                    return self._has_own_files()
            except BaseException:
                self._close()
                raise
            # Whoever had it before has finished, and taken it away.
            self._close()

    def _has_own_files(self) -> bool:
        """Return whether nothing of others has the names; leave nothing there otherwise."""
        if not (is_taken(self.path) or is_taken(self.finished)):
            return True
        remove_own(self.path, self.finished, self._state)
        self._close()
        return False

    def _is_here(self) -> bool:
        """Tell whether what is locked is what others would find."""
        try:
            there, mine = os.lstat(self._state), os.fstat(self._number)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)

    def _known(self) -> tuple[str | None, int | None]:
        """Give the validator of what there is, and how long the whole file was announced to be."""
        os.lseek(self._number, 0, os.SEEK_SET)
        text = os.read(self._number, _MOST_STATE).decode("latin-1")
        # A line that was cut by the end of a process has no end.
        validator, end, rest = text.partition("\n")
        total, whole, _ = rest.partition("\n")
        return validator if end and validator else None, read_number(total) if whole else None

    def _note(self, validator: str | None, total: int | None = None) -> None:
        os.ftruncate(self._number, 0)
        os.lseek(self._number, 0, os.SEEK_SET)
        if validator:
            lines = f"{validator}\n" if total is None else f"{validator}\n{total}\n"
            try:
                os.write(self._number, lines.encode("latin-1"))
            except OSError as error:
                raise file_error(self._folder, error) from None

    def _close(self) -> None:
        if self._number >= 0:
            os.close(self._number)
            self._number = -1


def _keys(url: str) -> Iterator[str]:
    """Yield what the files of a URL may be called, ending with a name that nobody can know.

    Each user has names of their own, so that users of one folder do not meet.
    """
    owner = os.geteuid() if hasattr(os, "geteuid") else 0
    for number in range(_NAMES):
        text = f"{owner} {number} {url}".encode(errors="surrogatepass")
        yield hashlib.sha256(text).hexdigest()[:24]
    yield os.urandom(12).hex()
