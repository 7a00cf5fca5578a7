"""What is sent and received: requests, responses, and the account that signs a request."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = "dict[str, JsonValue]"
Headers: TypeAlias = "tuple[tuple[str, str], ...]"
_SUCCESS = 2


class Request(NamedTuple):
    """One request, before the base URL is known.

    `path` is below the backend's base URL and begins with a slash; an absolute URL is accepted
    where it lies below the base URL that the backend declares or is configured to have.
    """

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: Headers = ()


class Secret(str):
    """A text that no `repr` shows, be it of a request, an effect or a list.

    >>> Request("GET", "/", headers=(("x-api-key", Secret("k3y")),)).headers
    (('x-api-key', '***'),)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


def _escaped_pattern(secret: str) -> str:
    """Return a pattern for a text whose characters may be escaped, even several times.

    These are the ways of JSON, URLs, HTML and Python. Each alternative begins with a plain
    character, by which `re` finds where to look.
    """
    return "".join(_escaped_character(character) for character in secret)


def _escaped_character(character: str) -> str:
    code = ord(character)
    number = "".join(f"[{digit}{digit.upper()}]" for digit in f"{code:02x}")
    named = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}.get(character)
    entity = f"#0*{code};?|#[xX]0*{number};?" + (f"|{named};?" if named else "")
    backslash = rf"\\\\*(?:{re.escape(character)}|[uU]0*{number}|u\{{0*{number}\}}|x{number})"
    return rf"(?:{re.escape(character)}|{backslash}|%(?:25)*{number}|&(?:amp;)*(?:{entity}))"


class Account:
    """The headers that sign a user's requests; no `repr` shows them.

    `secrets` are all the ways in which a key may be written. `user` is the user's name, where the
    service has one; `mark` tells accounts apart and nothing of their keys.
    """

    def __init__(
        self, headers: Headers, secrets: Iterable[str], user: str | None, mark: str
    ) -> None:
        self.headers: Headers = tuple((name, Secret(value)) for name, value in headers)
        self.user = user
        self.mark = mark
        # One way of writing a key may hold another.
        self._secrets = tuple(Secret(text) for text in sorted(secrets, key=len, reverse=True))
        self._escaped: re.Pattern[str] | None = None

    def redact(self, text: str) -> str:
        r"""Replace every secret in a text, however its characters are escaped.

        In UTF-16 and UTF-32 there are null characters between them; with a secret these go, too.

        >>> Account((), ["k3y!"], "me", "").redact(r"wrong key: k3y%21, \u006b3y!, &#107;3y!")
        'wrong key: ***, ***, ***'
        """
        if "\0" in text and (hidden := self.redact(dense := text.replace("\0", ""))) != dense:
            return hidden
        if self._secrets and any(mark in text for mark in "\\%&"):
            self._escaped = self._escaped or re.compile(
                "|".join(map(_escaped_pattern, self._secrets))
            )
            return self._escaped.sub("***", text)
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def is_in(self, body: bytes) -> bool:
        """Return whether a body repeats the key."""
        text = body.decode("latin-1")
        return self.redact(text) != text

    def __repr__(self) -> str:
        return f"<account of {self.user or 'a user'}>"


class BodyWriter(Protocol):
    """Takes the body of one answer as it arrives; raises only errors of this package."""

    def write(self, chunk: bytes | memoryview, /) -> None:
        """Take the next piece, which is not changed afterwards."""
        ...

    def discard(self) -> None:
        """Undo everything: the answer is cut, or not what was requested."""
        ...


class Response(NamedTuple):
    """One answer; header names are in lower case.

    The body of an answer that went to a sink is in the sink, not in `body`.
    """

    status: int
    headers: Headers
    body: bytes
    url: str
    writer: BodyWriter | None = None

    @property
    def is_success(self) -> bool:
        """Return whether the status is a 2xx.

        >>> Response(204, (), b"", "").is_success, Response(304, (), b"", "").is_success
        (True, False)
        """
        return self.status // 100 == _SUCCESS

    def header(self, name: str) -> str | None:
        """Return the first header of that name.

        >>> Response(200, (("etag", "x"),), b"", "").header("ETag")
        'x'
        """
        lower_name = name.lower()
        return next((value for key, value in self.headers if key == lower_name), None)


@lru_cache(maxsize=64)
def is_loopback(url: str) -> bool:
    """Return whether a URL leads to this very machine, by name or by number.

    >>> is_loopback("http://127.0.0.1:8080/api"), is_loopback("http://[::1]/")
    (True, True)
    >>> is_loopback("https://127.0.0.1.example/"), is_loopback("https://nekos.best/")
    (False, False)
    """
    host = urlsplit(url).hostname or ""
    if host in {"localhost", "::1"} or host.endswith(".localhost"):
        return True
    parts = host.split(".")
    numeric = len(parts) == _IPV4_PARTS and all(part.isascii() and part.isdigit() for part in parts)
    return numeric and parts[0] == "127"


@lru_cache(maxsize=64)
def origin(url: str) -> str:
    """Return scheme, host and port, in lower case and without a default port.

    >>> origin("HTTPS://Nekos.best:443/api/v2"), origin("http://[::1]:80/")
    ('https://nekos.best', 'http://[::1]')
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in {None, standard} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


_IPV4_PARTS = 4
