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
    from animedex.session import AsyncSession, Session

P = ParamSpec("P")
T = TypeVar("T")
Via_co = TypeVar("Via_co", bound="Session | AsyncSession", covariant=True)


class Surface(Generic[Via_co]):
    """The endpoints of a backend, through one client."""

    def __init__(self, client: Via_co) -> None:
        self.client = client


class Endpoint(Generic[P, T]):
    """A function that builds a call, bound to the clients that can carry it out."""

    def __init__(self, build: Callable[P, Call[T]]) -> None:
        self._build = build
        # An editor's help and `inspect.signature` show the function that was bound.
        self.__doc__ = build.__doc__
        self.__name__ = build.__name__
        self.__wrapped__ = build

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Carry the call out now, through the default client."""
        from animedex.session import Session, default_session

        return default_session(Session).perform(self._build(*args, **kwargs))

    async def aio(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Carry the call out from a task, through the default asynchronous client."""
        from animedex.session import AsyncSession, default_session

        return await default_session(AsyncSession).perform(self._build(*args, **kwargs))

    def call(self, *args: P.args, **kwargs: P.kwargs) -> Call[T]:
        """Return the call as a value; nothing is sent."""
        return self._build(*args, **kwargs)

    @overload
    def __get__(self, surface: None, owner: type) -> Self: ...
    @overload
    def __get__(self, surface: Surface[Session], owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(
        self, surface: Surface[AsyncSession], owner: type
    ) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, surface: Surface[Session | AsyncSession] | None, owner: type) -> object:
        """Return the endpoint itself, or a method of a client's surface."""
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
