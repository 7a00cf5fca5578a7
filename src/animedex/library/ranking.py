"""How well an entry may answer, from best to worst, each as a question to the full-text index.

A word is looked for in several ways: as a whole name, as a word, as the beginning of one, inside of
one, and last as what it was perhaps meant for. In each way, names come before tags, and tags before
files. A level has in it all that is above it, so that asking in turn gives the best first.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from animedex.library.tokenizer import bigrams, join_words, split_chunks
from animedex.text_normalization import is_cjk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from animedex.library.typos import Vocabulary


class MatchKind(IntEnum):
    """Name the ways in which a word may be found, the best first."""

    WHOLE = 0
    WORD = 1
    BEGINNING = 2
    PART = 3
    AROUND = 4
    SLIP = 5
    SLIPS = 6
    BEGUN = 7


# As it is written; and what has to be forgiven, in this order.
WRITTEN = (MatchKind.WHOLE, MatchKind.WORD, MatchKind.BEGINNING, MatchKind.PART)
FORGIVEN = (MatchKind.AROUND, MatchKind.SLIP, MatchKind.SLIPS, MatchKind.BEGUN)

# One letter begins so many words that it says nothing, and two begin as many names.
_LEAST_OF_WORD, _LEAST_OF_NAME = 2, 3
_COLUMNS = ("name", "{name tag}", "{name tag file}")
_WAY_COST, _COLUMN_COST = 0.12, 0.04


class Rank(NamedTuple):
    """A question, and the score of what no better level has."""

    kind: MatchKind
    score: float
    match: str


class Token:
    """A word that is looked for, and the phrases that stand for it in each way."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.phrases = {
            MatchKind.WHOLE: [_phrase(f"={word}")],
            MatchKind.WORD: [_phrase(word)],
            MatchKind.BEGINNING: _prefixes(word),
            MatchKind.PART: _parts(word),
        }

    def words(self) -> Iterator[Token]:
        """Return itself."""
        yield self

    terms = words

    def fts_expression(self, way: MatchKind, columns: str) -> str:
        """Return the FTS expression: one kind of match in some columns, each better kind in all."""
        better = [phrase for one in range(way) for phrase in self.phrases.get(MatchKind(one), ())]
        phrases = self.phrases.get(way, ())
        last = [f"{columns} : ({' OR '.join(phrases)})"] if phrases else []
        return f"({' OR '.join((*better, *last))})"


class AllOf(NamedTuple):
    """Terms that are all looked for, or all of them written as one."""

    parts: Sequence[Token | AllOf]
    whole: Token

    def words(self) -> Iterator[Token]:
        """Return the terms of its words."""
        for part in self.parts:
            yield from part.words()

    def terms(self) -> Iterator[Token]:
        """Return the terms of its words, and of words written as one."""
        for part in self.parts:
            yield from part.terms()
        yield self.whole

    def fts_expression(self, way: MatchKind, columns: str) -> str:
        """Return the FTS expression: one kind of match in some columns, each better kind in all."""
        every = " AND ".join(part.fts_expression(way, columns) for part in self.parts)
        return f"(({every}) OR {self.whole.fts_expression(way, columns)})"


def parse_query(text: str) -> Token | AllOf | None:
    """Read what is looked for; None where there are no words.

    >>> [term.word for term in parse_query("re:zero rem").terms()]
    ['re', 'zero', 'rezero', 'rem', 'rezerorem']
    """
    chunks = split_chunks(text)
    parts = [_all_words([Token(word) for word in words], words) for words in chunks]
    return _all_words(parts, [word for words in chunks for word in words]) if parts else None


def rank_queries(meant: Token | AllOf, ways: Sequence[MatchKind]) -> list[Rank]:
    """Return the levels of some ways, but for those that would add nothing."""
    return [level for way in ways for level in _levels(meant, way, meant.fts_expression)]


def rank_single_word(meant: AllOf, way: MatchKind) -> list[Rank]:
    """Return the levels of a way for any one part, the others being as they are written."""

    def fts_expression(way: MatchKind, columns: str) -> str:
        written = [part.fts_expression(WRITTEN[-1], _COLUMNS[-1]) for part in meant.parts]
        each = (
            " AND ".join((*written[:at], part.fts_expression(way, columns), *written[at + 1 :]))
            for at, part in enumerate(meant.parts)
        )
        return " OR ".join(f"({one})" for one in each)

    return _levels(meant, way, fts_expression)


def _levels(
    meant: Token | AllOf, way: MatchKind, query: Callable[[MatchKind, str], str]
) -> list[Rank]:
    if not any(term.phrases.get(way) for term in meant.terms()):
        return []
    return [
        Rank(way, round(1 - _WAY_COST * way - _COLUMN_COST * place, 2), query(way, columns))
        for place, columns in enumerate(_COLUMNS)
    ]


def _all_words(parts: Sequence[Token | AllOf], words: Sequence[str]) -> Token | AllOf:
    return parts[0] if len(parts) == 1 else AllOf(parts, Token(join_words(words)))


def expand_typos(term: Token, vocabulary: Vocabulary) -> bool:
    """Add the words that a term may be a typo of; return whether there are any."""
    near = vocabulary.similar_words(term.word)
    term.phrases |= {
        MatchKind.AROUND: [_phrase(other) for other in vocabulary.words_containing(term.word)],
        MatchKind.SLIP: [_phrase(other) for other, slips in near.items() if slips == 1],
        MatchKind.SLIPS: [_phrase(other) for other, slips in near.items() if slips > 1],
        MatchKind.BEGUN: [_prefix(other) for other in vocabulary.similar_prefixes(term.word)],
    }
    return any(term.phrases[way] for way in FORGIVEN)


def _prefixes(word: str) -> list[str]:
    """Ask for the words and the names that a word begins.

    >>> _prefixes("k"), _prefixes("ko"), _prefixes("kon")
    ([], ['"ko" *'], ['"kon" *', '"=kon" *'])
    """
    phrases = [_prefix(word)] if len(word) >= _LEAST_OF_WORD or is_cjk(word) else []
    return [*phrases, _prefix(f"={word}")] if len(word) >= _LEAST_OF_NAME else phrases


def _parts(word: str) -> list[str]:
    """Ask for what has a word inside, if that is of a kind that nothing divides.

    >>> _parts("の"), _parts("君の名"), _parts("neko")
    (['"~の" *'], ['"~君の ~の名"'], [])
    """
    if not any(map(is_cjk, word)):
        return []
    pairs = bigrams(word)
    return [_prefix(pairs[0]) if len(pairs) == 1 else _phrase(" ".join(pairs[:-1]))]


def _prefix(text: str) -> str:
    return f"{_phrase(text)} *"


def _phrase(text: str) -> str:
    # In quotation marks nothing is syntax but these marks.
    escaped = text.replace('"', '""')
    return f'"{escaped}"'
