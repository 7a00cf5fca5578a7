"""What is asked and what is answered: frozen values that do nothing by themselves."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from animedex.backends.backend import Backend
    from animedex.errors import AnimedexError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = "dict[str, JsonValue]"
Headers: TypeAlias = "tuple[tuple[str, str], ...]"
JSON_CAP = 16 * 1024 * 1024


class Request(NamedTuple):
    """Describe one request, before it is known where the backend really is.

    `path` is below the backend's base URL and begins with a slash; an absolute URL is accepted
    where it lies below the base URL that the backend declares or is configured to have.
    """

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: Headers = ()


class SourceTag(NamedTuple):
    """Tell where a datum came from, and when.

    `rate_limited` is true when the request really waited for a budget, `library` when the datum
    was kept in the user's library, and nothing was asked for it now.
    """

    backend: str
    fetched_at: datetime
    cached: bool
    rate_limited: bool
    library: bool = False

    def to_payload(self) -> dict[str, str | bool]:
        """Give the tag as a JSON object, the time in UTC to the second."""
        told = {**self._asdict(), "fetched_at": _stamp(self.fetched_at)}
        if not self.library:
            del told["library"]
        return told


def _stamp(moment: datetime) -> str:
    """Write a time in UTC, or as it is where its like in UTC would be before all years or after."""
    from datetime import UTC

    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        return moment.isoformat(timespec="seconds")
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


class Secret(str):
    """Be a text that no `repr` shows, be it of a request, a step or a list.

    >>> Request("GET", "/", headers=(("x-api-key", Secret("k3y")),)).headers
    (('x-api-key', '***'),)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


def _escaped(secret: str) -> str:
    """Return a pattern for a text whose characters may be escaped, even more than once.

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
    """Hold what a request carries to be known as a user's, and keep it out of sight.

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

    def hide(self, text: str) -> str:
        r"""Strike every secret out of a text, whichever way its characters are escaped.

        In UTF-16 and UTF-32 there are null characters between them; with a secret these go, too.

        >>> Account((), ["k3y!"], "me", "").hide(r"wrong key: k3y%21, \u006b3y!, &#107;3y!")
        'wrong key: ***, ***, ***'
        """
        if "\0" in text and (hidden := self.hide(dense := text.replace("\0", ""))) != dense:
            return hidden
        if self._secrets and any(mark in text for mark in "\\%&"):
            self._escaped = self._escaped or re.compile("|".join(map(_escaped, self._secrets)))
            return self._escaped.sub("***", text)
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def __repr__(self) -> str:
        return f"<account of {self.user or 'a user'}>"


class Sink(Protocol):
    """Take the body of one answer as it arrives; raise only errors of this package."""

    def write(self, chunk: bytes) -> None:
        """Take the next piece."""
        ...

    def discard(self) -> None:
        """Undo everything: the answer is cut, or not what was wanted."""
        ...


class Response(NamedTuple):
    """Hold one answer; header names are in lower case.

    The body of an answer that went to a sink is in the sink, not in `body`.
    """

    status: int
    headers: Headers
    body: bytes
    url: str
    sink: Sink | None = None

    def header(self, name: str) -> str | None:
        """Give the first header of that name.

        >>> Response(200, (("etag", "x"),), b"", "").header("ETag")
        'x'
        """
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)


class Call(NamedTuple, Generic[T_co]):
    """Hold everything needed to ask one endpoint and to understand what it says.

    `parse` reads the answer, or returns a plan of further wishes that ends in it; `recover` does
    the same for a failure. `lifetime` is how long the answer may be
    cached, in seconds; 0 is never. `cap` bounds the decoded body, in bytes.
    `anonymous` makes the error for who is not signed in, where the service would turn them away.
    A `raw` call takes any status and the body as it came. `sink` makes what receives the body of
    a success, anew for each try, from the head of the answer; `parse` finds it in the response.
    `resume` gives headers that each try sends besides, such as a range of what is still lacking.
    `timeout` is in seconds, in place of the client's own. The body of an `is_open_ended` call may
    take as long as bytes keep coming.
    """

    backend: Backend
    request: Request
    parse: Callable[[Response, SourceTag], T_co | Plan[T_co]]
    recover: Callable[[AnimedexError], Plan[T_co]] | None = None
    lifetime: float = 0
    cap: int = JSON_CAP
    raw: bool = False
    gzip: bool = True
    sink: Callable[[Response], Sink] | None = None
    resume: Callable[[], Headers] | None = None
    anonymous: Callable[[], AnimedexError] | None = None
    timeout: float | None = None
    is_open_ended: bool = False


class Unseen(NamedTuple):
    """Wish to know which of these pictures this user has not been shown; all count as shown now.

    The answer is a frozenset of ids. A `quiet` wish only records, and may fail unnoticed.
    """

    backend: str
    ids: tuple[str, ...]
    quiet: bool = False


class Say(NamedTuple):
    """Wish to tell the user something beside the answer."""

    backend: str
    message: str


# What is sent back for a wish depends on the wish, which a generator's type cannot say; `ask` can.
Wish: TypeAlias = "Call[Any] | Unseen | Say"
Plan: TypeAlias = "Generator[Wish, Any, T]"


def ask(call: Call[T]) -> Plan[T]:
    """Go on with the answer of another call, exactly typed as that call says."""
    answer: T = yield call
    return answer


def ask_unseen(wish: Unseen) -> Plan[frozenset[str]]:
    """Go on with the ids that are new to this user."""
    answer: frozenset[str] = yield wish
    return answer
