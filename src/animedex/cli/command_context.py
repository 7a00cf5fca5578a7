"""The session of one command: it sends requests and prints answers as the options say."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

from animedex.cli.command import ERRORS_OPTION
from animedex.cli.shared_options import (
    OUTPUT_OPTIONS,
    PICTURE_OPTIONS,
    REQUEST_OPTIONS,
    SharedOptions,
)
from animedex.cli.streams import is_terminal, write_note
from animedex.config.paths import user_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Concatenate

    import click

    from animedex.call import Call
    from animedex.cli.command import Option
    from animedex.client import Client
    from animedex.errors import AnimedexError
    from animedex.library.picture_library import Library
    from animedex.transport.events import Event

P = ParamSpec("P")
T = TypeVar("T")

_LONG_WAIT = 2.0
_DAY = 86_400.0


class CommandSession:
    """Sends a command's requests and prints its answers, as its options say."""

    def __init__(self, shared: SharedOptions) -> None:
        from animedex.cli.output import Output

        self.shared = shared
        # Whether progress and advice are left out.
        self.quiet = False
        self._client: Client | None = None
        self._library: Library | None = None
        # A jq program that does not compile is an error before a request is sent.
        self.output = Output(shared)

    @property
    def client(self) -> Client:
        """Return the client, made when it is first needed."""
        if self._client is None:
            from animedex.client import Client

            options = self.shared.client_options()
            options["on_event"] = self._tell
            self._client = Client(**options)
            self._suggest_contact(self._client)
        return self._client

    @property
    def library(self) -> Library:
        """Return the user's library, whose file is opened at the first use."""
        if self._library is None:
            from animedex.library.picture_library import Library

            self._library = Library(warn=lambda message: self.note(f"animedex: {message}"))
        return self._library

    def ask(self, call: Call[T]) -> T:
        """Carry out a call."""
        return self.client.perform(call)

    def note(self, message: str) -> None:
        """Write a message for the user to standard error."""
        if self.shared.errors != "json":
            write_note(message)

    def fail(self, failures: Sequence[AnimedexError]) -> None:
        """Raise the first of several failures, if there is any, and print the others before it."""
        for error in failures[1:]:
            self.note(f"animedex: {error}")
        if failures:
            raise failures[0]

    def open(self, url: str) -> None:
        """Open a page in the browser; never a file or a program."""
        import webbrowser

        if not url.startswith(("https://", "http://")) or not webbrowser.open(url):
            self.note(f"animedex: cannot open {url}")

    def draw(self) -> None:
        """Draw the pictures of what was printed."""
        from animedex.cli.grid_renderer import show_rows

        show_rows(self, self.output.to_draw)

    def close(self) -> None:
        """Close the client and the library."""
        if self._client is not None:
            self._client.close()
        if self._library is not None:
            self._library.close()

    def _tell(self, event: Event) -> None:
        # Of a wait for a server there is a warning.
        waits = event.kind == "wait" and not event.message
        long = waits and (event.seconds or 0.0) >= _LONG_WAIT
        loud = event.kind == "warning" or (long and is_terminal(sys.stderr))
        if loud or (self.shared.verbose and event.kind != "request"):
            from animedex.transport.events import format_event

            name = "animedex: " if event.kind == "warning" else ""
            self.note(name + format_event(event))

    def _suggest_contact(self, client: Client) -> None:
        """Suggest a contact address once a day, on a terminal where none is set."""
        unread = self.quiet or self.shared.errors == "json" or not is_terminal(sys.stderr)
        if unread or "(" in client.config.user_agent:
            return
        if _is_due(os.path.join(user_folder("data"), "contact-suggested")):
            self.note(
                "animedex: services ask for a contact address:"
                " `animedex config set contact you@example.org`"
            )


class SessionDecorator(Protocol):
    """Adds options to a command, and a session as its first argument."""

    def __call__(
        self, command: Callable[Concatenate[CommandSession, P], None], /
    ) -> Callable[P, None]:
        """Return what click calls."""
        ...


def with_session(*options: Option) -> SessionDecorator:
    """Return a decorator that adds a session, and options below the command's own ones."""

    def decorate(command: Callable[Concatenate[CommandSession, P], None]) -> Callable[P, None]:
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            session = CommandSession(SharedOptions.take_from(kwargs))
            try:
                command(session, *args, **kwargs)
                if session.output.to_draw:
                    session.draw()
            finally:
                session.close()

        run.__doc__, run.__name__ = command.__doc__, command.__name__
        run.__dict__.update(command.__dict__)
        # Click turns the list around: decorators are read from the bottom up.
        params: list[click.Parameter] = run.__dict__.setdefault("__click_params__", [])
        params[:0] = reversed(options)
        return run

    return decorate


with_requests = with_session(*REQUEST_OPTIONS)
with_output = with_session(*OUTPUT_OPTIONS, *REQUEST_OPTIONS)
with_picture_output = with_session(*PICTURE_OPTIONS, *REQUEST_OPTIONS)
# These commands send no request, and have no options for that.
with_errors = with_session(ERRORS_OPTION)
with_local_output = with_session(*OUTPUT_OPTIONS, ERRORS_OPTION)
with_local_picture_output = with_session(*PICTURE_OPTIONS, ERRORS_OPTION)


def _is_due(stamp: str) -> bool:
    """Return whether a day has passed since this was last true, and record that it is now."""
    try:
        if time.time() - os.stat(stamp).st_mtime < _DAY:
            return False
    except OSError:
        pass
    try:
        os.makedirs(os.path.dirname(stamp), mode=0o700, exist_ok=True)
        with open(stamp, "w", encoding="utf-8"):
            os.utime(stamp)
    except OSError:
        return False
    return True
