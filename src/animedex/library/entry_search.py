"""Finding entries by words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.library.filter_sql import EVERYTHING
from animedex.library.ranking import (
    FORGIVEN,
    WRITTEN,
    AllOf,
    expand_typos,
    parse_query,
    rank_queries,
    rank_single_word,
)
from animedex.library.search_results import RankedResults, ScoredId, has_results
from animedex.library.typos import load_vocabulary

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from animedex.library.entry import Entry
    from animedex.library.filter_sql import Filters
    from animedex.library.ranking import Rank, Token

__all__ = ["ScoredId", "SearchHit", "search_entries"]

# So many words are compared with those of all names, which takes some milliseconds each.
_COMPARED = 16


class SearchHit(NamedTuple):
    """An entry, and in 0..1 how well it answers."""

    entry: Entry
    score: float


def search_entries(
    connection: sqlite3.Connection, words: str, filters: Filters = EVERYTHING, limit: int = 50
) -> list[ScoredId]:
    """Find the entries that have all the words, the best first, and of these the newest.

    An entry is as good as the worst of its words. What a word may have been meant for counts only
    where nothing has the words as they are written, and no more is forgiven than is necessary.
    Filters take from what is found, and never add to it. Without words, nothing is found.
    """
    meant = parse_query(words)
    if meant is None or limit < 1:
        return []
    answers = RankedResults(connection, filters, limit)
    for stage in _search_stages(connection, meant):
        best = answers.best(stage)
        if best or answers.filtered_out(stage[-1]):
            return best
    return []


def _search_stages(connection: sqlite3.Connection, meant: Token | AllOf) -> Iterator[list[Rank]]:
    """Return what to ask for in turn, until something is found; none of it is empty.

    Parts that nothing has are forgiven first, or else any one; all of them where that fails.
    """
    yield rank_queries(meant, WRITTEN)
    if len(list(meant.words())) > _COMPARED:
        return
    parts = meant.parts if isinstance(meant, AllOf) else [meant]
    unknown = [part for part in parts if not _is_in_index(connection, part)]
    if not all(_is_typo_match(connection, part) for part in unknown):
        return
    if unknown:
        yield from filter(None, (rank_queries(meant, [way]) for way in FORGIVEN))
    for part in parts:
        if part not in unknown:
            _is_typo_match(connection, part)
    if isinstance(meant, AllOf) and not unknown:
        yield from filter(None, (rank_single_word(meant, way) for way in FORGIVEN))
    yield from filter(None, (rank_queries(meant, [way]) for way in FORGIVEN))


def _is_in_index(connection: sqlite3.Connection, part: Token | AllOf) -> bool:
    return has_results(connection, rank_queries(part, WRITTEN)[-1].match)


def _is_typo_match(connection: sqlite3.Connection, part: Token | AllOf) -> bool:
    """Forgive the words of a part; tell whether there is any that it may be meant for."""
    words = load_vocabulary(connection)
    hopes = [expand_typos(term, words) for term in part.words()]
    return any(hopes)
