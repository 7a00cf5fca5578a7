"""Sessions carry out calls: `Session` in ordinary code, `AsyncSession` in asyncio tasks.

Everything that performs calls stands on these: endpoints, what spans several services, downloads.
The clients add the services as attributes.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Self, TypeVar, Unpack

from animedex.client_options import ClientOptions, Setup, set_up
from animedex.clock import shared_clock
from animedex.errors import AnimedexError, ClientUnusable
from animedex.ratelimit.fallback_store import FallbackStore
from animedex.ratelimit.seen_store import SeenStore
from animedex.transport.effects import drive, drive_async
from animedex.transport.events import EventSender
from animedex.transport.pipeline import Runtime
from animedex.transport.response_cache import Cache

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backend import Backend
    from animedex.call import Call
    from animedex.config.accounts import AccountCache
    from animedex.http_message import Account
    from animedex.transport.effects import Steps
    from animedex.transport.http import AsyncHttp, SyncHttp
    from animedex.transport.worker_threads import WorkerThreads

T = TypeVar("T")


class BaseSession:
    """What both sessions have: their configuration, and the stores that calls use."""

    def __init__(self, **options: Unpack[ClientOptions]) -> None:
        """Read the configuration; see `ClientOptions` for the arguments.

        Nothing is opened or sent before the first call. Raises `BadArguments` for an argument or
        a setting that cannot be used.
        """
        for name in options.keys() - ClientOptions.__optional_keys__:
            message = f"{type(self).__name__}() got an unexpected keyword argument {name!r}"
            raise TypeError(message)
        setup = set_up(options)
        self.config = setup.config
        self.runtime = _runtime(setup, EventSender(options.get("on_event")), self._find_account)
        self._proxies = setup.proxies
        self._pid = os.getpid()
        self._is_closed = False
        self._accounts: AccountCache | None = None
        # Only one thread may make what sends, and none after the end.
        self._lock = threading.Lock()

    def start(self, call: Call[T]) -> Steps[T]:
        """Return the steps of a call, for `run`; its time limit begins now."""
        if self._is_closed:
            raise _closed_error()
        if self._pid != os.getpid():
            message = "this client was made before this process was forked"
            # After the first request, not even a new client of a child process works.
            hint = "start processes with `spawn`, or send nothing and make no client before forking"
            raise ClientUnusable(message, hint=hint)
        return self.runtime.start(call)

    def _find_account(self, backend: Backend, origin: str, timeout: float | None) -> Account | None:
        from animedex.config.accounts import AccountCache

        with self._lock:
            self._accounts = self._accounts or AccountCache()
        return self._accounts.find(backend, origin, timeout)

    def close_files(self) -> None:
        """Write what is pending, and close files; they open again when they are needed."""
        if self._pid == os.getpid():
            self.runtime.seen.close()
            self.runtime.limiter.close()
            self.runtime.cache.close()


class Session(BaseSession):
    """Performs calls one after the other, or from many threads at once.

    All sessions of a user share the limits of each service. A session does not survive a fork.
    """

    _http: SyncHttp | None = None

    def perform(self, call: Call[T]) -> T:
        """Carry out a call and return its answer; raises `AnimedexError`."""
        return self.run(self.start(call))

    def run(self, steps: Steps[T]) -> T:
        """Run the steps of one call, or of a generator with several calls."""
        try:
            return drive(steps, self)
        except AnimedexError as error:
            self.runtime.redact_error(error)
            raise

    def close(self) -> None:
        """Close connections and files; the client cannot be used any more."""
        with self._lock:
            self._is_closed = True
            http, self._http = self._http, None
        if http is not None:
            http.close()
        self.close_files()

    @property
    def http(self) -> SyncHttp:
        """The HTTP client, created at the first request: a cached response does without it."""
        http = self._http
        if http is None:
            with self._lock:
                if self._is_closed:
                    raise _closed_error()
                if self._http is None:
                    if threading.current_thread() is not threading.main_thread():
                        import_on_lasting_thread("animedex.transport.http")
                    from animedex.transport.http import SyncHttp

                    self._http = SyncHttp(self._proxies)
                http = self._http
        return http

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class AsyncSession(BaseSession):
    """Performs calls from asyncio tasks, many at once; a cancelled task frees its resources.

    All sessions of a user share the limits of each service. A session does not survive a fork.
    """

    _http: AsyncHttp | None = None

    async def perform(self, call: Call[T]) -> T:
        """Carry out a call and return its answer; raises `AnimedexError`."""
        return await self.run(self.start(call))

    async def run(self, steps: Steps[T]) -> T:
        """Run the steps of one call, or of a generator with several calls."""
        if self.runtime.workers is None and self.runtime.is_remote:
            self.runtime.workers = self.workers
        try:
            return await drive_async(steps, self)
        except AnimedexError as error:
            self.runtime.redact_error(error)
            raise

    async def close(self) -> None:
        """Close connections and files; the client cannot be used any more."""
        with self._lock:
            self._is_closed = True
            http, self._http = self._http, None
        if http is not None:
            await http.close()
        if self.runtime.workers is None:
            self.close_files()
        else:
            await self.runtime.workers.end(self.close_files)

    @property
    def http(self) -> AsyncHttp:
        """The HTTP client, created at the first request."""
        http = self._http
        if http is None:
            with self._lock:
                if self._is_closed:
                    raise _closed_error()
                if self._http is None:
                    if threading.current_thread() is not threading.main_thread():
                        import_on_lasting_thread("animedex.transport.http")
                    from animedex.transport.http import AsyncHttp

                    self._http = AsyncHttp(self._proxies)
                http = self._http
        return http

    @property
    def workers(self) -> WorkerThreads:
        """The threads for blocking work, started at the first use."""
        from animedex.transport.worker_threads import WorkerThreads

        with self._lock:
            if self.runtime.workers is None:
                self.runtime.workers = WorkerThreads(self.runtime.limiter.path, shared_clock)
            return self.runtime.workers

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()


def _runtime(
    setup: Setup,
    events: EventSender,
    find_account: Callable[[Backend, str, float | None], Account | None],
) -> Runtime:
    """Set up the stores that the configuration names: files, or a Redis server."""
    if "://" not in setup.state:
        store = FallbackStore(setup.state, shared_clock, events.warn)
        cache = Cache(setup.cache_path, events.warn)
        seen = SeenStore(store, shared_clock)
        return Runtime(setup.config, store, seen, cache, events.send, find_account)
    from animedex.ratelimit.redis_client import RedisClient
    from animedex.ratelimit.redis_store import RedisStore
    from animedex.transport.redis_cache import RedisCache

    redis = RedisClient(setup.state, shared_clock, events.warn)
    redis_store = RedisStore(redis, shared_clock, events.warn)
    return Runtime(
        setup.config,
        redis_store,
        SeenStore(redis_store, shared_clock),
        # A folder that the user has chosen keeps answers on this machine.
        Cache(setup.cache_path, events.warn)
        if setup.cache_path
        else RedisCache(redis, shared_clock, events.warn),
        events.send,
        find_account,
        is_remote=True,
        is_cache_remote=not setup.cache_path,
    )


def _closed_error() -> ClientUnusable:
    return ClientUnusable("this client is closed", hint="make a new one")


def import_on_lasting_thread(module: str) -> None:
    """Import a module on a thread that lasts as long as the process.

    The HTTP library's memory belongs to the thread that imports it: once that has ended, building a
    client on another one is a segmentation fault (seen with version 0.15).
    """
    if module in sys.modules:
        return
    is_done = threading.Event()

    def work() -> None:
        # The caller will import it too, and raise.
        with contextlib.suppress(ImportError):
            import_module(module)
        is_done.set()
        threading.Event().wait()

    threading.Thread(target=work, name="animedex-import", daemon=True).start()
    is_done.wait()


_defaults: dict[type[BaseSession], tuple[object, BaseSession]] = {}
_defaults_lock = threading.Lock()
S = TypeVar("S", bound=BaseSession)


def default_session(kind: type[S]) -> S:
    """Return the session that module-level endpoints use, anew when the environment changes."""
    environment = (os.getpid(), {k: v for k, v in os.environ.items() if _is_relevant(k)})
    with _defaults_lock:
        previous = _defaults.get(kind)
        if previous and previous[0] == environment and isinstance(previous[1], kind):
            return previous[1]
        session = kind()
        _defaults[kind] = (environment, session)
    if previous is not None:
        # It still can be used.
        previous[1].close_files()
    return session


@atexit.register
def _close_defaults() -> None:
    for _, session in _defaults.values():
        session.close_files()


def _is_relevant(variable: str) -> bool:
    return variable.startswith("ANIMEDEX_") or variable.upper().endswith("_PROXY")
