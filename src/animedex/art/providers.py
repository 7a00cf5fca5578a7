"""The services to use, in order, and the error if none of them answers."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from animedex import backends
from animedex.backends.provider import find_provider
from animedex.errors import AnimedexError, BadArguments, NotFound, suggest_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from animedex.call import Call
    from animedex.models import PictureRecord


def list_services() -> list[str]:
    """Return all services: first those without accounts, then by their rate limits, highest first.

    >>> list_services()
    ['nekos', 'waifu', 'danbooru']
    """

    def place(name: str) -> tuple[bool, float]:
        declared = backends.find_backend(name)
        return declared.sign_in is not None, -declared.limits.bucket.rate

    return sorted(backends.list_names(), key=place)


def check_services(names: Iterable[str] | None) -> list[str]:
    """Return these services in this order, or all; raise `BadArguments` for what is none.

    >>> check_services(["nekos"])
    ['nekos']
    """
    if names is None:
        return list_services()
    services, all_services = list(names), backends.list_names()
    if not services:
        message = "no service is named"
        raise BadArguments(message, hint=f"there are {', '.join(all_services)}")
    for index, name in enumerate(services):
        if name not in all_services:
            hint = suggest_name(name, all_services, f"there are {', '.join(all_services)}")
            message = f"there is no service {name!r:.80}"
            raise BadArguments(message, hint=hint)
        if name in services[:index]:
            message = f"{name} is named twice"
            raise BadArguments(message)
    return services


def merge_failures(failures: Mapping[str, AnimedexError]) -> AnimedexError:
    """Return one error for the failures of all services, with their hints if these differ.

    Its kind is that of the first which is in trouble: that another has no such thing, or cannot be
    asked for it, does not tell what the first would have had.

    >>> from animedex.errors import TimedOut
    >>> error = merge_failures({"a": NotFound("no such thing"), "b": TimedOut("too slow")})
    >>> error.reason, error.message
    ('timeout', 'a: no such thing; b: too slow')
    """
    error_of_all = copy(min(failures.values(), key=_severity))
    error_of_all.message = "; ".join(f"{name}: {error.message}" for name, error in failures.items())
    error_of_all.args = (error_of_all.message,)
    remedies = {name: error.remedy for name, error in failures.items()}
    error_of_all.hint = _merge_hints({name: one and one.template for name, one in remedies.items()})
    return error_of_all


def _severity(error: AnimedexError) -> int:
    """Rank an error: failures before bad arguments, and these before what is not found."""
    return 2 if isinstance(error, NotFound) else 1 if isinstance(error, BadArguments) else 0


def _merge_hints(hints: Mapping[str, str | None]) -> str | None:
    """Return the common hint, or each service's hint with its name.

    >>> _merge_hints({"a": "wait", "b": "wait"}), _merge_hints({"a": "wait", "b": None})
    ('wait', 'a: wait')
    >>> _merge_hints({"a": None})
    """
    if len(set(hints.values())) == 1:
        return next(iter(hints.values()))
    return "; ".join(f"{name}: {hint}" for name, hint in hints.items() if hint)


LOOKUP_HINT = "give a picture's URL or an id such as waifu:6460"


def find_picture_call(text: str, base_urls: Mapping[str, str]) -> Call[PictureRecord] | None:
    """Return what finds the row of a picture, if the text is a service's URL or id.

    `base_urls` tells where services are that are not at home. Raises `BadArguments` for an id
    that its service cannot have.
    """
    name, colon, rest = text.partition(":")
    if colon and name in backends.list_names():
        call = find_provider(name).picture(to_service_url(rest, base_urls))
        if call is None:
            message = f"{rest!r:.80} is not an id of {name}"
            raise BadArguments(message, hint=LOOKUP_HINT)
        return call
    # A number alone would be an id of several services.
    home = to_service_url(text, base_urls)
    calls = (find_provider(name).picture(home) for name in list_services() if "/" in home)
    return next((call for call in calls if call is not None), None)


def to_service_url(url: str, base_urls: Mapping[str, str]) -> str:
    """Write a URL below a configured base as the service itself would.

    >>> to_service_url("http://127.0.0.1:8080/neko/1.png", {"nekos": "http://127.0.0.1:8080/"})
    'https://nekos.best/api/v2/neko/1.png'
    """
    for name, base in base_urls.items():
        below = f"{base.rstrip('/')}/"
        if url.startswith(below):
            return f"{backends.find_backend(name).base_url}/{url.removeprefix(below)}"
    return url
