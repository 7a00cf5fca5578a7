"""What a service declares: its name, address, limits, sign-in, and what its failures mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from animedex.errors import AnimedexError
    from animedex.http_message import Headers, Response
    from animedex.ratelimit.limits import Limits


class SignIn(NamedTuple):
    """How users sign in to a service.

    `fields` are what a user gives, such as a login and a key; `secret` is the one to be kept from
    all others, `user` the one that names the user. `headers` makes of them what a request carries.
    `path` answers only who is signed in, with a `name`; `key_page` is where a user makes a key.
    """

    fields: tuple[str, ...]
    secret: str
    headers: Callable[[Mapping[str, str]], Headers]
    path: str
    key_page: str
    user: str | None = None


class ErrorExplanation(NamedTuple):
    """An error response, explained: the class of the error, and what happened.

    `words` is the service's message; None reads it from the response. If `hint` is None, the error
    gets the hint of its status.
    """

    kind: type[AnimedexError]
    what: str
    words: str | None = None
    hint: str | None = None


class Backend(NamedTuple):
    """One service as data.

    `hosts` are those that a redirect may lead to, beside the base URL's own. `limits_note` and
    `guidance` are part of every command's help; `guidance` is written for agents. `example_path` is
    an example for `animedex api`. `explain_error` returns what a failure means, or None if that is
    what it means in general; `notice` returns what is odd about an answer, if anything.
    """

    name: str
    title: str
    base_url: str
    docs_url: str
    limits: Limits
    limits_note: str
    guidance: str
    example_path: str
    hosts: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    sign_in: SignIn | None = None
    explain_error: Callable[[Response], ErrorExplanation | None] | None = None
    notice: Callable[[Response], str | None] | None = None

    @property
    def url_variable(self) -> str:
        """Return the name of the environment variable for another base URL.

        >>> from animedex.backends.nekos import BACKEND
        >>> BACKEND.url_variable
        'ANIMEDEX_NEKOS_URL'
        """
        return self.variable("url")

    def variable(self, what: str) -> str:
        """Return the name of an environment variable of this service."""
        return f"ANIMEDEX_{self.name}_{what}".upper()
