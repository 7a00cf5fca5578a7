"""The clients that carry out calls: `Client` at once, `AsyncClient` from asyncio tasks."""

from __future__ import annotations

import atexit
import os
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Self, TypeVar, Unpack

from animedex.client_options import ClientOptions, Setup, set_up
from animedex.clock import shared_clock
from animedex.errors import ClientUnusable
from animedex.ratelimit.fallback_store import FallbackStore
from animedex.ratelimit.seen_store import SeenStore
from animedex.transport.cache import Cache
from animedex.transport.drivers import drive, drive_async
from animedex.transport.events import Teller
from animedex.transport.flow import Flow
from animedex.transport.http_import import load_for_good
from animedex.transport.steps import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backends.backend import Backend
    from animedex.backends.danbooru import Danbooru
    from animedex.backends.nekos import Nekos
    from animedex.backends.waifu import Waifu
    from animedex.call import Account, Call, Response
    from animedex.config.account_lookup import Accounts
    from animedex.transport.http import AsyncHttp, SyncHttp
    from animedex.transport.run import Steps
    from animedex.transport.steps import Send

T = TypeVar("T")


class _Core:
    """Hold what both clients share: budgets, cache, the flow, and the backends' surfaces."""

    def __init__(self, **options: Unpack[ClientOptions]) -> None:
        """Read the configuration; see `ClientOptions` for the arguments.

        Nothing is opened or sent before the first call. Raises `BadArguments` for an argument or
        a setting that cannot be used.
        """
        for name in options.keys() - ClientOptions.__optional_keys__:
            message = f"{type(self).__name__}() got an unexpected keyword argument {name!r}"
            raise TypeError(message)
        plan = set_up(options)
        teller = Teller(options.get("on_event"))
        self.manner = plan.manner
        self.desk = _desk(plan, teller, self._identify)
        self._proxies = plan.proxies
        self._flow = Flow(plan.manner, shared_clock, _jitter)
        self._pid = os.getpid()
        self._closed = False
        self._accounts: Accounts | None = None
        # Only one thread may make what sends, and none after the end.
        self._lock = threading.Lock()

    def _steps(self, call: Call[T]) -> Steps[T]:
        self._require_open()
        if self._pid != os.getpid():
            message = "this client was made before this process was forked"
            # Once a process has sent something, not even a new client of its children can.
            hint = "start processes with `spawn`, or send nothing and make no client before forking"
            raise ClientUnusable(message, hint=hint)
        return self._flow.perform(call)

    def _identify(self, backend: Backend, origin: str, timeout: float | None) -> Account | None:
        """Find the user's account, for a service that knows users; no other pays for this."""
        from animedex.config.account_lookup import Accounts

        with self._lock:
            self._accounts = self._accounts or Accounts()
        return self._accounts.find(backend, origin, timeout)

    def _require_open(self) -> None:
        if self._closed:
            message = "this client is closed"
            raise ClientUnusable(message, hint="make a new one")

    def _close_files(self) -> None:
        """Write down what is noted, and close files; they open again when they are needed."""
        if self._pid == os.getpid():
            self.desk.seen.close()
            self.desk.limiter.close()
            self.desk.cache.close()

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Load a backend's surface when it is first asked for."""
            if not any(name in getattr(kind, "__annotations__", ()) for kind in type(self).__mro__):
                message = f"{type(self).__name__!r} has no attribute {name!r}"
                raise AttributeError(message)
            surface = import_module(f"animedex.backends.{name}").SURFACE(self)
            setattr(self, name, surface)
            return surface


def _desk(
    plan: Setup, teller: Teller, identify: Callable[[Backend, str, float | None], Account | None]
) -> Desk:
    if "://" in plan.state:
        return _redis_desk(plan, teller, identify)
    store = FallbackStore(plan.state, shared_clock, teller.warn)
    return Desk(
        store,
        SeenStore(store, shared_clock),
        Cache(plan.cache_path, teller.warn),
        teller.tell,
        identify,
    )


