"""The folder that files are put into: under names that are free, never over another file.

A name counts as taken where any system would take the two for the same: `Neko.png` and `neko.png`
are one file on Windows and on most Macs, and folders are carried there.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from typing import TYPE_CHECKING, NamedTuple

from animedex.errors import BadArguments
from animedex.files import write_error
from animedex.images.filename_template import MAX_PATH_BYTES, number_path, shorten_path
from animedex.images.safe_filename import MAX_PART_BYTES, fold_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What Windows takes of a whole path where nobody has told it to take more.
_LONGEST_THERE = 259
_LEAST = 64
_MOST_TRIES = 100_000
# Bytes that a name leaves free for what is written beside the file.
_RESERVE = 255 - MAX_PART_BYTES
# What eCryptfs leaves of a name's 255 bytes; Synology's encrypted folders are of that kind.
_ENCRYPTED = 143
_LEAST_PART = 16
_ANOTHER = "choose another folder with --to"


class Placement(NamedTuple):
    """Represent where a picture is, and whether it was there already."""

    path: str
    is_present: bool


class TargetFolder:
    """A folder that pictures are put into; for use from several threads."""

    def __init__(self, folder: str) -> None:
        """Create the folder if need be; raise `BadArguments` if it cannot be written to."""
        if not folder:
            message = "the name of the folder is empty"
            raise BadArguments(
                message, hint="name a folder with --to, such as . for the current one"
            )
        self.folder = os.path.abspath(folder)
        self.longest = MAX_PATH_BYTES
        if sys.platform == "win32":
            room = _LONGEST_THERE - len(self.folder) - 1
            self.longest = max(_LEAST, min(MAX_PATH_BYTES, room))
        self._lock = threading.Lock()
        self._listings: dict[str, dict[str, list[str]]] = {}
        self._unsynced: set[str] = set()
        _make_folder(self.folder)
        self._longest_part = _max_name_bytes(self.folder) - _RESERVE
        if not os.access(self.folder, os.W_OK | os.X_OK):
            message = f"{folder} cannot be written to"
            raise BadArguments(message, hint=_ANOTHER)

    def find_picture(self, path: str, is_same: Callable[[str], bool]) -> str | None:
        """Return where the same picture is, under a name or a numbered variant; None if it is new.

        Raises `BadArguments` where a link would lead out of the chosen folder.
        """
        path = self._shorten(path)
        self._require_inside(os.path.dirname(self._absolute_path(path)))
        for spot in self._candidate_paths(path):
            there = self._existing_paths(spot)
            if not there:
                return None
            picture_path = self._find_same(there, is_same)
            if picture_path is not None:
                return picture_path
        return None

    def place_file(self, finished: str, path: str, is_same: Callable[[str], bool]) -> Placement:
        """Move a finished file to a path, or to a numbered variant; existing files stay.

        A name that the file system has no room for is shortened. Raises `NoSpace` where the disk is
        full, and `BadArguments` where it cannot be done.
        """
        with self._lock:
            while True:
                try:
                    return self._place_file(finished, self._shorten(path), is_same)
                except OSError as error:
                    if not (_is_too_long(error) and self._lower_limit()):
                        raise write_error(self._absolute_path(path), error) from None

    def sync_folders(self) -> None:
        """Write the names of the files put since the last time to disk: once for each folder."""
        with self._lock:
            folders, self._unsynced = self._unsynced, set()
        for path in folders:
            _sync_folder(path)

    def contains(self, path: str) -> bool:
        """Return whether a file is in the folder or below it."""
        return self._is_inside(os.path.dirname(path))

    def _place_file(self, finished: str, path: str, is_same: Callable[[str], bool]) -> Placement:
        for spot in self._candidate_paths(path):
            there = self._existing_paths(spot)
            if not there:
                if self._move_file(finished, spot):
                    return Placement(self._absolute_path(spot), is_present=False)
                # Another process was faster, perhaps with the same picture.
                there = self._existing_paths(spot)
            picture_path = self._find_same(there, is_same)
            if picture_path is not None:
                return Placement(picture_path, is_present=True)
        message = f"too many files are called {path}"
        raise BadArguments(message, hint="use another folder, or put {id} into the name")

    def _candidate_paths(self, path: str) -> Iterator[str]:
        yield path
        for number in range(2, _MOST_TRIES):
            yield number_path(path, number, self.longest, self._longest_part)

    def _shorten(self, path: str) -> str:
        """Shorten a path to what the file system takes."""
        while True:
            fit = shorten_path(path, self.longest, self._longest_part)
            try:
                os.lstat(self._absolute_path(fit))
            except OSError as error:
                if _is_too_long(error) and self._lower_limit():
                    continue
            return fit

    def _lower_limit(self) -> bool:
        """Lower the limit of bytes for a name; return whether that is possible."""
        encrypted = _ENCRYPTED - _RESERVE
        lower = encrypted if self._longest_part > encrypted else self._longest_part // 2
        if lower < _LEAST_PART:
            return False
        self._longest_part = lower
        return True

    def _absolute_path(self, path: str) -> str:
        return os.path.join(self.folder, *path.split("/"))

    def _find_same(self, there: list[str], is_same: Callable[[str], bool]) -> str | None:
        """Return the path of the same picture, but none that a link leads out of the folder to."""
        return next(
            (one for one in there if self._is_inside(os.path.dirname(one)) and is_same(one)), None
        )

    def _existing_paths(self, path: str) -> list[str]:
        """Return the paths that already have a name, in any case and Unicode form."""
        folders = [self.folder]
        *parents, name = path.split("/")
        for parent in parents:
            folders = [one for folder in folders for one in self._matches_in(folder, parent)]
        return [one for folder in folders for one in self._matches_in(folder, name)]

    def _matches_in(self, folder: str, name: str) -> list[str]:
        """Return the paths in a folder that have a name, by a listing that is read once."""
        listing = self._listings.get(folder)
        if listing is None:
            listing = self._listings[folder] = _list_names(folder)
        paths = [os.path.join(folder, one) for one in listing.get(fold_name(name), ())]
        exact = os.path.join(folder, name)
        # Others may be putting files there meanwhile.
        return paths if exact in paths or not os.path.lexists(exact) else [*paths, exact]

    def _move_file(self, finished: str, path: str) -> bool:
        """Move a file to a free name; return False if it is not free any more."""
        place = self._absolute_path(path)
        parent = os.path.dirname(place)
        if parent != self.folder:
            if not os.path.isdir(parent):
                self._listings.clear()
            self._require_inside(parent)
            os.makedirs(parent, exist_ok=True)
        try:
            _link_file(finished, place)
        except FileExistsError:
            # Something has a name that this system takes for the same.
            self._listings.pop(parent, None)
            return False
        name = os.path.basename(place)
        if parent in self._listings:
            self._listings[parent].setdefault(fold_name(name), []).append(name)
        self._unsynced.add(parent)
        return True

    def _require_inside(self, parent: str) -> None:
        if not self._is_inside(parent):
            message = f"{parent} is outside of {self.folder}: nothing was written there"
            raise BadArguments(message, hint="choose another folder, or change the file names")

    def _is_inside(self, parent: str) -> bool:
        """Return whether no link leads out of the chosen folder."""
        if parent == self.folder:
            return True
        inside = os.path.realpath(self.folder)
        try:
            return os.path.commonpath([inside, os.path.realpath(parent)]) == inside
        except ValueError:
            # On Windows it may lead to another drive.
            return False


def _make_folder(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError):
            failure = write_error(folder, error)
            if isinstance(failure, BadArguments):
                failure.hint = _ANOTHER
            raise failure from None
        message = f"{folder!r} is not a valid folder name"
        raise BadArguments(message, hint=_ANOTHER) from None


def _max_name_bytes(folder: str) -> int:
    """Return the longest file name of a folder in bytes; 255 if the system does not say."""
    usual = _RESERVE + MAX_PART_BYTES
    try:
        limit = os.pathconf(folder, "PC_NAME_MAX")
    except (AttributeError, OSError, ValueError):
        return usual
    return max(_RESERVE + _LEAST_PART, min(limit, usual)) if limit > 0 else usual


def _is_too_long(error: OSError) -> bool:
    return error.errno == errno.ENAMETOOLONG


def _list_names(folder: str) -> dict[str, list[str]]:
    listing: dict[str, list[str]] = {}
    try:
        names = os.listdir(folder)
    except OSError:
        return listing
    for name in names:
        listing.setdefault(fold_name(name), []).append(name)
    return listing


def _link_file(finished: str, place: str) -> None:
    """Rename a file in one step; raise `FileExistsError` if the name is taken."""
    try:
        os.link(finished, place)
    except FileExistsError:
        raise
    except OSError:
        # Not every file system has links. Windows renames over no other file; elsewhere only
        # another program could come between these two lines.
        if os.path.lexists(place):
            raise FileExistsError(place) from None
        os.rename(finished, place)
    else:
        os.unlink(finished)


def _sync_folder(folder: str) -> None:
    """Write a folder's entries to disk; Windows does that by itself."""
    if sys.platform == "win32":
        return
    try:
        number = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(number)
    except OSError:
        return
    finally:
        os.close(number)
