"""Rows that show one picture, put together under one condition."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN = 0
_NO_PAGES: Mapping[int, int] = {}


class Groups:
    """Hold which rows are together; no group ever holds two different known pages of one work.

    It begins with every row alone, given the number of its work and of its page: a page's number is
    its own in all works, or `UNKNOWN`. A group is named by its first row.

    >>> groups = Groups(array("I", [1, 1, 1]), array("I", [5, UNKNOWN, 6]))
    >>> groups.unite(1, 0), groups.unite(0, 1), groups.unite(2, 1), groups.members()
    (True, True, False, {0: [0, 1]})
    """

    def __init__(self, works: array[int], pages: array[int]) -> None:
        self._works = works
        self._pages = pages
        self._parents = array("I", range(len(works)))
        # What a group knows beside what its first row does; most groups need no entry.
        self._gathered: dict[int, Mapping[int, int]] = {}

    def find(self, row: int) -> int:
        """Give the first row of a row's group."""
        parents = self._parents
        while (parent := parents[row]) != row:
            # Halving the way makes the next one short.
            parents[row] = row = parents[parent]
        return row

    def unite(self, row: int, other: int) -> bool:
        """Put two groups together; tell whether the condition allows that."""
        first, second = sorted((self.find(row), self.find(other)))
        if first == second:
            return True
        ours, theirs = self.known_pages(first), self.known_pages(second)
        if any(ours.get(work, page) != page for work, page in theirs.items()):
            return False
        self._parents[second] = first
        self._gathered.pop(second, None)
        if not theirs.keys() <= ours.keys():
            self._gathered[first] = {**ours, **theirs}
        return True

    def known_pages(self, first: int) -> Mapping[int, int]:
        """Give the one known page of each work, of the group with this first row."""
        gathered = self._gathered.get(first)
        if gathered is not None:
            return gathered
        page = self._pages[first]
        return {self._works[first]: page} if page else _NO_PAGES

    def members(self) -> dict[int, list[int]]:
        """Give the rows of each group of several, by its first row, in their order."""
        members: dict[int, list[int]] = {}
        for row in range(len(self._parents)):
            first = self.find(row)
            if first != row:
                members.setdefault(first, [first]).append(row)
        return members
