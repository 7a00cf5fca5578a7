"""Split names and queries into the words of the full-text index."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from animedex.text_normalization import is_cjk, normalize, split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Names and queries may be of any length, and only these characters count.
_MAX_LENGTH = 300
# Letters and digits by turns, as in the names of many files, are one word and not ten of a letter.
_CODE = re.compile(r"(?<![a-z0-9])((?:\d+[a-z]+\d+[a-z]|[a-z]+\d+[a-z]+\d)[a-z0-9]*)")
# Full-width forms, which no folded text has, stand for signs, which divide words otherwise.
_SIGNS = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def extract_words(text: str) -> list[str]:
    """Split a text into normalized words; signs are a word if there is nothing else.

    >>> [extract_words(text) for text in ("Hatsune_Miku_(append)", "1girl", "3fa85f64-5717")]
    [['hatsune', 'miku', 'append'], ['1', 'girl'], ['3fa85f64', '5717']]
    >>> len(extract_words("^_^")), extract_words(" ")
    (1, [])
    """
    text = text[:_MAX_LENGTH]
    words = split(text)
    if words:
        return words
    signs = [char for char in normalize(text) if unicodedata.category(char)[0] in "PS"]
    return ["".join(signs).translate(_SIGNS)] if signs else []


def split_chunks(text: str) -> list[list[str]]:
    """Split a query at blanks, and each chunk into words.

    >>> split_chunks("re:zero rem"), split_chunks("sword & shield"), split_chunks("")
    ([['re', 'zero'], ['rem']], [['sword'], ['shield']], [])
    """
    chunks = [words for chunk in text[:_MAX_LENGTH].split() if (words := split(chunk))]
    return chunks or [words for words in [extract_words(text)] if words]


def split(text: str) -> list[str]:
    """Split a text into normalized words, without signs.

    >>> split("3fa85f64 by Miku!")
    ['3fa85f64', 'by', 'miku']
    """
    normalized = normalize(text)
    if not _CODE.search(normalized):
        return split_words(text)
    # Every other piece is a match of the pattern.
    pieces = enumerate(_CODE.split(normalized))
    return [w for at, piece in pieces for w in ([piece] if at % 2 else split_words(piece))]


def join_words(words: Iterable[str]) -> str:
    """Join words, so that it does not matter how a name is divided.

    >>> join_words(extract_words("Re:Zero")) == join_words(extract_words("rezero"))
    True
    """
    return "".join(words)


def bigrams(word: str) -> list[str]:
    """Return the characters of a word in pairs, and the last one alone.

    Any part of the word is a phrase of these, or the beginning of one.

    >>> bigrams("君の名")
    ['~君の', '~の名', '~名']
    """
    return [f"~{word[at : at + 2]}" for at in range(len(word))]


def tokens(names: Sequence[Sequence[str]]) -> str:
    """Write the words of several names as the full-text index takes them.

    Each word is there once, as is each name written as one word. Where a name has characters
    that are not divided by blanks, its pairs follow.

    >>> tokens([["blue", "hair"], ["君の", "2"], ["blue", "eyes"]])
    'blue hair 君の 2 eyes =bluehair =君の2 =blueeyes ~君の ~の2 ~2'
    """
    words = dict.fromkeys(word for name in names for word in name)
    wholes = dict.fromkeys(join_words(name) for name in names if name)
    dense = (join_words(name) for name in names if any(map(is_cjk, name)))
    pairs = (pair for name in dense for pair in bigrams(name))
    return " ".join((*words, *(f"={whole}" for whole in wholes), *pairs))
