"""Pictures that are in the library already: reported, or copied if a folder is given.

The library's file stays as it is. The copy shares its blocks on file systems that can do that
(reflink); it is never a hard link, as what is written to one would then change the other.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from typing import TYPE_CHECKING, Literal

from animedex.body_writer import PREFIX
from animedex.downloads.download_report import DownloadReport, Outcome
from animedex.downloads.file_check import is_credited, is_same_picture
from animedex.downloads.own_files import open_own, try_lock
from animedex.downloads.targets import Target
from animedex.errors import BadArguments
from animedex.files import hash_file, open_regular, write_error
from animedex.images.formats import find_format
from animedex.library.entry import NewEntry
from animedex.models import PictureFile

if TYPE_CHECKING:
    from collections.abc import Generator
    from io import FileIO
    from typing import BinaryIO

    from animedex.downloads.save_options import SaveOptions
    from animedex.library.entry import Entry

_PIECE = 1024 * 1024
_LARGE_PIECE = 1 << 30


def use_entry(name: str, entry: Entry, options: SaveOptions) -> Outcome | None:
    """Return the outcome for a picture of the library; None if it must be fetched all the same.

    That is so if its file has changed since it was added, or if the service's own bytes are to be
    stored and the library's file has others.
    """
    target = _entry_target(entry)
    if target is None or not (
        options.embed or is_same_picture(target, entry.path, is_original=True)
    ):
        return None
    if not options.has_explicit_place:
        return Outcome(_report(name, entry, "here", entry.path))
    if not options.has_explicit_name and options.folder.contains(entry.path):
        new = complete_file(entry.path, target, options)
        return Outcome(_report(name, entry, "here", entry.path), new)
    return _copy_into_place(name, entry, target, options)


def complete_file(path: str, target: Target, options: SaveOptions) -> NewEntry:
    """Write the sidecars that a file lacks; return what the library is to have of it."""
    has_credit = options.sidecars.is_default and is_credited(path)
    options.sidecars.write_missing(path, target, is_credited=has_credit)
    return NewEntry(path, target.post, target.row, target.category)


def _entry_target(entry: Entry) -> Target | None:
    post = entry.post
    if post is None:
        return None
    file = PictureFile(post.url or "", post.md5, post.byte_size, post.extension)
    return Target(post, file, entry.row, entry.category)


def _copy_into_place(
    name: str, entry: Entry, target: Target, options: SaveOptions
) -> Outcome | None:
    kind = find_format(entry.format)
    path = options.build_path(target, kind.extension if kind else entry.format)
    present = options.folder.find_picture(path, lambda path: options.is_same(target, path))
    if present is not None:
        new = complete_file(present, target, options)
        return Outcome(_report(name, entry, "here", present), new)
    with _temporary_copy(entry, options.folder.folder) as copy:
        if copy is None:
            return None
        spot = options.folder.place_file(
            copy, path, lambda path: options.is_same(target, path, copy)
        )
    new = complete_file(spot.path, target, options)
    return Outcome(_report(name, entry, "here" if spot.is_present else "copied", spot.path), new)


def _report(
    name: str, entry: Entry, status: Literal["here", "copied"], path: str
) -> DownloadReport:
    post = entry.post
    number, url = (post.id, post.url) if post else (None, None)
    if path == entry.path or status == "copied":
        return DownloadReport(name, status, number, url, path, entry.size, entry.sha256)
    return DownloadReport(name, status, number, url, path, os.stat(path).st_size, hash_file(path))


@contextlib.contextmanager
def _temporary_copy(entry: Entry, folder: str) -> Generator[str | None]:
    """Copy an entry's file under a hidden name; None where it is not what was added.

    What was not given another name meanwhile is removed.
    """
    path = os.path.join(folder, f"{PREFIX}{os.urandom(12).hex()}.part")
    try:
        source = open_regular(entry.path)
    except (OSError, BadArguments):
        yield None
        return
    try:
        with source, _create_locked(path) as target:
            digest = _write_copy(source, target, path)
            if os.name == "nt":
                # There no file can get another name that is open.
                target.close()
            yield path if digest == entry.sha256 else None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(path)


@contextlib.contextmanager
def _create_locked(path: str) -> Generator[FileIO]:
    """Create a file and lock it while it is in use, so that `download --clean` skips it."""
    try:
        number = open_own(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
    except OSError as error:
        raise write_error(os.path.dirname(path), error) from None
    with open(number, "r+b", buffering=0) as target:
        try_lock(number)
        yield target


def _write_copy(source: BinaryIO, target: FileIO, path: str) -> str:
    """Write a copy and return its SHA-256; raise `NoSpace` where the disk is full."""
    try:
        _share_blocks(source.fileno(), target.fileno())
        while piece := source.read(_PIECE):
            target.write(piece)
        os.fsync(target.fileno())
        target.seek(0)
        return hashlib.file_digest(target, "sha256").hexdigest()
    except OSError as error:
        raise write_error(os.path.dirname(path), error) from None


def _share_blocks(source: int, target: int) -> None:
    """Have the system copy what it can, which shares blocks where the file system does that."""
    if not hasattr(os, "copy_file_range"):
        return
    # Whatever it refuses, such as another file system, is read and written instead.
    with contextlib.suppress(OSError):
        while os.copy_file_range(source, target, _LARGE_PIECE):
            pass
