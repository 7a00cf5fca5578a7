"""What a backend is: a service's name, address, limits and manners, as declared data."""

from __future__ import annotations

from typing import NamedTuple


class Bucket(NamedTuple):
    """Allow `burst` requests at once and `rate` per second in the long run."""

    rate: float
    burst: int


class Window(NamedTuple):
    """Allow `calls` requests in any `seconds`, wherever the seconds begin."""

    calls: int
    seconds: float


class Limits(NamedTuple):
    """Declare the budgets of one origin: a bucket over all, besides it windows for paths."""

    bucket: Bucket
    windows: dict[str, Window]


class Backend(NamedTuple):
    """Declare one service.

    `hosts` are the hosts beside the base URL's own that a redirect may lead to. `limits_note` and
    `guidance` are shown in every command's help; `guidance` is written for agents. `example_path`
    shows how to ask by hand.
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

    @property
    def url_variable(self) -> str:
        """Name the environment variable that holds another base URL.

        >>> from animedex.backends.nekos import BACKEND
        >>> BACKEND.url_variable
        'ANIMEDEX_NEKOS_URL'
        """
        return f"ANIMEDEX_{self.name.upper()}_URL"
