"""Replace the fingerprints of older versions: delete them on opening, and compute them again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from animedex.errors import AnimedexError, BadArguments
from animedex.library import entry_rows
from animedex.library.entry import NewEntry
from animedex.library.file_inspection import inspect_file, inspect_or_error
from animedex.library.repository import upsert_entry

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from animedex.library.entry import Entry
    from animedex.library.file_inspection import InspectedFile
    from animedex.library.library_database import LibraryDatabase

SCHEMA = """
CREATE TABLE outdated (id INTEGER PRIMARY KEY);
"""
# A migration that makes fingerprints in another way runs this.
FORGET = """
INSERT OR IGNORE INTO outdated SELECT id FROM fingerprint;
DELETE FROM fingerprint;
DELETE FROM hash_block;
UPDATE hash_edition SET edition = randomblob(16);
"""


class FingerprintUpdate(NamedTuple):
    """The result for one picture; `error` is why it has no fingerprint."""

    entry: Entry
    error: AnimedexError | None = None


def count_outdated(db: sqlite3.Connection) -> int:
    """Return how many pictures wait for a new fingerprint."""
    return int(db.execute("SELECT count(*) FROM outdated").fetchone()[0])


def update_fingerprints(file: LibraryDatabase) -> Iterator[FingerprintUpdate]:
    """Look at outdated pictures again, one after the other; yield what came of each.

    A file that cannot be read, or is not the one that was added, keeps waiting.
    """
    waiting = file.read(lambda db: db.execute("SELECT id FROM outdated ORDER BY id").fetchall())
    for (number,) in waiting:
        entry = file.read(partial(_entry, number))
        if entry is not None:
            yield _recompute(file, entry)


def _entry(number: int, db: sqlite3.Connection) -> Entry | None:
    return entry_rows.get_by_ids(db, [number]).get(number)


def _recompute(file: LibraryDatabase, entry: Entry) -> FingerprintUpdate:
    looked = inspect_or_error(entry.path, lambda: inspect_file(NewEntry(entry.path)))
    if isinstance(looked, AnimedexError):
        return FingerprintUpdate(entry, looked)
    if looked.entry.sha256 != entry.sha256:
        message = f"{entry.path} has changed since it was added"
        return FingerprintUpdate(
            entry, BadArguments(message, hint="`animedex library verify` shows details")
        )
    file.change(partial(_store_fingerprint, entry, looked))
    return FingerprintUpdate(entry)


def _store_fingerprint(entry: Entry, looked: InspectedFile, db: sqlite3.Connection) -> None:
    """Store the fingerprint of an entry, unless that was changed meanwhile."""
    if _entry(entry.id, db) == entry:
        upsert_entry(db, entry, looked.fingerprint)
