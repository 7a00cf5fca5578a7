"""Groups of pictures that look the same: who is joined, and who is not."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from animedex.images.duplicate_groups import group_duplicates
from animedex.images.fingerprint import PIXEL_BYTES, VIEW_BYTES, Fingerprint, is_near_duplicate
from animedex.images.hamming_index import HammingIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def look(seed: int, noise: float = 0, other: int = 0) -> bytes:
    """Make a look at a picture of blots, mixed with as much of another one."""
    mixed = blots(seed) * (1 - noise) + blots(other) * noise
    return mixed.astype(np.uint8).tobytes() + bytes(VIEW_BYTES - PIXEL_BYTES)


def blots(seed: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    luma = np.kron(rng.integers(0, 256, (8, 8)), np.ones((5, 5))).ravel()
    tints = np.kron(rng.integers(90, 160, (2, 4, 4)), np.ones((1, 5, 5)))
    return np.concatenate([luma, tints.ravel()]).astype(np.float64)


class Shelf:
    def __init__(self, fingerprints: dict[int, Fingerprint]) -> None:
        self.fingerprints = fingerprints
        self.asked = 0

    def lookup(self, ids: Sequence[int]) -> dict[int, Fingerprint]:
        self.asked += len(ids)
        return {one: self.fingerprints[one] for one in ids if one in self.fingerprints}

    def groups(self, within: int = 10) -> list[list[int]]:
        rows = [(one, value) for one, it in self.fingerprints.items() for value in it.hashes]
        ids, values = [one for one, _ in rows], [value for _, value in rows]
        hashes = HammingIndex(np.array(ids, np.int64), np.array(values, np.uint64))
        return list(group_duplicates(hashes.find_pairs(within), self.lookup, within))


def test_a_hash_suspects_and_a_look_confirms() -> None:
    one, near, far = (Fingerprint((value,), look(1)) for value in (0, 0b111, 0xFFFFFFFF))
    other = Fingerprint((0,), look(2))
    assert is_near_duplicate(one, near)
    assert not is_near_duplicate(one, far)
    assert not is_near_duplicate(one, near, max_distance=2)
    assert not is_near_duplicate(one, other)
    assert Shelf({1: one, 2: other, 3: near, 4: far}).groups() == [[1, 3]]


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0, 1))
def test_it_makes_no_difference_which_picture_is_asked_about(
    seed: int, other: int, noise: float
) -> None:
    one, another = Fingerprint((0,), look(seed)), Fingerprint((1,), look(seed, noise, other))
    assert is_near_duplicate(one, another) == is_near_duplicate(another, one)
    assert is_near_duplicate(one, one)


def test_what_resembles_a_picture_between_does_not_join_the_two_ends() -> None:
    steps = [Fingerprint((0,), look(1, share / 100, 2)) for share in range(0, 101, 2)]
    assert not is_near_duplicate(steps[0], steps[-1])
    assert all(is_near_duplicate(one, other) for one, other in pairwise(steps))
    shelf = Shelf(dict(enumerate(steps, 1)))
    result = shelf.groups()
    assert len(result) > 1
    for group in result:
        likenesses = [
            all(is_near_duplicate(steps[one - 1], steps[other - 1], 64) for other in group)
            for one in group
        ]
        assert any(likenesses), group


@given(st.dictionaries(st.integers(1, 1000), st.integers(0, 4), max_size=30))
def test_groups_are_the_kinds_that_have_several(kinds: dict[int, int]) -> None:
    shelf = Shelf({one: Fingerprint((kind,), look(kind)) for one, kind in kinds.items()})
    by_kind = [sorted(one for one, its in kinds.items() if its == kind) for kind in range(5)]
    assert shelf.groups() == sorted(group for group in by_kind if len(group) > 1)


def test_what_is_gone_meanwhile_is_in_no_group() -> None:
    shelf = Shelf({one: Fingerprint((0,), look(1)) for one in range(1, 5)})
    kept = shelf.fingerprints.copy()
    shelf.fingerprints = {**kept}
    lookup = shelf.lookup

    hashes = HammingIndex(np.arange(1, 5), np.zeros(4, np.uint64))
    del shelf.fingerprints[2]
    assert list(group_duplicates(hashes.find_pairs(3), lookup, 3)) == [[1, 3, 4]]


def test_a_crowd_with_one_hash_takes_few_looks() -> None:
    kinds = {one: Random(one).randrange(3) for one in range(1, 3001)}
    shelf = Shelf({one: Fingerprint((0,), look(kind)) for one, kind in kinds.items()})
    result = shelf.groups()
    assert sorted(map(len, result)) == sorted(
        sum(its == kind for its in kinds.values()) for kind in range(3)
    )
    assert shelf.asked < 10 * len(kinds)


def test_a_crowd_with_nearly_one_hash_takes_few_looks() -> None:
    near = {one: 1 << one % 64 | 1 << one * 7 % 61 | 1 << one * 13 % 59 for one in range(1, 1500)}
    shelf = Shelf({one: Fingerprint((value,), look(1)) for one, value in near.items()})
    assert shelf.groups() == [list(near)]
    assert shelf.asked < 20 * len(near)


def moving(*hashes: int) -> Fingerprint:
    return Fingerprint(hashes, look(1))


def test_animations_are_told_apart_by_their_further_frames() -> None:
    far = 0xFFFF0000FFFF0000
    assert is_near_duplicate(moving(0, 1, far), moving(1, 0, far ^ 1))
    assert is_near_duplicate(moving(0, 1, far), moving(0, 1, 3, far))
    assert not is_near_duplicate(moving(0, far), moving(0, ~far & 2**64 - 1))
    assert not is_near_duplicate(moving(0), moving(0, 0))


def test_a_fingerprint_without_a_look_resembles_nothing_and_reads_back() -> None:
    empty = Fingerprint((5,), b"")
    assert not is_near_duplicate(empty, empty)
    assert Fingerprint.from_bytes(empty.to_bytes()) == empty
    one = Fingerprint((1, 2**64 - 1), look(1) + look(2))
    assert Fingerprint.from_bytes(one.to_bytes()) == one
    assert one.views == [look(1), look(2)]
    assert one.hashes_by_view() == [(1,), (2**64 - 1,)]
