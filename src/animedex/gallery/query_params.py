"""What an address of the gallery asks for, and the addresses for asking something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from animedex.errors import BadArguments
from animedex.library.filter_parser import FilterTexts, parse_filters
from animedex.library.filter_sql import Filters

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS = "q"
FILTERS = ("source", "rating", "category", "artist", "animated", "added", "size")
_PLACES = ("before", "page")
_LONGEST = 200
_PLACE = re.compile(r"[0-9]{1,15}")
_ANIMATED = {"yes": True, "no": False}


class QueryParams(NamedTuple):
    """What an address asks for: its texts as they are, and what the filters mean.

    A list goes on `before` a number; what words have found has numbered pages.
    """

    texts: Mapping[str, str]
    filters: Filters = Filters()
    before: int | None = None
    page: int = 1

    @property
    def words(self) -> str:
        """Return the words to search for."""
        return self.texts.get(WORDS, "")

    @property
    def is_all(self) -> bool:
        """Return whether there is no filter."""
        return not self.texts

    def address(self, path: str = "/", **changes: str | int) -> str:
        """Return the address that asks for the same with some changes; an empty one is left out.

        >>> QueryParams({"q": "miko", "rating": "g"}).address(rating="", page=2)
        '/?q=miko&page=2'
        """
        texts = {name: text for name, text in {**self.texts, **changes}.items() if text}
        return f"{path}?{urlencode(texts)}" if texts else path


def parse_query_params(query: Mapping[str, str]) -> QueryParams:
    """Read the query of an address; raise `BadArguments` for what means nothing.

    >>> parse_query_params({"q": " miko ", "animated": "yes", "rating": ""}).filters.animated
    True
    """
    values = {name: query.get(name, "").strip()[:_LONGEST] for name in (WORDS, *FILTERS)}
    texts = {name: text for name, text in values.items() if text}
    filters = parse_filters(
        FilterTexts(
            source=texts.get("source"),
            rating=texts.get("rating"),
            category=texts.get("category"),
            artist=texts.get("artist"),
            added=texts.get("added"),
            larger_than=texts.get("size"),
            animated=_animated(texts.get("animated")),
        )
    )
    before, page = (_number(query.get(name)) for name in _PLACES)
    return QueryParams(texts, filters, before, page or 1)


def _animated(text: str | None) -> bool | None:
    """Read whether it is to move.

    >>> _animated("yes"), _animated("no"), _animated(None)
    (True, False, None)
    """
    if text is not None and text not in _ANIMATED:
        message = f"animated is yes or no, not {text!r:.80}"
        raise BadArguments(message, hint="leave it out to have both")
    return None if text is None else _ANIMATED[text]


def _number(text: str | None) -> int | None:
    """Read a place in a list; what is none is taken for its beginning.

    >>> _number("12"), _number("x"), _number("0"), _number(None)
    (12, None, None, None)
    """
    return int(text) or None if text and _PLACE.fullmatch(text) else None
