"""Words that a user may have meant: those with slips in them, and those that go on around them.

A slip is a letter wrong, missing, added or swapped with the next. Words are compared with those of
all names, not with the entries; they are kept in memory until a new word comes.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from animedex.text_normalization import is_cjk, is_short

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

# So many letters forgive one slip, and so many two. A syllable of Hangul is two or three letters
# and a voiced kana two, as these are what is mistaken.
_ONE, _TWO = 4, 8
# How many editions of a vocabulary are kept: a few files, and a moment of change.
_MAX_VOCABULARIES = 4


class Vocabulary:
    """Find the words near to another."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: list[str] = []
        self._dense: list[str] = []
        for word in words:
            (self._dense if is_cjk(word) else self._words).append(word)
        self._spelt = [_decompose(word) for word in self._dense]
        self._beginnings: dict[int, list[str]] = {}

    def words_containing(self, word: str) -> list[str]:
        """Return the words that have another inside; one without blanks is found by its pairs.

        >>> Vocabulary(["nekomimi", "neko", "catgirl"]).words_containing("komi")
        ['nekomimi']
        """
        if is_short(word) or is_cjk(word):
            return []
        return [other for other in self._words if word in other]

    def similar_words(self, word: str) -> dict[str, int]:
        """Return the words that are another with slips, and with how many.

        >>> Vocabulary(["frieren", "fern", "himmel"]).similar_words("freiren")
        {'frieren': 1}
        >>> Vocabulary(["ふりーれん", "葬送のふりーれん"]).similar_words("ふりれーん")
        {'葬送のふりーれん': 1, 'ふりーれん': 1}
        """
        if is_short(word):
            return {}
        if not is_cjk(word):
            return {self._words[place]: slips for place, slips in _near(word, self._words)}
        whole = {self._dense[place]: slips for place, slips in _near(_decompose(word), self._spelt)}
        return {**self._around_near(word), **whole}

    def similar_prefixes(self, word: str) -> list[str]:
        """Return the beginnings of words that are another with one slip.

        >>> Vocabulary(["frieren", "fern"]).similar_prefixes("freir")
        ['frier']
        """
        length = len(word)
        if is_cjk(word) or not _allowed_edits(length):
            return []
        beginnings = self._beginnings.get(length)
        if beginnings is None:
            longer = (other[:length] for other in self._words if len(other) > length)
            beginnings = self._beginnings[length] = list(dict.fromkeys(longer))
        return [beginnings[place] for place, slips in _near(word, beginnings) if slips == 1]

    def _around_near(self, word: str) -> dict[str, int]:
        """Return the words that have another inside with slips, where nothing divides words."""
        from rapidfuzz import fuzz, process

        length = len(word)
        most = _allowed_edits(length)
        if not most:
            return {}
        longer = [other for other in self._dense if len(other) > length]
        least = 100 * (length - most) / length
        scorer = fuzz.partial_ratio
        matches = process.extract(word, longer, scorer=scorer, score_cutoff=least, limit=None)
        return {other: max(1, round(length * (1 - score / 100))) for other, score, _ in matches}


# By edition, as what is one file's is never another's.
_vocabularies: dict[bytes, Vocabulary] = {}


def load_vocabulary(connection: sqlite3.Connection) -> Vocabulary:
    """Return the words of all names.

    There may be words that have gone, as these make no edition: nothing is found by them.
    """
    edition: bytes = connection.execute("SELECT edition FROM vocabulary").fetchone()[0]
    vocabulary = _vocabularies.get(edition)
    if vocabulary is None:
        rows = connection.execute("SELECT text FROM word ORDER BY text")
        vocabulary = Vocabulary(word for (word,) in rows)
        # Other threads do the same, so that what is to go may be gone.
        for old in list(_vocabularies)[: 1 - _MAX_VOCABULARIES]:
            _vocabularies.pop(old, None)
        _vocabularies[edition] = vocabulary
    return vocabulary


def _near(word: str, others: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of those that are a word with slips, and with how many."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    most = _allowed_edits(len(word))
    if not most:
        return []
    matches = process.extract(word, others, scorer=OSA.distance, score_cutoff=most, limit=None)
    return sorted((place, slips) for _, slips, place in matches if slips)


def _allowed_edits(letters: int) -> int:
    """Return how many slips are forgiven in so many letters."""
    return (letters >= _ONE) + (letters >= _TWO)


def _decompose(word: str) -> str:
    return unicodedata.normalize("NFD", word)
