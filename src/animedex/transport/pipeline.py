"""One call from top to bottom: each step of `Pipeline.execute` is a method below it, in order.

Nothing here does I/O of its own, other than in local files: what takes time is an effect (see
`effects`), and so the same steps serve ordinary code and asyncio tasks. One deadline covers all of
a call, and of the calls that it makes itself.
"""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from animedex.call import MAX_JSON_BYTES, Call, SourceTag
from animedex.clock import shared_clock
from animedex.database import StoreLocked
from animedex.errors import (
    AnimedexError,
    BadArguments,
    RateLimited,
    TimedOut,
    UpstreamDecode,
    UpstreamShape,
)
from animedex.http_message import Response, origin
from animedex.ratelimit.store import StoreUnavailable
from animedex.transport.effects import Blocking, Send, Sleep
from animedex.transport.events import Event
from animedex.transport.urls import (
    cache_key,
    is_api_origin,
    redact_url,
    redirect_target,
    request_headers,
    require_secure,
    resolve_url,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from animedex.backend import Backend
    from animedex.call import Call
    from animedex.clock import Clock
    from animedex.http_message import Account, BodyWriter, Headers
    from animedex.ratelimit.seen_store import SeenStore
    from animedex.ratelimit.store import LimiterStore
    from animedex.transport.effects import Steps
    from animedex.transport.redis_cache import RedisCache
    from animedex.transport.response_cache import Cache
    from animedex.transport.worker_threads import WorkerThreads

T = TypeVar("T")

MAX_RETRIES = 3
MAX_REDIRECTS = 5
# Without a deadline, JSON may take this many seconds; a file, as long as it keeps arriving.
EXCHANGE_TIMEOUT = 300.0
_OK, _TOO_MANY_REQUESTS = 200, 429


class ClientConfig(NamedTuple):
    """How a client carries out calls.

    `rate_factor` is 1, or less to go easier on the services; `is_limited` is false only if the
    limits of a loopback server are switched off. `timeout` is in seconds, None for no deadline;
    `is_timeout_set` is whether the user has chosen it.
    """

    user_agent: str
    base_urls: dict[str, str]
    timeout: float | None = 30.0
    is_cached: bool = True
    refresh: bool = False
    rate_factor: float = 1.0
    is_limited: bool = True
    is_timeout_set: bool = False


class Runtime:
    """What all calls of one client share: configuration, stores, cache, event listener, accounts.

    `find_account` returns the user's account with a service at an origin, within some seconds.
    `is_remote` and `is_cache_remote` are whether a server keeps the limits and the answers, and may
    block. `workers` are what an asyncio client has for that.
    """

    def __init__(  # noqa: PLR0913, PLR0917  what a client is made of
        self,
        config: ClientConfig,
        limiter: LimiterStore,
        seen: SeenStore,
        cache: Cache | RedisCache,
        notify: Callable[[Event], None],
        find_account: Callable[[Backend, str, float | None], Account | None],
        *,
        is_remote: bool = False,
        is_cache_remote: bool = False,
        clock: Clock = shared_clock,
        jitter: Callable[[], float] = lambda: int.from_bytes(os.urandom(4), "big") / 2**32,
    ) -> None:
        self.config = config
        self.limiter = limiter
        self.seen = seen
        self.cache = cache
        self.notify = notify
        self.find_account = find_account
        self.is_remote = is_remote
        self.is_cache_remote = is_cache_remote
        self.clock = clock
        self.jitter = jitter
        self.workers: WorkerThreads | None = None
        self.accounts: dict[tuple[str, str], Account | None] = {}
        self._notices: dict[str, object] = {}

    def start(self, call: Call[T]) -> Steps[T]:
        """Return the steps of a call; its deadline begins now."""
        timeout = self.config.timeout if call.timeout is None else call.timeout
        return Pipeline(self, inf if timeout is None else self.clock() + timeout).execute(call)

    def redact(self, text: str) -> str:
        """Replace the keys of all accounts in a text."""
        for account in list(self.accounts.values()):
            text = account.redact(text) if account else text
        return text

    def redact_error(self, error: BaseException | None) -> None:
        """Replace keys in an error, and in those that a traceback shows above it.

        A service may have echoed them.
        """
        while isinstance(error, AnimedexError):
            for name, value in vars(error).items():
                if name == "remedy" and error.remedy:
                    error.hint = self.redact(error.remedy.template)
                elif isinstance(value, str):
                    setattr(error, name, self.redact(value))
            error.args = (error.message,)
            error = error.__cause__ or error.__context__

    def notice(self, backend: str, message: str) -> None:
        """Send a warning once, however many calls cause it at the same time."""
        mark = object()
        if self._notices.setdefault(message, mark) is mark:
            self.notify(Event("warning", backend, message=message))


class CacheHit(NamedTuple, Generic[T]):
    """The value of an answer that was in the cache."""

    value: T


class Pipeline:
    """One call on its way, until a deadline on the clock."""

    __slots__ = ("clock", "config", "deadline", "runtime")

    def __init__(self, runtime: Runtime, deadline: float) -> None:
        self.runtime = runtime
        self.config = runtime.config
        self.clock = runtime.clock
        self.deadline = deadline

    def execute(self, call: Call[T]) -> Steps[T]:
        """Carry out a call, let it recover from a failure, and continue with its next steps."""
        try:
            url = resolve_url(call, self.config.base_urls)
            needs_account = call.backend.sign_in or call.anonymous_error
            account = (yield from self.authenticate(call, url)) if needs_account else None
            is_cached = call.ttl > 0 and self.config.is_cached
            key = cache_key(call, url, account) if is_cached else None
            hit = (yield from self.look_in_cache(call, url, key)) if key else None
            if hit is not None:
                value: T = hit.value
            else:
                with contextlib.ExitStack() as on_failure:
                    response, has_waited = yield from self.exchange(call, url, account, on_failure)
                    response, value = self.read(call, response, account, has_waited=has_waited)
                    on_failure.pop_all()
                if key is not None:
                    yield from self.store(call, key, response, account)
                if call.seen is not None:
                    yield from self.record_as_seen(call, tuple(call.seen(value)))
        except AnimedexError as error:
            error.backend = error.backend or call.backend.name
            if call.recover is None:
                raise
            failure = error
        else:
            return (yield from call.next_steps(self, value)) if call.next_steps else value
        value = yield from self.recover(call, failure)
        return (yield from call.next_steps(self, value)) if call.next_steps else value

    def authenticate(self, call: Call[Any], url: str) -> Steps[Account | None]:
        """Return the user's account; raise if there is none and the service requires one.

        The host of a file is another origin than the API's, and gets no key.
        """
        backend, runtime, account = call.backend, self.runtime, None
        if backend.sign_in and is_api_origin(url, backend, self.config.base_urls):
            place = backend.name, origin(url)
            if place not in runtime.accounts:
                work = partial(runtime.find_account, backend, place[1], self.seconds_left())
                runtime.accounts[place] = yield Blocking(work)
            account = runtime.accounts[place]
        if account is not None:
            require_secure(url, backend)
        elif call.anonymous_error is not None:
            raise call.anonymous_error()
        return account

    def look_in_cache(self, call: Call[T], url: str, key: str) -> Steps[CacheHit[T] | None]:
        """Return a cached response that can be parsed; delete one that cannot."""
        if self.config.refresh:
            return None
        cache, is_remote = self.runtime.cache, self.runtime.is_cache_remote
        # The other half of the time is for the limits, which can say why they cannot be had.
        deadline = self.clock() + (self.seconds_left() or inf) / 2
        try:
            entry = (
                (yield Blocking(lambda: cache.get(key, deadline), 0, deadline, is_optional=True))
                if is_remote
                else cache.get(key, deadline)
            )
            if entry is None:
                return None
            fetched_at = datetime.fromtimestamp(entry.stored_at, UTC)
            source = SourceTag(call.backend.name, fetched_at, cached=True, rate_limited=False)
            try:
                value = call.parse(Response(_OK, (), entry.body, url), source)
            except (UpstreamDecode, UpstreamShape):
                # An earlier version may have stored what this one cannot parse.
                drop = partial(cache.drop, key, self.deadline)
                _ = (yield Blocking(drop, hash(key), self.deadline)) if is_remote else drop()
                return None
        except StoreLocked:
            return None
        self.runtime.notify(
            Event("response", call.backend.name, "GET", redact_url(url), _OK, 0.0, cached=True)
        )
        return CacheHit(value)

    def exchange(
        self,
        call: Call[Any],
        first_url: str,
        account: Account | None,
        on_failure: contextlib.ExitStack,
    ) -> Steps[tuple[Response, bool]]:
        """Reserve, send, retry, redirect; return the last answer, and whether it had to wait."""
        from animedex.transport.permit import Permit
        from animedex.transport.retry_after import exhausted_for, retry_delay

        url, has_waited, retries, redirects = first_url, False, 0, 0
        while True:
            with Permit(self, call, url) as permit:
                yield from permit.reserve()
                headers = request_headers(call, url, first_url, account, self.config.user_agent)
                outcome = yield from self.send(call, url, headers, on_failure, permit.left)
                for write in permit.done(exhausted_for(outcome)):
                    # What cannot be written in time counts for longer, and takes no answer away.
                    with contextlib.suppress(TimedOut, RateLimited):
                        yield from self.retry_while_locked(write, permit.queue)
            has_waited = has_waited or permit.has_waited
            delay = retry_delay(call, outcome, retries, self.runtime.jitter)
            if delay is not None and retries < MAX_RETRIES and self.has_time_for(delay):
                retries += 1
                has_waited = has_waited or outcome.status == _TOO_MANY_REQUESTS
                name, method = call.backend.name, call.request.method
                self.runtime.notify(Event("retry", name, method, redact_url(url), seconds=delay))
                yield Sleep(delay)
                continue
            if isinstance(outcome, AnimedexError):
                if type(outcome) is BadArguments and url != first_url:
                    message = "the service redirected to an address that is too long or malformed"
                    raise UpstreamDecode(message)
                raise outcome
            target = redirect_target(call, outcome)
            if target is None:
                return outcome, has_waited
            redirects += 1
            if redirects > MAX_REDIRECTS:
                message = f"the service redirected more than {MAX_REDIRECTS} times"
                hint = "check the base URL with `animedex config list`"
                raise UpstreamDecode(message, hint=hint)
            url = target

    def send(
        self,
        call: Call[Any],
        url: str,
        headers: Headers,
        on_failure: contextlib.ExitStack,
        left: int | None,
    ) -> Steps[Response | AnimedexError]:
        """Send one request; a failure is an outcome like another."""
        from animedex.transport.status_errors import request_id

        def open_writer(head: Response) -> BodyWriter:
            assert call.open_writer is not None
            writer = call.open_writer(head)
            on_failure.callback(writer.discard)
            return writer

        timeout = self.seconds_left()
        if call.is_open_ended:
            timeout = None
        elif timeout is None and call.open_writer is None and call.max_bytes <= MAX_JSON_BYTES:
            timeout = EXCHANGE_TIMEOUT
        method = call.request.method
        request = Event("request", call.backend.name, method, redact_url(url), left=left)
        self.runtime.notify(request)
        opener = open_writer if call.open_writer else None
        began = self.clock()
        try:
            response: Response = yield Send(
                method, url, headers, timeout, call.max_bytes, opener, call.is_open_ended
            )
        except AnimedexError as error:
            taken = self.clock() - began
            event = request._replace(kind="failure", seconds=taken, message=error.message)
            self.runtime.notify(event)
            return error
        taken = self.clock() - began
        event = request._replace(kind="response", status=response.status, seconds=taken)
        if not response.is_success:
            name = self.runtime.redact(request_id(response) or "")
            event = event._replace(request_id=name)
        self.runtime.notify(event)
        return response

    def read(
        self, call: Call[T], response: Response, account: Account | None, *, has_waited: bool
    ) -> tuple[Response, T]:
        """Undo the content encoding, check the status, and parse."""
        from animedex.transport.content_encoding import decode_body
        from animedex.transport.status_errors import check_status, redact_response, request_id

        try:
            if not call.is_raw:
                try:
                    response = decode_body(response, call.max_bytes, self.seconds_left)
                except UpstreamDecode:
                    # The status of a failure matters more than its body.
                    if response.is_success:
                        raise
                    response = response._replace(body=b"")
            if account is not None:
                response = redact_response(response, account)
            if not call.is_raw:
                check_status(response, call.backend, self.config.user_agent)
                notice = call.backend.notice(response) if call.backend.notice else None
                if notice:
                    self.runtime.notice(call.backend.name, notice)
            source = SourceTag(
                call.backend.name, datetime.now(UTC), cached=False, rate_limited=has_waited
            )
            return response, call.parse(response, source)
        except AnimedexError as error:
            error.request_id = error.request_id or request_id(response)
            raise

    def store(
        self, call: Call[Any], key: str, response: Response, account: Account | None
    ) -> Steps[None]:
        """Store an answer that was parsed; never one that repeats a key."""
        body, cache = response.body, self.runtime.cache
        if response.status != _OK or (account and account.is_in(body)):
            return
        name, lifetime, deadline = call.backend.name, call.ttl, self.deadline
        # An answer that cannot be stored now is an answer all the same.
        with contextlib.suppress(StoreLocked):
            if self.runtime.is_cache_remote:
                work = partial(cache.put, key, name, body, lifetime, deadline)
                yield Blocking(work, hash(key), deadline)
            else:
                cache.put(key, name, body, lifetime, deadline)

    def record_as_seen(self, call: Call[Any], ids: tuple[str, ...]) -> Steps[None]:
        """Record pictures as seen by this user, unless the store is locked."""
        with contextlib.suppress(StoreLocked):
            record = partial(self.runtime.seen.record, call.backend.name, ids, self.deadline)
            is_remote = self.runtime.is_remote
            _ = (yield Blocking(record, hash(ids), self.deadline)) if is_remote else record()

    def recover(self, call: Call[T], failure: AnimedexError) -> Steps[T]:
        """Let a call handle a failure; an error in its place keeps the request id."""
        assert call.recover is not None
        try:
            return (yield from call.recover(self, failure))
        except AnimedexError as error:
            error.request_id = error.request_id or failure.request_id
            raise

    def select_unseen(self, backend: str, ids: Iterable[str]) -> Steps[frozenset[str]]:
        """Return the pictures that this user has not seen, and record all of them as seen."""
        names = tuple(ids)
        work = partial(self.runtime.seen.select_unseen, backend, names, self.deadline)
        return (yield from self.retry_while_locked(work, hash(names)))

    def warn(self, backend: str, message: str) -> None:
        """Send the user a warning, without keys."""
        self.runtime.notify(Event("warning", backend, message=self.runtime.redact(message)))

    def seconds_left(self) -> float | None:
        """Return the seconds until the deadline, None without one; raise `TimedOut` after it."""
        if self.deadline == inf:
            return None
        left = self.deadline - self.clock()
        if left <= 0:
            message = f"no complete response came within {self.config.timeout:g} s"
            raise TimedOut(message, hint="allow more with --timeout")
        return left

    def has_time_for(self, seconds: float) -> bool:
        """Return whether a pause would end before the deadline."""
        return self.clock() + seconds < self.deadline

    def retry_while_locked(self, work: Callable[[], T], queue: int) -> Steps[T]:
        """Run work on a store, again while another process has it locked or its server is away."""
        while True:
            try:
                value: T = (
                    (yield Blocking(work, queue, self.deadline))
                    if self.runtime.is_remote
                    else work()
                )
            except StoreLocked as locked:
                yield Sleep(self.lock_pause(locked))
            else:
                return value

    def lock_pause(self, locked: StoreLocked) -> float:
        """Return how long to wait for a store; raise if that would not end before the deadline."""
        pause = locked.pause * (0.5 + self.runtime.jitter())
        if self.has_time_for(pause):
            return pause
        if isinstance(locked, StoreUnavailable):
            raise locked.rate_limited() from None
        message = "another process kept the budgets file locked until the deadline"
        raise TimedOut(message, hint="`animedex status` shows where it is") from None
