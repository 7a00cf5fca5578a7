"""What entries are found by is put into tables, and taken out of them again without a trace."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from animedex.library.fts_index import SCHEMA, EntryTexts, index_entry, unindex_entry
from animedex.library.migrations import statements
from animedex.models import ArtPost, Rating

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = st.lists(
    st.sampled_from(
        ["Frieren", "frieren", "hatsune_miku", "Hatsune Miku", "葬送のフリーレン", "너의 이름은"]
    )
    | st.text(st.characters(exclude_categories=()), max_size=8),
    max_size=4,
)
TEXTS = st.builds(
    EntryTexts,
    NAMES,
    NAMES,
    NAMES,
    NAMES,
    st.sampled_from(["/a/miku 1.png", "b.gif"]) | st.text(max_size=8),
)
# Which entry gets which names, or loses those it has.
CHANGES = st.lists(st.tuples(st.integers(1, 4), st.none() | TEXTS), max_size=12)


def emptied() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None)
    for statement in statements(SCHEMA):
        db.execute(statement)
    db.execute("CREATE VIRTUAL TABLE token USING fts5vocab (wording, instance)")
    return db


def index_content(db: sqlite3.Connection) -> list[list[tuple[object, ...]]]:
    """Return all that the tables tell, but for the numbers of names."""
    queries = (
        "SELECT kind, text, words, entries FROM name ORDER BY 1, 2",
        "SELECT kind, text, entry FROM naming JOIN name ON name.id = naming.name ORDER BY 1, 2, 3",
        "SELECT entry, length(names), file FROM named ORDER BY 1",
        "SELECT text, uses FROM word ORDER BY 1",
        "SELECT term, doc, col, offset FROM token ORDER BY 1, 2, 3, 4",
    )
    return [db.execute(query).fetchall() for query in queries]


def applied(db: sqlite3.Connection, changes: Sequence[tuple[int, EntryTexts | None]]) -> None:
    for number, texts in changes:
        if texts is None:
            unindex_entry(db, number)
        else:
            index_entry(db, number, texts)


@given(CHANGES)
def test_after_any_changes_the_tables_are_as_if_made_afresh(
    changes: list[tuple[int, EntryTexts | None]],
) -> None:
    with closing(emptied()) as changed, closing(emptied()) as fresh:
        applied(changed, changes)
        applied(fresh, [(number, texts) for number, texts in dict(changes).items() if texts])
        assert index_content(changed) == index_content(fresh)
        changed.execute("INSERT INTO wording (wording) VALUES ('integrity-check')")
        applied(changed, [(number, None) for number in range(5)])
        assert index_content(changed) == [[]] * 5


def test_what_is_rolled_back_leaves_nothing() -> None:
    with closing(emptied()) as db:
        index_entry(db, 1, EntryTexts(["Frieren"], file="1.png"))
        before = index_content(db)
        db.execute("BEGIN")
        index_entry(db, 1, EntryTexts(["Fern"], tags=["solo"]))
        index_entry(db, 2, EntryTexts(["Frieren"]))
        db.execute("ROLLBACK")
        assert index_content(db) == before


def test_a_name_is_kept_as_it_is_written_and_once_for_its_kind() -> None:
    with closing(emptied()) as db:
        index_entry(db, 1, EntryTexts(["Ｆrieren", "Frieren", "Frieren"], tags=["Frieren"]))
        index_entry(db, 2, EntryTexts(["Frieren"]))
        names = db.execute("SELECT kind, text, entries FROM name ORDER BY 1, 2").fetchall()
    assert names == [("artist", "Frieren", 2), ("artist", "Ｆrieren", 1), ("tag", "Frieren", 1)]


def test_the_entries_of_a_name_are_listed_but_for_tags() -> None:
    with closing(emptied()) as db:
        index_entry(db, 7, EntryTexts(["a"], ["b"], ["c"], ["d"]))
        query = "SELECT kind, entry FROM naming JOIN name ON name.id = naming.name ORDER BY 1"
        listed = db.execute(query).fetchall()
    assert listed == [("artist", 7), ("character", 7), ("copyright", 7)]


def test_only_words_in_which_a_slip_can_be_told_are_vocabulary() -> None:
    with closing(emptied()) as db:
        index_entry(
            db, 1, EntryTexts(["neko mimi"], tags=["86", "rem", "1234"], file="3fa85f64b neko.png")
        )
        index_entry(db, 2, EntryTexts(tags=["neko"]))
        words = db.execute("SELECT text, uses FROM word ORDER BY 1").fetchall()
    assert words == [("mimi", 1), ("neko", 3)]


def test_texts_of_a_post_have_its_category_as_a_tag() -> None:
    post = ArtPost(id="nekos:1", rating=Rating.GENERAL, artists=["a"], tags=["t"], copyrights=["s"])
    assert EntryTexts.of("/x.png", post, "hug") == EntryTexts(
        ["a"], [], ["s"], ("hug", "t"), "/x.png"
    )
    assert EntryTexts.of("/x.png") == EntryTexts(file="/x.png")
