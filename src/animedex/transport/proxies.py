"""Which proxies to go through; loopback is never proxied."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from animedex.config.settings import read_proxy
from animedex.errors import BadArguments
from animedex.http_message import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping


_VARIABLES = {
    "https": "HTTPS_PROXY",
    "http": "HTTP_PROXY",
    "every": "ALL_PROXY",
    "direct": "NO_PROXY",
}


class Proxies(NamedTuple):
    """Proxy URLs by scheme, and the hosts that are reached directly.

    `direct` is a list as `NO_PROXY` has it: names, suffixes and networks between commas.
    """

    https: str | None = None
    http: str | None = None
    every: str | None = None
    direct: str | None = None


def read_proxies(environment: Mapping[str, str] = os.environ) -> Proxies:
    """Read the usual variables; a lower-case one wins over its upper-case twin.

    Raises `BadArguments` for a value that cannot be read, rather than passing over it.

    >>> read_proxies({"https_proxy": "proxy.example:3128", "NO_PROXY": "nekos.best"})
    Proxies(https='http://proxy.example:3128', http=None, every=None, direct='nekos.best')
    """
    values: dict[str, str | None] = {}
    for field, variable in _VARIABLES.items():
        text = environment.get(variable.lower()) or environment.get(variable) or None
        try:
            values[field] = hide_password(read_proxy(text)) if text and field != "direct" else text
        except BadArguments as error:
            message = f"{variable}: {error.message}"
            raise BadArguments(message) from None
    return Proxies(**values)


def hide_password(url: str) -> str:
    """Return a URL that no `repr` shows if there may be a password in it.

    >>> Proxies(every=hide_password("http://me:s3cret@proxy.example:3128")).every
    '***'
    """
    return Secret(url) if "@" in url else url
