"""Danbooru's query language, as far as it can be checked before a request: terms, and limits.

https://danbooru.donmai.us/wiki_pages/help:cheatsheet
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from animedex.call import is_text
from animedex.errors import BadArguments, suggest_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from animedex.models import Rating

RatingWord: TypeAlias = Literal[
    "g", "s", "q", "e", "general", "sensitive", "questionable", "explicit"
]
MOST_TERMS = 2
FREE = (
    *("status", "rating", "limit", "id", "date", "age", "filesize", "filetype", "parent", "child"),
    *("md5", "width", "height", "duration", "mpixels", "ratio", "score", "upvote", "downvotes"),
    *("favcount", "embedded", "tagcount", "pixiv_id", "pixiv"),
)
ORDERS = (
    *("id", "id_desc", "rank", "curated", "modqueue", "portrait", "landscape", "random"),
    *("custom", "none"),
    *(
        f"{what}{way}"
        for what in (
            *("score", "upvotes", "downvotes", "favcount", "created_at", "change", "md5"),
            *("comment", "comment_bumped", "note", "artcomm", "mpixels", "filesize", "duration"),
            *("tagcount", "gentags", "arttags", "copytags", "chartags", "metatags"),
        )
        for way in ("", "_asc")
    ),
)
AUTOCOMPLETE = "find a tag with `animedex danbooru autocomplete TEXT`"
_MAX_LENGTH = 120
_USUAL = "id, score, favcount, created_at, rank, random"
_ORDERING = ("order", "ordpool", "ordfav", "ordfavgroup", "random")
_STEADY = {order for order in ORDERS if order != "random"}
_RATINGS = {"general": "g", "sensitive": "s", "questionable": "q", "explicit": "e"}
_OPERATORS = {"and", "or"}
# A metatag's value in quotes may hold blanks; all else ends at one.
_TERM = re.compile(
    r"""[-~(]*\w+:(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')(?=\)*(?:\s|\Z))\)*|\S+""", re.DOTALL
)
_UNSENDABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def split_query(words: Iterable[str]) -> tuple[str, ...]:
    """Split words into terms, at blanks as the site does.

    Raises `BadArguments` for what holds no term.

    >>> split_query(["touhou -comic", 'source:"a sketch book"'])
    ('touhou', '-comic', 'source:"a sketch book"')
    """
    return tuple(term for word in words for term in _split_word(word))


def _split_word(word: str) -> list[str]:
    if not is_text(word):
        message = f"a tag is text, not {word!r:.80}"
    elif _UNSENDABLE.search(word):
        message = f"{word!r:.80} cannot be a tag"
    else:
        terms = _TERM.findall(word)
        if terms and not {"-", "~"} & set(terms):
            return terms
        message = f"{word!r:.80} holds no tag"
        if terms:
            message = f"{word!r:.80} has a prefix without a tag after it"
    raise BadArguments(message, backend="danbooru", hint=AUTOCOMPLETE)


def strip_operators(term: str) -> str:
    """Strip a term of signs and grouping brackets; the case of its letters means nothing.

    >>> strip_operators("-Rating:E"), strip_operators("(~saber_(fate))"), strip_operators("(")
    ('rating:e', 'saber_(fate)', '')
    """
    name = term.lstrip("-~(")
    return name[: len(name) - _strip_closing(name)].lower()


def group_alternatives(terms: tuple[str, ...]) -> tuple[str, ...]:
    """Add brackets around alternatives, so that further terms apply to all of them.

    To the site `a or b rating:g` is a, whatever its rating. Raises `BadArguments` where brackets of
    the terms' own would end these.

    >>> group_alternatives(("a", "b")), group_alternatives(("a", "or", "b_(c)"))
    (('a', 'b'), ('(', 'a', 'or', 'b_(c)', ')'))
    """
    if "or" not in map(strip_operators, terms):
        return terms
    depth = 0
    for term in terms:
        depth += _strip_opening(term) - _strip_closing(term.lstrip("-~("))
        if depth < 0:
            break
    if depth:
        message = "the brackets in this search do not match"
        raise BadArguments(message, backend="danbooru", hint="close each bracket that you open")
    return ("(", *terms, ")")


def _strip_opening(term: str) -> int:
    signs = len(term) - len(term.lstrip("-~("))
    return term.count("(", 0, signs)


def _strip_closing(name: str) -> int:
    """Count the closing brackets that are not part of the name, unlike that of `saber_(fate)`."""
    at_end = len(name) - len(name.rstrip(")"))
    return min(at_end, max(0, name.count(")") - name.count("(")))


def limited_terms(terms: Iterable[str]) -> list[str]:
    """Return the different terms that count against the limit.

    >>> limited_terms(["touhou", "-comic", "-rating:e", "id:>5", "order:score", "Touhou"])
    ['touhou', 'comic', 'order:score']
    >>> limited_terms(["~a", "~b", "re:zero"]), limited_terms(["(a", "or", "b)"])
    (['a', 'b', 're:zero'], ['a', 'b'])
    """
    names = dict.fromkeys(strip_operators(term) for term in terms)
    return [name for name in names if name and name not in _OPERATORS and not _is_free(name)]


def _is_free(name: str) -> bool:
    metatag, colon, _ = name.partition(":")
    return bool(colon) and metatag in FREE


def has_order(terms: Iterable[str]) -> bool:
    """Return whether a search sets the order of its posts.

    >>> has_order(["touhou"]), has_order(["touhou", "Order:score"])
    (False, True)
    """
    named = (strip_operators(term).partition(":") for term in terms)
    return any(colon and metatag in _ORDERING for metatag, colon, _ in named)


def has_random_order(terms: Iterable[str]) -> bool:
    """Return whether a search may have another answer each time; True for an unknown order.

    >>> has_random_order(["order:random"]), has_random_order(["random:3"])
    (True, True)
    >>> has_random_order(['order:"score"'])
    False
    """
    named = (strip_operators(term).partition(":") for term in terms)
    return any(colon and _may_change(metatag, value) for metatag, colon, value in named)


def _may_change(metatag: str, value: str) -> bool:
    return metatag == "random" or (metatag == "order" and value.strip("\"'") not in _STEADY)


def build_rating_term(rating: RatingWord | Rating) -> str:
    """Return the term of a rating; raise `BadArguments` for an unknown one.

    >>> build_rating_term("general"), build_rating_term("E")
    ('rating:g', 'rating:e')
    """
    word = str(rating).lower()
    letter = _RATINGS.get(word, word)
    if letter in _RATINGS.values():
        return f"rating:{letter}"
    message = f"a rating is g, s, q or e, not {rating!r:.80}"
    hint = "g is general, s sensitive, q questionable, e explicit"
    if word == "safe":
        message = "for danbooru, safe means s (sensitive), not g (general)"
        hint = "use g for what is safe for everyone, or s"
    raise BadArguments(message, backend="danbooru", hint=hint)


def build_order_term(order: str) -> str:
    """Return the term of an order; raise `BadArguments` with the nearest for an unknown one.

    >>> build_order_term("Score")
    'order:score'
    """
    word = str(order).lower()
    if word in ORDERS:
        return f"order:{word}"
    hint = suggest_name(word, ORDERS, f"there are {_USUAL} and others")
    message = f"danbooru has no order {order!r:.80}"
    raise BadArguments(message, backend="danbooru", hint=hint)


def too_many_terms(terms: Sequence[str]) -> BadArguments:
    """Return the error for a search with more terms than allowed without a sign-in."""
    many = limited_terms(terms)
    term_list = ", ".join(many)
    message = (
        f"a search may have {MOST_TERMS} terms without a sign-in, and this one has {len(many)}:"
        f" {term_list if len(term_list) <= _MAX_LENGTH else term_list[:_MAX_LENGTH] + '…'}"
    )
    hint = f"{list_free_metatags()}; or sign in with `animedex auth login danbooru`"
    return BadArguments(message, backend="danbooru", hint=hint)


def list_free_metatags() -> str:
    """Return the metatags that may be added to any search."""
    return f"these metatags do not count: {', '.join(FREE)}"
