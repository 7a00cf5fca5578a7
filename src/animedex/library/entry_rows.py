"""Entries as rows of the library's tables, and back."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from animedex.library.entry import Entry, service_name
from animedex.models import ArtPost

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from animedex.images.fingerprint import Fingerprint

    # What `SELECT` gives, which the schema of our tables holds to these types.
    Row: TypeAlias = tuple[
        int,
        str | bytes,
        str,
        int,
        str,
        int | None,
        int | None,
        int,
        float,
        str | None,
        bytes | None,
        bytes | None,
    ]

SCHEMA = """
CREATE TABLE entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    format TEXT NOT NULL,
    width INTEGER,
    height INTEGER,
    frames INTEGER NOT NULL,
    added_at REAL NOT NULL,
    backend TEXT,
    post_id TEXT,
    rating TEXT,
    category TEXT
);
CREATE INDEX entry_post ON entry (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX entry_sha256 ON entry (sha256);
CREATE INDEX entry_kind ON entry (category, backend, rating, format, frames);
CREATE TABLE credit (id INTEGER PRIMARY KEY, post BLOB, row BLOB);
CREATE TABLE fingerprint (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
"""
# What each entry's post has an address of, so that it is found without reading every credit.
ADDRESSES = """
CREATE TABLE address (
    url TEXT NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (url, entry)
) WITHOUT ROWID;
CREATE INDEX address_entry ON address (entry);
INSERT OR IGNORE INTO address
SELECT field.value, entry.id FROM entry JOIN credit ON credit.id = entry.id,
json_each(
    CASE WHEN json_valid(CAST(credit.post AS TEXT)) THEN CAST(credit.post AS TEXT) ELSE '{}' END
) AS field
WHERE field.type = 'text'
AND field.key IN ('url', 'page_url', 'source_url', 'sample_url', 'preview_url');
"""
SELECT = (
    "SELECT entry.id, entry.path, entry.sha256, entry.size, entry.format, entry.width,"
    " entry.height, entry.frames, entry.added_at, entry.category, credit.post, credit.row"
    " FROM entry LEFT JOIN credit ON credit.id = entry.id"
)
_INSERT = (
    "INSERT INTO entry (path, sha256, size, format, width, height, frames, added_at, category,"
    " backend, post_id, rating, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_UPDATE = (
    "UPDATE entry SET path = ?, sha256 = ?, size = ?, format = ?, width = ?, height = ?,"
    " frames = ?, added_at = ?, category = ?, backend = ?, post_id = ?, rating = ? WHERE id = ?"
)
# Old builds of SQLite take no more than 999.
_PARAMETERS = 900
_post = msgspec.json.Decoder(ArtPost).decode


def encode_path(path: str) -> str | bytes:
    r"""Return a path as it is stored: as text, or as bytes where it is none.

    >>> encode_path("/a/b.png"), encode_path("/a/\udcff.png")
    ('/a/b.png', b'/a/\xff.png')
    """
    try:
        path.encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def read_entry(row: Row) -> Entry:
    """Build an entry from a row."""
    number, path, sha256, size, kind, width, height, frames, added, category, post, raw_row = row
    return Entry(
        number,
        os.fsdecode(path),
        sha256,
        size,
        kind,
        width,
        height,
        frames,
        datetime.fromtimestamp(added, UTC),
        category,
        None if post is None else _post(post),
        raw_row,
    )


def get_by_ids(db: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, Entry]:
    """Return entries by their numbers, but for those that are not there."""
    entries = _select_by_ids(db, f"{SELECT} WHERE entry.id", numbers)
    return {entry.id: entry for entry in map(read_entry, entries)}


def get_by_path(db: sqlite3.Connection, path: str) -> Entry | None:
    """Return the entry of a path."""
    row = db.execute(f"{SELECT} WHERE entry.path = ?", (encode_path(path),)).fetchone()
    return None if row is None else read_entry(row)


def find_by_url(db: sqlite3.Connection, url: str) -> Entry | None:
    """Return the newest entry whose art post has this URL in any field."""
    condition = "entry.id = (SELECT max(entry) FROM address WHERE url = ?)"
    try:
        row = db.execute(f"{SELECT} WHERE {condition}", (url,)).fetchone()
    except UnicodeEncodeError:
        return None
    return None if row is None else read_entry(row)


def _urls(post: ArtPost | None) -> set[str]:
    if post is None:
        return set()
    urls = (post.url, post.page_url, post.source_url, post.sample_url, post.preview_url)
    return {url for url in urls if url is not None}


def _select_by_ids(db: sqlite3.Connection, query: str, numbers: Sequence[int]) -> Iterator[Any]:
    """Run a query that ends in a column, for rows that have one of many numbers there."""
    for start in range(0, len(numbers), _PARAMETERS):
        batch = numbers[start : start + _PARAMETERS]
        yield from db.execute(f"{query} IN ({', '.join('?' * len(batch))})", batch)


def write_entry(db: sqlite3.Connection, entry: Entry) -> Entry:
    """Store an entry, replacing the one with its path; return it with its id.

    A number of 0 is none yet. What has been there keeps its number and the time it was added.
    """
    before = get_by_path(db, entry.path)
    if before is not None:
        entry = entry._replace(id=before.id, added_at=before.added_at)
        db.execute(_UPDATE, (*_values(entry), entry.id))
    else:
        number = db.execute(_INSERT, (*_values(entry), entry.id or None)).lastrowid
        entry = entry._replace(id=number or 0)
    post = None if entry.post is None else msgspec.json.encode(entry.post)
    db.execute("REPLACE INTO credit VALUES (?, ?, ?)", (entry.id, post, entry.row))
    db.execute("DELETE FROM address WHERE entry = ?", (entry.id,))
    addresses = [(url, entry.id) for url in _urls(entry.post)]
    db.executemany("INSERT INTO address VALUES (?, ?)", addresses)
    return entry


def _values(entry: Entry) -> tuple[str | bytes | int | float | None, ...]:
    post = entry.post
    return (
        encode_path(entry.path),
        *entry[2:8],
        entry.added_at.timestamp(),
        entry.category,
        service_name(post),
        post.id if post else None,
        post.rating.value if post and post.rating else None,
    )


def write_fingerprint(db: sqlite3.Connection, number: int, fingerprint: Fingerprint | None) -> None:
    """Store what an entry looks like, or that it looks like nothing."""
    if fingerprint is None:
        db.execute("DELETE FROM fingerprint WHERE id = ?", (number,))
    else:
        db.execute("REPLACE INTO fingerprint VALUES (?, ?)", (number, fingerprint.to_bytes()))
        db.execute("DELETE FROM outdated WHERE id = ?", (number,))


def read_fingerprints(db: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, Fingerprint]:
    """Return what entries look like, but for those that look like nothing."""
    from animedex.images.fingerprint import Fingerprint

    rows = _select_by_ids(db, "SELECT id, body FROM fingerprint WHERE id", numbers)
    fingerprints = {number: Fingerprint.from_bytes(body) for number, body in rows}
    return {number: one for number, one in fingerprints.items() if one is not None}


def delete_row(db: sqlite3.Connection, number: int) -> None:
    """Forget an entry, if there is one of that number."""
    for table in ("entry", "credit", "fingerprint", "outdated"):
        db.execute(f"DELETE FROM {table} WHERE id = ?", (number,))  # noqa: S608  names are ours
    db.execute("DELETE FROM address WHERE entry = ?", (number,))
