"""The indexes of the library: whether they agree with its entries, and making them anew."""

from __future__ import annotations

import re
import sqlite3
import struct
from typing import TYPE_CHECKING

from animedex.images.fingerprint import Fingerprint
from animedex.library import entry_rows, fts_index, hash_blocks
from animedex.library.migrations import statements
from animedex.library.similar import touch_edition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.library.entry import Entry

_TABLE = re.compile(r"CREATE (?:VIRTUAL )?TABLE (?:IF NOT EXISTS )?(\w+)")
_PAIR = struct.Struct("<QQ")


def tables_agree(db: sqlite3.Connection) -> bool:
    """Return whether the database itself is sound, and its own indexes agree with its tables."""
    row: tuple[str] = db.execute("PRAGMA integrity_check(1)").fetchone()
    return row == ("ok",)


def rebuild_tables(db: sqlite3.Connection) -> None:
    """Make the database's own indexes anew."""
    db.execute("REINDEX")


def words_agree(db: sqlite3.Connection) -> bool:
    """Return whether the full-text index is intact and has exactly the existing entries."""
    named_entries = "SELECT entry FROM named"
    try:
        db.execute("INSERT INTO wording (wording) VALUES ('integrity-check')")
        lacking = f"SELECT 1 FROM entry WHERE id NOT IN ({named_entries})"  # noqa: S608  no value is in it
        beyond = f"SELECT 1 FROM ({named_entries}) WHERE entry NOT IN (SELECT id FROM entry)"  # noqa: S608
        return not any(db.execute(query).fetchone() for query in (lacking, beyond))
    except sqlite3.DatabaseError as error:
        return _reraise_unless_index_error(error)


def hashes_agree(db: sqlite3.Connection) -> bool:
    """Return whether the index of hashes has exactly those of the fingerprints."""
    try:
        blocks = db.execute("SELECT pairs FROM hash_block").fetchall()
        pairs = sorted(pair for (block,) in blocks for pair in _PAIR.iter_unpack(block))
    except (sqlite3.DatabaseError, struct.error) as error:
        return _reraise_unless_index_error(error)
    return pairs == sorted(_expected_words(db))


def rebuild_words(db: sqlite3.Connection) -> None:
    """Make the index of words anew, from the entries."""
    _empty(db, fts_index.SCHEMA)
    for entry in _entries(db):
        texts = fts_index.EntryTexts.of(entry.path, entry.post, entry.category)
        fts_index.index_entry(db, entry.id, texts)


def rebuild_hashes(db: sqlite3.Connection) -> None:
    """Make the index of hashes anew, from the fingerprints."""
    _empty(db, hash_blocks.SCHEMA)
    for number, look in _fingerprints(db):
        hash_blocks.add_hashes(db, number, look.hashes)
    touch_edition(db)


def _reraise_unless_index_error(error: Exception) -> bool:
    """Take trouble with an index for disagreement, and leave trouble with the file to others."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT_VTAB)
    if code in {sqlite3.SQLITE_CORRUPT_VTAB, sqlite3.SQLITE_ERROR}:
        return False
    raise error


def _empty(db: sqlite3.Connection, schema: str) -> None:
    """Make the tables of a schema anew, without anything in them."""
    for table in _TABLE.findall(schema):
        db.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in statements(schema):
        db.execute(statement)


def _expected_words(db: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    for number, look in _fingerprints(db):
        for one in dict.fromkeys(look.hashes):
            yield number, one


def _fingerprints(db: sqlite3.Connection) -> Iterator[tuple[int, Fingerprint]]:
    for number, body in db.execute("SELECT id, body FROM fingerprint ORDER BY id"):
        look = Fingerprint.from_bytes(body)
        if look is not None:
            yield number, look


def _entries(db: sqlite3.Connection) -> Iterator[Entry]:
    return map(entry_rows.read_entry, db.execute(f"{entry_rows.SELECT} ORDER BY entry.id"))
