"""Requests that are too large, or take too long: refused, while others are answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from uvicorn.server import ServerState

from animedex.asgi.bounded_http import (
    HEAD_BYTES,
    REQUEST_BYTES,
    REQUEST_SECONDS,
    BoundedHttpProtocol,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from animedex.testing import SampleServer
    from tests.testing.conftest import Ask

PATIENCE = 120


def answer_to(server: SampleServer, *parts: bytes) -> bytes:
    """Send what a browser would not, as far as it is taken, and return all that comes back."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        answer = b""
        # Who is refused may be hung up on while they still talk.
        with contextlib.suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
        with contextlib.suppress(ConnectionError):
            while chunk := connection.recv(65536):
                answer += chunk
        return answer


START = b"GET /api/v2/neko HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"X-A: " + b"a" * HEAD_BYTES + b"\r\n\r\n",
        b"X-A: b\r\n" * (HEAD_BYTES // 8) + b"\r\n",
        b"A:\r\n" * (HEAD_BYTES // 16) + b"\r\n",
        b"X-A: " + b"a" * (HEAD_BYTES + 9),
        b"X-A: " + b"a" * 8_000_000,
        b"X-A: b\r\n" * 1_000_000,
    ],
)
def test_a_head_that_is_too_large_is_refused(
    head: bytes, server: SampleServer, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    answer = answer_to(server, START, head)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
    assert ask(server, "/neko").status == 200


def test_an_address_that_is_too_long_is_refused(server: SampleServer) -> None:
    line = b"GET /" + b"a" * HEAD_BYTES + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    assert answer_to(server, line).startswith(b"HTTP/1.1 431 ")


def test_a_large_head_that_is_not_too_large_is_answered(server: SampleServer, ask: Ask) -> None:
    assert ask(server, "/neko", headers={"X-A": "a" * (HEAD_BYTES - 1000)}).status == 200


def test_what_came_before_a_head_is_not_counted_to_it(server: SampleServer) -> None:
    start = START + b"User-Agent: tester/1.0\r\n"
    body = b"Content-Length: %d\r\n\r\n" % (3 * HEAD_BYTES) + b"a" * 3 * HEAD_BYTES
    answer = answer_to(server, start + body + start + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 ") == 2


@pytest.mark.parametrize(
    "length", [b"Content-Length: 9999999\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"]
)
def test_a_body_without_end_is_not_heard_out(length: bytes, server: SampleServer, ask: Ask) -> None:
    chunk = b"1000\r\n" + bytes(4096) + b"\r\n"
    answer_to(server, START, length, *[chunk] * (2 * REQUEST_BYTES // 4096))
    assert ask(server, "/neko").status == 200


def test_a_websocket_attempt_is_answered_without_advice(
    server: SampleServer, caplog: pytest.LogCaptureFixture
) -> None:
    upgrade = (
        b"Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    with caplog.at_level(logging.DEBUG):
        answer = answer_to(server, START, b"Sec-WebSocket-Key: YQ==\r\n", upgrade)
    assert answer.startswith(b"HTTP/1.1 ")
    assert [record.message for record in caplog.records if "WebSocket" in record.message] == []
    assert [record.message for record in caplog.records if "upgrade" in record.message] == []


class Transport(asyncio.Transport):
    """Be the far end of a connection, and note what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_aborted = False
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        self.written += bytes(data)

    def abort(self) -> None:
        self.is_aborted = self.is_closed = True

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed


class Loop:
    """Note what is to be done later, and do it when told to."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.later: list[asyncio.TimerHandle] = []

    def call_later(self, delay: float, work: Callable[[], None]) -> asyncio.TimerHandle:
        assert delay == REQUEST_SECONDS
        handle = asyncio.TimerHandle(delay, work, (), self._loop)
        self.later.append(handle)
        return handle

    def run_late(self) -> None:
        """Do all that is still to be done."""
        for handle in self.later:
            if not handle.cancelled():
                handle._run()


@pytest.fixture
def loop() -> Iterator[Loop]:
    real = asyncio.new_event_loop()
    yield Loop(real)
    real.close()


def speak(loop: Loop) -> tuple[BoundedHttpProtocol, Transport]:
    """Open a connection that no scheduler cuts into pieces."""
    transport = Transport()
    config = uvicorn.Config(PlainTextResponse(), http=BoundedHttpProtocol, log_config=None)
    protocol = BoundedHttpProtocol(config, ServerState(), {}, loop)
    protocol.connection_made(transport)
    return protocol, transport


UNENDED = START + b"X-A: " + b"a" * (HEAD_BYTES + 9)


@pytest.mark.parametrize("first", [1, len(START), HEAD_BYTES, len(UNENDED)])
def test_a_head_is_measured_however_it_is_cut_into_pieces(first: int, loop: Loop) -> None:
    protocol, transport = speak(loop)
    protocol.data_received(UNENDED[:first])
    if not transport.is_closed:
        protocol.data_received(UNENDED[first:])
    assert transport.written.startswith(b"HTTP/1.1 431 ")
    assert transport.is_closed
    protocol.connection_lost(None)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", None),
        (b"GET", b"HTTP/1.1 408 "),
        (START, b"HTTP/1.1 408 "),
        (START + b"X-A: a", b"HTTP/1.1 408 "),
    ],
)
def test_who_does_not_end_a_head_in_time_is_hung_up_on(
    sent: bytes, status: bytes | None, loop: Loop
) -> None:
    protocol, transport = speak(loop)
    protocol.data_received(sent)
    loop.run_late()
    assert transport.is_closed
    assert transport.written.startswith(status or b"")
    assert transport.is_aborted is (status is None)
    protocol.connection_lost(None)
    loop.later.clear()
    loop.run_late()
