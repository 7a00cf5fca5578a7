"""The unfinished files of running downloads, and those that earlier ones have left behind."""

from __future__ import annotations

import os
import re
import threading
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakSet

from animedex.body_writer import PREFIX
from animedex.downloads.own_files import is_foreign, open_own, try_lock
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from animedex.downloads.resumable_file import ResumableFile

_NAME = re.compile(rf"({re.escape(PREFIX)}[0-9a-f]{{24}})(?:\.state|\.ready)?\.part")

_IS_WINDOWS = os.name == "nt"


class UnfinishedFiles:
    """Represent the unfinished files of running downloads; for use from several threads.

    Without `is_kept` none is left for a later download, as after pictures picked at random.
    """

    def __init__(self, *, keep: bool = True) -> None:
        self.is_kept = keep
        self._is_abandoned = False
        self._lock = threading.Lock()
        self._partials: WeakSet[ResumableFile] = WeakSet()

    def add(self, partial: ResumableFile) -> None:
        """Note a file that has begun."""
        partial.is_kept = self.is_kept
        with self._lock:
            self._partials.add(partial)
            if self._is_abandoned:
                partial.abandon()

    def abandon(self) -> int:
        """End all downloads; return how many files stay because they can be resumed later."""
        with self._lock:
            self._is_abandoned = True
            return sum(partial.abandon() for partial in list(self._partials))


class RemovedFiles(NamedTuple):
    """Represent what was removed from a folder: paths, and the bytes of all together."""

    paths: list[str]
    size: int


def remove_unfinished_files(folder: str) -> RemovedFiles:
    """Remove what ended downloads of this user have left in a folder; return what was removed.

    Files of others, links, and files of a download that is running stay. Raises `BadArguments` for
    a folder that cannot be read.
    """
    if not folder:
        message = "the name of the folder is empty"
        raise BadArguments(message, hint="name a folder, such as . for the current one")
    try:
        names = sorted(os.listdir(folder))
    except (OSError, ValueError) as error:
        problem = error.strerror if isinstance(error, OSError) else error
        message = f"{folder} cannot be read: {problem}"
        raise BadArguments(message, hint="name a folder that pictures were downloaded to") from None
    stems = sorted({match[1] for name in names if (match := _NAME.fullmatch(name))})
    several = [_remove_unused(os.path.join(folder, stem)) for stem in stems]
    paths = [path for removed in several for path in removed.paths]
    return RemovedFiles(paths, sum(removed.size for removed in several))


def _remove_unused(stem: str) -> RemovedFiles:
    """Remove the files of one download, unless it is running."""
    state, parts = f"{stem}.state.part", [f"{stem}.part", f"{stem}.ready.part"]
    try:
        # A copy of a picture that the library has comes without one, and is locked itself.
        locked = state if os.path.lexists(state) else parts[0]
        number = open_own(locked, os.O_RDWR)
    except OSError:
        # No download of this user runs without them.
        return _remove_files([*parts, state])
    try:
        is_free = try_lock(number)
        if is_free and not _IS_WINDOWS:
            return _remove_files([*parts, state])
    finally:
        os.close(number)
    # On Windows no file can be removed that is open.
    return _remove_files([*parts, state]) if is_free else RemovedFiles([], 0)


def _remove_files(paths: list[str]) -> RemovedFiles:
    """Remove those that are regular files of this user's own."""
    removed, total = list[str](), 0
    for path in paths:
        if not os.path.lexists(path) or is_foreign(path):
            continue
        try:
            size = os.lstat(path).st_size
            os.unlink(path)
        except OSError as error:
            message = f"{path} cannot be removed: {error.strerror or error}"
            raise BadArguments(message, hint="remove it yourself") from None
        removed.append(path)
        total += size
    return RemovedFiles(removed, total)
