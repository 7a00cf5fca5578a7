"""A file on its way: hidden, known by its URL, and fetched on from where it was left.

Beside the bytes stands what tells whether the rest of them still is the rest of the same file: a
strong ETag, or else the time of the last change (RFC 9110, 8.8.2.2 and 13.1.5).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sys
from typing import TYPE_CHECKING, Self

from animedex.download.locks import lock
from animedex.download.own_files import NotOwnFile, is_taken, open_own, own_size
from animedex.errors import UpstreamDecode
from animedex.sinks import file_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from animedex.wire import Headers, Response

PREFIX = ".animedex-"
_PARTIAL = 206
_OPENING = 64
_RANGE = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)")
_MOST_STATE = 4096
# Names that are tried before one that nobody can know.
_NAMES = 8


class Partial:
    """Hold what has come of a file; one process at a time has it, and others wait.

    `told` hears how much there is, and how much there will be, if that is known. `summed` is
    whether the checksum will be asked for.
    """

    def __init__(
        self,
        folder: str,
        url: str,
        patience: float,
        told: Callable[[int, int | None], None] = lambda _size, _total: None,
        *,
        summed: bool = True,
    ) -> None:
        self.url = url
        # What a hidden file is called says nothing to anybody: errors name the folder.
        self._folder = folder
        self._choose_paths(next(_keys(url)))
        self.total: int | None = None
        # Whether a part was put behind another, and whether one came that would not fit.
        self.is_resumed = False
        self.is_odd = False
        self._patience = patience
        self._forgotten = False
        self._told = told
        self._summed = summed
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
        # Without a validator nothing could be put behind it.
        of_use = self._is_found_again and self.size() and self._known()[0]
        if not of_use and not os.path.exists(self.finished):
            self.forget()
        self._close()
        if self._forgotten and sys.platform == "win32":
            # There no file can be unlinked that is open, be it by others.
            with contextlib.suppress(OSError):
                os.unlink(self._state)

    def size(self) -> int:
        """Tell how much there is."""
        return own_size(self.path)

    def opening(self) -> bytes:
        """Give the first bytes, which tell the format."""
        try:
            with open(open_own(self.path, os.O_RDONLY), "rb") as file:
                return file.read(_OPENING)
        except OSError:
            return b""

    def md5(self) -> str | None:
        """Give the checksum of what came, unless it came in parts or was not to be summed."""
        digest = self._sink.digest if self._sink else None
        return digest.hexdigest() if digest else None

    def resume(self) -> Headers:
        """Ask for the rest, where it is certain that it would fit."""
        self.let_go()
        size, (validator, _) = self.size(), self._known()
        if not size or not validator:
            return ()
        # One byte again: there is no range behind the end of a file of which all is here.
        return (("range", f"bytes={size - 1}-"), ("if-range", validator))

    def sink(self, head: Response) -> PartialSink:
        """Make what takes the body: behind what there is, or from the start.

        Raises `UpstreamDecode` for a part that was not asked for; then it begins anew.
        """
        encoding = head.header("content-encoding")
        if encoding not in {None, "", "identity"}:
            message = "the file came packed, although it was asked for as it is"
            raise UpstreamDecode(message)
        begin = self._begin(head) if head.status == _PARTIAL else None
        if begin is None:
            self.start_over()
            self.total = _length(head)
            self._note(_validator_of(head), self.total)
        self._sink = PartialSink(
            self.path, begin, lambda size: self._told(size, self.total), summed=self._summed
        )
        return self._sink

    def start_over(self) -> None:
        """Drop what there is."""
        self.let_go()
        self._sink = None
        self.is_resumed = False
        _remove(self.path, self.finished)
        self._note(None)

    def forget(self) -> None:
        """Drop everything, as the file is in its place, or was not what it should be."""
        self.let_go()
        self._forgotten = True
        _remove(self.path, self.finished, self._state)

    def let_go(self) -> None:
        """Close what is written to."""
        if self._sink is not None:
            self._sink.discard()

    def _begin(self, head: Response) -> int:
        """Tell where a part begins that is the rest of what there is."""
        found = _RANGE.fullmatch((head.header("content-range") or "").strip())
        validator, total = self._known()
        announced = int(found[2]) if found and found[2].isdigit() else total
        fits = _is_of(head, validator) and total in {None, announced}
        if found is None or int(found[1]) != self.size() - 1 or not fits:
            self.start_over()
            self.is_odd = True
            message = "the service sent another part of the file than the one that was asked for"
            raise UpstreamDecode(message, hint="try again: it begins anew")
        self.total = announced
        self.is_resumed = True
        return self.size() - 1

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
                lock(self._number, self.url, self._patience, self.size)
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
        _remove(self.path, self.finished, self._state)
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
        return validator if end and validator else None, _number(total) if whole else None

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


def _remove(*paths: str) -> None:
    """Remove files of this user's own, and nothing that others have put in their place."""
    for path in paths:
        if not is_taken(path):
            with contextlib.suppress(OSError):
                os.unlink(path)


