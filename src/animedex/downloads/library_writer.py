"""Library entries of downloads: looked up before, and written beside the transfers."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from animedex.errors import AnimedexError, BadArguments, Corrupt, NotFound, TimedOut
from animedex.images.decoder import decoding_limits
from animedex.images.formats import HEAD_BYTES, identify_format

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from animedex.library.entry import Entry, NewEntry
    from animedex.library.file_inspection import InspectedFile
    from animedex.library.picture_library import Library

_WITHOUT = "the library does not have what is fetched"
_FILE_ERRORS = (NotFound, Corrupt, BadArguments)


class LibraryWriter:
    """Find what a library has, and add new files to it; it may be used from several threads.

    A library that cannot be used is reported to `warn` once, and not used any more; so is each
    file that it cannot take.
    """

    def __init__(self, library: Library | None, warn: Callable[[str], None]) -> None:
        self._library = library
        self._warn = warn
        self._lock = threading.Lock()
        # Files of this run that are not stored yet.
        self._pending: dict[str, threading.Event] = {}

    @property
    def has_library(self) -> bool:
        """Return whether there is a library to add files to."""
        return self._library is not None

    def find(self, name: str, post_id: str | None) -> Entry | None:
        """Return a picture whose file exists, by its id, or else by its URL."""
        return self._find_id(post_id) if post_id else self._find_url(name)

    def expect(self, new: NewEntry) -> None:
        """Have `find` wait for a picture of this run until it is stored."""
        if new.post and self._library is not None:
            with self._lock:
                self._pending.setdefault(new.post.id, threading.Event())

    def examine(self, new: NewEntry, deadline: float | None) -> InspectedFile | None:
        """Decode a file for its fingerprint; return None if it cannot be added.

        A file of this run was checked already: one that cannot be decoded, or not before the
        deadline, a moment of the monotonic clock, is added without a fingerprint.
        """
        from animedex.library.file_inspection import inspect_file  # only with a library

        try:
            with decoding_limits(deadline):
                file = inspect_file(new)
        except (Corrupt, TimedOut) as error:
            if new.facts is None or new.is_opaque:
                self._warn(f"{_WITHOUT}: {error.message}")
                return None
            file = inspect_file(new._replace(is_opaque=True))
            file = file._replace(fault=error.message)
        except AnimedexError as error:
            self._warn(f"{_WITHOUT}: {error.message}")
            return None
        if file.fault is not None and new.facts is not None:
            name = new.post.id if new.post else new.path
            fault = file.fault.replace(new.path, name)
            self._warn(f"{fault}; it is kept as {new.path}, but not compared with other pictures")
        return file

    def store(self, files: Iterable[InspectedFile]) -> None:
        """Add files in one transaction, but for pictures that the library has elsewhere."""
        new = {file.entry.post.id if file.entry.post else "": file for file in files}
        new = {post_id: file for post_id, file in new.items() if not self._has(post_id)}
        library = self._library
        if library is None or not new:
            return
        try:
            results = library.file.change(lambda db: [_store(db, one) for one in new.values()])
        except AnimedexError as error:
            self._do_without(error)
            return
        for problem in filter(None, results):
            # Errors of the library itself name its file.
            if isinstance(problem, _FILE_ERRORS) and library.path not in problem.message:
                self._warn(f"{_WITHOUT}: {problem.message}")
            else:
                self._do_without(problem)

    def _has(self, post_id: str) -> bool:
        return bool(post_id and self._read(lambda library: library.holding(post_id)))

    def release(self, new: Iterable[NewEntry]) -> None:
        """Let `find` no longer wait for pictures, which are stored now."""
        for one in new:
            if one.post and (event := self._pending.pop(one.post.id, None)):
                event.set()

    def close(self) -> None:
        """Let `find` wait for nothing, as nothing is stored any more."""
        while self._pending:
            self._pending.popitem()[1].set()

    def _find_id(self, post_id: str) -> Entry | None:
        with self._lock:
            event = self._pending.get(post_id)
        if event is not None:
            event.wait()
        return self._read(lambda library: library.holding(post_id))

    def _find_url(self, url: str) -> Entry | None:
        if "://" not in url:
            return None
        entry = self._read(lambda library: library.addressed(url))
        # That another picture names it as its source says nothing.
        own = entry is not None and entry.post and url in {entry.post.url, entry.post.page_url}
        return entry if own else None

    def _read(self, query: Callable[[Library], Entry | None]) -> Entry | None:
        library = self._library
        if library is None:
            return None
        try:
            entry = query(library)
        except AnimedexError as error:
            self._do_without(error)
            return None
        return entry if entry and _is_intact(entry) else None

    def _do_without(self, error: AnimedexError) -> None:
        with self._lock:
            library, self._library = self._library, None
        if library is not None:
            self._warn(f"{_WITHOUT}: {error.message}")


def _store(db: sqlite3.Connection, file: InspectedFile) -> AnimedexError | None:
    """Store a file, completely or not at all; return its error."""
    from animedex.library.repository import store_in_savepoint, upsert  # only with a library

    path = file.entry.path

    def store() -> Entry:
        try:
            return upsert(db, file)
        except AnimedexError:
            raise
        except (OverflowError, ValueError):
            # A service may send numbers and characters that no database has room for.
            message = f"{path}: its row has numbers or characters that cannot be stored"
            raise BadArguments(message, hint="search for the file by its path") from None

    result = store_in_savepoint(db, path, store)
    return result if isinstance(result, AnimedexError) else None


def _is_intact(entry: Entry) -> bool:
    """Return whether a file begins like one of its format, and not with zeros, for example."""
    try:
        with open(entry.path, "rb") as file:
            kind = identify_format(file.read(HEAD_BYTES))
    except OSError:
        return False
    return kind is not None and kind.name == entry.format
