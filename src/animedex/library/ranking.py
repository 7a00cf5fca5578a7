"""Search terms as ranked full-text expressions, from the best kind of match to the worst.

A word matches as a whole name, as a word, as a prefix, as a substring, and last as a typo. Within
each kind, names rank before tags, and tags before file names. The expression of each rank also
matches all that the ranks before it match, so that running them in order yields the best first.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from animedex.library.tokenizer import bigrams, join_words, split_chunks
from animedex.text_normalization import is_cjk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from animedex.library.typos import Vocabulary


class MatchKind(IntEnum):
    """How a word matches, the best first."""

    NAME = 0
    WORD = 1
    PREFIX = 2
    SUBSTRING = 3
    LONGER_WORD = 4
    ONE_TYPO = 5
    TWO_TYPOS = 6
    TYPO_PREFIX = 7


EXACT_KINDS = (MatchKind.NAME, MatchKind.WORD, MatchKind.PREFIX, MatchKind.SUBSTRING)
# They are tried in this order, and only where nothing matches exactly.
TYPO_KINDS = (
    MatchKind.LONGER_WORD,
    MatchKind.ONE_TYPO,
    MatchKind.TWO_TYPOS,
    MatchKind.TYPO_PREFIX,
)

# One letter is the prefix of too many words to be of use, and two of too many whole names.
_MIN_WORD_PREFIX, _MIN_NAME_PREFIX = 2, 3
_COLUMNS = ("name", "{name tag}", "{name tag file}")
_KIND_COST, _COLUMN_COST = 0.12, 0.04


class Rank(NamedTuple):
    """A full-text expression, and the score of entries that match no better rank."""

    kind: MatchKind
    score: float
    match: str


class Term:
    """A word, or several that match together or written as one, and its phrases of each kind."""

    def __init__(self, word: str, parts: Sequence[Term] = ()) -> None:
        self.word = word
        self.parts = parts
        self.phrases = {
            MatchKind.NAME: [_phrase(f"={word}")],
            MatchKind.WORD: [_phrase(word)],
            MatchKind.PREFIX: _prefixes(word),
            MatchKind.SUBSTRING: _substrings(word),
        }

    def words(self) -> list[Term]:
        """Return the terms of single words."""
        return [word for part in self.parts for word in part.words()] or [self]

    def has_phrases(self, kind: MatchKind) -> bool:
        """Return whether the term or any of its parts can match in this way."""
        return bool(self.phrases.get(kind)) or any(part.has_phrases(kind) for part in self.parts)

    def add_typos(self, vocabulary: Vocabulary) -> bool:
        """Add the words that each word may be a typo of; return whether there are any."""
        words = self.words()
        for term in words:
            edits = vocabulary.similar_words(term.word)
            longer = vocabulary.words_containing(term.word)
            term.phrases |= {
                MatchKind.LONGER_WORD: [_phrase(word) for word in longer],
                MatchKind.ONE_TYPO: [_phrase(word) for word in edits if edits[word] == 1],
                MatchKind.TWO_TYPOS: [_phrase(word) for word in edits if edits[word] > 1],
                MatchKind.TYPO_PREFIX: list(map(_prefix, vocabulary.similar_prefixes(term.word))),
            }
        return any(term.phrases[kind] for term in words for kind in TYPO_KINDS)

    def fts_expression(self, kind: MatchKind, columns: str) -> str:
        """Return the expression for a kind of match in some columns, or a better one in any."""
        kinds = [other for other in MatchKind if other < kind]
        better = [phrase for other in kinds for phrase in self.phrases.get(other, ())]
        phrases = " OR ".join(self.phrases.get(kind, ()))
        own = " OR ".join([*better, f"{columns} : ({phrases})"] if phrases else better)
        if not self.parts:
            return f"({own})"
        every = " AND ".join(part.fts_expression(kind, columns) for part in self.parts)
        return f"(({every}) OR {own})"


def parse_query(text: str) -> Term | None:
    """Return the parsed query; None if it has no words.

    >>> query = parse_query("re:zero rem")
    >>> query.word, [part.word for part in query.parts], [word.word for word in query.words()]
    ('rezerorem', ['rezero', 'rem'], ['re', 'zero', 'rem'])
    """
    chunks = [_join(list(map(Term, words))) for words in split_chunks(text)]
    return _join(chunks) if chunks else None


def _join(parts: Sequence[Term]) -> Term:
    return parts[0] if len(parts) == 1 else Term(join_words(part.word for part in parts), parts)


def rank_queries(query: Term, kinds: Sequence[MatchKind]) -> list[Rank]:
    """Return the ranks of some kinds of match, without those in which nothing can match."""
    return [rank for kind in kinds for rank in _ranks(query, kind, query.fts_expression)]


def rank_single_word(query: Term, kind: MatchKind) -> list[Rank]:
    """Return the ranks in which any one part matches in this way, and the others exactly."""
    exact = [part.fts_expression(EXACT_KINDS[-1], _COLUMNS[-1]) for part in query.parts]

    def expression(kind: MatchKind, columns: str) -> str:
        each = (
            " AND ".join((*exact[:at], part.fts_expression(kind, columns), *exact[at + 1 :]))
            for at, part in enumerate(query.parts)
        )
        return " OR ".join(f"({one})" for one in each)

    return _ranks(query, kind, expression)


def _ranks(query: Term, kind: MatchKind, expression: Callable[[MatchKind, str], str]) -> list[Rank]:
    if not query.has_phrases(kind):
        return []
    return [
        Rank(
            kind, round(1 - _KIND_COST * kind - _COLUMN_COST * place, 2), expression(kind, columns)
        )
        for place, columns in enumerate(_COLUMNS)
    ]


def _prefixes(word: str) -> list[str]:
    """Return phrases for the words and the names that begin with a word.

    >>> _prefixes("k"), _prefixes("ko"), _prefixes("kon")
    ([], ['"ko" *'], ['"kon" *', '"=kon" *'])
    """
    phrases = [_prefix(word)] if len(word) >= _MIN_WORD_PREFIX or is_cjk(word) else []
    return [*phrases, _prefix(f"={word}")] if len(word) >= _MIN_NAME_PREFIX else phrases


def _substrings(word: str) -> list[str]:
    """Return a phrase for names that contain a word, if it is of a script without blanks.

    >>> _substrings("の"), _substrings("君の名"), _substrings("neko")
    (['"~の" *'], ['"~君の ~の名"'], [])
    """
    if not any(map(is_cjk, word)):
        return []
    pairs = bigrams(word)
    return [_prefix(pairs[0]) if len(pairs) == 1 else _phrase(" ".join(pairs[:-1]))]


def _prefix(text: str) -> str:
    return f"{_phrase(text)} *"


def _phrase(text: str) -> str:
    # Between quotation marks, only these marks are syntax.
    escaped = text.replace('"', '""')
    return f'"{escaped}"'
