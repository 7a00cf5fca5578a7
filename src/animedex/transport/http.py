"""The two drivers of the network: the one place that sends, and that knows the HTTP library.

The library's decoders are off: a body arrives as it was sent, and a cap stops one that does not
end. It follows no redirects, which are the flow's business. What it raises, `trouble` translates.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

from pyreqwest.client import ClientBuilder, SyncClientBuilder
from pyreqwest.proxy import ProxyBuilder

from animedex.call import Response
from animedex.errors import ClientUnusable, TimedOut, UpstreamDecode
from animedex.origins import is_loopback
from animedex.transport.http_errors import translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyreqwest.request import BaseRequestBuilder
    from pyreqwest.response import BaseResponse

    from animedex.transport.proxies import Proxies
    from animedex.transport.steps import Send

C = TypeVar("C")
Builder = TypeVar("Builder", ClientBuilder, SyncClientBuilder)
Prepared = TypeVar("Prepared", bound="BaseRequestBuilder")


# No service that works is silent for so many seconds, and none is waited for longer. From the
# sending on, the whole head has to come within them: so long at most a cancelled task, of which
# the library forgets nothing before that, holds a connection.
SILENCE = 120.0
# An open-ended exchange ends after so many seconds without a byte.
SILENCE_OF_FILES = 30.0


class SyncHttp:
    """Send requests from ordinary code, and stay open to Ctrl-C meanwhile."""

    def __init__(self, proxies: Proxies) -> None:
        self._clients = Clients(
            lambda url, silence: configured(SyncClientBuilder(), url, proxies, silence).build()
        )

    def send(self, step: Send) -> Response:
        """Exchange one request for one answer."""
        body = Body(step)
        if threading.current_thread() is threading.main_thread():
            return self._exchange_aside(step, body)
        return self._exchange(step, body)

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.drain():
            client.close()

    def _exchange_aside(self, step: Send, body: Body) -> Response:
        """Exchange on a daemon thread: the library does not notice signals while it waits."""
        outcome: list[Response | BaseException] = []

        def work() -> None:
            try:
                outcome.append(self._exchange(step, body))
            except BaseException as error:  # noqa: BLE001  raised again by the waiting thread
                outcome.append(error)

        thread = threading.Thread(target=work, name="animedex-send", daemon=True)
        thread.start()
        try:
            # The library keeps to the deadline; a sink that is held up knows of none.
            thread.join(_patience(step))
            if not outcome:
                message = "the answer was not taken in time"
                raise TimedOut(message, hint="look who reads what is written")
        except BaseException:
            body.abandon()
            raise
        if isinstance(outcome[0], BaseException):
            raise outcome[0]
        return outcome[0]

    def _exchange(self, step: Send, body: Body) -> Response:
        try:
            client = self._clients.to(step.url, is_open_ended=step.is_open_ended)
            request = prepared(client.request(step.method, step.url), step).build_streamed()
            with request as answer:
                body.begin(answer)
                while (chunk := answer.body_reader.read_chunk()) is not None:
                    body.take(bytes(chunk))
        except BaseException as error:  # noqa: BLE001  translated, or given on as it is
            body.discard()
            raise translate(error) from None
        return body.response()


class AsyncHttp:
    """Send requests from asyncio tasks."""

    def __init__(self, proxies: Proxies) -> None:
        self._clients = Clients(
            lambda url, silence: configured(ClientBuilder(), url, proxies, silence).build()
        )

    async def send(self, step: Send) -> Response:
        """Exchange one request for one answer."""
        body = Body(step)
        before = _cancellations()
        try:
            client = self._clients.to(step.url, is_open_ended=step.is_open_ended)
            request = prepared(client.request(step.method, step.url), step).build_streamed()
            async with request as answer:
                body.begin(answer)
                _require_task(before)
                while (chunk := await answer.body_reader.read_chunk()) is not None:
                    body.take(bytes(chunk))
                    _require_task(before)
        except BaseException as error:  # noqa: BLE001  translated, or given on as it is
            body.discard()
            if _cancellations() > before:
                await _yield_to_scopes()
            raise translate(error) from None
        return body.response()

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.drain():
            await client.close()


class Clients(Generic[C]):
    """Build one client for loopback, which is never proxied, and one for everywhere else.

    Exchanges that are open-ended have clients of their own: how long a server may be silent is the
    same for all that a client sends.
    """

    def __init__(self, build: Callable[[str, float], C]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._built: dict[tuple[bool, bool], C] = {}
        self._closed = False

    def to(self, url: str, *, is_open_ended: bool = False) -> C:
        """Give the client for a URL; raise `ClientUnusable` once they were given up."""
        key = is_loopback(url), is_open_ended
        with self._lock:
            if self._closed:
                message = "the client is closed"
                raise ClientUnusable(message, hint="make a new one")
            if key not in self._built:
                self._built[key] = self._build(url, SILENCE_OF_FILES if is_open_ended else SILENCE)
            return self._built[key]

    def drain(self) -> list[C]:
        """Give up all clients, for closing."""
        with self._lock:
            self._closed = True
            clients = list(self._built.values())
            self._built.clear()
        return clients


def configured(builder: Builder, url: str, proxies: Proxies, silence: float) -> Builder:
    """Set up a client that leaves bodies, redirects and errors alone."""
    builder = builder.gzip(False).brotli(False).zstd(False).deflate(False)
    builder = builder.follow_redirects(False).referer(False).no_proxy()
    builder = builder.read_timeout(timedelta(seconds=silence))
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


def prepared(request: Prepared, step: Send) -> Prepared:
    """Put a step's headers and time limit on a request."""
    request.headers(list(step.headers))
    # The library would hold back the head until so many bytes are there, or lose them; and it would
    # read them on for a task that was cancelled.
    request.streamed_read_buffer_limit(0)
    if step.timeout is None:
        return request
    return request.timeout(timedelta(seconds=min(step.timeout, _LONGEST_TIMEOUT)))


