"""Search very many 64-bit hashes by Hamming distance, and join those that are near."""

from __future__ import annotations

from itertools import combinations, product
from math import comb
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    Values: TypeAlias = NDArray[np.uint64]
    Places: TypeAlias = NDArray[np.int64]
    Pairs: TypeAlias = tuple[Places, Places]


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
        """Return an iterable of all pairs within a Hamming distance; it computes them lazily."""
        return NearPairs(self._ids, self._hashes, radius)


class NearPairs:
    """Every pair of ids, the lesser first, with hashes within a radius; each pair once.

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
        """Return one id for each value."""
        ids: list[int] = self._ids[self._bounds[:-1]].tolist()
        return ids

    def join(self, limit: int | None = None) -> Iterator[Pairs]:
        """Return all pairs of places of values that are near, many at a time; see `join_hashes`."""
        return join_hashes(self.values, self.radius, limit)

    def _iter_pairs(self) -> Iterator[tuple[int, int]]:
        for place in self.shared_indexes():
            yield from combinations(self.ids_at(place), 2)
        for ones, others in self.join():
            for one, other in zip(ones.tolist(), others.tolist(), strict=True):
                yield from product(self.ids_at(one), self.ids_at(other))


# Where a hash is cut: the lowest bit and the width of each band.
_BANDS = ((0, 21), (21, 21), (42, 22))
# Comparing each with each takes about as long for so many values as one flip of a band for one.
_COMPARISONS_PER_FLIP = 4
_CHUNK = 1 << 20


class _Band(NamedTuple):
    """Values in the order of what they have in a band, and where they come from.

    `starts` tells for each number where those begin that have it, `counts` how many they are, up
    to 255. `radius` and `limit` are what is asked for.
    """

    radius: int
    limit: int | None

    keys: Places
    values: Values
    order: Places
    starts: Places
    counts: NDArray[np.uint8]


def join_hashes(values: Values, radius: int, limit: int | None = None) -> Iterator[Pairs]:
    """Return all pairs of places whose values differ in at most so many bits, each pair once.

    The values are different ones. They are cut into three bands; of two within the radius there
    is a band that differs in at most a third of it, and all ways to do so are gone through.
    With `limit`, a value is compared only with as many that have one and the same band: where
    hashes crowd together, not all pairs are found.

    >>> [(a.tolist(), b.tolist()) for a, b in join_hashes(np.array([0, 3, 7], np.uint64), 1)]
    [([1], [2])]
    """
    least = [(radius - 2 + number) // len(_BANDS) for number in range(len(_BANDS))]
    flips = sum(_count_flips(width, few) for (_, width), few in zip(_BANDS, least, strict=True))
    if flips * _COMPARISONS_PER_FLIP > len(values):
        yield from _compare_all(values, radius)
        return
    for number, few in enumerate(least):
        if few >= 0:
            band = _sort_band(values, number, radius, limit)
            for ones, others in _join_band(band, _BANDS[number][1], few):
                new = _is_new(values[ones] ^ values[others], least[:number])
                if new.any():
                    yield ones[new], others[new]


def _count_flips(width: int, limit: int) -> int:
    return sum(comb(width, count) for count in range(limit + 1))


def _compare_all(values: Values, radius: int) -> Iterator[Pairs]:
    step = max(1, _CHUNK // max(1, len(values)))
    for start in range(0, len(values), step):
        rows = values[start : start + step]
        near = np.bitwise_count(rows[:, None] ^ values[None, start:]) <= radius
        ones, others = np.nonzero(np.triu(near, 1))
        if len(ones):
            yield ones + start, others + start


def _is_new(differences: Values, earlier: list[int]) -> NDArray[np.bool_]:
    """Return which pairs no earlier band has found."""
    new = np.ones(len(differences), np.bool_)
    for (shift, width), few in zip(_BANDS, earlier, strict=False):
        part = differences >> np.uint64(shift) & np.uint64((1 << width) - 1)
        new &= np.bitwise_count(part).astype(np.int64) > few
    return new


def _join_band(band: _Band, width: int, few: int) -> Iterator[Pairs]:
    """Return pairs within the radius that differ in at most so many bits of a band."""
    rows = np.arange(len(band.keys))
    yield from _match_buckets(band, rows, rows + 1, band.starts[band.keys + 1] - rows - 1)
    for high in range(width):
        # Of each pair, start from the one without the highest bit that differs.
        (rows,) = np.nonzero(band.keys >> high & 1 == 0)
        keys, ours = band.keys[rows], band.values[rows]
        for bits in (bits for count in range(few) for bits in combinations(range(high), count)):
            targets = keys ^ sum((1 << bit for bit in bits), 1 << high)
            yield from _match_keys(band, rows, ours, targets)


def _sort_band(values: Values, number: int, radius: int, limit: int | None) -> _Band:
    shift, width = _BANDS[number]
    keys = (values >> np.uint64(shift) & np.uint64((1 << width) - 1)).astype(np.int64)
    places = np.argsort(keys, kind="stable")
    counts = np.bincount(keys, minlength=1 << width)
    starts = np.concatenate(([0], np.cumsum(counts)))
    few = np.minimum(counts, 255).astype(np.uint8)
    return _Band(radius, limit, keys[places], values[places], places, starts, few)


def _match_keys(band: _Band, rows: Places, ours: Values, targets: Places) -> Iterator[Pairs]:
    """Return pairs of rows with all that have the wanted keys: nearly always one at most."""
    counts = band.counts[targets]
    (hits,) = np.nonzero(counts != 0)
    keys = targets[hits]
    starts = band.starts[keys]
    (near,) = np.nonzero(np.bitwise_count(ours[hits] ^ band.values[starts]) <= band.radius)
    if len(near):
        yield band.order[rows[hits[near]]], band.order[starts[near]]
    (several,) = np.nonzero(counts[hits] > 1)
    if len(several):
        starts = starts[several] + 1
        more = band.starts[keys[several] + 1] - starts
        yield from _match_buckets(band, rows[hits[several]], starts, more)


def _match_buckets(band: _Band, rows: Places, starts: Places, counts: Places) -> Iterator[Pairs]:
    """Yield pairs of rows of one bucket, about a million at a time."""
    if band.limit is not None:
        counts = np.minimum(counts, band.limit)
    totals = np.cumsum(counts)
    at = 0
    while at < len(rows):
        done = int(totals[at - 1]) if at else 0
        stop = max(at + 1, int(np.searchsorted(totals, done + _CHUNK)))
        each = counts[at:stop]
        ones = np.repeat(rows[at:stop], each)
        others = np.arange(len(ones)) + np.repeat(starts[at:stop] - totals[at:stop] + each, each)
        others += done
        (near,) = np.nonzero(
            np.bitwise_count(band.values[ones] ^ band.values[others]) <= band.radius
        )
        if len(near):
            yield band.order[ones[near]], band.order[others[near]]
        at = stop
