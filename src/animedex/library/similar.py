"""Entries that look like a picture, or like each other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from animedex.images.fingerprint import MAX_DISTANCE
from animedex.library import entry_rows, hash_blocks
from animedex.library.entry import SimilarEntry
from animedex.library.filter_sql import EVERYTHING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from animedex.images.fingerprint import Fingerprint
    from animedex.images.hamming_index import HammingIndex
    from animedex.library.entry import Entry
    from animedex.library.filter_sql import Filters
    from animedex.library.library_database import LibraryDatabase

# Another edition of the hashes is told by another value.
SCHEMA = """
CREATE TABLE hash_edition (edition BLOB NOT NULL);
INSERT INTO hash_edition VALUES (randomblob(16));
"""
_BATCH = 64


class HashCache:
    """Keep the hashes of the library in memory, and load them anew when they are others."""

    def __init__(self) -> None:
        self._edition: bytes | None = None
        self._hashes: HammingIndex | None = None

    def hashes(self, db: sqlite3.Connection) -> HammingIndex:
        """Return the hashes as they are at this moment."""
        (edition,) = db.execute("SELECT edition FROM hash_edition").fetchone()
        if self._hashes is None or edition != self._edition:
            self._hashes, self._edition = hash_blocks.load_hashes(db), edition
        return self._hashes


def touch_edition(db: sqlite3.Connection) -> None:
    """Note that the hashes are others than before."""
    db.execute("UPDATE hash_edition SET edition = randomblob(16)")


def find_similar(
    db: sqlite3.Connection,
    index: HammingIndex,
    fingerprint: Fingerprint,
    within: int | None,
    limit: int,
) -> list[SimilarEntry]:
    """Find pictures that look like another, nearest first."""
    from animedex.images.thumbnail_comparison import confirm_pairs

    radius = MAX_DISTANCE if within is None else within
    near = _suspects(index, fingerprint, radius)
    similar: list[SimilarEntry] = []
    for start in range(0, len(near), _BATCH):
        batch = near[start : start + _BATCH]
        looks = entry_rows.read_fingerprints(db, [number for number, _ in batch])
        seen = [(number, far) for number, far in batch if number in looks]
        same = confirm_pairs([(fingerprint, looks[number]) for number, _ in seen], radius)
        alike = [one for one, yes in zip(seen, same, strict=True) if yes]
        similar += _entries(db, alike[: limit - len(similar)])
        if len(similar) >= limit:
            break
    return similar


def _suspects(index: HammingIndex, fingerprint: Fingerprint, radius: int) -> list[tuple[int, int]]:
    """Return numbers and distances of what is near by any of its hashes, the nearest first."""
    nearest: dict[int, int] = {}
    for one in fingerprint.hashes:
        for number, far in index.search(one, radius):
            nearest[number] = min(far, nearest.get(number, far))
    return sorted(nearest.items(), key=lambda item: (item[1], item[0]))


def _entries(db: sqlite3.Connection, pairs: list[tuple[int, int]]) -> list[SimilarEntry]:
    entries = entry_rows.get_by_ids(db, [number for number, _ in pairs])
    return [SimilarEntry(entries[number], far) for number, far in pairs if number in entries]


def _select_ids(db: sqlite3.Connection, filters: Filters) -> list[int]:
    """Return the numbers of the entries that filters let through."""
    where, values = filters.where()
    query = f"SELECT id FROM entry WHERE {where or 1}"  # noqa: S608  values are parameters
    return [number for (number,) in db.execute(query, values)]


def _groups_by_bytes(file: LibraryDatabase, filters: Filters) -> Iterator[list[Entry]]:
    """Return groups of files without fingerprints, such as videos, with equal bytes."""
    where, values = filters.where()
    unseen = (
        "SELECT group_concat(id) FROM entry WHERE id NOT IN (SELECT id FROM fingerprint)"  # noqa: S608  values are parameters
        f" AND {where or 1} GROUP BY sha256 HAVING count(*) > 1 ORDER BY min(id)"
    )
    for (numbers,) in file.read(lambda db: db.execute(unseen, values).fetchall()):
        group = sorted(map(int, numbers.split(",")))
        entries = file.read(partial(_entries_by_id, group))
        if len(entries) > 1:
            yield [entries[number] for number in group if number in entries]


def _entries_by_id(numbers: Sequence[int], db: sqlite3.Connection) -> dict[int, Entry]:
    return entry_rows.get_by_ids(db, numbers)


def find_duplicates(
    file: LibraryDatabase, within: int | None, filters: Filters
) -> Iterator[list[Entry]]:
    """Return groups of entries that show the same picture; nothing is locked in between."""
    from animedex.images.duplicate_groups import group_duplicates

    radius = MAX_DISTANCE if within is None else within

    def lookup(numbers: Sequence[int]) -> dict[int, Fingerprint]:
        return file.read(lambda db: entry_rows.read_fingerprints(db, numbers))

    def load(db: sqlite3.Connection) -> HammingIndex:
        index = hash_blocks.load_hashes(db)
        return index if filters == EVERYTHING else index.select(_select_ids(db, filters))

    yield from _groups_by_bytes(file, filters)
    for group in group_duplicates(file.read(load).find_pairs(radius), lookup, radius):
        entries = file.read(partial(_entries_by_id, group))
        if len(entries) > 1:
            yield [entries[number] for number in group if number in entries]
