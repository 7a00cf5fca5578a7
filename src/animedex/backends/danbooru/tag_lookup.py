"""The tag that words mean, among the service's suggestions.

https://danbooru.donmai.us/wiki_pages/help:api
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from animedex.backends.danbooru.tag_query import split_query
from animedex.errors import BadArguments
from animedex.text_normalization import is_cjk, normalize, split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from animedex.backends.danbooru.models import DanbooruSuggestion

_LONGEST = 170
# What the service puts right has the question itself beside it, which proves nothing.
_CORRECTED = "tag-autocorrect"


def list_tags(suggestions: Iterable[DanbooruSuggestion]) -> list[DanbooruSuggestion]:
    """Return the suggestions that are tags, without values of metatags and names of pools."""
    return [each for each in suggestions if each.kind and _is_tag(each.value or "")]


def find_best_tag(words: str, suggestions: Iterable[DanbooruSuggestion]) -> str | None:
    """Return the tag that is spelled like the words, or else the first that contains them all.

    A tag is known by its other spellings too. Half of what was asked for is something else: where
    no tag has all words, there is none.
    """
    by_name = {each.value: _spellings(each) for each in suggestions if each.value}
    exact, query_words = normalize("_".join(words.split())), split_words(words)
    called = (name for name in by_name if normalize(name) == exact)
    # Nothing is left of a tag such as ^_^ but its exact spelling.
    fitting = (
        name
        for fits in ((_equals_spelling, _contains_spelling) if query_words else ())
        for name, spellings in by_name.items()
        if any(fits(split_words(spelling), query_words) for spelling in spellings)
    )
    return next(chain(called, fitting), None)


def _is_tag(value: str) -> bool:
    try:
        terms = split_query([value])
    except BadArguments:
        return False
    one = terms == (value,) and len(value.split()) == 1 and not value.startswith(("-", "~"))
    return one and len(value) <= _LONGEST


def _spellings(suggestion: DanbooruSuggestion) -> list[str]:
    other = None if suggestion.type == _CORRECTED else suggestion.antecedent
    return [text for text in (suggestion.value, suggestion.label, other) if text]


def _equals_spelling(spelled: Sequence[str], query_words: Sequence[str]) -> bool:
    return "".join(spelled) == "".join(query_words)


def _contains_spelling(spelled: Sequence[str], query_words: Sequence[str]) -> bool:
    """Return whether a tag contains all words; words in a dense script may be within another.

    >>> _contains_spelling(["long", "hair"], ["hair"])
    True
    >>> _contains_spelling(["long", "hair"], ["air"])
    False
    >>> _contains_spelling(["初音みく"], ["初音"])
    True
    """
    return all(
        word in spelled or (is_cjk(word) and any(word in each for each in spelled))
        for word in query_words
    )
