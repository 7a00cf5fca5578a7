"""An endpoint of a service, ready to be called: now, asynchronously, or later.

`image("neko")` answers now, `await image.aio("neko")` answers asynchronously, and
`image.call("neko")` is the call as a value. As an attribute of a client's surface the same
endpoint answers through that client, in that client's way. Signatures survive all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Self, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from animedex.call import Call
    from animedex.client import AsyncClient, Client

P = ParamSpec("P")
T = TypeVar("T")
Via_co = TypeVar("Via_co", bound="Client | AsyncClient", covariant=True)


class Surface(Generic[Via_co]):
    """Hold a backend's endpoints as one client offers them."""

    def __init__(self, client: Via_co) -> None:
        self.client = client


class Endpoint(Generic[P, T]):
    """Bind a function that builds a call to the clients that can carry it out."""

    def __init__(self, build: Callable[P, Call[T]]) -> None:
        self._build = build
        # An editor's help and `inspect.signature` show the function that was bound.
        self.__doc__ = build.__doc__
        self.__name__ = build.__name__
        self.__wrapped__ = build

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Answer now, through the default client."""
        from animedex.client import default_client

        return default_client().perform(self._build(*args, **kwargs))

    async def aio(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Answer asynchronously, through the default asynchronous client."""
        from animedex.client import default_async_client

        return await default_async_client().perform(self._build(*args, **kwargs))

    def call(self, *args: P.args, **kwargs: P.kwargs) -> Call[T]:
        """Give the call as a value; nothing is sent."""
        return self._build(*args, **kwargs)

    @overload
    def __get__(self, surface: None, owner: type) -> Self: ...
    @overload
    def __get__(self, surface: Surface[Client], owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(
        self, surface: Surface[AsyncClient], owner: type
    ) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, surface: Surface[Client | AsyncClient] | None, owner: type) -> object:
        """Give the endpoint itself, or as a method of a client's surface."""
        if surface is None:
            return self
        client = surface.client

        def method(*args: P.args, **kwargs: P.kwargs) -> object:
            return client.perform(self._build(*args, **kwargs))

        for name in ("__doc__", "__name__", "__wrapped__"):
            setattr(method, name, getattr(self, name))
        return method

    def __repr__(self) -> str:
        return f"<endpoint {self._build.__module__}.{self.__name__}>"
