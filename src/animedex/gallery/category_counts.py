"""What kinds of pictures there are in a library, counted again only when it has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from animedex.library.picture_library import Library

_EDITION = "PRAGMA data_version"
_KINDS = (
    "SELECT category, backend, rating, format, count(*) FROM entry"
    " GROUP BY category, backend, rating, format"
)
_IDS = "SELECT id FROM entry WHERE category IS ? AND backend IS ? AND rating IS ? AND format IS ?"


class Kind(NamedTuple):
    """The properties that entries of a category share; None if unknown."""

    category: str | None
    source: str | None
    rating: str | None
    format: str


class CategoryCounts:
    """Count a library's entries by kind, and list those of a kind."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._edition: tuple[int, int, int] | None = None
        self._kinds: Mapping[Kind, int] = {}
        self._ids: dict[Kind, list[int]] = {}

    def kinds(self) -> Mapping[Kind, int]:
        """Count the entries of each kind."""
        return self._library.file.read(self._count)

    def ids(self, kind: Kind) -> list[int]:
        """List the numbers of all entries of a kind."""
        return self._library.file.read(lambda db: self._list_ids(db, kind))

    def _count(self, db: sqlite3.Connection) -> Mapping[Kind, int]:
        edition = _edition(db)
        if edition != self._edition:
            self._kinds = {Kind(*row[:4]): row[4] for row in db.execute(_KINDS)}
            self._ids = {}
            self._edition = edition
        return self._kinds

    def _list_ids(self, db: sqlite3.Connection, kind: Kind) -> list[int]:
        self._count(db)
        if kind not in self._ids:
            self._ids[kind] = [number for (number,) in db.execute(_IDS, kind)]
        return self._ids[kind]


def _edition(db: sqlite3.Connection) -> tuple[int, int, int]:
    """Return what is another as soon as the library has changed, by whatever connection."""
    others = db.execute(_EDITION).fetchone()[0]
    return id(db), int(others), db.total_changes
