"""An entry and all that finds it again, stored and forgotten together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.library import hashes, rows, words
from animedex.library.alike import renew_edition
from animedex.library.file_facts import check_unchanged
from animedex.pictures.fingerprint import resembles

if TYPE_CHECKING:
    import sqlite3

    from animedex.library.entry import Entry
    from animedex.library.looking import Looked
    from animedex.pictures.fingerprint import Fingerprint


def stored(db: sqlite3.Connection, looked: Looked) -> Entry:
    """Store what was looked at; what the same picture has been credited with is not lost.

    Raises, before anything is changed, where the file is not the one any more.
    """
    check_unchanged(looked.entry.path, looked.mark)
    before = rows.at_path(db, looked.entry.path)
    entry = looked.entry
    if before is not None and entry.post is None and _is_same(db, before, looked):
        category = entry.category or before.category
        entry = entry._replace(post=before.post, row=before.row, category=category)
    return kept(db, entry, looked.fingerprint)


def kept(db: sqlite3.Connection, entry: Entry, fingerprint: Fingerprint | None) -> Entry:
    """Store an entry, in the place of what has its path; give it with its number."""
    written = rows.write(db, entry)
    rows.write_fingerprint(db, written.id, fingerprint)
    words.index(db, written.id, words.Texts.of(entry.path, entry.post, entry.category))
    hashes.add(db, written.id, fingerprint.hashes if fingerprint else ())
    renew_edition(db)
    return written


def erased(db: sqlite3.Connection, number: int) -> None:
    """Forget an entry, if there is one of that number."""
    words.unindex(db, number)
    hashes.remove(db, number)
    renew_edition(db)
    rows.erase(db, number)


def _is_same(db: sqlite3.Connection, before: Entry, looked: Looked) -> bool:
    """Tell whether a file still shows what it did, be it written anew."""
    if before.sha256 == looked.entry.sha256:
        return True
    there = rows.fingerprints(db, [before.id]).get(before.id)
    return bool(there and looked.fingerprint and resembles(there, looked.fingerprint))
