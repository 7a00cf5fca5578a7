"""Hashes that are near, against a comparison of each with each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.art.row_matcher import MAX_DISTANCE, NearHashes

HASHES = st.integers(0, 2**64 - 1)
FLIPS = st.lists(st.integers(0, 63), unique=True, max_size=MAX_DISTANCE + 1)


@given(HASHES, st.lists(FLIPS, max_size=20), st.integers(0, MAX_DISTANCE))
def test_all_hashes_within_the_distance_are_found_and_no_others(
    value: int, flips: list[list[int]], distance: int
) -> None:
    near = NearHashes(distance)
    others = {value ^ sum(1 << bit for bit in bits) for bits in flips}
    for other in others:
        near.add(other)
    assert near.find(value) == {one for one in others if (one ^ value).bit_count() <= distance}


@pytest.mark.parametrize("distance", range(MAX_DISTANCE + 1))
def test_bits_that_are_spread_over_all_bands_are_found(distance: int) -> None:
    near = NearHashes(distance)
    spread = [bit % 4 * 16 + bit // 4 for bit in range(MAX_DISTANCE + 1)]
    near.add(sum(1 << bit for bit in spread[:distance]))
    near.add(sum(1 << bit for bit in spread[: distance + 1]))
    assert len(near.find(0)) == 1
