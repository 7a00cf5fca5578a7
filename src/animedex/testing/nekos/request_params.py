"""Read what a request asks for; what cannot be read is a ``ValueError`` for the visitor's eyes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 20
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_ANIMATED = {"1": False, "2": True}


class Search(NamedTuple):
    """The arguments of a search."""

    query: str
    animated: bool
    category: str | None
    amount: int


def parse_amount(text: str | None) -> int:
    """Read how many rows are wanted; outside 1 to 20 the nearer bound counts.

    >>> parse_amount(None), parse_amount("7"), parse_amount("0"), parse_amount("500")
    (1, 7, 1, 20)
    >>> parse_amount("many")
    Traceback (most recent call last):
        ...
    ValueError: The amount must be a whole number from 1 to 20.
    """
    if text is None:
        return 1
    if not _INTEGER.fullmatch(text):
        message = f"The amount must be a whole number from 1 to {MOST}."
        raise ValueError(message)
    return min(max(int(text), 1), MOST)


def parse_search(query: Mapping[str, str]) -> Search:
    """Read a search's arguments; ``query`` and ``type`` are required.

    >>> parse_search({"query": "miko", "type": "2"})
    Search(query='miko', animated=True, category=None, amount=1)
    >>> parse_search({"query": "miko", "type": "3"})
    Traceback (most recent call last):
        ...
    ValueError: The type must be 1 for images or 2 for GIFs.
    """
    if not query.get("query"):
        message = "The query is required."
        raise ValueError(message)
    if query.get("type") not in _ANIMATED:
        message = "The type must be 1 for images or 2 for GIFs."
        raise ValueError(message)
    return Search(
        query=query["query"],
        animated=_ANIMATED[query["type"]],
        category=query.get("category") or None,
        amount=parse_amount(query.get("amount")),
    )
