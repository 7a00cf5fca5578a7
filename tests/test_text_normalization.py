"""Folding makes one string of the many spellings of a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.text_normalization import is_cjk, is_short, normalize, split_words

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("FRIEREN", "frieren"),
        ("Pokémon", "pokemon"),
        ("Poke\u0301mon", "pokemon"),
        ("Shōnen", "shonen"),
        ("Shounen", "shounen"),
        ("Ｎａｒｕｔｏ　７", "naruto 7"),
        ("Straße", "strasse"),
        ("İstanbul ışık", "istanbul isik"),
        ("ﾌﾘｰﾚﾝ", "ふりーれん"),
        ("ｶﾞﾝﾀﾞﾑ", "がんだむ"),
        ("か\u3099", "が"),
        ("ぱ", "ぱ"),
        ("ヴ", "ゔ"),
        ("葛\U000e0100城", "葛城"),
        ("Frie\u200bren\ufeff", "frieren"),
        ("너의 이름은", "너의 이름은"),
        ("Й", "и"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert normalize(text) == folded


def test_every_character_folds_once_and_alike_in_either_case() -> None:
    # The planes above these hold ideographs, which have no case.
    for char in map(chr, range(0x20000)):
        folded = normalize(char)
        assert normalize(folded) == folded
        assert normalize(char.upper()) == normalize(char.lower()) == folded


@given(ANY_TEXT)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@given(ANY_TEXT)
def test_words_are_never_empty_and_hold_no_separator(text: str) -> None:
    for word in split_words(text):
        assert split_words(word) == [word]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Bocchi the Rock!", ["bocchi", "the", "rock"]),
        ("ぼっち・ざ・ろっく！", ["ぼっち", "ざ", "ろっく"]),
        ("TVアニメ第2期", ["tv", "あにめ第", "2", "期"]),
        ("Yuzuriko0417_art", ["yuzuriko", "0417", "art"]),
        ("a\x1b[31m\x00b", ["a", "31", "m", "b"]),
        ("\ud800!?", []),
        ("หนังสือ", ["หนังสือ"]),
        ("！？…・", []),
    ],
)
def test_split_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words


def test_dense_and_short_words() -> None:
    assert [is_cjk(word) for word in ("鬼", "の", "름", "naruto", "2")] == [True] * 3 + [False] * 2
    assert [is_short(word) for word in ("人", "さく", "one", "86")] == [True] * 4
    assert [is_short(word) for word in ("巨人", "さくら", "fate")] == [False] * 3
