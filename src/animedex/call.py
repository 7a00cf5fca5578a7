"""What is asked and what is answered: frozen values that do nothing by themselves."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from animedex.backends.backend import Backend
    from animedex.errors import AnimedexError

T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = "dict[str, JsonValue]"
Headers: TypeAlias = "tuple[tuple[str, str], ...]"
JSON_CAP = 16 * 1024 * 1024
_SUCCESS = 2


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

    def is_in(self, body: bytes) -> bool:
        """Return whether a body repeats the key."""
        text = body.decode("latin-1")
        return self.hide(text) != text

    def __repr__(self) -> str:
        return f"<account of {self.user or 'a user'}>"


class BodyWriter(Protocol):
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
    sink: BodyWriter | None = None

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
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)


class CallContext(Protocol):
    """What a generator can do while one call is carried out, within that call's deadline."""

    def execute(self, call: Call[T]) -> Steps[T]:
        """Carry out another call."""
        ...

    def select_unseen(self, backend: str, ids: Iterable[str]) -> Steps[frozenset[str]]:
        """Return which pictures this user was never shown, and record all of them as shown."""
        ...

    def warn(self, backend: str, message: str) -> None:
        """Tell the user something beside the answer."""
        ...


class Call(NamedTuple, Generic[T_co]):
    """One request to one endpoint, and what its answer means.

    `parse` reads the answer; `recover` may turn a failure into a value or a better error.
    `lifetime` is how long the answer may be cached, in seconds; 0 is never. `cap` bounds the
    decoded body, in bytes. `anonymous` makes the error for a user who is not signed in, if the
    service would refuse them. A `raw` call takes any status and the body as it was sent. `sink`
    makes what receives the body of a success, anew for each try, from the head of the answer;
    `parse` finds it in the response. `resume` returns headers that each try sends in addition, such
    as the range that is missing. `timeout` is in seconds, in place of the client's own. The body of
    an `is_open_ended` call may take as long as bytes keep coming. `seen` returns the ids of the
    pictures that an answer shows, which are recorded. `next_steps` is what `then` adds.
    """

    backend: Backend
    request: Request
    parse: Callable[[Response, SourceTag], T_co]
    recover: Callable[[CallContext, AnimedexError], Steps[T_co]] | None = None
    lifetime: float = 0
    cap: int = JSON_CAP
    raw: bool = False
    gzip: bool = True
    sink: Callable[[Response], BodyWriter] | None = None
    resume: Callable[[], Headers] | None = None
    anonymous: Callable[[], AnimedexError] | None = None
    timeout: float | None = None
    is_open_ended: bool = False
    seen: Callable[[Any], Iterable[str]] | None = None
    next_steps: Callable[[CallContext, Any], Steps[Any]] | None = None

    def then(self, go_on: Callable[[CallContext, T_co], Steps[U]]) -> Call[U]:
        """Return a call that goes on with the answer of this one.

        `go_on` is a generator that may do `yield from context.execute(call)` with other calls, all
        within one deadline.
        """
        first = self.next_steps

        def chain(context: CallContext, value: T) -> Steps[U]:
            assert first is not None
            return (yield from go_on(context, (yield from first(context, value))))

        return cast("Call[U]", self._replace(next_steps=chain if first else go_on))


# The effects that are yielded are between the pipeline and its drivers: other generators only
# `yield from`.
Steps: TypeAlias = "Generator[Any, Any, T]"
