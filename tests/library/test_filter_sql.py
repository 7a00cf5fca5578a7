"""Filters let pass exactly the entries that they describe."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import NamedTuple, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.library.entry_rows import encode_path
from animedex.library.filter_sql import EVERYTHING, OWN, Filters
from animedex.library.fts_index import EntryTexts, index_entry
from animedex.library.migrations import migrate
from animedex.library.tokenizer import extract_words, join_words

T = TypeVar("T")
ARTISTS = ("Hatsune Miku", "hatsune_miku", "miku", "ミク", "みく")
CATEGORIES = ("neko", "Neko", "hug")


class SampleEntry(NamedTuple):
    """What filters look at."""

    backend: str | None
    rating: str | None
    category: str | None
    added_at: float
    width: int | None
    height: int | None
    frames: int
    artist: str | None


SIDES = st.none() | st.integers(1, 4)
KEPT = st.builds(
    SampleEntry,
    st.sampled_from([None, "nekos", "waifu"]),
    st.sampled_from([None, "g", "e"]),
    st.sampled_from([None, *CATEGORIES]),
    st.integers(0, 5).map(float),
    SIDES,
    SIDES,
    st.integers(0, 3),
    st.sampled_from([None, *ARTISTS]),
)


def seldom(values: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    """Draw None mostly: through many filters nothing would pass."""
    return st.integers(0, 3).flatmap(lambda chance: st.none() if chance else values)


FILTERS = st.builds(
    Filters,
    seldom(st.sampled_from([OWN, "nekos", "danbooru"])),
    seldom(st.sampled_from(["g", "s"])),
    seldom(st.sampled_from([*CATEGORIES, "kiss"])),
    seldom(st.sampled_from([*ARTISTS, "nobody", ""])),
    seldom(st.integers(0, 6).map(float)),
    seldom(st.integers(0, 6).map(float)),
    seldom(st.integers(0, 16)),
    seldom(st.booleans()),
    st.lists(st.sampled_from(["/a", "/a/b", "/a/ä", "/b/", "/"]), max_size=2).map(tuple),
)


def path_of(number: int) -> str:
    """Return paths that begin alike, of which one is no text."""
    folder = ("/a", "/ab", "/a/b", "/a/ä", "/b", "/a/\udcff")[number % 6]
    return f"{folder}/{number}.png"


def passes(number: int, kept: SampleEntry, filters: Filters) -> bool:
    """Return in plain words what `where` says in SQL."""
    path = path_of(number)
    folders = [f"{folder.rstrip('/')}/" for folder in filters.folders]
    pixels = kept.width * kept.height if kept.width and kept.height else None
    artist = None if kept.artist is None else join_words(extract_words(kept.artist))
    category = kept.category.lower() if kept.category else None
    return (
        (filters.source is None or (kept.backend or OWN) == filters.source)
        and (filters.rating is None or kept.rating == filters.rating)
        and (filters.category is None or category == filters.category.lower())
        and (filters.artist is None or artist == join_words(extract_words(filters.artist)))
        and (filters.added_from is None or kept.added_at >= filters.added_from)
        and (filters.added_before is None or kept.added_at < filters.added_before)
        and (filters.larger_than is None or (pixels or 0) > filters.larger_than)
        and (filters.animated is None or (kept.frames != 1) == filters.animated)
        and (not filters.folders or any(map(path.startswith, folders)))
    )


def store_entry(db: sqlite3.Connection, number: int, kept: SampleEntry) -> None:
    query = (
        "INSERT INTO entry (id, path, sha256, size, format, backend, rating, category, added_at,"
        " width, height, frames) VALUES (?, ?, '', 1, 'gif', ?, ?, ?, ?, ?, ?, ?)"
    )
    db.execute(query, (number, encode_path(path_of(number)), *kept[:-1]))
    artists = [kept.artist] if kept.artist else []
    # A name of another kind makes no artist.
    index_entry(db, number, EntryTexts(artists, ["nobody"], ["nobody"], ["nobody"]))


@given(st.lists(KEPT, max_size=8), FILTERS)
def test_filters_let_pass_what_they_say(several: list[SampleEntry], filters: Filters) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrate(db)
        for number, kept in enumerate(several, 1):
            store_entry(db, number, kept)
        where, values = filters.where()
        query = f"SELECT id FROM entry WHERE {where or '1'} ORDER BY id"
        result = [number for (number,) in db.execute(query, values)]
    assert result == [at for at, kept in enumerate(several, 1) if passes(at, kept, filters)]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(added_from=2.0), [2, 3]),
        (Filters(added_before=2.0), [1]),
        (Filters(added_from=2.0, added_before=3.0), [2]),
        (Filters(larger_than=4), [3]),
        (Filters(animated=True), [1, 3]),
        (Filters(animated=False), [2]),
        (Filters(artist="nobody"), []),
        (Filters(artist="ＭＩＫＵ"), [1, 2, 3]),
    ],
)
def test_the_ends_of_what_passes(filters: Filters, expected: list[int]) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrate(db)
        for number in (1, 2, 3):
            frames = (0, 1, 2)[number - 1]
            store_entry(
                db, number, SampleEntry(None, None, None, number, 2, number, frames, "miku")
            )
        where, values = filters.where()
        query = f"SELECT id FROM entry WHERE {where} ORDER BY id"
        assert [number for (number,) in db.execute(query, values)] == expected


def test_no_filters_are_no_condition() -> None:
    assert EVERYTHING.where() == ("", ())


def test_the_entries_of_an_artist_are_looked_up() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrate(db)
        where, values = Filters(artist="miku").where()
        plan = db.execute(f"EXPLAIN QUERY PLAN SELECT id FROM entry WHERE {where}", values)
        steps = [step for *_, step in plan]
    assert steps
    assert not [step for step in steps if step.startswith("SCAN")]


@pytest.mark.parametrize("text", ["\udcff", "a\x00b", "'; --", "%"])
def test_any_text_can_be_asked_for(text: str) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrate(db)
        where, values = Filters(text, text, text, text).where()
        assert db.execute(f"SELECT id FROM entry WHERE {where}", values).fetchall() == []
