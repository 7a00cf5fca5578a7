"""Options of all downloads of one command: where and how files are stored, and until when."""

from __future__ import annotations

import time
from math import inf
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from animedex.downloads.file_check import is_same_picture
from animedex.errors import TimedOut
from animedex.images.filename_template import template_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.call import Call
    from animedex.downloads.library_writer import LibraryWriter
    from animedex.downloads.sidecar_writer import SidecarWriter
    from animedex.downloads.target_folder import TargetFolder
    from animedex.downloads.targets import Target
    from animedex.downloads.unfinished_files import UnfinishedFiles
    from animedex.images.filename_template import FilenameTemplate
    from animedex.session import Session


T = TypeVar("T")
_LOCK_TIMEOUT = 60.0


class Deadline:
    """Represent the moment by which one picture, or all of them together, must be fetched.

    `end` is that moment on the monotonic clock, infinite where there is no timeout.
    """

    def __init__(self, timeout: float | None) -> None:
        self._timeout = timeout
        self.end = inf if timeout is None else time.monotonic() + timeout

    def for_picture(self, client: Session) -> Deadline:
        """Return the deadline of a picture that is begun now, which this one bounds.

        If nobody has set the client's timeout, a file may take as long as bytes keep coming.
        """
        config = client.config
        own = Deadline(config.timeout if config.is_timeout_set else None)
        return min(own, self, key=lambda deadline: deadline.end)

    def limit_call(self, call: Call[T]) -> Call[T]:
        """Return a call that ends by the deadline; raise `TimedOut` after it."""
        if self._timeout is None:
            return call
        left = self.end - time.monotonic()
        if left <= 0:
            message = f"not all files were downloaded within {self._timeout:g} s"
            raise TimedOut(message, hint="allow more with --timeout, or try again to go on")
        return call._replace(timeout=left)

    def limit_file_call(self, client: Session, call: Call[T]) -> Call[T]:
        """Do as `limit_call` for the call that brings a file, which may be open-ended."""
        is_free = self._timeout is None and not client.config.is_timeout_set
        return self.limit_call(call._replace(is_open_ended=is_free))

    def lock_timeout(self, client: Session) -> float:
        """Return the seconds to wait for another process that makes no progress."""
        return max(0.0, min(client.config.timeout or _LOCK_TIMEOUT, self.end - time.monotonic()))

    def end_or_none(self) -> float | None:
        """Return the deadline on the monotonic clock; None if there is no timeout."""
        return None if self._timeout is None else self.end

    def is_over(self) -> bool:
        """Return whether no time is left."""
        return time.monotonic() >= self.end


class SaveOptions(NamedTuple):
    """Represent where files go, how they are named, and whether they carry the credit (`embed`).

    `has_explicit_place` is whether the user has set a folder, a name or a sidecar, so that pictures
    of the library are copied; `has_explicit_name` whether they have set a name. `max_bytes` is the
    limit for each file.
    """

    folder: TargetFolder
    template: FilenameTemplate
    library: LibraryWriter
    sidecars: SidecarWriter
    warn: Callable[[str], None]
    unfinished: UnfinishedFiles
    deadline: Deadline
    embed: bool = True
    has_explicit_place: bool = True
    has_explicit_name: bool = True
    max_bytes: int | None = None

    def build_path(self, target: Target, extension: str) -> str:
        """Return the path that a picture is to have below the folder."""
        values = template_values(target.post, target.category, extension.strip(".").lower())
        return self.template.path(values, self.folder.longest)

    def is_same(self, target: Target, path: str, fetched: str | None = None) -> bool:
        """Return whether a file is the picture, and as untouched as it is to be."""
        return is_same_picture(target, path, fetched, is_original=not self.embed)
