"""Which rows are put together, by which evidence: the surest first, then rows in their order."""

from __future__ import annotations

from array import array
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from animedex.art.groups import Groups
from animedex.art.near import NearHashes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from animedex.art.columns import Columns


class Reason(StrEnum):
    """Say what puts two rows together, from the surest on."""

    ID = "id"
    MD5 = "md5"
    WORK = "work"
    HASH = "hash"
    SAME_WORK = "same work"


REASONS = tuple(Reason)


class Link(NamedTuple):
    """Hold that a row was put together with an earlier one, or was refused, and for what reason."""

    row: int
    other: int
    reason: Reason


class Links:
    """Hold many links in little room."""

    def __init__(self) -> None:
        self._rows = array("I")
        self._others = array("I")
        self._reasons = array("B")

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: int, other: int, reason: Reason) -> None:
        """Keep a link."""
        self._rows.append(row)
        self._others.append(other)
        self._reasons.append(REASONS.index(reason))

    def __iter__(self) -> Iterator[Link]:
        for row, other, reason in zip(self._rows, self._others, self._reasons, strict=True):
            yield Link(row, other, REASONS[reason])


class Joining:
    """Put rows together that show one picture; `links` tell how, `refused` what was not done."""

    def __init__(self, columns: Columns, *, distance: int | None, same_work: bool) -> None:
        self._columns = columns
        self.same_work = same_work
        self.groups = Groups(columns.works, columns.pages)
        self.links = Links()
        self.refused = Links()
        self._by_first(columns.same_id, Reason.ID)
        self._by_first(columns.same_md5, Reason.MD5)
        self._by_first(self._namesakes(), Reason.WORK)
        if distance is not None:
            self._by_hash(distance)
        if same_work:
            for row, other in self._doubts():
                self._join(row, (other,), Reason.SAME_WORK)

    def doubtful(self) -> Links:
        """Give each row that is only the same work as others, and the row that stands for those."""
        found = Links()
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
        columns = self._columns
        namesake = columns.catalogue.namesake
        for row, (work, page) in enumerate(zip(columns.works, columns.pages, strict=True)):
            yield namesake(row, work, page)

    def _by_first(self, firsts: Iterable[int], reason: Reason) -> None:
        """Join rows with the first row that shares something, or one that could not join that."""
        others: dict[int, list[int]] = {}
        for row, first in enumerate(firsts):
            if first == row:
                continue
            apart = others.get(first, [])
            if not self._join(row, (first, *apart), reason):
                others[first] = [*apart, row]

    def _by_hash(self, distance: int) -> None:
        columns, find = self._columns, self.groups.find
        near = NearHashes(distance)
        rows: dict[int, list[int]] = {}
        for row, value in zip(columns.hashed, columns.hashes, strict=True):
            others = sorted(one for found in near.find(value) for one in rows[found])
            self._join(row, others, Reason.HASH)
            known = rows.get(value)
            if known is None:
                near.add(value)
                rows[value] = [row]
            elif all(find(one) != find(row) for one in known):
                known.append(row)

    def _join(self, row: int, others: Sequence[int], reason: Reason) -> bool:
        """Put a row together with others; tell whether any of them took it.

        Of those that did not, only the first is kept in mind: there may be very many.
        """
        groups = self.groups
        joined = refused = False
        for other in others:
            if groups.find(row) == groups.find(other):
                joined = True
            elif groups.unite(row, other):
                self.links.add(row, other, reason)
                joined = True
            elif not refused:
                self.refused.add(row, other, reason)
                refused = True
        return joined
