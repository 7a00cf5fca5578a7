"""Store and delete entries together with their index rows."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from animedex.errors import AnimedexError
from animedex.images.fingerprint import is_near_duplicate
from animedex.library import entry_rows, fts_index, hash_blocks
from animedex.library.file_facts import check_unchanged
from animedex.library.file_inspection import unexpected_error
from animedex.library.keep_policy import fill_from_previous
from animedex.library.similar import touch_edition

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.images.fingerprint import Fingerprint
    from animedex.library.entry import Entry
    from animedex.library.file_inspection import InspectedFile


def upsert(db: sqlite3.Connection, looked: InspectedFile) -> Entry:
    """Store what was looked at; what the same picture has been credited with is not lost.

    Raises, before anything is changed, where the file is not the one any more.
    """
    check_unchanged(looked.entry.path, looked.mark)
    before = entry_rows.get_by_path(db, looked.entry.path)
    entry, look = looked.entry, looked.fingerprint
    if before is None or not _is_same(db, before, looked):
        return upsert_entry(db, entry, look)
    if look is None:
        # It was not decoded this time, and has the bytes that it had.
        look = entry_rows.read_fingerprints(db, [before.id]).get(before.id)
        seen = before if look else entry
        entry = entry._replace(width=seen.width, height=seen.height, frames=seen.frames)
    return upsert_entry(db, fill_from_previous(entry, before), look)


def upsert_entry(db: sqlite3.Connection, entry: Entry, fingerprint: Fingerprint | None) -> Entry:
    """Store an entry, replacing the one with its path; return it with its id."""
    written = entry_rows.write_entry(db, entry)
    entry_rows.write_fingerprint(db, written.id, fingerprint)
    fts_index.index_entry(
        db, written.id, fts_index.EntryTexts.of(entry.path, entry.post, entry.category)
    )
    hash_blocks.add_hashes(db, written.id, fingerprint.hashes if fingerprint else ())
    touch_edition(db)
    return written


def delete(db: sqlite3.Connection, number: int) -> None:
    """Forget an entry, if there is one of that number."""
    fts_index.unindex_entry(db, number)
    hash_blocks.remove_hashes(db, number)
    touch_edition(db)
    entry_rows.delete_row(db, number)


def store_in_savepoint(
    db: sqlite3.Connection, path: str, store: Callable[[], Entry]
) -> Entry | AnimedexError:
    """Store one of many entries in a savepoint; return the error, if any.

    A library that cannot be written to is raised.
    """
    db.execute("SAVEPOINT one")
    try:
        entry = store()
    except sqlite3.Error:
        raise
    except Exception as error:  # noqa: BLE001  what others wrote fails in ways of its own
        db.execute("ROLLBACK TO one")
        db.execute("RELEASE one")
        return error if isinstance(error, AnimedexError) else unexpected_error(path, error)
    db.execute("RELEASE one")
    return entry


def _is_same(db: sqlite3.Connection, before: Entry, looked: InspectedFile) -> bool:
    """Return whether a file still shows what it did, be it written anew."""
    if before.sha256 == looked.entry.sha256:
        return True
    there = entry_rows.read_fingerprints(db, [before.id]).get(before.id)
    return bool(there and looked.fingerprint and is_near_duplicate(there, looked.fingerprint))
