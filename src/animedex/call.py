"""Calls as values: a request, what its answer means, and what else belongs to it."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from animedex.backend import Backend
    from animedex.errors import AnimedexError
    from animedex.http_message import BodyWriter, Headers, Request, Response

T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)

MAX_JSON_BYTES = 16 * 1024 * 1024


class SourceTag(NamedTuple):
    """The service that a record came from, and when.

    `rate_limited` is true when the request really waited for a budget, `library` when the datum
    was kept in the user's library, and nothing was asked for it now.
    """

    backend: str
    fetched_at: datetime
    cached: bool
    rate_limited: bool
    library: bool = False

    def to_payload(self) -> dict[str, str | bool]:
        """Return the tag as a JSON object, the time in UTC to the second."""
        from datetime import UTC

        moment = self.fetched_at
        # A moment that would be before all years in UTC, or after them, stays as it is.
        with contextlib.suppress(OverflowError):
            moment = moment.astimezone(UTC)
        stamp = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
        payload = {**self._asdict(), "fetched_at": stamp}
        if not self.library:
            del payload["library"]
        return payload


class CallContext(Protocol):
    """What a generator can do while one call is carried out, within that call's deadline."""

    def execute(self, call: Call[T]) -> Steps[T]:
        """Carry out another call."""
        ...

    def select_unseen(self, backend: str, ids: Iterable[str]) -> Steps[frozenset[str]]:
        """Return the pictures that this user has not seen, and record all of them as seen."""
        ...

    def warn(self, backend: str, message: str) -> None:
        """Send the user a warning."""
        ...


class Call(NamedTuple, Generic[T_co]):
    """One request to one endpoint, and what its answer means.

    `parse` reads the answer; `recover` may turn a failure into a value or a better error; `then`
    adds what else to do. `seen` returns the ids of the pictures that an answer shows, which are
    recorded.

    `ttl` is how long the answer may be cached, in seconds; 0 is never. `max_bytes` bounds the
    decoded body. `is_raw` takes any status, and the body as it was sent. `open_writer` makes what
    receives the body of a success, anew for each try, from the head of the answer; `parse` finds it
    in the response. `resume_headers` returns headers that each try sends in addition, such as the
    range that is missing. `anonymous_error` makes the error for a user who is not signed in, if the
    service would refuse them. `timeout` is in seconds, in place of the client's own; an
    `is_open_ended` body may take as long as bytes keep coming.
    """

    backend: Backend
    request: Request
    parse: Callable[[Response, SourceTag], T_co]
    recover: Callable[[CallContext, AnimedexError], Steps[T_co]] | None = None
    ttl: float = 0
    max_bytes: int = MAX_JSON_BYTES
    is_raw: bool = False
    gzip: bool = True
    open_writer: Callable[[Response], BodyWriter] | None = None
    resume_headers: Callable[[], Headers] | None = None
    anonymous_error: Callable[[], AnimedexError] | None = None
    timeout: float | None = None
    is_open_ended: bool = False
    seen: Callable[[Any], Iterable[str]] | None = None
    next_steps: Callable[[CallContext, Any], Steps[Any]] | None = None

    def then(self, go_on: Callable[[CallContext, T_co], Steps[U]]) -> Call[U]:
        """Return a call that continues with the answer of this one.

        `go_on` is a generator that may do `yield from context.execute(call)` with other calls, all
        within one deadline.
        """
        first = self.next_steps

        def chain(context: CallContext, value: object) -> Steps[U]:
            assert first is not None
            return (yield from go_on(context, (yield from first(context, value))))

        return cast("Call[U]", self._replace(next_steps=chain if first else go_on))


def is_text(value: object) -> bool:
    """Return whether a value is a string: not every caller uses a type checker."""
    return isinstance(value, str)


# The effects that are yielded are between the pipeline and its drivers: other generators only
# `yield from`.
Steps: TypeAlias = "Generator[Any, Any, T]"
