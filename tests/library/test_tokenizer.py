"""Names and queries are split into the same words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.library.tokenizer import bigrams, extract_words, join_words, split_chunks, tokens

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hatsune_miku_(append)", ["hatsune", "miku", "append"]),
        ("Re:Zero", ["re", "zero"]),
        ("1girl", ["1", "girl"]),
        ("TVアニメ第2期", ["tv", "あにめ第", "2", "期"]),
        ("yuzuriko0417", ["yuzuriko", "0417"]),
        ("3fa85f64-5717-4562-b3fc", ["3fa85f64", "5717", "4562", "b", "3", "fc"]),
        ("Ａ１Ｂ２Ｃ３ x", ["a1b2c3", "x"]),
        ("", []),
        ("\u200b\ud800", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert extract_words(text) == words


def test_signs_are_a_word_where_there_is_no_other() -> None:
    [eyes] = extract_words("^_^")
    assert extract_words("\uff3e\uff3f\uff3e") == [eyes]
    assert not any(char in "^_^" for char in eyes)
    assert extract_words("^_^ miku") == ["miku"]


@given(ANY_TEXT)
def test_words_hold_nothing_that_the_index_would_divide(text: str) -> None:
    for word in extract_words(text):
        assert word
        assert all(char.isalnum() or not char.isascii() for char in word)
        assert not word.split(" ")[1:]
        word.encode()


@given(ANY_TEXT)
def test_a_query_has_the_words_of_a_name(text: str) -> None:
    assert join_words(map(join_words, split_chunks(text))) == join_words(extract_words(text))


def test_only_so_much_of_a_text_counts() -> None:
    assert len(join_words(extract_words("miku" * 5000))) == 300
    assert len(split_chunks("a " * 5000)) == 150


@given(st.text("君の名は。Aa1 ", min_size=1, max_size=12))
def test_every_part_of_a_word_is_a_phrase_of_its_pairs(word: str) -> None:
    pairs = bigrams(word)
    assert "".join(pair[1] for pair in pairs) == word
    for start in range(len(word)):
        for end in range(start + 2, len(word) + 1):
            part = bigrams(word[start:end])[:-1]
            assert pairs[start : start + len(part)] == part


def test_tokens_of_no_names_are_none() -> None:
    assert tokens([]) == tokens([[]]) == ""
