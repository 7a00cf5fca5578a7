"""The hashes of the library's pictures, packed so that a million load at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from animedex.images.hamming_index import HammingIndex

SCHEMA = """
CREATE TABLE IF NOT EXISTS hash_block (
    number INTEGER PRIMARY KEY,
    pairs BLOB NOT NULL
) STRICT;
"""
# A block is written whole with each change, so that it is small; of a million hashes it still makes
# only some thousand rows.
_SHIFT = 8
BLOCK = 1 << _SHIFT
_PAIR = 16
_ID = 8


def add_hashes(connection: sqlite3.Connection, id: int, hashes: Iterable[int]) -> None:  # noqa: A002  the column's name
    """Keep the hashes of a picture, in place of those it had."""
    others = _block_without(connection, id)
    own = _pack(id)
    packed = b"".join(own + _pack(value) for value in dict.fromkeys(hashes))
    _write_block(connection, id >> _SHIFT, others + packed)


def remove_hashes(connection: sqlite3.Connection, id: int) -> None:  # noqa: A002  the column's name
    """Forget the hashes of a picture."""
    _write_block(connection, id >> _SHIFT, _block_without(connection, id))


def load_hashes(connection: sqlite3.Connection) -> HammingIndex:
    """Read all of them."""
    import numpy as np

    from animedex.images.hamming_index import HammingIndex

    rows = connection.execute("SELECT pairs FROM hash_block ORDER BY number")
    pairs = np.frombuffer(b"".join([pairs for (pairs,) in rows]), "<u8").reshape(-1, 2)
    return HammingIndex(pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.uint64))


def _pack(value: int) -> bytes:
    return value.to_bytes(_ID, "little")


def _block_without(connection: sqlite3.Connection, id: int) -> bytes:  # noqa: A002  the column's name
    """Return the block of an id, without this id's own pairs."""
    query = "SELECT pairs FROM hash_block WHERE number = ?"
    row = connection.execute(query, (id >> _SHIFT,)).fetchone()
    block: bytes = row[0] if row else b""
    own = _pack(id)
    at = block.find(own)
    while at >= 0:
        # What looks like the id may be a hash, or lie across two numbers.
        if at % _PAIR == 0:
            block = block[:at] + block[at + _PAIR :]
        else:
            at += 1
        at = block.find(own, at)
    return block


def _write_block(connection: sqlite3.Connection, number: int, block: bytes) -> None:
    if block:
        connection.execute("REPLACE INTO hash_block VALUES (?, ?)", (number, block))
    else:
        connection.execute("DELETE FROM hash_block WHERE number = ?", (number,))
