"""Which rows are put together, by which evidence: the surest first, then rows in their order."""

from __future__ import annotations

from array import array
from enum import StrEnum
from heapq import heapify, heappop, heappush
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from animedex.art.union_find import ConflictSet, UnionFind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from animedex.art.row_columns import RowColumns

BITS = 64
MAX_DISTANCE = 8
_BANDS = 4
_WIDTH = BITS // _BANDS
_SHIFTS = range(0, BITS, _WIDTH)
_MASK = (1 << _WIDTH) - 1


class NearHashes:
    """Find hashes of 64 bits that differ from another in at most `distance` bits, all of them.

    Hashes are cut into four bands. Of two hashes within a distance there is a band that differs in
    at most a quarter of it, rounded down: up to a distance of 3, a band that is equal. So only the
    hashes that share a band, or nearly, are looked at: few among any million that were not made to
    crowd together.

    >>> near = NearHashes(3)
    >>> near.add(0b1111)
    >>> near.find(0b0001), near.find(0b0000)
    ({15}, set())
    """

    def __init__(self, distance: int) -> None:
        self._distance = distance
        self._bands: tuple[dict[int, list[int]], ...] = tuple({} for _ in _SHIFTS)
        self._flips = _list_flips(distance // _BANDS)

    def add(self, value: int) -> None:
        """Add a hash, which must not have been added before."""
        for band, shift in zip(self._bands, _SHIFTS, strict=True):
            band.setdefault(value >> shift & _MASK, []).append(value)

    def find(self, value: int) -> set[int]:
        """Return the hashes added so far that are within the distance, the same hash as well."""
        most = self._distance
        near_values: set[int] = set()
        for band, shift in zip(self._bands, _SHIFTS, strict=True):
            part = value >> shift & _MASK
            for flip in self._flips:
                others = band.get(part ^ flip)
                if others:
                    near_values.update([one for one in others if (one ^ value).bit_count() <= most])
        return near_values


def _list_flips(most: int) -> list[int]:
    """Return every way to flip up to `most` bits of a band.

    >>> len(_list_flips(0)), len(_list_flips(1)), len(_list_flips(2))
    (1, 17, 137)
    """
    bits = [1 << place for place in range(_WIDTH)]
    return [sum(few) for count in range(most + 1) for few in combinations(bits, count)]


class Reason(StrEnum):
    """What puts two rows together, from the surest on."""

    ID = "id"
    MD5 = "md5"
    WORK = "work"
    HASH = "hash"
    SAME_WORK = "same work"


REASONS = tuple(Reason)


class RowMatch(NamedTuple):
    """That a row was put together with an earlier one, or was refused, and for what reason."""

    row: int
    other: int
    reason: Reason


class MatchList:
    """Many of what is `RowMatch` in little room."""

    def __init__(self) -> None:
        self._rows = array("I")
        self._others = array("I")
        self._reasons = array("B")

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: int, other: int, reason: Reason) -> None:
        """Add a row and the one it matches."""
        self._rows.append(row)
        self._others.append(other)
        self._reasons.append(REASONS.index(reason))

    def __iter__(self) -> Iterator[RowMatch]:
        for row, other, reason in zip(self._rows, self._others, self._reasons, strict=True):
            yield RowMatch(row, other, REASONS[reason])