class Body:
    """Collect one answer: the head, then the body in memory or, of a success, in a sink."""

    def __init__(self, step: Send) -> None:
        self._step = step
        self._chunks: list[bytes] = []
        self._size = 0
        self._lock = threading.Lock()
        self._abandoned = False
        self._head: Response | None = None

    def begin(self, answer: BaseResponse) -> None:
        """Take the head."""
        headers = tuple(answer.headers.items())
        wanted = answer.status // 100 == _SUCCESS
        with self._lock:
            self._require_wanted()
            head = Response(answer.status, headers, b"", self._step.url)
            sink = self._step.sink(head) if self._step.sink and wanted else None
            self._head = head._replace(sink=sink)
            self._require_wanted()

    def take(self, chunk: bytes) -> None:
        """Take the next piece of the body."""
        self._size += len(chunk)
        if self._size > self._step.cap:
            message = f"the answer is longer than {self._step.cap} bytes"
            raise UpstreamDecode(message)
        with self._lock:
            self._require_wanted()
            if self._head is not None and self._head.sink is not None:
                self._head.sink.write(chunk)
            else:
                self._chunks.append(chunk)
            self._require_wanted()

    def discard(self) -> None:
        """Undo what a sink took of an answer that failed."""
        if self._head is not None and self._head.sink is not None:
            self._head.sink.discard()

    def abandon(self) -> None:
        """Take no more: whoever wanted the answer is gone.

        A sink that is held up holds the lock, and is discarded when it goes on.
        """
        self._abandoned = True
        if self._lock.acquire(timeout=_GRACE):
            try:
                self.discard()
            finally:
                self._lock.release()

    def _require_wanted(self) -> None:
        if self._abandoned:
            raise Abandoned

    def response(self) -> Response:
        """Give the answer, now that its body is complete."""
        assert self._head is not None
        return self._head._replace(body=b"".join(self._chunks))


def _cancellations() -> int:
    from asyncio import current_task

    task = current_task()
    return task.cancelling() if task else 0


def _require_task(before: int) -> None:
    """Raise what the library loses where a task is cancelled just as something arrives."""
    from asyncio import CancelledError

    if _cancellations() > before:
        raise CancelledError


async def _yield_to_scopes() -> None:
    """Let a cancel scope of anyio cancel once more, as it does until its task has left it.

    It knows its own cancellations by what they say, which the library loses.
    """
    from asyncio import sleep

    await sleep(0)


def _patience(step: Send) -> float | None:
    if step.timeout is None:
        return None
    return min(step.timeout + _GRACE, threading.TIMEOUT_MAX)


class Abandoned(Exception):
    """End an exchange that nobody waits for any more."""


_SUCCESS = 2
# The library's clock ends somewhere, and nobody waits for a year.
_LONGEST_TIMEOUT = 365 * 86_400.0
# So many seconds are left to those who are about to end anyway.
_GRACE = 0.25
