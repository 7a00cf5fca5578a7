"""Rows that show the same picture, found without downloading the pictures.

Rows are put together by what they tell, the surest first:

1. `id`: the same service's same id.
2. `md5`: the same file.
3. `work`: the same page of the same work.
4. `hash`: perceptual hashes that differ in a few bits, where both rows have one.
5. `work` again: the same work, where neither row tells a page and none is known by the above. But
   where one service lists a work under several ids without telling pages, as it does a status of
   four pictures, these are different pictures, and which of them another service shows is unknown.

Being together is passed on: two rows that are each together with a third are together. But no group
ever holds two different known pages of one work, whatever speaks for it. Where that forbids to put
two groups together, what came first stands: the surer evidence, and by equal evidence the earlier
row, which is compared with the rows before it in their order. What was not done is told as refused.

Rows of one work of which one tells its page and the other does not are only the `same work`. They
are told as such, and put together where that is asked for: after all else, row by row, with the
group of the lowest page that any row names, or where none does with that of the first such row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from animedex.art.row_columns import RowColumns
from animedex.art.row_matcher import MAX_DISTANCE, REASONS, Matcher, Reason, RowMatch
from animedex.art.row_provider import identify_row
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from animedex.art.row_matcher import MatchList
    from animedex.http_message import JsonObject
    from animedex.models import ArtPost, Record

__all__ = [
    "DEFAULT_DISTANCE",
    "DedupeResult",
    "DuplicateGroup",
    "KeepPolicy",
    "Reason",
    "RowMatch",
    "dedupe",
]

DEFAULT_DISTANCE = 3
KeepPolicy: TypeAlias = Literal["best", "first"]


def dedupe(
    rows: Iterable[JsonObject | Record | ArtPost],
    *,
    distance: int | None = DEFAULT_DISTANCE,
    same_work: bool = False,
) -> DedupeResult:
    """Find rows that show the same picture; rows of several services may be mixed.

    Rows are records, art posts, or JSON objects as the command line prints them. They are read
    once and not kept. `distance` is how many of the 64 bits of two perceptual hashes may differ,
    up to 8, or None to leave hashes out. `same_work` puts rows without a page together with the
    rest of their work. Raises `BadArguments` for another distance.

    >>> row = {"id": "waifu:7", "source_url": "https://www.pixiv.net/artworks/15300"}
    >>> found = dedupe([row, {**row, "id": "nekos:1.png"}])
    >>> [(group.rows, group.work) for group in found.iter_groups()], found.select_rows("first")
    ([((0, 1), 'pixiv:15300')], [0])
    """
    if distance is not None and not 0 <= distance <= MAX_DISTANCE:
        message = f"a distance is 0 to {MAX_DISTANCE} bits, not {distance}"
        raise BadArguments(message)
    columns = RowColumns()
    for row in rows:
        columns.add(identify_row(row))
    columns.drop_indexes()
    return DedupeResult(columns, Matcher(columns, distance=distance, same_work=same_work))


class DuplicateGroup(NamedTuple):
    """Rows that show one picture, as their numbers from 0, in their order.

    `reasons` are those that put them together, the surest first, without those that only confirm
    them. `work` is the name of a work, and `page` the number of its page from 0, as one of the rows
    names them. `same_work` are rows that may show this picture or another page of its work.
    `matches` say why each row was put together with which other; `refused` what was not.
    """

    rows: tuple[int, ...]
    reasons: tuple[Reason, ...]
    work: str | None
    page: int | None
    same_work: tuple[int, ...]
    matches: tuple[RowMatch, ...]
    refused: tuple[RowMatch, ...]


class DedupeResult:
    """The duplicates among some rows.

    `row_count` counts them, and `unknown_count` those of which nothing is known: each stays alone.
    """

    def __init__(self, columns: RowColumns, joining: Matcher) -> None:
        self.row_count = len(columns)
        self.unknown_count = columns.unknown_count
        self._columns = columns
        self._matcher = joining
        self._members = joining.groups.members()
        self._same_work = joining.find_same_work()

    @property
    def duplicate_count(self) -> int:
        """Count the rows that are not the first of their group."""
        return len(self._matcher.matches)

    @property
    def group_count(self) -> int:
        """Count the groups of several rows."""
        return len(self._members)

    @property
    def same_work_count(self) -> int:
        """Count the rows that only share their work with others."""
        return len(self._same_work)

    @property
    def refused_count(self) -> int:
        """Count what was not put together because two pages of one work would have been."""
        return len(self._matcher.refused)

    def label_row(self, row: int) -> str:
        """Return the id of a row's art post, or the row's number, from 1, if it has none."""
        return self._columns.label_row(row)

    def iter_groups(self) -> Iterator[DuplicateGroup]:
        """Return the groups in the order of their first rows.

        A row that is alone makes a group where others are the same work, or were refused.
        """
        joining = self._matcher
        joined, refused = self._group_matches(joining.matches), self._group_matches(joining.refused)
        doubtful = self._group_matches(self._same_work)
        for first in sorted({*self._members, *refused, *doubtful}):
            rows = self._members.get(first, [first])
            matches = joined.get(first, [])
            reasons = {one.reason for one in matches}
            work, page = self._find_work(rows)
            yield DuplicateGroup(
                rows=tuple(rows),
                reasons=tuple(reason for reason in REASONS if reason in reasons),
                work=work,
                page=page,
                same_work=tuple(one.row for one in doubtful.get(first, ())),
                matches=tuple(matches),
                refused=tuple(refused.get(first, ())),
            )

    def select_rows(self, policy: KeepPolicy) -> list[int]:
        """Return one row of each group, and every row in no group, in their order.

        The best is not withheld, has the most pixels, then the most bytes, then comes first.
        """
        dropped: set[int] = set()
        for rows in self._members.values():
            dropped.update(rows)
            dropped.remove(min(rows, key=self._rank) if policy == "best" else rows[0])
        return [row for row in range(self.row_count) if row not in dropped]

    def _rank(self, row: int) -> tuple[int, ...]:
        columns = self._columns
        size = (-columns.pixels[row], -columns.byte_sizes[row])
        return (columns.withheld[row], *size, row)

    def _group_matches(self, joins: MatchList) -> dict[int, list[RowMatch]]:
        """Sort matches by the group of the first row."""
        groups: dict[int, list[RowMatch]] = {}
        for one in joins:
            groups.setdefault(self._matcher.groups.find(one.other), []).append(one)
        return groups

    def _find_work(self, rows: Iterable[int]) -> tuple[str | None, int | None]:
        """Return the work and page of one of these rows, one that has a page if any."""
        columns = self._columns
        named = [row for row in rows if columns.works[row]]
        if not named:
            return None, None
        row = next((row for row in named if columns.pages[row]), named[0])
        return columns.interner.work_name(columns.works[row]), columns.interner.page_number(
            columns.pages[row]
        )
