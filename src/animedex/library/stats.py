"""How many pictures there are: of which service, by whom, of which show, from when."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.library.filter_sql import OWN

if TYPE_CHECKING:
    import sqlite3

    from animedex.library.filter_sql import Filters
    from animedex.library.picture_library import Library


class Stats(NamedTuple):
    """Count pictures and their bytes, and the pictures of each kind, the most frequent first.

    Months are `2026-11`, in UTC and in order. A picture of two artists counts for both.
    """

    pictures: int
    bytes: int
    sources: dict[str, int]
    ratings: dict[str, int]
    categories: dict[str, int]
    formats: dict[str, int]
    artists: dict[str, int]
    shows: dict[str, int]
    months: dict[str, int]


def collect_stats(library: Library, filters: Filters | None = None, most: int = 20) -> Stats:
    """Count; of artists, shows and categories, `most` at most."""
    from animedex.library.picture_library import filter_condition

    where, values = filter_condition(filters)

    def count_entries(
        db: sqlite3.Connection, of: str, limit: int, order: str = "2 DESC, 1"
    ) -> dict[str, int]:
        query = (
            f"SELECT {of}, count(*) FROM entry WHERE {where}"  # noqa: S608  values are parameters
            f" GROUP BY 1 HAVING 1 IS NOT NULL ORDER BY {order} LIMIT ?"
        )
        return {name: number for name, number in db.execute(query, (*values, limit)) if name}

    def count_names(db: sqlite3.Connection, kind: str) -> dict[str, int]:
        query = (
            "SELECT name.text, count(*) FROM entry JOIN naming ON naming.entry = entry.id"  # noqa: S608
            f" JOIN name ON name.id = naming.name WHERE name.kind = ? AND {where}"
            " GROUP BY name.id ORDER BY 2 DESC, 1 LIMIT ?"
        )
        return dict(db.execute(query, (kind, *values, most)).fetchall())

    def work(db: sqlite3.Connection) -> Stats:
        query = f"SELECT count(*), coalesce(sum(size), 0) FROM entry WHERE {where}"  # noqa: S608
        pictures, size = db.execute(query, values).fetchone()
        return Stats(
            pictures,
            size,
            count_entries(db, f"coalesce(backend, '{OWN}')", -1),
            count_entries(db, "rating", -1),
            count_entries(db, "category", most),
            count_entries(db, "format", -1),
            count_names(db, "artist"),
            count_names(db, "copyright"),
            count_entries(db, "strftime('%Y-%m', added_at, 'unixepoch')", -1, order="1"),
        )

    return library.file.read(work)
