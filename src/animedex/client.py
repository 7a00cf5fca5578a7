"""The clients: a session with the services as attributes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from animedex.session import AsyncSession, BaseSession, Session

if TYPE_CHECKING:
    from animedex.backends.danbooru import Danbooru
    from animedex.backends.nekos import Nekos
    from animedex.backends.waifu import Waifu


class _Services(BaseSession):
    """Loads a service when its attribute is first used."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Load the endpoints of a service."""
            if not any(name in getattr(kind, "__annotations__", ()) for kind in type(self).__mro__):
                message = f"{type(self).__name__!r} has no attribute {name!r}"
                raise AttributeError(message)
            surface = import_module(f"animedex.backends.{name}").SURFACE(self)
            setattr(self, name, surface)
            return surface


class Client(_Services, Session):
    """Performs calls one after the other, or from many threads at once.

    Each service is an attribute: `client.nekos.image("neko")`. All clients of a user share the
    limits of each service. A client does not survive a fork; see `ClientOptions` for arguments.
    """

    danbooru: Danbooru[Client]
    nekos: Nekos[Client]
    waifu: Waifu[Client]


class AsyncClient(_Services, AsyncSession):
    """Carry out calls from asyncio tasks, many at once.

    Each service is an attribute: `await client.nekos.image("neko")`. A cancelled task frees what
    it held. All clients of a user share the limits of each service. A client does not survive a
    fork; see `ClientOptions` for arguments.
    """

    danbooru: Danbooru[AsyncClient]
    nekos: Nekos[AsyncClient]
    waifu: Waifu[AsyncClient]
