"""Check that every file is there and unchanged, find files that were moved, and repair entries."""

from __future__ import annotations

import os
from shlex import quote
from typing import TYPE_CHECKING, Literal, NamedTuple

from animedex import backends
from animedex.backends.provider import find_provider
from animedex.errors import AnimedexError, BadArguments, Corrupt, NotFound
from animedex.images.fingerprint import is_near_duplicate
from animedex.library import entry_rows, index_check
from animedex.library.add_files import files_below
from animedex.library.file_credit import read_file_credit
from animedex.library.file_facts import matches_announcement, read_file_facts
from animedex.library.file_inspection import inspect_file
from animedex.library.keep_policy import fill_credit
from animedex.library.repository import delete, upsert, upsert_entry

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence

    from animedex.library.entry import Entry
    from animedex.library.file_inspection import InspectedFile
    from animedex.library.picture_library import Library
    from animedex.models import ArtPost

State = Literal[
    "moved", "joined", "changed", "unexamined", "missing", "replaced", "broken", "index"
]


class Finding(NamedTuple):
    """What is not in order, and how it was repaired, or in `error` what to do about it.

    `entry` is None where it is an index that was wrong.
    """

    state: State
    entry: Entry | None
    message: str
    error: AnimedexError | None = None


def verify(library: Library, folders: Sequence[str] = ()) -> Iterator[Finding]:
    """Read every file, repair entries where possible, and return the problems.

    A file whose bytes did not change is intact, because it was decoded when it was added. A missing
    file is searched for in `folders` by its bytes. A changed file that looks the same is updated.
    """
    elsewhere = MovedFiles(folders)
    for entry in library.iter_entries():
        finding = _check_entry(library, entry, elsewhere)
        if finding is not None:
            yield finding
    yield from _check_indexes(library)


def _check_entry(library: Library, entry: Entry, elsewhere: MovedFiles) -> Finding | None:
    try:
        facts = read_file_facts(entry.path)
    except NotFound as error:
        return _find_missing(library, entry, elsewhere, error)
    except AnimedexError as error:
        return _corrupt(entry, error)
    if facts.sha256 != entry.sha256:
        return _check_replaced(library, entry)
    if facts.format.is_picture and library.fingerprint(entry.id) is None:
        return _inspect_again(library, entry)
    return None


def _find_missing(
    library: Library, entry: Entry, elsewhere: MovedFiles, error: NotFound
) -> Finding | None:
    """Look for a file that is gone by its bytes."""
    places = elsewhere.find(entry)
    if not places:
        again = _refetch_hint(entry)
        hint = f"name a folder to search, {again}, or remove its entry with {_forget(entry)}"
        return Finding("missing", entry, error.message, NotFound(error.message, hint=hint))

    def move(db: sqlite3.Connection) -> Finding:
        look = entry_rows.read_fingerprints(db, [entry.id]).get(entry.id)
        # A file of nobody's is rather the one that was moved than another that is kept.
        candidates = [(place, entry_rows.get_by_path(db, place)) for place in places]
        place, there = next((one for one in candidates if one[1] is None), candidates[0])
        delete(db, entry.id)
        if there is None:
            moved = upsert_entry(db, entry._replace(path=place), look)
            return Finding("moved", moved, f"was moved here from {entry.path}")
        joined = upsert_entry(db, fill_credit(there, [entry]), look)
        message = (
            f"is also the picture of entry {entry.id}, whose file {entry.path} is missing: joined"
        )
        return Finding("joined", joined, message)

    return _repair(library, entry, move)


def _check_replaced(library: Library, entry: Entry) -> Finding | None:
    """Check a file whose bytes changed since it was added."""
    try:
        looked = inspect_file(read_file_credit(entry.path))
    except Corrupt as error:
        return _corrupt(entry, error)
    except AnimedexError as error:
        return Finding("changed", entry, error.message, error)
    before = library.fingerprint(entry.id)
    if before and looked.fingerprint and is_near_duplicate(before, looked.fingerprint):
        return _take_in(library, entry, looked, "changed", "looks the same and was written anew")
    message = f"{entry.path} is not the picture that was added"
    hint = f"add it with `animedex library add`, or remove its entry with {_forget(entry)}"
    return Finding("replaced", entry, message, BadArguments(message, hint=hint))


