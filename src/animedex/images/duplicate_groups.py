"""Group near-duplicates, from pairs whose hashes are near."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, islice, product
from typing import TYPE_CHECKING

import numpy as np

from animedex.images.fingerprint import MAX_DISTANCE
from animedex.images.thumbnail_comparison import confirm_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from animedex.images.fingerprint import Fingerprint
    from animedex.images.hamming_index import NearPairs

    Pair: TypeAlias = tuple[int, int]
    Lookup: TypeAlias = Callable[[Sequence[int]], Mapping[int, Fingerprint]]

_BATCH = 2048
# Of pictures with the same hash, at most so many different ones are distinguished.
_MAX_KINDS = 32
# Where hashes crowd together, so that many pairs come at once, each is compared with as many others
# only; and no picture is looked at beside more others in vain.
_MIN_CROWD, _MAX_MISSES = 4096, 256
# In a group of this size, comparing the remaining pairs would change nothing.
_LARGE_GROUP = 16
_MAX_REMEMBERED = 1_000_000
# Those of one group are compared with its middle, whatever their hashes are.
_ANY_DISTANCE = 64


def group_duplicates(
    near: NearPairs, lookup: Lookup, max_distance: int = MAX_DISTANCE
) -> Iterator[list[int]]:
    """Return the groups of pictures that look the same, ids in order; `lookup` may lack some.

    Every member looks like the middle of its group, the one that most others look like: that A
    resembles B and B resembles C does not join A and C.

    All suspected pairs are looked at, but for crowds, where not everything may be found: of
    pictures that have the same hash, 32 different ones are told apart, and others among them are
    left alone; a picture is compared with no more than some 256 others that it does not look like.
    """
    clusters = Clusters(lookup, max_distance)
    for place in near.shared_indexes():
        clusters.compare_equal_hashes(near.ids_at(place))
    for batch in _batches(_iter_candidates(near, clusters)):
        clusters.compare(batch)
    yield from sorted(
        group for component in clusters.components() for group in clusters.star_clusters(component)
    )


def _iter_candidates(near: NearPairs, clusters: Clusters) -> Iterator[Pair]:
    shared = set(near.shared_indexes())
    sole = near.first_ids()
    for ones, others in _limit_crowds(near):
        for one, other in zip(ones, others, strict=True):
            if one in shared or other in shared:
                ours, theirs = (
                    clusters.representatives(near.ids_at(place)) for place in (one, other)
                )
                yield from product(ours, theirs)
            else:
                yield sole[one], sole[other]


def _limit_crowds(near: NearPairs) -> Iterator[tuple[list[int], list[int]]]:
    """Return pairs of places; in a crowd, each is compared with a limited number of others."""
    pair_counts = np.zeros(len(near.values), np.int64)
    for ones, others in near.join(_MAX_MISSES):
        if len(ones) > _MIN_CROWD:
            few = np.minimum(pair_counts[ones], pair_counts[others]) < _MAX_MISSES
            ones, others = ones[few], others[few]  # noqa: PLW2901  fewer of the same
            for side in (ones, others):
                pair_counts += np.bincount(side, minlength=len(pair_counts))
        yield ones.tolist(), others.tolist()


def _batches(pairs: Iterable[Pair]) -> Iterator[list[Pair]]:
    rest = iter(pairs)
    while batch := list(islice(rest, _BATCH)):
        yield batch


class Clusters:
    """A union-find of pictures that look the same, and the degree of each."""

    def __init__(self, lookup: Lookup, within: int) -> None:
        self._lookup, self._max_distance = lookup, within
        self._parents: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._degrees: Counter[int] = Counter()
        self._misses: Counter[int] = Counter()
        self._compared: set[Pair] = set()

    def compare_equal_hashes(self, ids: list[int]) -> None:
        """Compare pictures with equal hashes: all of a few, or one of each kind with the rest."""
        if len(ids) <= _LARGE_GROUP:
            self.compare(list(combinations(ids, 2)))
            return
        for _ in range(_MAX_KINDS):
            first, rest = ids[0], ids[1:]
            for batch in _batches((first, other) for other in rest):
                self.compare(batch, is_unlimited=True)
            ids = [other for other in rest if self.find_root(other) != self.find_root(first)]
            if not ids:
                return

    def representatives(self, ids: list[int]) -> list[int]:
        """Return one of each kind of pictures with one hash."""
        if len(ids) == 1:
            return ids
        kinds = {self.find_root(one): one for one in reversed(ids)}
        return ids if len(ids) <= _LARGE_GROUP else list(kinds.values())[:_MAX_KINDS]

    def compare(self, pairs: Iterable[Pair], *, is_unlimited: bool = False) -> None:
        """Compare pairs, and unite those that look the same."""
        unique = dict.fromkeys(map(_sort_pair, pairs))
        open_pairs = [pair for pair in unique if self._is_open(*pair, is_unlimited=is_unlimited)]
        for pair, is_same in zip(
            open_pairs, self._confirm(open_pairs, self._max_distance), strict=True
        ):
            if is_same:
                self._union(*pair)
            else:
                self._misses.update(pair)
            self._remember(pair)

    def find_root(self, one: int) -> int:
        """Return the representative of a picture's component."""
        firsts = self._parents
        while (first := firsts.get(one, one)) != one:
            firsts[one] = one = firsts.get(first, first)
        return one

    def components(self) -> list[list[int]]:
        """Return the connected components."""
        return list(self._members.values())

    def star_clusters(self, ids: list[int]) -> Iterator[list[int]]:
        """Yield the groups of a component, each around a middle; single pictures are no group."""
        if len(ids) == 2:  # noqa: PLR2004  a pair was compared
            yield sorted(ids)
            return
        while len(ids) > 1:
            middle = min(ids, key=lambda one: (-self._degrees[one], one))
            rest = [one for one in ids if one != middle]
            results = self._confirm([(middle, one) for one in rest], _ANY_DISTANCE)
            star = [one for one, alike in zip(rest, results, strict=True) if alike]
            if star:
                yield sorted([middle, *star])
            ids = sorted(set(rest) - set(star))

    def _is_open(self, one: int, other: int, *, is_unlimited: bool) -> bool:
        """Return whether a pair is worth comparing."""
        first = self.find_root(one)
        if one == other or (one, other) in self._compared:
            return False
        if first == self.find_root(other) and len(self._members[first]) > _LARGE_GROUP:
            return False
        return is_unlimited or max(self._misses[one], self._misses[other]) < _MAX_MISSES

    def _remember(self, pair: Pair) -> None:
        # A picture with several hashes is suspected several times.
        if len(self._compared) >= _MAX_REMEMBERED:
            self._compared.clear()
        self._compared.add(pair)

    def _confirm(self, pairs: list[Pair], within: int) -> list[bool]:
        """Compare pairs in batches, so that few fingerprints are in memory."""
        results: list[bool] = []
        for batch in _batches(pairs):
            fingerprints = self._lookup(sorted({one for pair in batch for one in pair}))
            present = [
                pair for pair in batch if pair[0] in fingerprints and pair[1] in fingerprints
            ]
            alike = confirm_pairs(
                [(fingerprints[one], fingerprints[other]) for one, other in present], within
            )
            same = {pair for pair, yes in zip(present, alike.tolist(), strict=True) if yes}
            results += [pair in same for pair in batch]
        return results

    def _union(self, one: int, other: int) -> None:
        self._degrees.update((one, other))
        few, many = sorted(
            (self.find_root(one), self.find_root(other)),
            key=lambda it: len(self._members.get(it, ())),
        )
        if few != many:
            self._parents[few] = many
            self._members.setdefault(many, [many]).extend(self._members.pop(few, [few]))


def _sort_pair(pair: Pair) -> Pair:
    one, other = pair
    return (one, other) if one < other else (other, one)
