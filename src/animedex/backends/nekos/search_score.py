"""Measure how well a search row answers its query.

The service's search is fuzzy, sends no score and never an empty list. What it does not say is
said here: which of its rows have to do with the query at all. 0.8 is a sensible threshold.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from animedex.backends.nekos.url_handles import find_handles
from animedex.text_normalization import is_cjk, is_short, split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Characters of a text, words of it and characters of a word that count: a service may send text
# of any length, and the work must stay bounded.
_READ, _MOST_WORDS, _LONGEST_WORD = 2000, 32, 64
# A row that has every word of the query, and others besides, is good but not the same.
_MAX_WORD_SCORE = 0.95
# With it one slip in six letters leaves more than 0.8, one in five less.
_SLIP_COST = 1.1

# A part of a word must be this long to count where it does not begin the word, and this long
# to count with a slip in it; shorter ones are there by chance.
_LEAST_INNER = 5
_LEAST_SLIPPED = 4

_STOP_WORD = re.compile("an?|and|at|de|ga|in|n[aio]|of?|on|or|the|to|w[ao]|[のとはをにがでもへや]")


class _NameWords(NamedTuple):
    words: list[str]
    joins: list[str]


def match_score(query: str, names: Sequence[str], links: Sequence[str]) -> float:
    """Score in 0..1 how well names and links answer a query.

    1.0 means the same words, or the same letters divided otherwise. Every word of the query is
    given its best counterpart in any name, and long words weigh more. Of a link only the user's
    handle and the ids count. Only the first 2000 characters and 32 words of a text are read.

    >>> match_score("Frieren", ["Sousou no Frieren"], [])
    0.95
    >>> match_score("re zero", ["Re:Zero"], [])
    1.0
    >>> match_score("twitter", [], ["https://twitter.com/yuzuriko_0417/status/1"]) < 0.5
    True
    """
    query_words = _split_words(query)
    if not query_words:
        return 0.0
    texts = [*names, *(handle for link in links for handle in find_handles(link))]
    answers = [_split_words(text) for text in texts]
    if any(_are_equal(query_words, answer) for answer in answers):
        return 1.0
    answer = _pool_words(answers)
    joined = "".join(query_words)[:_LONGEST_WORD]
    return min(
        _MAX_WORD_SCORE,
        max(_score_coverage(query_words, answer), _score_coverage([joined], answer)),
    )


def _split_words(text: str) -> list[str]:
    return [word[:_LONGEST_WORD] for word in split_words(text[:_READ])[:_MOST_WORDS]]


def _are_equal(query_words: list[str], words: list[str]) -> bool:
    return "".join(query_words) == "".join(words) or sorted(query_words) == sorted(words)


def _pool_words(answers: Iterable[list[str]]) -> _NameWords:
    """Collect the words, and pairs and triples of neighbours as single words.

    >>> _pool_words([["one", "piece"]])
    _NameWords(words=['one', 'piece'], joins=['onepiece'])
    """
    pool = _NameWords([], [])
    for words in answers:
        pool.words.extend(words)
        for size in (2, 3):
            starts = range(len(words) - size + 1)
            pool.joins.extend("".join(words[i : i + size])[:_LONGEST_WORD] for i in starts)
    return pool


def _score_coverage(query_words: list[str], answer: _NameWords) -> float:
    weights = [_word_weight(word) for word in query_words]
    scores = sum(
        w * _best_similarity(word, answer) for w, word in zip(weights, query_words, strict=True)
    )
    return scores / sum(weights)


def _word_weight(word: str) -> float:
    if _STOP_WORD.fullmatch(word):
        return 0.5
    return len(word) * (2 if is_cjk(word) else 1)


def _best_similarity(word: str, answer: _NameWords) -> float:
    # A join is no word: what lies across its seams is a part of it by accident, except in
    # scripts that have no seams.
    likeness = _similarity if is_cjk(word) else _spelling_similarity
    scores = [_similarity(word, other) for other in answer.words]
    scores += [likeness(word, join) for join in answer.joins]
    return max(scores, default=0.0)


def _similarity(word: str, other: str) -> float:
    part = _alignment_score if is_cjk(word) else _containment_score
    return max(_spelling_similarity(word, other), part(word, other))


def _spelling_similarity(word: str, other: str) -> float:
    """Compare two words by edit distance: a letter wrong, missing, added or swapped.

    >>> _spelling_similarity("freiren", "frieren") > 0.8 > _spelling_similarity("feiren", "frieren")
    True
    """
    from rapidfuzz.distance import OSA

    if word == other:
        return 1.0
    if is_short(word) or is_short(other) or _keep_digits(word) != _keep_digits(other):
        return 0.0
    longest = max(len(word), len(other))
    return max(0.0, 1 - _SLIP_COST * OSA.distance(word, other) / longest)


def _keep_digits(word: str) -> str:
    # Numbers with one digit changed are as different as any two.
    return "".join(char for char in word if char.isdecimal())


def _containment_score(word: str, other: str) -> float:
    if is_short(word) or word.isdecimal() or len(word) >= len(other):
        return 0.0
    if other.startswith(word) or (len(word) >= _LEAST_INNER and word in other):
        return 0.8 + 0.2 * len(word) / len(other)
    return 0.0


def _alignment_score(word: str, other: str) -> float:
    """Compare a word without spaces with the most similar part of the other.

    >>> _alignment_score("ふりーれん", "葬送のふりーれん")
    0.925
    >>> _alignment_score("葬送のふりーれん", "ふりーれん")
    0.85
    """
    from rapidfuzz import fuzz

    if is_short(word) or is_short(other) or not is_cjk(other):
        return 0.0
    cutoff = 75 if min(len(word), len(other)) >= _LEAST_SLIPPED else 100
    ratio = fuzz.partial_ratio(word, other, score_cutoff=cutoff) / 100
    cover = len(word) / len(other)
    # What the row has besides costs little; what the query has besides was not found.
    return ratio * (0.8 + 0.2 * cover if cover <= 1 else 0.6 + 0.4 / cover)