class Matcher:
    """Unite rows that show one picture; `matches` lists how, `refused` what was not united.

    Of the rows that share something, such as an md5, a row is compared with the first and those
    that could not join it: with any other it would be the same. For each row and reason, only the
    first of those that refused it is kept in mind: there may be very many.
    """

    def __init__(self, columns: RowColumns, *, distance: int | None, same_work: bool) -> None:
        self._columns = columns
        self._conflicts: dict[int, ConflictSet] = {}
        self.groups = UnionFind(columns.works, columns.pages)
        self.matches = MatchList()
        self.refused = MatchList()
        self._match_first_rows(columns.same_id, Reason.ID)
        self._match_first_rows(columns.same_md5, Reason.MD5)
        self._match_first_rows(self._iter_first_namesakes(), Reason.WORK)
        if distance is not None:
            self._match_hashes(distance)
        self._match_first_rows(list(self._iter_first_unpaged()), Reason.WORK)
        if same_work:
            self._conflicts.clear()
            for row, other in self._iter_same_work():
                self._match_row(row, (other,), Reason.SAME_WORK)

    def find_same_work(self) -> MatchList:
        """Yield each row that only shares its work with others, and the first row of that work."""
        matches = MatchList()
        for row, other in self._iter_same_work():
            matches.add(row, other, Reason.SAME_WORK)
        return matches

    def _iter_same_work(self) -> Iterator[tuple[int, int]]:
        columns, groups = self._columns, self.groups
        for row, (work, page) in enumerate(zip(columns.works, columns.pages, strict=True)):
            other = columns.interner.representative(work) if work and not page else None
            if other is None:
                continue
            group = groups.find(row)
            # A page that a row does not tell itself may be known by those it is together with.
            if group != groups.find(other) and work not in groups.pages_of(group):
                yield row, other

    def _iter_first_namesakes(self) -> Iterator[int]:
        namesake = self._columns.interner.first_namesake
        for row, page in enumerate(self._columns.pages):
            yield namesake(row, page)

    def _iter_first_unpaged(self) -> Iterator[int]:
        """Yield for each row the first row of its work without a page.

        It comes last, as all else may tell a page.
        """
        columns, groups = self._columns, self.groups
        several = columns.interner.ambiguous
        firsts: dict[int, int] = {}
        for row, (work, page) in enumerate(zip(columns.works, columns.pages, strict=True)):
            is_settled = page or work in several or not work
            if is_settled or work in groups.pages_of(groups.find(row)):
                yield row
            else:
                yield firsts.setdefault(work, row)

    def _match_first_rows(self, firsts: Iterable[int], reason: Reason) -> None:
        """Join rows with the first row that shares something, or one that could not join that."""
        self._conflicts.clear()
        for row, first in enumerate(firsts):
            if first != row:
                self._match_row(row, (first,), reason)
                self._add_rival(row, first)

    def _match_hashes(self, distance: int) -> None:
        """Join rows with the first rows of near hashes, or those that could not join these."""
        self._conflicts.clear()
        near = NearHashes(distance)
        firsts: dict[int, int] = {}
        for row, value in zip(self._columns.hashed, self._columns.hashes, strict=True):
            self._match_row(row, [firsts[one] for one in near.find(value)], Reason.HASH)
            first = firsts.setdefault(value, row)
            if first == row:
                near.add(value)
            else:
                self._add_rival(row, first)

    def _match_row(self, row: int, firsts: Iterable[int], reason: Reason) -> None:
        """Unite a row with first rows or rows in conflict with them, in the order of all of these.

        Which of some rivals takes the row is looked up again when it is that one's turn, as those
        before it may have added to the pages that it must not contradict.
        """
        refused: list[int] = []
        queue = [(first, first) for first in self._drop_united(firsts)]
        heapify(queue)
        while queue:
            earliest, first = heappop(queue)
            other = self._find_partner(row, first)
            if other is not None and other > earliest:
                heappush(queue, (other, first))
                continue
            if other is not None and self.groups.find(row) != self.groups.find(other):
                self.groups.unite(row, other)
                self.matches.add(row, other, reason)
            refused += self._find_refused(first, other)
        if refused:
            self.refused.add(row, min(refused), reason)

    def _drop_united(self, firsts: Iterable[int]) -> Iterable[int]:
        """Leave out first rows that are together with an earlier one, and have no rivals."""
        find, rivals = self.groups.find, self._conflicts
        # A name below zero is no row's.
        names = {
            ~first if first in rivals else find(first): first
            for first in sorted(firsts, reverse=True)
        }
        return names.values()

    def _find_partner(self, row: int, first: int) -> int | None:
        """Return the first row or the rival of it that a row is together with, or may be."""
        rivals = self._conflicts.get(first)
        if rivals is not None:
            return rivals.find(row)
        return first if self.groups.can_unite(row, first) else None

    def _find_refused(self, first: int, joined: int | None) -> list[int]:
        """Return the earliest of a first row and its rivals that did not take a row, if any."""
        rivals = self._conflicts.get(first)
        others = rivals.earliest if rivals is not None else (first,)
        return [other for other in others if other != joined][:1]

    def _add_rival(self, row: int, first: int) -> None:
        """Remember a row that could not join a first row or any rival of it."""
        if self._find_partner(row, first) is None:
            self._conflicts.setdefault(first, ConflictSet(self.groups, first)).add(row)