def _redis_desk(
    plan: Setup, teller: Teller, identify: Callable[[Backend, str, float | None], Account | None]
) -> Desk:
    """Set up a desk at a server that keeps budgets, and answers if they have no folder."""
    from animedex.ratelimit.redis_client import RedisClient
    from animedex.ratelimit.redis_store import RedisStore
    from animedex.transport.redis_cache import RedisCache
    from animedex.transport.worker_threads import WorkerThreads

    redis = RedisClient(plan.state, shared_clock, teller.warn)
    store = RedisStore(redis, shared_clock, teller.warn)
    return Desk(
        store,
        SeenStore(store, shared_clock),
        Cache(plan.cache_path, teller.warn)
        if plan.cache_path
        else RedisCache(redis, shared_clock, teller.warn),
        teller.tell,
        identify,
        WorkerThreads(redis.path, shared_clock),
    )


class Client(_Core):
    """Carry out calls one after the other, or from many threads at once.

    Each backend is an attribute: `client.nekos.image("neko")`. All clients of a user share one
    budget for each service. A client does not survive a fork; see `ClientOptions` for arguments.
    """

    danbooru: Danbooru[Client]
    nekos: Nekos[Client]
    waifu: Waifu[Client]

    _http: SyncHttp | None = None

    def perform(self, call: Call[T]) -> T:
        """Carry out a call and give its answer; raises `AnimedexError`."""
        return drive(self._steps(call), self._send, self.desk)

    def close(self) -> None:
        """Close connections and files; the client cannot be used any more."""
        with self._lock:
            self._closed = True
            http, self._http = self._http, None
        if http is not None:
            http.close()
        self._close_files()

    def _send(self, step: Send) -> Response:
        return self._sender().send(step)

    def _sender(self) -> SyncHttp:
        with self._lock:
            if self._http is None:
                self._require_open()
                # What the cache answers does without the HTTP library.
                load_for_good("animedex.transport.http")
                from animedex.transport.http import SyncHttp

                self._http = SyncHttp(self._proxies)
            return self._http

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class AsyncClient(_Core):
    """Carry out calls from asyncio tasks, many at once.

    Each backend is an attribute: `await client.nekos.image("neko")`. A cancelled task frees what
    it held. All clients of a user share one budget for each service. A client does not survive a
    fork; see `ClientOptions` for arguments.
    """

    danbooru: Danbooru[AsyncClient]
    nekos: Nekos[AsyncClient]
    waifu: Waifu[AsyncClient]

    _http: AsyncHttp | None = None

    async def perform(self, call: Call[T]) -> T:
        """Carry out a call and give its answer; raises `AnimedexError`."""
        return await drive_async(self._steps(call), self._send, self.desk)

    async def close(self) -> None:
        """Close connections and files; the client cannot be used any more."""
        with self._lock:
            self._closed = True
            http, self._http = self._http, None
        if http is not None:
            await http.close()
        workers = self.desk.workers
        if workers is None:
            self._close_files()
        else:
            await workers.run(self._close_files, 0, needed=True)
            workers.end()

    async def _send(self, step: Send) -> Response:
        return await self._sender().send(step)

    def _sender(self) -> AsyncHttp:
        with self._lock:
            if self._http is None:
                self._require_open()
                load_for_good("animedex.transport.http")
                from animedex.transport.http import AsyncHttp

                self._http = AsyncHttp(self._proxies)
            return self._http

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()


def default_client() -> Client:
    """Give the client that module-level endpoints use, made anew when the environment changes."""
    return _default(Client)


def default_async_client() -> AsyncClient:
    """Give the asynchronous client that module-level endpoints use."""
    return _default(AsyncClient)


C = TypeVar("C", bound=_Core)
_defaults: dict[type[_Core], tuple[object, _Core]] = {}
_defaults_lock = threading.Lock()


def _default(kind: type[C]) -> C:
    surroundings = (os.getpid(), {k: v for k, v in os.environ.items() if _matters(k)})
    with _defaults_lock:
        known = _defaults.get(kind)
        if known is not None and known[0] == surroundings and isinstance(known[1], kind):
            return known[1]
        client = kind()
        _defaults[kind] = (surroundings, client)
    if known is not None:
        _leave(known[1])
    return client


@atexit.register
def _leave_defaults() -> None:
    for _, client in _defaults.values():
        _leave(client)


def _leave(client: _Core) -> None:
    """Let a client that nobody closes note which pictures were shown; it still can be used."""
    # The class is this module's own, so that its private parts are no secret here.
    client._close_files()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def _matters(variable: str) -> bool:
    return variable.startswith("ANIMEDEX_") or variable.upper().endswith("_PROXY")


def _jitter() -> float:
    return int.from_bytes(os.urandom(4), "big") / 2**32
