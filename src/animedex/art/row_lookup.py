"""The row of a picture, found by its URL or its id, whichever service has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex import backends
from animedex.art.providers import list_services
from animedex.backends.provider import find_provider
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.call import Call
    from animedex.models import PictureRecord

LOOKUP_HINT = "give a picture's URL, an id such as waifu:6460, or a row as JSON"


def find_picture_call(text: str, base_urls: Mapping[str, str]) -> Call[PictureRecord] | None:
    """Return what finds the row of a picture, if the text is a service's URL or id.

    `base_urls` tells where services are that are not at home. Raises `BadArguments` for an id
    that its service cannot have.
    """
    name, colon, rest = text.partition(":")
    if colon and name in backends.list_names():
        call = find_provider(name).picture(to_service_url(rest, base_urls))
        if call is None:
            message = f"{rest!r:.80} is no id of {name}"
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
