"""Search entries by words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.library.filter_sql import EVERYTHING
from animedex.library.ranking import (
    EXACT_KINDS,
    TYPO_KINDS,
    MatchKind,
    parse_query,
    rank_queries,
    rank_single_word,
)
from animedex.library.typos import load_vocabulary

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from animedex.library.entry import Entry
    from animedex.library.filter_sql import Filters
    from animedex.library.ranking import Rank, Term

# Each word takes some milliseconds to compare with those of all names.
_MAX_WORDS_WITH_TYPOS = 16


class SearchHit(NamedTuple):
    """An entry, and how well it matches, from 0 to 1."""

    entry: Entry
    score: float


class ScoredId(NamedTuple):
    """An entry's number, and how well it matches, from 0 to 1."""

    id: int
    score: float


def search_entries(
    connection: sqlite3.Connection, words: str, filters: Filters = EVERYTHING, limit: int = 50
) -> list[ScoredId]:
    """Return the entries that match all the words, the best first, and of equals the newest.

    An entry's score is that of its worst word. Typos count only where nothing matches the words as
    they are written, and no more of them than necessary. Filters narrow the matches, and never add
    any: where they leave nothing, nothing is returned. Without words, nothing matches.
    """
    query = parse_query(words)
    if query is None or limit < 1:
        return []
    searcher = _Searcher(connection, filters, limit)
    for ranks in _search_stages(connection, query):
        matches = searcher.best(ranks)
        if matches or searcher.is_filtered_out(ranks[-1]):
            return matches
    return []


def _search_stages(connection: sqlite3.Connection, query: Term) -> Iterator[list[Rank]]:
    """Yield the ranks to try in turn until there are matches; none of the lists is empty.

    First the words as they are written; then typos in the parts that nothing matches, or else in
    any one part; then in all parts.
    """
    yield rank_queries(query, EXACT_KINDS)
    if len(query.words()) > _MAX_WORDS_WITH_TYPOS:
        return
    vocabulary = load_vocabulary(connection)
    parts = query.parts or [query]
    unmatched = [
        part
        for part in parts
        if not _has_matches(connection, rank_queries(part, EXACT_KINDS)[-1].match)
    ]
    if not all(part.add_typos(vocabulary) for part in unmatched):
        return
    if unmatched:
        yield from filter(None, (rank_queries(query, [kind]) for kind in TYPO_KINDS))
    for part in parts:
        if part not in unmatched:
            part.add_typos(vocabulary)
    if query.parts and not unmatched:
        yield from filter(None, (rank_single_word(query, kind) for kind in TYPO_KINDS))
    yield from filter(None, (rank_queries(query, [kind]) for kind in TYPO_KINDS))


def _has_matches(connection: sqlite3.Connection, match: str) -> bool:
    return bool(_Searcher(connection, EVERYTHING, 1).matching_ids(match))


class _Searcher(NamedTuple):
    """Run ranked expressions for at most `limit` entries that filters let through."""

    connection: sqlite3.Connection
    filters: Filters
    limit: int

    def best(self, ranks: Sequence[Rank]) -> list[ScoredId]:
        """Return the best matches, going through ranks until there are enough.

        The last rank matches all that the others match, which is mostly little. So it is run
        before the first slow one, and then the others only choose among its matches.
        """
        scores: dict[int, float] = {}
        all_ids: list[int] | None = None
        for rank in ranks:
            if all_ids is None and self._is_slow(rank):
                all_ids = self.matching_ids(ranks[-1].match)
            if len(scores) >= (self.limit if all_ids is None else min(self.limit, len(all_ids))):
                break
            for number in self.matching_ids(rank.match, all_ids):
                scores.setdefault(number, rank.score)
        return [ScoredId(*pair) for pair in list(scores.items())[: self.limit]]

    def is_filtered_out(self, rank: Rank) -> bool:
        """Return whether there are matches, but none that the filters let through."""
        return self._has_filters() and _has_matches(self.connection, rank.match)

    def matching_ids(self, match: str, among: Sequence[int] | None = None) -> list[int]:
        """Return the numbers of entries that match an expression, the newest first."""
        where, values = self.filters.where()
        table = "wording CROSS JOIN entry ON entry.id = wording.rowid" if where else "wording"
        if among and len(among) < self.limit:
            # The filters let them through. The plus keeps SQLite from looking up each by itself.
            table, values = "wording", ()
            where = f"+wording.rowid IN ({', '.join(map(str, among))})"
            where += f" AND wording.rowid BETWEEN {min(among)} AND {max(among)}"
        query = (
            f"SELECT wording.rowid FROM {table} WHERE wording MATCH ? AND {where or 1}"  # noqa: S608  values are parameters
            " ORDER BY wording.rowid DESC LIMIT ?"
        )
        return [
            number for (number,) in self.connection.execute(query, (match, *values, self.limit))
        ]

    def _is_slow(self, rank: Rank) -> bool:
        # Whole words are looked up at once, unless filters leave few of many.
        return rank.kind > MatchKind.WORD or self._has_filters()

    def _has_filters(self) -> bool:
        return bool(self.filters.where()[0])
