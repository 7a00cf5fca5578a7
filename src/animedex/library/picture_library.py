"""The library: one file that all of a user's processes share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from animedex.config.paths import user_folder
from animedex.library import entry_rows, fingerprint_update
from animedex.library.file_inspection import find_missing_extra, inspect_file
from animedex.library.filter_sql import EVERYTHING
from animedex.library.library_database import PATIENCE, LibraryDatabase
from animedex.library.repository import delete, upsert
from animedex.library.similar import HashCache, find_duplicates, find_similar

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence

    from animedex.images.fingerprint import Fingerprint
    from animedex.library.entry import Entry, NewEntry, SimilarEntry
    from animedex.library.entry_search import SearchHit
    from animedex.library.filter_sql import Filters
    from animedex.library.fingerprint_update import FingerprintUpdate

_PAGE = 500


class Library:
    """A picture library: the path, credit and fingerprint of each picture.

    It may be used from several threads and processes at once. The file is `library.db` in the
    user's data folder if unsaid, and opened when it is first needed; `warn` is told what a user
    should know of it.
    """

    def __init__(
        self,
        path: str | None = None,
        warn: Callable[[str], None] = lambda _: None,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self.path = os.path.abspath(path or os.path.join(user_folder("data"), "library.db"))
        self.file = LibraryDatabase(self.path, warn, patience)
        self._loaded = HashCache()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; it opens again when it is next needed."""
        self.file.close()

    def add(self, new: NewEntry) -> Entry:
        """Add a picture, or update the entry that has its path.

        Raises `Corrupt` for what is no picture, `NotFound` where there is no file.
        """
        looked = inspect_file(new)
        return self.file.change(lambda db: upsert(db, looked))

    def holding(self, post_id: str) -> Entry | None:
        """Return a service's picture that is here, file and all."""
        entries = self._entries("WHERE entry.post_id = ? ORDER BY entry.id DESC", (post_id,))
        return next((entry for entry in entries if entry.is_there()), None)

    def addressed(self, url: str) -> Entry | None:
        """Return the newest entry whose picture, page or source has this address."""
        return self.file.read(lambda db: entry_rows.find_by_url(db, url))

    def get(self, id: int) -> Entry | None:  # noqa: A002  the column's name
        """Return an entry by its number."""
        # SQLite knows no larger ones.
        if not 0 < id < 1 << 63:
            return None
        return next(iter(self._entries("WHERE entry.id = ?", (id,))), None)

    def entries(
        self, filters: Filters | None = None, *, before: int | None = None, limit: int | None = None
    ) -> list[Entry]:
        """List entries, the newest first; `before` the entry with that number."""
        where, values = filter_condition(filters)
        if before is not None:
            where, values = f"{where} AND entry.id < ?", (*values, before)
        return self._entries(
            f"WHERE {where} ORDER BY entry.id DESC LIMIT ?",
            (*values, -1 if limit is None else limit),
        )

    def iter_entries(self, filters: Filters | None = None) -> Iterator[Entry]:
        """Return entries one after the other, the oldest first; nothing is locked in between."""
        where, values = filter_condition(filters)
        after = 0
        while page := self._entries(
            f"WHERE {where} AND entry.id > ? ORDER BY entry.id LIMIT {_PAGE}", (*values, after)
        ):
            yield from page
            after = page[-1].id

    def count(self, filters: Filters | None = None) -> int:
        """Count entries."""
        where, values = filter_condition(filters)
        query = f"SELECT count(*) FROM entry WHERE {where}"  # noqa: S608  values are parameters
        return int(self.file.read(lambda db: db.execute(query, values).fetchone())[0])

    def categories(self, source: str) -> dict[str, int]:
        """Count a service's pictures by category."""
        query = (
            "SELECT category, count(*) FROM entry WHERE backend = ? AND category IS NOT NULL"
            " GROUP BY category ORDER BY category"
        )
        return dict(self.file.read(lambda db: db.execute(query, (source,)).fetchall()))

    def random(self, filters: Filters | None = None, amount: int = 1) -> list[Entry]:
        """Draw different entries, fewer where there are not so many."""
        where, values = filter_condition(filters)
        inner = f"SELECT entry.id FROM entry WHERE {where} ORDER BY random() LIMIT ?"  # noqa: S608
        return self._entries(f"WHERE entry.id IN ({inner}) ORDER BY random()", (*values, amount))

    def search(
        self, words: str, filters: Filters | None = None, limit: int = 50
    ) -> list[SearchHit]:
        """Find entries by words, the best first."""
        from animedex.library.entry_search import SearchHit, search_entries
        from animedex.library.filter_sql import Filters

        def work(db: sqlite3.Connection) -> list[SearchHit]:
            hits = search_entries(db, words, filters or Filters(), limit)
            entries = entry_rows.get_by_ids(db, [one.id for one in hits])
            return [SearchHit(entries[one.id], one.score) for one in hits if one.id in entries]

        return self.file.read(work)

    def similar(
        self, fingerprint: Fingerprint, within: int | None = None, limit: int = 50
    ) -> list[SimilarEntry]:
        """Find what looks like a picture, the nearest first.

        `within` is in how many bits of 64 two pictures may differ to be suspected of being alike;
        a second look at their thumbnails confirms it.
        """
        _require_extra()
        return self.file.read(
            lambda db: find_similar(db, self._loaded.hashes(db), fingerprint, within, limit)
        )

    def dupes(
        self, within: int | None = None, filters: Filters | None = None
    ) -> Iterator[list[Entry]]:
        """Return groups of entries that look alike, each by number.

        That is a suspicion: `evidence.sort_by_evidence` reads the files.
        """
        _require_extra()
        return find_duplicates(self.file, within, filters or EVERYTHING)

    def fingerprint(self, id: int) -> Fingerprint | None:  # noqa: A002  the column's name
        """Return what an entry looks like; None for what is no picture, or not there."""
        return self.fingerprints([id]).get(id)

    def fingerprints(self, ids: Sequence[int]) -> dict[int, Fingerprint]:
        """Return what entries look like, but for those that look like nothing."""
        return self.file.read(lambda db: entry_rows.read_fingerprints(db, ids))

    def count_outdated(self) -> int:
        """Return how many pictures have no fingerprint because an older version made theirs."""
        return self.file.read(fingerprint_update.count_outdated)

    def renew_outdated(self) -> Iterator[FingerprintUpdate]:
        """Look at these pictures again; yield what came of each.

        They are in no group and like nothing until then.
        """
        _require_extra()
        return fingerprint_update.update_fingerprints(self.file)

    def remove(self, id: int) -> None:  # noqa: A002  the column's name
        """Forget an entry; its file stays."""
        self.file.change(lambda db: delete(db, id))

    def _entries(self, rest: str, values: Sequence[object]) -> list[Entry]:
        rows_read = self.file.read(
            lambda db: db.execute(f"{entry_rows.SELECT} {rest}", values).fetchall()
        )
        return [entry_rows.read_entry(row) for row in rows_read]


def _require_extra() -> None:
    lacking = find_missing_extra()
    if lacking is not None:
        raise lacking


def filter_condition(filters: Filters | None) -> tuple[str, tuple[object, ...]]:
    """Return what filters ask for as SQL, with its parameters."""
    if filters is None:
        return "1", ()
    where, values = filters.where()
    return where or "1", tuple(values)


def pick_random(library: Library, filters: Filters, amount: int) -> list[Entry]:
    """Return random different entries with existing files, fewer if there are not enough."""
    batch_size = amount
    while True:
        batch = library.random(filters, batch_size)
        there = [entry for entry in batch if entry.is_there()]
        if len(there) >= amount or len(batch) < batch_size:
            return there[:amount]
        batch_size *= 4
