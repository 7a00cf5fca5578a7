"""The blocks of hashes: what is added is loaded, and what is removed is gone."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.library import hash_blocks as hashes

if TYPE_CHECKING:
    from collections.abc import Iterator

IDS = st.one_of(st.integers(1, 600), st.integers(1, 2**62))
# Such hashes have the bytes of an id in them.
HASHES = st.one_of(
    st.integers(0, 2**64 - 1), st.integers(0, 600), st.just(1 << 8), st.just(1 << 32)
)
CHANGES = st.lists(st.tuples(IDS, st.none() | st.lists(HASHES, max_size=4)), max_size=30)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    made = sqlite3.connect(":memory:")
    made.executescript(hashes.SCHEMA)
    yield made
    made.close()


@given(CHANGES)
def test_the_last_change_of_each_picture_counts(
    changes: list[tuple[int, list[int] | None]],
) -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(hashes.SCHEMA)
    expected: dict[int, set[int]] = {}
    for number, values in changes:
        if values is None:
            hashes.remove_hashes(connection, number)
        else:
            hashes.add_hashes(connection, number, values)
        expected[number] = set(values or ())
    loaded = hashes.load_hashes(connection)
    for number, kept in expected.items():
        assert all((number, 0) in loaded.search(value, 0) for value in kept)
    assert len(loaded) == sum(map(len, expected.values()))
    connection.close()


def test_nothing_is_left_of_a_block_that_is_empty(connection: sqlite3.Connection) -> None:
    hashes.add_hashes(connection, 7, [1, 2, 1])
    assert len(hashes.load_hashes(connection)) == 2
    hashes.remove_hashes(connection, 7)
    hashes.remove_hashes(connection, 8)
    assert len(hashes.load_hashes(connection)) == 0
    assert connection.execute("SELECT count(*) FROM hash_block").fetchone() == (0,)


def test_a_change_that_is_rolled_back_was_none(connection: sqlite3.Connection) -> None:
    hashes.add_hashes(connection, 1, [5])
    connection.commit()
    hashes.add_hashes(connection, 2, [5])
    hashes.remove_hashes(connection, 1)
    connection.rollback()
    assert hashes.load_hashes(connection).search(5, 0) == [(1, 0)]
