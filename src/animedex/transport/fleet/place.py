"""Where a server is, as its URL says it, and how that is shown without a password."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from animedex.call import Secret
from animedex.config.settings import SECURE_SERVERS

_DEFAULT_PORT = 6379


class Place(NamedTuple):
    """Hold what a URL says; `shown` is fit to be printed, and `path` is a socket's in a file.

    `tls` are the options whose names begin with `ssl_`.
    """

    shown: str
    secure: bool
    host: str
    port: int
    path: str
    database: int
    user: str | None
    password: Secret | None
    tls: tuple[tuple[str, str], ...]


def place_of(url: str) -> Place:
    """Take a URL apart that `settings.read_state` has accepted.

    >>> place_of("rediss://:s3cret@cache.example/2").shown
    'rediss://***@cache.example/2'
    >>> place_of("redis://cache.example")[2:6]
    ('cache.example', 6379, '', 0)
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    local = parts.scheme == "unix"
    number = query.get("db") or ("" if local else parts.path.strip("/"))
    return Place(
        shown=f"{hidden(url).partition('?')[0]}",
        secure=parts.scheme in SECURE_SERVERS,
        host=parts.hostname or "",
        port=parts.port or _DEFAULT_PORT,
        path=unquote(parts.path) if local else "",
        database=int(number or 0),
        user=unquote(parts.username) if parts.username else None,
        password=Secret(unquote(parts.password)) if parts.password else None,
        tls=tuple((name, value) for name, value in query.items() if name != "db"),
    )


def hidden(url: str) -> str:
    """Strike user and password out of a URL.

    >>> hidden("redis://me:s3cr/et@cache.example:6380")
    'redis://***@cache.example:6380'
    """
    scheme, mark, rest = url.partition("://")
    return f"{scheme}://***@{rest.rpartition('@')[2]}" if mark and "@" in rest else url
