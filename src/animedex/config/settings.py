"""All settings: default, parser, and purpose."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from animedex.errors import BadArguments

Value = str | float | bool | None
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?)\s*([kmgt]?)(?:i?b)?")
_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_YEAR = 366 * 86_400.0
_SERVERS = {"redis", "rediss", "valkey", "valkeys"}
_SECURE_SERVERS = {"rediss", "valkeys"}
_STATE_OPTIONS = {"db"}
_TLS_OPTIONS = {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"}
# What is written wrong may hold a password all the same, and is no file's path.
_NEARLY_URL = re.compile(r"\s*(?:rediss?|valkeys?|unix)\s*(?::|//)", re.IGNORECASE)
_CONTACT = re.compile(r"[!-'*-~]+(?: [!-'*-~]+)*")


class Setting(NamedTuple):
    """Declare one setting."""

    default: Value
    read: Callable[[str], Value]
    help: str


def read_timeout(text: str) -> float | None:
    """Read a number of seconds above 0 and up to a year, or `none` for no deadline.

    >>> read_timeout("2.5"), read_timeout("none")
    (2.5, None)
    """
    if text.strip().lower() == "none":
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _YEAR:
        message = f"{text!r} is not a number of seconds above 0 and up to a year, nor `none`"
        raise BadArguments(message)
    return seconds


def read_size(text: str) -> int | None:
    """Read a number of bytes above 0, with K, M, G or T for its powers of 1024, or `none`.

    >>> read_size("1.5M"), read_size("512 MiB"), read_size("none")
    (1572864, 536870912, None)
    """
    plain = text.strip().lower()
    if plain == "none":
        return None
    match = _SIZE.fullmatch(plain)
    size = int(float(match[1]) * _UNITS[match[2]]) if match else 0
    if size < 1:
        message = f"{text!r} is not a size such as 512M or 2G, nor `none`"
        raise BadArguments(message)
    return size


def read_contact(text: str) -> str:
    """Read an e-mail address or a public URL by which a service can reach the user.

    >>> read_contact("you@example.org")
    'you@example.org'
    """
    contact = text.strip()
    if not _CONTACT.fullmatch(contact) or not ("@" in contact or "://" in contact):
        message = f"{text!r} is neither an e-mail address nor a URL in plain ASCII"
        raise BadArguments(message, hint="such as you@example.org or https://example.org/you")
    return contact


def read_url(text: str) -> str:
    """Read the base URL of a service, which paths are added to.

    >>> read_url("http://127.0.0.1:8080/api/v2/")
    'http://127.0.0.1:8080/api/v2'
    """
    url = text.strip()
    if "@" in url:
        # The value may hold a password, so it is not repeated.
        message = "a base URL cannot contain a user or a password"
        raise BadArguments(message)
    if not _is_url(url, {"http", "https"}) or "?" in url or "#" in url:
        message = f"{text!r} is not a URL with http:// or https:// and without a query"
        raise BadArguments(message)
    return url.rstrip("/")


def read_proxy(text: str) -> str:
    """Read a proxy's URL; one without a scheme is taken as HTTP, as elsewhere.

    >>> read_proxy("proxy.example:3128")
    'http://proxy.example:3128'
    """
    url = text.strip() if "://" in text else f"http://{text.strip()}"
    if _is_url(url, {"http", "https", "socks4", "socks5", "socks5h"}):
        return url
    # The value may hold a password, so it is not repeated.
    message = "the proxy is not a URL such as http://proxy.example:3128"
    raise BadArguments(message)


def read_state(text: str) -> str:
    """Read a file's path, or the URL of a Redis server; errors never repeat a password.

    >>> read_state("redis://cache.example:6380/1")
    'redis://cache.example:6380/1'
    """
    if "://" not in text and not _NEARLY_URL.match(text):
        return text
    url = text.strip()
    try:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        number = "" if parts.scheme == "unix" else parts.path.strip("/")
        options = _STATE_OPTIONS | (_TLS_OPTIONS if parts.scheme in _SECURE_SERVERS else set[str]())
        is_valid = query.keys() <= options and f"{query.get('db', '')}{number or 0}".isdecimal()
        place = parts.path if parts.scheme == "unix" else _is_url(url, _SERVERS) and parts.hostname
        if is_valid and place and parts.scheme in {*_SERVERS, "unix"} and not parts.fragment:
            return url
    except ValueError:
        pass
    message = "that is neither a file path nor the URL of a Redis server"
    raise BadArguments(message, hint="such as redis://:PASSWORD@HOST:6379/0, or rediss:// for TLS")


def read_choice(text: str, choices: tuple[str, ...]) -> str:
    """Read one of several words.

    >>> read_choice(" ON", ("on", "off"))
    'on'
    """
    word = text.strip().lower()
    if word not in choices:
        message = f"{text!r} is not one of {', '.join(choices)}"
        raise BadArguments(message)
    return word


def _is_url(text: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  reading it is the check
    except ValueError:
        return False
    clean = text.isascii() and text.isprintable() and not {" ", "\\"} & set(text)
    return clean and parts.scheme in schemes and bool(parts.hostname)


_read_switch = partial(read_choice, choices=("on", "off"))
_read_rate = partial(read_choice, choices=("normal", "slow"))
_read_color = partial(read_choice, choices=("auto", "always", "never"))
SETTINGS = {
    "contact": Setting(None, read_contact, "an e-mail address or URL, sent in the User-Agent"),
    "timeout": Setting(30.0, read_timeout, "seconds for a whole command, or `none`"),
    "max_size": Setting(512 * 2**20, read_size, "most bytes of a file to download, or `none`"),
    "rate": Setting("normal", _read_rate, "`slow` halves the pace"),
    "cache": Setting("on", _read_switch, "whether answers that allow it are kept"),
    "limits": Setting("on", _read_switch, "`off` only works for a loopback server"),
    "color": Setting("auto", _read_color, "whether to use colour"),
    "proxy": Setting(None, read_proxy, "a proxy for everything but loopback"),
    "state": Setting(None, read_state, "the file, or Redis server, in which budgets are kept"),
}
# Settings of earlier versions, and what to know without them.
REMOVED = {
    "state_share": "while the Redis server is away, calls wait for it until their deadline",
}
