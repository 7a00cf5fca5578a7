"""Checks of arguments before a request is sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.backends.danbooru.tag_query import AUTOCOMPLETE
from animedex.call import is_text
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from typing import Never

MOST_POSTS = 200
MOST_OF_ALL = 1000
MOST_ROWS = 1000
_PAGE = re.compile(r"(?:[ab]|(?=[1-9]))[0-9]{1,18}", re.ASCII)
_UNNAMEABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_LARGEST_ID = 10**18


def check_limit(limit: int) -> str:
    """Return the limit of a list of posts as it is sent."""
    hint = f"--all pages through up to {MOST_OF_ALL} posts"
    return _check_limit(limit, MOST_POSTS, hint)


def check_row_limit(limit: int) -> str:
    """Return the limit of a list other than posts, as a parameter."""
    return _check_limit(limit, MOST_ROWS)


def _check_limit(limit: int, most: int, hint: str | None = None) -> str:
    if type(limit) is not int or not 1 <= limit <= most:
        _raise_bad_argument(f"a limit is a whole number from 1 to {most}, not {limit!r:.80}", hint)
    return str(limit)


def check_max(most: int) -> int:
    """Return the largest number of posts over all pages."""
    if type(most) is not int or not 1 <= most <= MOST_OF_ALL:
        _raise_bad_argument(
            f"a maximum is a whole number from 1 to {MOST_OF_ALL}, not {most!r:.80}",
            "narrow the search: whole tags are not collected",
        )
    return most


def check_page(page: int | str) -> str:
    """Return the page as it is sent.

    >>> check_page(3), check_page("b500"), check_page("A7")
    ('3', 'b500', 'a7')
    """
    text = str(page).lower()
    if isinstance(page, bool) or not _PAGE.fullmatch(text):
        _raise_bad_argument(
            f"a page is a number from 1, b<id> or a<id>, not {page!r:.80}",
            "b500 is what comes before post 500, a500 what comes after it",
        )
    return text


def check_id(what: str, number: int) -> str:
    """Return an id as it is sent."""
    if type(number) is not int or not 0 < number < _LARGEST_ID:
        _raise_bad_argument(f"the id of {what} is a positive whole number, not {number!r:.80}")
    return str(number)


def check_name(what: str, name: str) -> str:
    """Return a name with the underscores that the site writes in place of blanks.

    >>> check_name("a tag", " hatsune miku ")
    'hatsune_miku'
    """
    return "_".join(check_text(what, name).split())


def check_text(what: str, text: str) -> str:
    """Return a text without blanks around it."""
    if not is_text(text):
        _raise_bad_argument(f"{what} is named by text, not by {text!r:.80}")
    if _UNNAMEABLE.search(text):
        _raise_bad_argument(f"{text!r:.80} cannot be the name of {what}")
    if not text.strip():
        _raise_bad_argument(f"the name of {what} is empty", AUTOCOMPLETE)
    return text.strip()


def _raise_bad_argument(message: str, hint: str | None = None) -> Never:
    raise BadArguments(message, backend="danbooru", hint=hint)
