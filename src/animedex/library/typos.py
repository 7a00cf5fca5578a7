"""Match words with typos: the words of all names that are near to one, or contain it.

An edit is a letter that is wrong, missing, added or swapped with the next. Words are compared with
those of all names, not with the entries, and stay in memory until there is a new one.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from animedex.text_normalization import is_cjk, is_short

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

# Words of so many letters may have one edit, and of so many two. A syllable of Hangul counts as two
# or three letters and a voiced kana as two, as that is where typos are made.
_MIN_ONE_EDIT, _MIN_TWO_EDITS = 4, 8
# Enough for a few libraries, and for the moment in which one changes.
_MAX_VOCABULARIES = 4


class Vocabulary:
    """The words of all names, searchable for those similar to another."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: list[str] = []
        self._cjk_words: list[str] = []
        for word in words:
            (self._cjk_words if is_cjk(word) else self._words).append(word)
        self._decomposed = [_decompose(word) for word in self._cjk_words]
        self._prefixes: dict[int, list[str]] = {}

    def words_containing(self, word: str) -> list[str]:
        """Return the words that contain another; none for CJK, which bigrams match.

        >>> Vocabulary(["nekomimi", "neko", "catgirl"]).words_containing("komi")
        ['nekomimi']
        """
        if is_short(word) or is_cjk(word):
            return []
        return [other for other in self._words if word in other]

    def similar_words(self, word: str) -> dict[str, int]:
        """Return the words that are another but for typos, with the number of edits.

        >>> Vocabulary(["frieren", "fern", "himmel"]).similar_words("freiren")
        {'frieren': 1}
        >>> Vocabulary(["ふりーれん", "葬送のふりーれん"]).similar_words("ふりれーん")
        {'葬送のふりーれん': 1, 'ふりーれん': 1}
        """
        if is_short(word):
            return {}
        if not is_cjk(word):
            return {self._words[place]: edits for place, edits in _match_typos(word, self._words)}
        whole_words = _match_typos(_decompose(word), self._decomposed)
        whole = {self._cjk_words[place]: edits for place, edits in whole_words}
        return {**self._words_containing_typo(word), **whole}

    def similar_prefixes(self, word: str) -> list[str]:
        """Return the prefixes of words that are another but for one edit.

        >>> Vocabulary(["frieren", "fern"]).similar_prefixes("freir")
        ['frier']
        """
        length = len(word)
        if is_cjk(word) or not _allowed_edits(length):
            return []
        prefixes = self._prefixes.get(length)
        if prefixes is None:
            longer = (other[:length] for other in self._words if len(other) > length)
            prefixes = self._prefixes[length] = list(dict.fromkeys(longer))
        return [prefixes[place] for place, edits in _match_typos(word, prefixes) if edits == 1]

    def _words_containing_typo(self, word: str) -> dict[str, int]:
        """Return the CJK words that contain another but for typos, with the number of edits."""
        from rapidfuzz import fuzz, process

        length = len(word)
        max_edits = _allowed_edits(length)
        if not max_edits:
            return {}
        longer = [other for other in self._cjk_words if len(other) > length]
        min_score = 100 * (length - max_edits) / length
        scorer = fuzz.partial_ratio
        matches = process.extract(word, longer, scorer=scorer, score_cutoff=min_score, limit=None)
        return {other: max(1, round(length * (1 - score / 100))) for other, score, _ in matches}


# By edition, which is different for each file and each state of it.
_vocabularies: dict[bytes, Vocabulary] = {}


def load_vocabulary(connection: sqlite3.Connection) -> Vocabulary:
    """Return the words of all names, from memory if there is no new one.

    Words that no name has any more may be among them, and match no entry.
    """
    edition: bytes = connection.execute("SELECT edition FROM vocabulary").fetchone()[0]
    vocabulary = _vocabularies.get(edition)
    if vocabulary is None:
        rows = connection.execute("SELECT text FROM word ORDER BY text")
        vocabulary = Vocabulary(word for (word,) in rows)
        # Another thread may have removed one already.
        for old in list(_vocabularies)[: 1 - _MAX_VOCABULARIES]:
            _vocabularies.pop(old, None)
        _vocabularies[edition] = vocabulary
    return vocabulary


def _match_typos(word: str, others: Sequence[str]) -> list[tuple[int, int]]:
    """Return the positions of those that are a word but for typos, with the number of edits."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    max_edits = _allowed_edits(len(word))
    if not max_edits:
        return []
    matches = process.extract(word, others, scorer=OSA.distance, score_cutoff=max_edits, limit=None)
    return sorted((place, edits) for _, edits, place in matches if edits)


def _allowed_edits(length: int) -> int:
    return (length >= _MIN_ONE_EDIT) + (length >= _MIN_TWO_EDITS)


def _decompose(word: str) -> str:
    return unicodedata.normalize("NFD", word)
