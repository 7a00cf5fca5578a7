"""A file made ready to be put into its place: with the credit in it, synced, and its checksum."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from animedex.body_writer import file_error
from animedex.download.safe_open import open_own
from animedex.errors import Corrupt
from animedex.images.xmp import can_carry, write_credit
from animedex.library.file_facts import FileFacts, mark_of

if TYPE_CHECKING:
    from animedex.download.file_check import Checked
    from animedex.download.resumable_file import Partial
    from animedex.download.targets import Target
    from animedex.images.formats import Format

_PIECE = 1024 * 1024


class Ready(NamedTuple):
    """Hold a file that may be put into its place, and what is in it; whether the credit is, too.

    `is_refused` says that the format has a place for a credit, and that this file has none.
    """

    path: str
    facts: FileFacts
    is_credited: bool
    is_refused: bool = False


def made_ready(target: Target, checked: Checked, partial: Partial, *, embed: bool) -> Ready:
    """Put the credit into a copy where the format has a place for it, and sync either.

    Without `embed` the file stays as the service sent it.

    A picture that can be shown and whose container is damaged all the same stays as it is. Raises
    `NoSpace` where the disk is full.
    """
    is_embedded = embed and not checked.is_damaged  # what its service has damaged stays as it is
    if not is_embedded or not can_carry(checked.format.name):
        return _as_it_is(checked, partial.path)
    try:
        return _credited(target, checked, partial)
    except Corrupt:
        return _as_it_is(checked, partial.path)._replace(is_refused=True)


def _credited(target: Target, checked: Checked, partial: Partial) -> Ready:
    with suppress(FileNotFoundError):
        # It may be the very file of another name that has got no further than to be linked.
        os.unlink(partial.finished)
    out = _Out(partial.finished)
    try:
        post, row = target.post, target.row
        write_credit(partial.path, out, post, row, is_checked=checked.format.is_picture)
        facts = out.synced(checked.format)
    except BaseException:
        out.close()
        with suppress(OSError):
            os.unlink(partial.finished)
        raise
    out.close()
    return Ready(partial.finished, facts, is_credited=True)


class _Out:
    """Write into a new file, and know what is in it."""

    def __init__(self, path: str) -> None:
        self.size = 0
        self.digest = hashlib.sha256()
        self._path = path
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            self._number = os.open(path, flags, 0o666)
        except OSError as error:
            raise file_error(os.path.dirname(path), error) from None

    def write(self, data: bytes, /) -> int:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._number, rest) :]
        except OSError as error:
            raise file_error(os.path.dirname(self._path), error) from None
        self.size += len(data)
        self.digest.update(data)
        return len(data)

    def synced(self, kind: Format) -> FileFacts:
        try:
            os.fsync(self._number)
            mark = mark_of(os.fstat(self._number), self._path)
        except OSError as error:
            raise file_error(os.path.dirname(self._path), error) from None
        return FileFacts(self.size, self.digest.hexdigest(), kind, mark)

    def close(self) -> None:
        os.close(self._number)


def _as_it_is(checked: Checked, path: str) -> Ready:
    digest, size = hashlib.sha256(), 0
    try:
        with open(open_own(path, os.O_RDWR), "r+b") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
            os.fsync(file.fileno())
            mark = mark_of(os.fstat(file.fileno()), path)
    except OSError as error:
        raise file_error(os.path.dirname(path), error) from None
    facts = FileFacts(size, digest.hexdigest(), checked.format, mark)
    return Ready(path, facts, is_credited=False)
