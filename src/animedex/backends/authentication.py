"""How a service knows its users, as declared data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from animedex.call import Headers


class SignIn(NamedTuple):
    """Declare how a service knows its users.

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
