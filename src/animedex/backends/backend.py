"""What a backend is: a service's name, address, limits and manners, as declared data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backends.authentication import SignIn
    from animedex.backends.error_explanation import Meaning
    from animedex.call import Response
    from animedex.ratelimit.limits import Limits


class Backend(NamedTuple):
    """Declare one service.

    `hosts` are the hosts beside the base URL's own that a redirect may lead to. `limits_note` and
    `guidance` are shown in every command's help; `guidance` is written for agents. `example_path`
    shows how to ask by hand. `explain` tells what a failure means where that is something else
    than in general, and None of any other; `notice` says what is odd about an answer, if anything.
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
    explain: Callable[[Response], Meaning | None] | None = None
    notice: Callable[[Response], str | None] | None = None

    @property
    def url_variable(self) -> str:
        """Name the environment variable that holds another base URL.

        >>> from animedex.backends.nekos import BACKEND
        >>> BACKEND.url_variable
        'ANIMEDEX_NEKOS_URL'
        """
        return self.variable("url")

    def variable(self, what: str) -> str:
        """Name the environment variable that holds something of this service."""
        return f"ANIMEDEX_{self.name}_{what}".upper()
