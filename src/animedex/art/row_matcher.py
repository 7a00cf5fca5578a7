"""Which rows are put together, by which evidence: the surest first, then rows in their order."""

from __future__ import annotations

from array import array
from enum import StrEnum
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from animedex.art.near_hashes import NearHashes
from animedex.art.union_find import Groups, Rivals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from animedex.art.row_columns import Columns


class Reason(StrEnum):
    """What puts two rows together, from the surest on."""

    ID = "id"
    MD5 = "md5"
    WORK = "work"
    HASH = "hash"
    SAME_WORK = "same work"


REASONS = tuple(Reason)


class Joined(NamedTuple):
    """That a row was put together with an earlier one, or was refused, and for what reason."""

    row: int
    other: int
    reason: Reason


class Joins:
    """Many of what is `Joined` in little room."""

    def __init__(self) -> None:
        self._rows = array("I")
        self._others = array("I")
        self._reasons = array("B")

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: int, other: int, reason: Reason) -> None:
        """Keep a row and the one it was put together with."""
        self._rows.append(row)
        self._others.append(other)
        self._reasons.append(REASONS.index(reason))

    def __iter__(self) -> Iterator[Joined]:
        for row, other, reason in zip(self._rows, self._others, self._reasons, strict=True):
            yield Joined(row, other, REASONS[reason])


class Joining:
    """Put rows together that show one picture; `joined` tells how, `refused` what was not done.

    Of the rows that share something, such as an md5, a row is compared with the first and those
    that could not join it: with any other it would be the same. For each row and reason, only the
    first of those that refused it is kept in mind: there may be very many.
    """

    def __init__(self, columns: Columns, *, distance: int | None, same_work: bool) -> None:
        self._columns = columns
        self._rivals: dict[int, Rivals] = {}
        self.groups = Groups(columns.works, columns.pages)
        self.joined = Joins()
        self.refused = Joins()
        self._by_first(columns.same_id, Reason.ID)
        self._by_first(columns.same_md5, Reason.MD5)
        self._by_first(self._namesakes(), Reason.WORK)
        if distance is not None:
            self._by_hash(distance)
        self._by_first(list(self._unpaged()), Reason.WORK)
        if same_work:
            self._rivals.clear()
            for row, other in self._doubts():
                self._join(row, (other,), Reason.SAME_WORK)

    def doubtful(self) -> Joins:
        """Return each row that only shares its work with others, and the row for those."""
        found = Joins()
        for row, other in self._doubts():
            found.add(row, other, Reason.SAME_WORK)
        return found

    def _doubts(self) -> Iterator[tuple[int, int]]:
        columns, groups = self._columns, self.groups
        for row, (work, page) in enumerate(zip(columns.works, columns.pages, strict=True)):
            other = columns.catalogue.standing_for(work) if work and not page else None
            if other is None:
                continue
            group = groups.find(row)
            # A page that a row does not tell itself may be known by those it is together with.
            if group != groups.find(other) and work not in groups.known_pages(group):
                yield row, other

    def _namesakes(self) -> Iterator[int]:
        namesake = self._columns.catalogue.namesake
        for row, page in enumerate(self._columns.pages):
            yield namesake(row, page)

    def _unpaged(self) -> Iterator[int]:
        """Return for each row the first of its work whose page no row names.

        It comes last, as all else may tell a page.
        """
        columns, groups = self._columns, self.groups
        several = columns.catalogue.several
        firsts: dict[int, int] = {}
        for row, (work, page) in enumerate(zip(columns.works, columns.pages, strict=True)):
            told = page or work in several or not work
            if told or work in groups.known_pages(groups.find(row)):
                yield row
            else:
                yield firsts.setdefault(work, row)

    def _by_first(self, firsts: Iterable[int], reason: Reason) -> None:
        """Join rows with the first row that shares something, or one that could not join that."""
        self._rivals.clear()
        for row, first in enumerate(firsts):
            if first != row:
                self._join(row, (first,), reason)
                self._note_rival(row, first)

    def _by_hash(self, distance: int) -> None:
        """Join rows with the first rows of near hashes, or those that could not join these."""
        self._rivals.clear()
        near = NearHashes(distance)
        firsts: dict[int, int] = {}
        for row, value in zip(self._columns.hashed, self._columns.hashes, strict=True):
            self._join(row, [firsts[one] for one in near.find(value)], Reason.HASH)
            first = firsts.setdefault(value, row)
            if first == row:
                near.add(value)
            else:
                self._note_rival(row, first)

    def _join(self, row: int, firsts: Iterable[int], reason: Reason) -> None:
        """Put a row together with first rows or their rivals, as if in the order of all of these.

        Which of some rivals takes the row is looked up again when it is that one's turn, as those
        before it may have added to the pages that it must not contradict.
        """
        refused: list[int] = []
        queue = [(first, first) for first in self._distinct(firsts)]
        heapify(queue)
        while queue:
            earliest, first = heappop(queue)
            other = self._find(row, first)
            if other is not None and other > earliest:
                heappush(queue, (other, first))
                continue
            if other is not None and self.groups.find(row) != self.groups.find(other):
                self.groups.unite(row, other)
                self.joined.add(row, other, reason)
            refused += self._others(first, other)
        if refused:
            self.refused.add(row, min(refused), reason)

    def _distinct(self, firsts: Iterable[int]) -> Iterable[int]:
        """Leave out first rows that are together with an earlier one, and have no rivals."""
        find, rivals = self.groups.find, self._rivals
        # A name below zero is no row's.
        names = {
            ~first if first in rivals else find(first): first
            for first in sorted(firsts, reverse=True)
        }
        return names.values()

    def _find(self, row: int, first: int) -> int | None:
        """Return the first row or the rival of it that a row is together with, or may be."""
        rivals = self._rivals.get(first)
        if rivals is not None:
            return rivals.find(row)
        return first if self.groups.fits(row, first) else None

    def _others(self, first: int, joined: int | None) -> list[int]:
        """Return the earliest of a first row and its rivals that did not take a row, if any."""
        rivals = self._rivals.get(first)
        others = rivals.earliest if rivals is not None else (first,)
        return [other for other in others if other != joined][:1]

    def _note_rival(self, row: int, first: int) -> None:
        """Remember a row that could not join a first row or any rival of it."""
        if self._find(row, first) is None:
            self._rivals.setdefault(first, Rivals(self.groups, first)).add(row)