def _inspect_again(library: Library, entry: Entry) -> Finding | None:
    """Examine a picture that was added without Pillow; wait for it where it still is missing."""
    try:
        looked = inspect_file(read_file_credit(entry.path))
    except Corrupt as error:
        post = entry.post
        if post and matches_announcement(entry.path, post.md5, post.byte_size):
            # The service has it so.
            return None
        return _corrupt(entry, error)
    except AnimedexError:
        return None
    if looked.fingerprint is None:
        return None
    return _take_in(library, entry, looked, "unexamined", "was not examined before")


def _take_in(
    library: Library, entry: Entry, looked: InspectedFile, state: State, told: str
) -> Finding | None:
    return _repair(
        library, entry, lambda db: Finding(state, upsert(db, looked), f"{told}: taken in")
    )


def _repair(
    library: Library, entry: Entry, work: Callable[[sqlite3.Connection], Finding]
) -> Finding | None:
    """Repair an entry, unless another process has removed or moved it."""

    def run_if_current(db: sqlite3.Connection) -> Finding | None:
        now = entry_rows.get_by_ids(db, [entry.id]).get(entry.id)
        return work(db) if now is not None and now.path == entry.path else None

    return library.file.change(run_if_current)


def _corrupt(entry: Entry, error: AnimedexError) -> Finding:
    hint = (
        f"restore it from a backup, {_refetch_hint(entry)},"
        f" or remove its entry with {_forget(entry)}"
    )
    return Finding("broken", entry, error.message, type(error)(error.message, hint=hint))


def _refetch_hint(entry: Entry) -> str:
    """Return how to fetch a picture again, which takes that the library does not have it."""
    name = _fetchable(entry.post) if entry.post else None
    if name is None:
        return "find it again yourself"
    return f"fetch it again with {_forget(entry)}, then `animedex download {quote(name)}`"


def _fetchable(post: ArtPost) -> str | None:
    """Return the id of a post where its service finds pictures by that, or else its address."""
    service, _, rest = post.id.partition(":")
    try:
        is_fetchable = (
            service in backends.list_names() and find_provider(service).picture(rest) is not None
        )
    except AnimedexError:
        is_fetchable = False
    return post.id if is_fetchable else post.url


def _forget(entry: Entry) -> str:
    return f"`animedex library remove {entry.id}`"


def _check_indexes(library: Library) -> Iterator[Finding]:
    checks = (
        ("words", index_check.words_agree, index_check.rebuild_words),
        ("hashes", index_check.hashes_agree, index_check.rebuild_hashes),
        ("the tables", index_check.tables_agree, index_check.rebuild_tables),
    )
    for name, agree, rebuild in checks:
        if library.file.change(agree):
            continue
        library.file.change(rebuild)
        if library.file.change(agree):
            yield Finding("index", None, f"the index of {name} was wrong: made anew")
        else:
            message = f"the library {library.path} is damaged"
            hint = "`animedex library export` writes what can be read; import that into a new one"
            yield Finding("index", None, message, Corrupt(message, hint=hint))


class MovedFiles:
    """Look for files below some folders, which are gone through when that is first needed."""

    def __init__(self, folders: Sequence[str]) -> None:
        self._folders = folders
        self._by_size: dict[int, list[str]] | None = None
        self._hashes: dict[str, str | None] = {}

    def find(self, entry: Entry) -> list[str]:
        """Return where the bytes of an entry's file are, by name."""
        if self._by_size is None:
            self._by_size = self._list_files()
        paths = self._by_size.get(entry.size, [])
        return [path for path in paths if self._hash(path) == entry.sha256]

    def _list_files(self) -> dict[int, list[str]]:
        paths_by_size: dict[int, list[str]] = {}
        for folder in self._folders:
            for path in files_below(folder):
                try:
                    size = os.stat(path).st_size
                except OSError:
                    continue
                paths_by_size.setdefault(size, []).append(path)
        return paths_by_size

    def _hash(self, path: str) -> str | None:
        if path not in self._hashes:
            try:
                self._hashes[path] = read_file_facts(path).sha256
            except AnimedexError:
                self._hashes[path] = None
        return self._hashes[path]
