"""Union-find over rows that show one picture, with a condition that keeps rows apart."""

from __future__ import annotations

from array import array
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

UNKNOWN = 0
_NO_PAGES: dict[int, int] = {}
# Where both of two groups know of more works, that they contradict each other is remembered.
_FEW = 8


class UnionFind:
    """Groups of rows; no group ever has two different pages of one work.

    It begins with every row alone, given the number of its work and of its page: a page's number is
    its own in all works, or `UNKNOWN`. A group is named by its first row.

    >>> groups = UnionFind(array("I", [1, 1, 1]), array("I", [5, UNKNOWN, 6]))
    >>> groups.unite(1, 0), groups.unite(0, 1), groups.unite(2, 1), groups.members()
    (True, True, False, {0: [0, 1]})
    """

    def __init__(self, works: array[int], pages: array[int]) -> None:
        self._works = works
        self._pages = pages
        self._parents = array("I", range(len(works)))
        # What a group knows beside what its first row does; most groups need no entry.
        self._merged_pages: dict[int, dict[int, int]] = {}
        self._conflicts: set[tuple[int, int]] = set()

    def find(self, row: int) -> int:
        """Return the first row of a row's group."""
        parents = self._parents
        while (parent := parents[row]) != row:
            # Halving the way makes the next one short.
            parents[row] = row = parents[parent]
        return row

    def can_unite(self, row: int, other: int) -> bool:
        """Return whether two rows are together, or may be; once they may not be, they never may."""
        first, second = self.find(row), self.find(other)
        return first == second or not self._has_conflict(first, second)

    def unite(self, row: int, other: int) -> bool:
        """Unite two groups; return whether the condition allows that."""
        first, second = sorted((self.find(row), self.find(other)))
        if first == second:
            return True
        if self._has_conflict(first, second):
            return False
        self._parents[second] = first
        self._merge_pages(first, second)
        return True

    def pages_of(self, first: int) -> Mapping[int, int]:
        """Return the one known page of each work in the group with this first row."""
        return self._pages_by_work(first)

    def members(self) -> dict[int, list[int]]:
        """Return the rows of each group of several, by its first row, in their order."""
        members: dict[int, list[int]] = {}
        for row in range(len(self._parents)):
            first = self.find(row)
            if first != row:
                members.setdefault(first, [first]).append(row)
        return members

    def _pages_by_work(self, first: int) -> dict[int, int]:
        gathered = self._merged_pages.get(first)
        if gathered is not None:
            return gathered
        page = self._pages[first]
        return {self._works[first]: page} if page else _NO_PAGES

    def _has_conflict(self, first: int, second: int) -> bool:
        """Return whether two groups have different pages of one work."""
        few, many = sorted((self._pages_by_work(first), self._pages_by_work(second)), key=len)
        pair = min(first, second), max(first, second)
        if pair in self._conflicts:
            return True
        has_conflict = any(many.get(work, page) != page for work, page in few.items())
        if has_conflict and len(few) > _FEW:
            self._conflicts.add(pair)
        return has_conflict

    def _merge_pages(self, first: int, second: int) -> None:
        """Add the pages of a group to the one that it was merged into."""
        ours, theirs = self._pages_by_work(first), self._pages_by_work(second)
        self._merged_pages.pop(second, None)
        if not theirs.keys() <= ours.keys():
            # The lesser goes into the greater, or a long list of works would be copied every time.
            few, many = sorted((ours, theirs), key=len)
            many.update(few)
            self._merged_pages[first] = many


class ConflictSet:
    """Rows of which no two may be together, and find the one that another row may be with.

    They stay apart, whatever else is put to them. What they know of pages is remembered as far as
    it was asked for, so that not all of them are gone through for each row.

    >>> groups = UnionFind(array("I", [1, 1, 1, 1]), array("I", [5, 6, 6, 7]))
    >>> rivals = ConflictSet(groups, 0)
    >>> rivals.add(1)
    >>> rivals.find(2), rivals.find(3)
    (1, None)
    """

    def __init__(self, groups: UnionFind, row: int) -> None:
        self._groups = groups
        self._rows = array("I", [row])
        # By the first row of a group, which may be another by now: the place of the rival in it,
        # or how many rivals there were when there was none for it.
        self._places: dict[int, int] = {}
        self._miss_counts: dict[int, int] = {}
        # How many rivals, from the first on, are known to have a page of a work; and the places
        # of these by that page.
        self._indexed_counts: dict[int, int] = {}
        self._places_by_page: dict[int, list[int]] = {}

    def add(self, row: int) -> None:
        """Add a row in a group of its own."""
        self._rows.append(row)

    @property
    def earliest(self) -> Sequence[int]:
        """Return the first two of these rows."""
        return self._rows[:2]

    def find(self, row: int) -> int | None:
        """Return the first of these rows that a row is together with, or may be."""
        first, rows = self._groups.find(row), self._rows
        place = self._places.get(first)
        if place is None and self._miss_counts.get(first) != len(rows):
            fits = self._groups.can_unite
            place = next(
                (one for one in self._iter_candidates(first) if fits(row, rows[one])), None
            )
            if place is None:
                self._miss_counts[first] = len(rows)
            else:
                self._places[self._groups.find(rows[place])] = place
        return None if place is None else rows[place]

    def _iter_candidates(self, first: int) -> Iterable[int]:
        """Return the places in their order, without most of those that contradict a group."""
        count = fewest = len(self._rows)
        likely: Iterable[int] = range(count)
        for work, page in self._groups.pages_of(first).items():
            indexed = self._index_pages(work)
            having = self._places_by_page.get(page, ())
            left = len(having) + count - indexed
            if left < fewest:
                fewest, likely = left, chain(having, range(indexed, count))
        return likely

    def _index_pages(self, work: int) -> int:
        """Note which rivals have which page of a work, up to the first that has none as yet."""
        groups, rows, place = self._groups, self._rows, self._indexed_counts.get(work, 0)
        while place < len(rows):
            page = groups.pages_of(groups.find(rows[place])).get(work)
            if page is None:
                break
            self._places_by_page.setdefault(page, []).append(place)
            place += 1
        self._indexed_counts[work] = place
        return place
