"""Words are told that others may have been meant for."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from animedex.library.fts_index import EntryTexts, index_entry
from animedex.library.migrations import migrate
from animedex.library.typos import Vocabulary, load_vocabulary
from animedex.text_normalization import is_short

WORDS = st.text("abcdeはひふへ", min_size=4, max_size=12).filter(lambda word: not is_short(word))


@st.composite
def slipped(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a word, and what it becomes with one slip."""
    word = draw(st.text("abcdefg", min_size=5, max_size=12))
    at = draw(st.integers(0, len(word) - 1))
    letter = draw(st.sampled_from("abcdefg"))
    slip = draw(st.sampled_from(["wrong", "missing", "added", "swapped"]))
    start, rest = word[:at], word[at:]
    became = {
        "wrong": start + letter + rest[1:],
        "missing": start + rest[1:],
        "added": start + letter + rest,
        "swapped": start + rest[1:2] + rest[:1] + rest[2:],
    }
    return word, became[slip]


@given(slipped(), st.lists(WORDS, max_size=8))
def test_one_slip_is_forgiven_in_a_word_of_four_letters_or_more(
    pair: tuple[str, str], others: list[str]
) -> None:
    word, became = pair
    assume(word != became)
    assert Vocabulary([*others, word]).similar_words(became)[word] == 1


@pytest.mark.parametrize(
    ("written", "meant", "slips"),
    [
        ("hatsume", "hatsune", 1),
        ("kokuhaki", "kokuhaku", 1),
        ("evangeliom", "evangelion", 1),
        ("evanjeliom", "evangelion", 2),
        ("ふりれーん", "葬送のふりーれん", 1),
        ("ふりれん", "ふりーれん", 1),
        ("프리랜", "프리렌", 1),
        ("はつねみく", "ばつねみく", 1),
    ],
)
def test_slips_are_counted(written: str, meant: str, slips: int) -> None:
    assert Vocabulary(["other", meant, "他の言葉"]).similar_words(written) == {meant: slips}


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("rem", "ram"),
        ("kon", "konn"),
        ("miku", "maki"),
        ("evanj", "evangelion"),
        ("巨人", "美人"),
        ("さく", "さけ"),
        ("鬼滅の刃", "鬼"),
        ("himmel", "himmel"),
    ],
)
def test_what_is_short_or_differs_by_more_is_another_word(written: str, word: str) -> None:
    assert Vocabulary([word]).similar_words(written) == {}


def test_beginnings_are_of_longer_words_only() -> None:
    words = Vocabulary(["frieren", "frierens", "freir", "葬送の人々"])
    assert words.similar_prefixes("freir") == ["frier"]
    assert words.similar_prefixes("葬送の物") == words.similar_prefixes("fre") == []


def test_new_words_are_seen_at_once_and_from_other_connections(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as one:
        migrate(one)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            assert load_vocabulary(other).similar_words("freiren") == {}
            index_entry(one, 1, EntryTexts(["Frieren"]))
            assert load_vocabulary(other).similar_words("freiren") == {"frieren": 1}
            assert load_vocabulary(other) is load_vocabulary(one)


def test_files_do_not_see_the_words_of_others(tmp_path: Path) -> None:
    result: list[dict[str, int]] = []
    for number, name in enumerate(["Frieren", "Himmel"]):
        with closing(sqlite3.connect(tmp_path / str(number), isolation_level=None)) as db:
            migrate(db)
            index_entry(db, 1, EntryTexts([name]))
            result.append(load_vocabulary(db).similar_words("freiren"))
    assert result == [{"frieren": 1}, {}]


def test_words_that_were_rolled_back_are_forgotten() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrate(db)
        db.execute("BEGIN")
        index_entry(db, 1, EntryTexts(["Frieren"]))
        assert load_vocabulary(db).similar_words("freiren")
        db.execute("ROLLBACK")
        assert load_vocabulary(db).similar_words("freiren") == {}
