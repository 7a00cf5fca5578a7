"""The last steps before a file gets its name: its credit, its checksum, and a sync to disk."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from animedex.downloads.own_files import open_own, remove_own
from animedex.errors import Corrupt
from animedex.files import write_error
from animedex.images.containers.file_reader import SourceFile
from animedex.images.xmp import can_embed, copy_with_credit
from animedex.library.file_facts import FileFacts, file_version

if TYPE_CHECKING:
    from typing import BinaryIO

    from animedex.downloads.file_check import FileCheck
    from animedex.downloads.resumable_file import ResumableFile
    from animedex.downloads.targets import Target
    from animedex.images.formats import Format

_PIECE = 1024 * 1024


class FinishedFile(NamedTuple):
    """Represent a file that may be put into its place, and whether it carries its credit.

    `is_refused` is True if files of its format can carry one, and this one cannot.
    """

    path: str
    facts: FileFacts
    is_credited: bool
    is_refused: bool = False


def finalize(
    target: Target, check: FileCheck, part: ResumableFile, content: BinaryIO, *, embed: bool
) -> FinishedFile:
    """Write the credit into a copy if the format has a place for it, and sync the file to disk.

    Without `embed`, and if it is damaged, a file stays as the service sent it. Raises `NoSpace` if
    the disk is full.
    """
    if not embed or check.fault is not None or not can_embed(check.format.name):
        return _finalize_unchanged(check, part.store(), content)
    try:
        return _finalize_credited(target, check, part, content)
    except Corrupt:
        return _finalize_unchanged(check, part.store(), content)._replace(is_refused=True)


def _finalize_credited(
    target: Target, check: FileCheck, part: ResumableFile, content: BinaryIO
) -> FinishedFile:
    # It may be the very file of another name that has got no further than to be linked.
    remove_own(part.finished_path)
    out = _HashedFile(part.finished_path)
    try:
        source = SourceFile(part.path, content)
        copy_with_credit(source, check.format.name, out, target.post, target.row)
        facts = out.sync(check.format)
    except BaseException:
        out.close()
        with suppress(OSError):
            os.unlink(part.finished_path)
        raise
    out.close()
    return FinishedFile(part.finished_path, facts, is_credited=True)


class _HashedFile:
    """A new file that is written to, and the size and SHA-256 of what is in it."""

    def __init__(self, path: str) -> None:
        self.size = 0
        self.digest = hashlib.sha256()
        self._path = path
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            self._number = os.open(path, flags, 0o666)
        except OSError as error:
            raise write_error(os.path.dirname(path), error) from None

    def write(self, data: bytes | memoryview, /) -> int:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._number, rest) :]
        except OSError as error:
            raise write_error(os.path.dirname(self._path), error) from None
        self.size += len(data)
        self.digest.update(data)
        return len(data)

    def sync(self, kind: Format) -> FileFacts:
        try:
            os.fsync(self._number)
            mark = file_version(os.fstat(self._number), self._path)
        except OSError as error:
            raise write_error(os.path.dirname(self._path), error) from None
        return FileFacts(self.size, self.digest.hexdigest(), kind, mark)

    def close(self) -> None:
        os.close(self._number)


def _finalize_unchanged(check: FileCheck, path: str, content: BinaryIO) -> FinishedFile:
    digest = hashlib.sha256()
    content.seek(0)
    try:
        while piece := content.read(_PIECE):
            digest.update(piece)
        size = content.tell()
        with open(open_own(path, os.O_RDWR), "r+b") as file:
            os.fsync(file.fileno())
            mark = file_version(os.fstat(file.fileno()), path)
    except OSError as error:
        raise write_error(os.path.dirname(path), error) from None
    facts = FileFacts(size, digest.hexdigest(), check.format, mark)
    return FinishedFile(path, facts, is_credited=False)
