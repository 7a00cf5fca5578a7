"""Read the rows of a collection, whose keys may all be missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast

Row = Mapping[str, object]

# Every kind of tag with the number that stands for it in a row; there is no 2.
CATEGORIES = {"general": 0, "artist": 1, "copyright": 3, "character": 4, "meta": 5}


class PartialPost(NamedTuple):
    """A post's row and its tags, taken apart once."""

    row: Row
    tags: frozenset[str]


def text(row: Row, key: str) -> str:
    """Read a text; what is missing, or no text, is empty.

    >>> text({"source": "a sketchbook"}, "source"), text({"source": None}, "source")
    ('a sketchbook', '')
    """
    value = row.get(key)
    return value if isinstance(value, str) else ""


def number(row: Row, key: str) -> float | None:
    """Read a number; what is missing, or no number, is None.

    >>> number({"score": 7}, "score"), number({"score": True}, "score"), number({}, "score")
    (7, None, None)
    """
    value = row.get(key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def row_id(row: Row) -> int:
    """Read the id, which is 0 where a row has none."""
    return int(number(row, "id") or 0)


def flag(row: Row, key: str) -> bool:
    """Return whether something is said to be so."""
    return row.get(key) is True


def nested(row: Row, key: str) -> Row:
    """Read the row inside a row; what is missing is empty."""
    value = row.get(key)
    return cast("Row", value) if isinstance(value, Mapping) else {}


def texts(row: Row, key: str) -> list[str]:
    """Read a list of texts; what is missing is empty, and what is no text is left out.

    >>> texts({"other_names": ["みお", 3]}, "other_names"), texts({}, "other_names")
    (['みお'], [])
    """
    value = row.get(key)
    if not isinstance(value, list | tuple):
        return []
    return [item for item in cast("list[object]", value) if isinstance(item, str)]


def nested_rows(row: Row, key: str) -> list[Row]:
    """Read a list of rows inside a row; what is missing is empty.

    >>> nested_rows({"urls": [{"url": "https://example.org/"}]}, "urls")
    [{'url': 'https://example.org/'}]
    """
    value = row.get(key)
    if not isinstance(value, list | tuple):
        return []
    return [cast("Row", item) for item in cast("list[object]", value) if isinstance(item, Mapping)]
