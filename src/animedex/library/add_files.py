"""Add many files: walk folders, inspect in parallel, store in batches."""

from __future__ import annotations

import os
from collections import deque
from functools import partial
from itertools import islice
from threading import Event
from typing import TYPE_CHECKING, Literal, NamedTuple

from animedex.errors import AnimedexError, BadArguments
from animedex.library import entry_rows
from animedex.library.file_credit import read_file_credit
from animedex.library.file_facts import read_head, unreadable_error
from animedex.library.file_inspection import inspect_file, inspect_or_error
from animedex.library.repository import store_in_savepoint, upsert

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Generator, Iterable, Iterator
    from concurrent.futures import Future

    from animedex.library.entry import Entry
    from animedex.library.file_inspection import InspectedFile
    from animedex.library.picture_library import Library

# What file servers, desktops and archivers keep for themselves beside a user's files: thumbnails,
# trash, snapshots. Names are compared in lower case; those with a dot before them are hidden.
_SYSTEM_FOLDERS = {
    *("@eadir", "@recycle", "@recently-snapshot", "#recycle", "#snapshot", "lost+found"),
    *("$recycle.bin", "recycler", "system volume information", "__macosx"),
    *("network trash folder", "temporary items", "@tmp", "@sharesnap", "~snapshot"),
}
# What a name must end in for a file to be missed where its bytes are those of no picture.
_NAMED = {"png", "jpg", "jpeg", "jpe", "jfif", "gif", "webp", "avif", "mp4", "webm"}
_BATCH = 32


class AddResult(NamedTuple):
    """What came of one file: an entry, or what is wrong with it.

    `known` is a file that was in the library with these very bytes, and `updated` one whose bytes
    were others. `fault` says why one is not compared with other pictures.
    """

    path: str
    entry: Entry | None = None
    error: AnimedexError | None = None
    status: Literal["added", "known", "updated", "failed"] = "failed"
    fault: str | None = None


def files_below(
    path: str,
    failed: Callable[[AnimedexError], None] = lambda _: None,
    unsupported: Callable[[str], None] = lambda _: None,
) -> Iterator[str]:
    """Yield a file, or the pictures in a folder and those below it, by name.

    Hidden files, half-written ones, folders that a system keeps for itself and what neither is a
    picture nor is called like one are left out. `unsupported` is called with the format of each
    picture that cannot be decoded here. A folder that cannot be read is told and passed over, and
    none is gone through twice.
    """
    if not path:
        message = "the name of the file or folder is empty"
        failed(BadArguments(message, hint="give a path, such as . for the current folder"))
        return
    path = os.path.abspath(path)
    if not os.path.isdir(path):
        yield path
        return
    seen: set[tuple[int, int]] = set()
    # Folders may lie in each other deeper than functions can call each other.
    left = [iter(_list_files(path, seen, failed))]
    while left:
        one = next(left[-1], None)
        if one is None:
            left.pop()
        elif _is_folder(one):
            if one.name.lower() not in _SYSTEM_FOLDERS:
                left.append(iter(_list_files(one.path, seen, failed)))
        elif _is_supported_name(one, unsupported):
            yield one.path


def _list_files(
    folder: str, seen: set[tuple[int, int]], failed: Callable[[AnimedexError], None]
) -> list[os.DirEntry[str]]:
    """List what is not hidden in a folder, by name; nothing the second time."""
    try:
        status = os.stat(folder)
        with os.scandir(folder) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
    except OSError as error:
        failed(unreadable_error(folder, error))
        return []
    if (status.st_dev, status.st_ino) in seen:
        return []
    seen.add((status.st_dev, status.st_ino))
    return [one for one in entries if not one.name.startswith(".")]


def _is_folder(one: os.DirEntry[str]) -> bool:
    try:
        return one.is_dir()
    except OSError:
        # A link that leads to itself leads nowhere.
        return False


def _is_supported_name(one: os.DirEntry[str], unsupported: Callable[[str], None]) -> bool:
    """Return whether a file of a folder is a picture, or ought to be one."""
    ending = one.name.rpartition(".")[2].lower() if "." in one.name else ""
    is_named = ending in _NAMED
    if ending == "part":
        return False
    from animedex.images.formats import identify_format, identify_unsupported

    try:
        start = read_head(one.path) if one.is_file() else b""
    except OSError:
        return is_named
    kind = identify_format(start)
    if kind is not None:
        # An archive is a picture only where somebody says so.
        return is_named or kind.name != "zip"
    name = identify_unsupported(start)
    if name is not None:
        unsupported(name)
    return is_named and name is None


def add_all(
    library: Library, paths: Iterable[str], jobs: int | None = None
) -> Generator[AddResult]:
    """Add files with their credit; return the result for each, in order.

    Files are inspected in parallel, and stored in a few transactions. A file that cannot be added
    does not stop the others; a library that cannot be written raises an error.
    """
    from concurrent.futures import ThreadPoolExecutor

    workers = jobs or os.cpu_count() or 1
    pool = ThreadPoolExecutor(workers)
    waiting: deque[tuple[str, Future[InspectedFile | AnimedexError]]] = deque()
    left, stopped = iter(paths), Event()
    try:
        while True:
            for path in islice(left, 2 * workers - len(waiting)):
                waiting.append((path, pool.submit(_inspect, path, stopped)))
            if not waiting:
                return
            yield from _store(library, _collect_results(waiting))
    finally:
        # Ctrl-C does not wait for a large picture to be decoded.
        stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)


def _inspect(path: str, stopped: Event) -> InspectedFile | AnimedexError:
    from animedex.images.decoder import decoding_limits

    with decoding_limits(None, stopped):
        return inspect_or_error(path, lambda: inspect_file(read_file_credit(path)))


def _collect_results(
    waiting: deque[tuple[str, Future[InspectedFile | AnimedexError]]],
) -> list[tuple[str, InspectedFile | AnimedexError]]:
    """Take the first from what waits, and those after it that are done as well."""
    done: list[tuple[str, InspectedFile | AnimedexError]] = []
    while waiting and len(done) < _BATCH and (not done or waiting[0][1].done()):
        path, future = waiting.popleft()
        done.append((path, future.result()))
    return done


def _store(
    library: Library, done: list[tuple[str, InspectedFile | AnimedexError]]
) -> list[AddResult]:
    return library.file.change(
        lambda db: [_store_in_savepoint(db, path, inspection) for path, inspection in done]
    )


def _store_in_savepoint(
    db: sqlite3.Connection, path: str, inspection: InspectedFile | AnimedexError
) -> AddResult:
    if isinstance(inspection, AnimedexError):
        return AddResult(path, error=inspection)
    before = entry_rows.get_by_path(db, inspection.entry.path)
    entry = store_in_savepoint(db, path, partial(upsert, db, inspection))
    if isinstance(entry, AnimedexError):
        return AddResult(path, error=entry)
    if before is None:
        return AddResult(path, entry, status="added", fault=inspection.fault)
    is_known = before.sha256 == entry.sha256
    return AddResult(path, entry, status="known" if is_known else "updated", fault=inspection.fault)
