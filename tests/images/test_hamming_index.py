"""Hashes that are near, against a comparison of each with each."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.images.fingerprint import hamming_distance
from animedex.images.hamming_index import HammingIndex, join_hashes

if TYPE_CHECKING:
    from numpy.typing import NDArray

HASHES = st.integers(0, 2**64 - 1)
FLIPS = st.lists(st.integers(0, 63), unique=True, max_size=6)
CENTRES = st.sampled_from([0, 2**64 - 1, 0x0123456789ABCDEF])


def flipped(value: int, bits: list[int]) -> int:
    return value ^ sum(1 << bit for bit in bits)


# Crowded sets are near a few values, or equal to them.
NEARLY = st.builds(flipped, CENTRES, FLIPS)
ROWS = st.lists(st.tuples(st.integers(1, 40), st.one_of(HASHES, NEARLY)), max_size=60)


def hashes_of(rows: list[tuple[int, int]]) -> HammingIndex:
    ids, values = [one for one, _ in rows], [value for _, value in rows]
    return HammingIndex(np.array(ids, np.int64), np.array(values, np.uint64))


@given(ROWS, NEARLY, st.integers(0, 64))
def test_within_is_what_a_comparison_with_each_gives(
    rows: list[tuple[int, int]], value: int, radius: int
) -> None:
    best: dict[int, int] = {}
    for one, other in rows:
        best[one] = min(best.get(one, 65), hamming_distance(value, other))
    expected = sorted((far, one) for one, far in best.items() if far <= radius)
    result = hashes_of(rows).search(value, radius)
    assert result == [(one, far) for far, one in expected]
    assert hashes_of(rows).search(value, radius, 2) == result[:2]


@pytest.mark.parametrize("by_bands", [True, False])
@given(rows=ROWS, radius=st.integers(0, 13))
def test_pairs_are_what_a_comparison_of_each_with_each_gives(
    by_bands: bool,  # noqa: FBT001  which way is taken
    rows: list[tuple[int, int]],
    radius: int,
) -> None:
    expected = {
        (min(one, other), max(one, other))
        for (one, ours), (other, theirs) in combinations(rows, 2)
        if one != other and hamming_distance(ours, theirs) <= radius
    }
    with pytest.MonkeyPatch.context() as patch:
        if by_bands and radius < 4:
            # So few hashes are compared each with each otherwise.
            patch.setattr("animedex.images.hamming_index._COMPARISONS_PER_FLIP", 0)
        patch.setattr("animedex.images.hamming_index._CHUNK", 16)
        result = list(hashes_of(rows).find_pairs(radius))
    assert len(result) == len(set(result))
    assert set(result) == expected


@pytest.mark.parametrize("radius", [5, 10])
def test_pairs_among_many_hashes_are_found_wherever_they_differ(radius: int) -> None:
    rng = np.random.default_rng(radius)
    first = rng.integers(0, 2**64, 1500, np.uint64)
    flips = np.zeros(len(first), np.uint64)
    for _ in range(radius + 2):
        flips |= np.uint64(1) << rng.integers(0, 64, len(first), np.uint64)
    values = np.unique(np.concatenate([first, first ^ flips, np.arange(300, dtype=np.uint64)]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("animedex.images.hamming_index._COMPARISONS_PER_FLIP", 0)
        near = find_pairs(values, radius)
    assert sorted(near) == compared(values, radius)
    assert len(near) > 1000


def find_pairs(values: NDArray[np.uint64], radius: int) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for ones, others in join_hashes(values, radius):
        pairs += zip(ones.tolist(), others.tolist(), strict=True)
    return [(min(pair), max(pair)) for pair in pairs]


def compared(values: NDArray[np.uint64], radius: int) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for place in range(len(values)):
        near = np.bitwise_count(values[place + 1 :] ^ values[place]) <= radius
        pairs += [(place, place + 1 + int(other)) for other in np.nonzero(near)[0]]
    return pairs


def test_where_hashes_crowd_a_limit_bounds_how_many_pairs_are_given() -> None:
    crowd = np.arange(1 << 15, dtype=np.uint64)
    given_ = sum(len(ones) for ones, _ in join_hashes(crowd, 2, limit=8))
    assert 0 < given_ < 3 * 233 * 8 * len(crowd) // 100
