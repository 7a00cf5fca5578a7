"""Finding entries by words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.library.filter_sql import EVERYTHING
from animedex.library.ranking import (
    FORGIVEN,
    WRITTEN,
    Several,
    forgive,
    levels,
    levels_of_one,
    understood,
)
from animedex.library.search_results import Answers, Found, is_answered
from animedex.library.typos import vocabulary

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from animedex.library.entry import Entry
    from animedex.library.filter_sql import Filters
    from animedex.library.ranking import Level, Term

__all__ = ["Found", "Hit", "find"]

# So many words are compared with those of all names, which takes some milliseconds each.
_COMPARED = 16


class Hit(NamedTuple):
    """An entry, and in 0..1 how well it answers."""

    entry: Entry
    score: float


def find(
    connection: sqlite3.Connection, words: str, filters: Filters = EVERYTHING, limit: int = 50
) -> list[Found]:
    """Find the entries that have all the words, the best first, and of these the newest.

    An entry is as good as the worst of its words. What a word may have been meant for counts only
    where nothing has the words as they are written, and no more is forgiven than is necessary.
    Filters take from what is found, and never add to it. Without words, nothing is found.
    """
    meant = understood(words)
    if meant is None or limit < 1:
        return []
    answers = Answers(connection, filters, limit)
    for asked in _stages(connection, meant):
        found = answers.best(asked)
        if found or answers.filtered_out(asked[-1]):
            return found
    return []


def _stages(connection: sqlite3.Connection, meant: Term | Several) -> Iterator[list[Level]]:
    """Return what to ask for in turn, until something is found; none of it is empty.

    Parts that nothing has are forgiven first, or else any one; all of them where that fails.
    """
    yield levels(meant, WRITTEN)
    if len(list(meant.words())) > _COMPARED:
        return
    parts = meant.parts if isinstance(meant, Several) else [meant]
    unknown = [part for part in parts if not _is_known(connection, part)]
    if not all(_is_forgiven(connection, part) for part in unknown):
        return
    if unknown:
        yield from filter(None, (levels(meant, [way]) for way in FORGIVEN))
    for part in parts:
        if part not in unknown:
            _is_forgiven(connection, part)
    if isinstance(meant, Several) and not unknown:
        yield from filter(None, (levels_of_one(meant, way) for way in FORGIVEN))
    yield from filter(None, (levels(meant, [way]) for way in FORGIVEN))


def _is_known(connection: sqlite3.Connection, part: Term | Several) -> bool:
    return is_answered(connection, levels(part, WRITTEN)[-1].match)


def _is_forgiven(connection: sqlite3.Connection, part: Term | Several) -> bool:
    """Forgive the words of a part; tell whether there is any that it may be meant for."""
    words = vocabulary(connection)
    hopes = [forgive(term, words) for term in part.words()]
    return any(hopes)
