"""The tables of the library, and the steps from each version of them to the next."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NoReturn

from animedex.errors import BadArguments
from animedex.library import entry_rows, fingerprint_update, fts_index, hash_blocks, similar

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a released version did is never changed: another step follows it.
MIGRATIONS = (
    entry_rows.SCHEMA + fts_index.SCHEMA + hash_blocks.SCHEMA + similar.SCHEMA,
    entry_rows.ADDRESSES,
    # Fingerprints are made in another way, and those made before cannot be compared with them.
    fingerprint_update.SCHEMA + fingerprint_update.FORGET,
)
VERSION = len(MIGRATIONS)
MOVE_AWAY = "put a copy of it back, or move it away to begin anew"


def migrate(db: sqlite3.Connection) -> None:
    """Bring a file up to this version, in one transaction.

    One from the future, and a database of something else, are left alone.
    """
    if _version(db) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    # Another process may have done it in the meantime.
    version = _version(db)
    if version == 0 and db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None:
        _reject_newer("it is a database of another program")
    for number in range(version, VERSION):
        for statement in statements(MIGRATIONS[number]):
            db.execute(statement)
    # The number is ours; a pragma takes no parameters.
    db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("COMMIT")


def is_older(db: sqlite3.Connection) -> bool:
    """Return whether a file has the tables of an earlier version."""
    return 0 < _version(db) < VERSION


def _version(db: sqlite3.Connection) -> int:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        message = (
            f"the library was made by a newer animedex: its version is {version}, not {VERSION}"
        )
        raise BadArguments(message, hint="pip install -U animedex")
    if version < 0:
        _reject_newer(f"its version is {version}")
    return version


def _reject_newer(why: str) -> NoReturn:
    message = f"the library was not made by animedex: {why}"
    raise BadArguments(message, hint=MOVE_AWAY)


def statements(script: str) -> Iterator[str]:
    r"""Split a script into statements, because `executescript` would end the transaction.

    >>> list(statements("CREATE TABLE a (b);\nCREATE TABLE c (d);"))
    ['CREATE TABLE a (b);', 'CREATE TABLE c (d);']
    """
    piece = ""
    for line in script.splitlines(keepends=True):
        piece += line
        if sqlite3.complete_statement(piece):
            yield piece.strip()
            piece = ""
