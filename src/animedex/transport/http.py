"""The HTTP client: the only file that uses the HTTP library.

The library's decoders are off: a body arrives as it was sent, and `max_bytes` stops one that does
not end. It follows no redirects, which are the pipeline's business. `http_errors` translates what
it raises.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

from pyreqwest.client import ClientBuilder, SyncClientBuilder
from pyreqwest.proxy import ProxyBuilder

from animedex.errors import ClientUnusable, TimedOut, UpstreamDecode
from animedex.http_message import Response, is_loopback
from animedex.transport.http_errors import translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyreqwest.request import BaseRequestBuilder
    from pyreqwest.response import BaseResponse

    from animedex.transport.effects import Send
    from animedex.transport.proxies import Proxies

C = TypeVar("C")
Builder = TypeVar("Builder", ClientBuilder, SyncClientBuilder)
R = TypeVar("R", bound="BaseRequestBuilder")


# A working service is never silent for this many seconds, and none is waited for longer. The whole
# head has to come within them. The library holds the connection of a cancelled task for as long.
READ_TIMEOUT = 120.0
# An open-ended exchange ends after this many seconds without a byte.
FILE_READ_TIMEOUT = 30.0
# The library's clock overflows somewhere.
_MAX_TIMEOUT = 365 * 86_400.0
# A body of so many bytes at most is read at once, which saves a change of threads.
_SHORT = 256 * 1024
# Time allowed for what is about to end anyway, in seconds.
_GRACE = 0.25


class SyncHttp:
    """Sends requests from ordinary code, which Ctrl-C can interrupt."""

    def __init__(self, proxies: Proxies) -> None:
        self._clients = ClientPool(
            lambda url, timeout: configure_client(
                SyncClientBuilder(), url, proxies, timeout
            ).build()
        )

    def send(self, request: Send) -> Response:
        """Exchange one request for one answer."""
        builder = ResponseBuilder(request)
        if threading.current_thread() is not threading.main_thread():
            self._exchange(builder)
        else:
            # The library does not notice signals while it waits.
            thread = threading.Thread(
                target=self._exchange, args=(builder,), name="animedex-send", daemon=True
            )
            thread.start()
            timeout = request.timeout
            # The library keeps the deadline, but a writer that is blocked does not know it.
            limit = None if timeout is None else min(timeout + _GRACE, threading.TIMEOUT_MAX)
            try:
                thread.join(limit)
                if builder.outcome is None:
                    message = "the response was not read in time"
                    raise TimedOut(message, hint="the program reading the output is not reading")
            except BaseException:
                builder.cancel()
                raise
        if isinstance(builder.outcome, Response):
            return builder.outcome
        assert builder.outcome is not None
        raise builder.outcome from None

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.take_all():
            client.close()

    def _exchange(self, builder: ResponseBuilder) -> None:
        request = builder.request
        try:
            client = self._clients.get(request.url, is_open_ended=request.is_open_ended)
            prepared = prepare_request(client.request(request.method, request.url), request)
            with prepared.build_streamed() as answer:
                if builder.begin(answer):
                    builder.add(bytes(answer.bytes()))
                else:
                    while (chunk := answer.body_reader.read_chunk()) is not None:
                        builder.add(memoryview(chunk))
            builder.outcome = builder.build()
        except BaseException as error:  # noqa: BLE001  raised by `send`, maybe on another thread
            builder.discard()
            builder.outcome = translate(error)


class AsyncHttp:
    """Sends requests from asyncio tasks."""

    def __init__(self, proxies: Proxies) -> None:
        self._clients = ClientPool(
            lambda url, timeout: configure_client(ClientBuilder(), url, proxies, timeout).build()
        )

    async def send(self, request: Send) -> Response:
        """Exchange one request for one answer."""
        from asyncio import current_task

        builder, task = ResponseBuilder(request), current_task()
        cancellations = task.cancelling() if task else 0

        def require_task() -> None:
            # The library loses a cancellation that comes at the same time as data.
            if task and task.cancelling() > cancellations:
                from asyncio import CancelledError

                raise CancelledError

        try:
            client = self._clients.get(request.url, is_open_ended=request.is_open_ended)
            prepared = prepare_request(client.request(request.method, request.url), request)
            # The library would read on for a task that was cancelled.
            prepared.streamed_read_buffer_limit(0)
            async with prepared.build_streamed() as answer:
                is_short = builder.begin(answer)
                require_task()
                if is_short:
                    builder.add(bytes(await answer.bytes()))
                    require_task()
                else:
                    while (chunk := await answer.body_reader.read_chunk()) is not None:
                        builder.add(memoryview(chunk))
                        require_task()
        except BaseException as error:  # noqa: BLE001  translated, or raised as it is
            builder.discard()
            if task and task.cancelling() > cancellations:
                await _yield_to_scopes()
            raise translate(error) from None
        return builder.build()

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.take_all():
            await client.close()


class ClientPool(Generic[C]):
    """One client of the library for loopback, which is never proxied, and one for everywhere else.

    Open-ended exchanges have clients of their own, as the read timeout is a client's.
    """

    def __init__(self, build: Callable[[str, float], C]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._clients: dict[tuple[bool, bool], C] = {}
        self._is_closed = False

    def get(self, url: str, *, is_open_ended: bool = False) -> C:
        """Return the client for a URL; raise `ClientUnusable` after `take_all`."""
        key = is_loopback(url), is_open_ended
        with self._lock:
            if self._is_closed:
                message = "the client is closed"
                raise ClientUnusable(message, hint="make a new one")
            if key not in self._clients:
                timeout = FILE_READ_TIMEOUT if is_open_ended else READ_TIMEOUT
                self._clients[key] = self._build(url, timeout)
            return self._clients[key]

    def take_all(self) -> list[C]:
        """Return all clients for closing; no other client is created afterwards."""
        with self._lock:
            self._is_closed = True
            clients = list(self._clients.values())
            self._clients.clear()
        return clients


def configure_client(builder: Builder, url: str, proxies: Proxies, read_timeout: float) -> Builder:
    """Set up a client that leaves bodies, redirects and errors alone."""
    builder = builder.gzip(False).brotli(False).zstd(False).deflate(False)
    builder = builder.follow_redirects(False).referer(False).no_proxy()
    builder = builder.read_timeout(timedelta(seconds=read_timeout))
    if is_loopback(url):
        return builder
    for kind, proxy in (
        (ProxyBuilder.https, proxies.https),
        (ProxyBuilder.http, proxies.http),
        (ProxyBuilder.all, proxies.every),
    ):
        if proxy is not None:
            builder = builder.proxy(kind(proxy).no_proxy(proxies.direct))
    return builder


def prepare_request(builder: R, request: Send) -> R:
    """Add headers and time limit to a request of the library."""
    builder.headers(list(request.headers))
    if request.open_writer is not None:
        # The library would hold back the head until so many bytes are there, or lose them.
        builder.streamed_read_buffer_limit(0)
    if request.timeout is None:
        return builder
    return builder.timeout(timedelta(seconds=min(request.timeout, _MAX_TIMEOUT)))


class ResponseBuilder:
    """Collects one answer: the head, then the body in memory or, of a success, in a writer.

    `outcome` is for an exchange on another thread: the answer, or what went wrong.
    """

    def __init__(self, request: Send) -> None:
        self.request = request
        self.outcome: Response | BaseException | None = None
        self._chunks: list[bytes | memoryview] = []
        self._size = 0
        self._lock = threading.Lock()
        self._is_cancelled = False
        self._head: Response | None = None

    def begin(self, answer: BaseResponse) -> bool:
        """Store the head; return whether the body is short enough to be read at once."""
        head = Response(answer.status, tuple(answer.headers.items()), b"", self.request.url)
        if self.request.open_writer is None or not head.is_success:
            self._head = head
            length = answer.headers.get("content-length") or ""
            return length.isdecimal() and int(length) <= min(self.request.max_bytes, _SHORT)
        with self._lock:
            self._require_active()
            self._head = head._replace(writer=self.request.open_writer(head))
            self._require_active()
        return False

    def add(self, chunk: bytes | memoryview) -> None:
        """Take the next piece of the body."""
        self._size += len(chunk)
        if self._size > self.request.max_bytes:
            message = f"the response is longer than {self.request.max_bytes} bytes"
            raise UpstreamDecode(message)
        if self._head and self._head.writer:
            with self._lock:
                self._require_active()
                self._head.writer.write(chunk)
                self._require_active()
        elif self._is_cancelled:
            raise Cancelled
        else:
            self._chunks.append(chunk)

    def build(self) -> Response:
        """Return the complete answer."""
        assert self._head is not None
        return self._head._replace(body=b"".join(self._chunks))

    def discard(self) -> None:
        """Undo what a writer took of an answer that failed."""
        if self._head is not None and self._head.writer is not None:
            self._head.writer.discard()

    def cancel(self) -> None:
        """Accept no more data: the exchange was cancelled.

        A writer that is blocked holds the lock, and is discarded when it goes on.
        """
        self._is_cancelled = True
        if self._lock.acquire(timeout=_GRACE):
            try:
                self.discard()
            finally:
                self._lock.release()

    def _require_active(self) -> None:
        if self._is_cancelled:
            raise Cancelled


async def _yield_to_scopes() -> None:
    """Let a cancel scope of anyio cancel once more, as it does until its task has left it.

    It recognises its own cancellations by their message, which the library loses.
    """
    from asyncio import sleep

    await sleep(0)


class Cancelled(Exception):
    """The exchange was cancelled."""
