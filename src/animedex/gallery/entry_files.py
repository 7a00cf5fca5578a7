"""The files of entries: whether they still are what was added, and answers with them."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from animedex.asgi.file_responses import ranged_file_response
from animedex.errors import AnimedexError
from animedex.library.file_facts import read_file_facts

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.responses import Response

    from animedex.images.formats import Format
    from animedex.library.entry import Entry

# Whatever a browser makes of the bytes, it runs none of them.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
FOR_GOOD = "private, max-age=31536000, immutable"
_MAX_CACHED = 10_000
_GONE = "The file is not where it was. `animedex library verify` shows details."
_CHANGED = "The file has changed since it was added. Add it again to see it here."


class FileStatus(NamedTuple):
    """The state of an entry's file; the format is None if it cannot be shown."""

    format: Format | None
    problem: str = ""


class EntryFiles:
    """Look after the files of entries; each is read once to see that it is the entry's own.

    It is read again when it was written to.
    """

    def __init__(self) -> None:
        self._cache: dict[tuple[str, int, int, int, int], FileStatus] = {}
        self._lock = threading.Lock()

    def check(self, entry: Entry) -> FileStatus:
        """Return whether an entry's file is there, and the one that was added."""
        status = _status(entry)
        return status if isinstance(status, FileStatus) else self._read_status(entry, status)

    def check_cached(self, entry: Entry) -> str:
        """Return what is the matter with an entry's file, if anything; it is not read without need.

        What was not written to since it was added is taken for what it was.
        """
        status = _status(entry)
        if isinstance(status, FileStatus):
            return status.problem
        if status.st_mtime <= entry.added_at.timestamp():
            return ""
        return self._read_status(entry, status).problem

    def _read_status(self, entry: Entry, status: os.stat_result) -> FileStatus:
        mark = (entry.sha256, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        with self._lock:
            cached = self._cache.get(mark)
        if cached is None:
            cached = _read(entry)
            with self._lock:
                if len(self._cache) >= _MAX_CACHED:
                    self._cache.clear()
                self._cache[mark] = cached
        return cached


def _status(entry: Entry) -> os.stat_result | FileStatus:
    """Return the `stat` result of an entry's file, or its problem."""
    try:
        status = os.stat(entry.path)
    except (OSError, ValueError):
        return FileStatus(None, _GONE)
    return status if status.st_size == entry.size else FileStatus(None, _CHANGED)


def _read(entry: Entry) -> FileStatus:
    try:
        facts = read_file_facts(entry.path)
    except AnimedexError:
        return FileStatus(None, _GONE)
    if facts.sha256 != entry.sha256:
        return FileStatus(None, _CHANGED)
    return FileStatus(facts.format)


def file_response(
    entry: Entry, form: Format, request_headers: Headers, *, lasting: bool
) -> Response:
    """Answer with an entry's file, as what it is by content and under no other name."""
    headers = {
        "Content-Type": form.media_type,
        "Content-Security-Policy": POLICY,
        "Content-Disposition": "inline" if _is_seen(form) else "attachment",
    }
    if lasting:
        headers["Cache-Control"] = FOR_GOOD
    return ranged_file_response(Path(entry.path), headers, request_headers)


def is_video(form: Format | None) -> bool:
    """Return whether a file is played and not looked at."""
    return form is not None and form.media_type.startswith("video/")


def _is_seen(form: Format) -> bool:
    return form.is_picture or is_video(form)