def _keys(url: str) -> Iterator[str]:
    """Yield what the files of a URL may be called, ending with a name that nobody can know.

    Each user has names of their own, so that users of one folder do not meet.
    """
    owner = os.geteuid() if hasattr(os, "geteuid") else 0
    for number in range(_NAMES):
        text = f"{owner} {number} {url}".encode(errors="surrogatepass")
        yield hashlib.sha256(text).hexdigest()[:24]
    yield os.urandom(12).hex()


class PartialSink:
    """Write what comes behind what there is; when it is cut, what came stays.

    `digest` knows the MD5 of what begins with the first byte, if it is `summed`.
    """

    def __init__(
        self, path: str, begin: int | None, told: Callable[[int], None], *, summed: bool
    ) -> None:
        self.size = begin or 0
        whole = summed and begin is None
        self.digest = hashlib.md5(usedforsecurity=False) if whole else None
        self._path = path
        self._told = told
        try:
            anew = os.O_CREAT | os.O_EXCL if begin is None else 0
            self._number = open_own(path, os.O_WRONLY | anew)
            os.lseek(self._number, self.size, os.SEEK_SET)
        except OSError as error:
            raise file_error(os.path.dirname(path), error) from None

    def write(self, chunk: bytes) -> None:
        """Take the next piece; raise `NoSpace` where the disk is full."""
        rest = memoryview(chunk)
        try:
            while rest:
                rest = rest[os.write(self._number, rest) :]
        except OSError as error:
            raise file_error(os.path.dirname(self._path), error) from None
        self.size += len(chunk)
        if self.digest is not None:
            self.digest.update(chunk)
        self._told(self.size)

    def discard(self) -> None:
        """Close the file."""
        number, self._number = self._number, -1
        if number >= 0:
            os.close(number)


def _validator_of(head: Response) -> str | None:
    """Give what tells a file from its later versions, to the byte; None where nothing does."""
    etag = (head.header("etag") or "").strip()
    if etag.startswith('"') and etag.isascii() and etag.isprintable() and len(etag) < _MOST_STATE:
        return etag
    changed, date = head.header("last-modified"), head.header("date")
    if etag or not changed or not date:
        return None
    from email.utils import parsedate_to_datetime

    try:
        apart = parsedate_to_datetime(date) - parsedate_to_datetime(changed)
    except (ValueError, TypeError):
        return None
    # Within one second a file may have had two versions.
    return changed.strip() if apart.total_seconds() >= 1 else None


def _is_of(head: Response, validator: str | None) -> bool:
    """Tell whether a part is of the version that a validator tells of, and says so."""
    name = "etag" if validator and validator.startswith('"') else "last-modified"
    return validator is not None and (head.header(name) or "").strip() == validator


def _length(head: Response) -> int | None:
    return _number((head.header("content-length") or "").strip())


def _number(told: str) -> int | None:
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else None  # noqa: PLR2004  more digits than any file has bytes
