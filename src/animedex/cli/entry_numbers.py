"""The numbers of library entries on a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.errors import BadArguments, NotFound

if TYPE_CHECKING:
    from animedex.library.entry import Entry
    from animedex.library.picture_library import Library

_HINT = "numbers are listed by `animedex library list`"
_MOST_DIGITS = 18


def get_entry(library: Library, number: str) -> Entry:
    """Return an entry; raise `NotFound`, or `BadArguments` for what is not a number."""
    entry = library.get(parse_number(number))
    if entry is None:
        message = f"the library has no picture {number}"
        raise NotFound(message, hint=_HINT)
    return entry


def parse_number(text: str) -> int:
    """Parse the number of an entry.

    >>> parse_number("12")
    12
    """
    if not is_number(text):
        message = f"{text!r:.80} is not the number of a picture"
        raise BadArguments(message, hint=_HINT)
    # A number of a thousand digits is none of ours, either.
    return int(text) if len(text) <= _MOST_DIGITS else 0


def is_number(text: str) -> bool:
    """Return whether a text can only be the number of an entry.

    >>> is_number("12"), is_number("12.png"), is_number("-1")
    (True, False, False)
    """
    return text.isascii() and text.isdigit()
