"""Entries that answer a question to the full-text index."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.library.ranking import MatchKind

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from animedex.library.filter_sql import Filters
    from animedex.library.ranking import Rank


class ScoredId(NamedTuple):
    """An entry's number, and in 0..1 how well it answers."""

    id: int
    score: float


class RankedResults(NamedTuple):
    """Find entries that filters let pass, at most so many."""

    connection: sqlite3.Connection
    filters: Filters
    limit: int

    def best(self, levels: Sequence[Rank]) -> list[ScoredId]:
        """Return the best, going through levels until there is enough.

        The last level has all the others in it, and mostly that is little: it is asked before
        what takes its time, and then only what it has is looked at.
        """
        scores: dict[int, float] = {}
        everything: list[int] | None = None
        for level in levels:
            if everything is None and self._takes_time(level):
                everything = self._numbers(levels[-1].match)
            if everything is not None and len(scores) == len(everything) < self.limit:
                break
            among = everything if everything and len(everything) < self.limit else ()
            for number in self._numbers(level.match, among):
                scores.setdefault(number, level.score)
            if len(scores) >= self.limit:
                break
        return [ScoredId(*pair) for pair in list(scores.items())[: self.limit]]

    def filtered_out(self, level: Rank) -> bool:
        """Return whether there are answers that filters do not let pass."""
        return bool(self.filters.where()[0]) and has_results(self.connection, level.match)

    def _takes_time(self, level: Rank) -> bool:
        # Whole words are looked up at once, but for where filters keep little of much.
        return level.kind > MatchKind.WORD or bool(self.filters.where()[0])

    def _numbers(self, match: str, among: Sequence[int] = ()) -> list[int]:
        """Return the numbers of entries, the newest first."""
        where, values = self.filters.where()
        table = "wording CROSS JOIN entry ON entry.id = wording.rowid" if where else "wording"
        if among:
            # The plus keeps SQLite from asking for each of them by itself.
            where, values = f"+wording.rowid IN ({', '.join(map(str, among))})", ()
            where += f" AND wording.rowid BETWEEN {min(among)} AND {max(among)}"
            table = "wording"
        return _numbers(self.connection, table, (match, *values, self.limit), where)


def has_results(connection: sqlite3.Connection, match: str) -> bool:
    """Return whether there is any answer."""
    return bool(_numbers(connection, "wording", (match, 1)))


def _numbers(
    connection: sqlite3.Connection, table: str, values: Sequence[object], where: str = ""
) -> list[int]:
    query = (
        f"SELECT wording.rowid FROM {table} WHERE wording MATCH ?{' AND ' if where else ''}{where}"  # noqa: S608  values are parameters
        " ORDER BY wording.rowid DESC LIMIT ?"
    )
    return [number for (number,) in connection.execute(query, values)]
