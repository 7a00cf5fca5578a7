"""Which of very many hashes differ in a few bits."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from animedex.images.hamming_join import Pairs


class HammingIndex:
    """Hashes of 64 bits, each with the id that it belongs to; an id may have several.

    >>> hashes = HammingIndex(np.array([7, 8, 9]), np.array([0b0001, 0b0111, 1 << 63], np.uint64))
    >>> hashes.search(0b0011, 2)
    [(7, 1), (8, 1)]
    """

    def __init__(self, ids: NDArray[np.int64], hashes: NDArray[np.uint64]) -> None:
        self._ids, self._hashes = ids, hashes

    def __len__(self) -> int:
        return len(self._ids)

    def search(self, value: int, radius: int, limit: int | None = None) -> list[tuple[int, int]]:
        """Return each id with a hash so near, and its distance; nearest first, then by id."""
        distances = np.bitwise_count(self._hashes ^ np.uint64(value))
        (places,) = np.nonzero(distances <= radius)
        ids, near = self._ids[places], distances[places]
        order = np.lexsort((ids, near))
        nearest: dict[int, int] = {}
        for id_, far in zip(ids[order].tolist(), near[order].tolist(), strict=True):
            nearest.setdefault(id_, far)
        return list(nearest.items())[:limit]

    def select(self, ids: Sequence[int]) -> HammingIndex:
        """Return the hashes of some ids alone.

        >>> len(HammingIndex(np.array([7, 8]), np.array([1, 2], np.uint64)).select([8, 9]))
        1
        """
        mask = np.isin(self._ids, np.array(ids, np.int64))
        return HammingIndex(self._ids[mask], self._hashes[mask])

    def find_pairs(self, radius: int) -> NearPairs:
        """Find all pairs that are so near; what is given does the work when it is gone through."""
        return NearPairs(self._ids, self._hashes, radius)


class NearPairs:
    """Return every pair of ids, the lesser first, with hashes within a radius; each pair once.

    `values` are the different hashes in ascending order, `ids_at` the ids of each.
    """

    def __init__(self, ids: NDArray[np.int64], hashes: NDArray[np.uint64], radius: int) -> None:
        self.radius = radius
        order = np.argsort(hashes, kind="stable")
        self._ids, ordered = ids[order], hashes[order]
        new = np.ones(len(ordered), np.bool_)
        new[1:] = ordered[1:] != ordered[:-1]
        (starts,) = np.nonzero(new)
        self.values: NDArray[np.uint64] = ordered[starts]
        self._bounds = np.append(starts, len(ordered))

    def __iter__(self) -> Iterator[tuple[int, int]]:
        seen: set[tuple[int, int]] = set()
        for one, other in self._iter_pairs():
            pair = (one, other) if one < other else (other, one)
            if one != other and pair not in seen:
                seen.add(pair)
                yield pair

    def ids_at(self, place: int) -> list[int]:
        """Return the ids of the value at a place, each once, in order."""
        start, end = self._bounds[place : place + 2]
        return sorted(set(self._ids[start:end].tolist()))

    def shared_indexes(self) -> list[int]:
        """Return the places of values that have several hashes."""
        (places,) = np.nonzero(np.diff(self._bounds) > 1)
        indexes: list[int] = places.tolist()
        return indexes

    def first_ids(self) -> list[int]:
        """Return an id of each value."""
        ids: list[int] = self._ids[self._bounds[:-1]].tolist()
        return ids

    def join(self, most: int | None = None) -> Iterator[Pairs]:
        """Return all pairs of places of values that are near, many at a time; see `join_hashes`."""
        from animedex.images.hamming_join import join_hashes

        return join_hashes(self.values, self.radius, most)

    def _iter_pairs(self) -> Iterator[tuple[int, int]]:
        for place in self.shared_indexes():
            yield from combinations(self.ids_at(place), 2)
        for ones, others in self.join():
            for one, other in zip(ones.tolist(), others.tolist(), strict=True):
                yield from product(self.ids_at(one), self.ids_at(other))
