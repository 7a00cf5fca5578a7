"""Which services are asked, and in which order; what to say where none of them answers."""

from __future__ import annotations

from copy import copy
from difflib import get_close_matches
from typing import TYPE_CHECKING

from animedex import backends
from animedex.errors import AnimedexError, BadArguments

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def every_service() -> list[str]:
    """Name all services: first those that know no users, then by how much they let one ask.

    >>> every_service()
    ['nekos', 'waifu', 'danbooru']
    """

    def place(name: str) -> tuple[bool, float]:
        declared = backends.declared(name)
        return declared.sign_in is not None, -declared.limits.bucket.rate

    return sorted(backends.names(), key=place)


def chosen(names: Iterable[str] | None) -> list[str]:
    """Give these services in this order, or all; raise `BadArguments` for what is none.

    >>> chosen(["nekos"])
    ['nekos']
    """
    if names is None:
        return every_service()
    asked, known = list(names), backends.names()
    if not asked:
        message = "no service is named"
        raise BadArguments(message, hint=f"there are {', '.join(known)}")
    for index, name in enumerate(asked):
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            message = f"there is no service {name!r:.80}"
            raise BadArguments(message, hint=hint)
        if name in asked[:index]:
            message = f"{name} is named twice"
            raise BadArguments(message)
    return asked


def none_answered(failures: Mapping[str, AnimedexError]) -> AnimedexError:
    """Make one error of every service's: of the first one's kind, with all of them named.

    >>> from animedex.errors import NotFound, TimedOut
    >>> error = none_answered({"a": TimedOut("too slow"), "b": NotFound("no such thing")})
    >>> error.reason, error.message
    ('timeout', 'a: too slow; b: no such thing')
    """
    first = next(iter(failures.values()))
    if len(failures) == 1:
        return first
    made = copy(first)
    made.message = "; ".join(f"{name}: {error.message}" for name, error in failures.items())
    made.args = (made.message,)
    return made
