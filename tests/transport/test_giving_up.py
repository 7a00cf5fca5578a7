"""Sinks and tasks that are given up while something arrives."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from typing import TYPE_CHECKING, cast

import anyio
import pytest

from animedex.body_writer import FileSink
from animedex.errors import BadArguments, TimedOut, Unreachable
from animedex.testing import SampleServer
from animedex.transport import http
from animedex.transport.http import AsyncHttp, Cancelled, ResponseBuilder, SyncHttp
from animedex.transport.proxies import Proxies
from tests.transport.sending import LONG_HEAD, Pocket, get

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pyreqwest.response import BaseResponse

    from animedex.http_message import BodyWriter, Response
    from tests.kit.raw_server import StartRawServer
    from tests.transport.conftest import Exchange


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with SampleServer(limits=False, seed=1) as running:
        yield running


class Head:
    """Stand for the head of an answer, as the library gives it."""

    status = 200
    headers: dict[str, str] = {}


HEAD = Head()


def test_what_was_given_up_takes_no_more() -> None:
    pocket = Pocket()
    body = ResponseBuilder(get("http://127.0.0.1/", sink=lambda _: pocket))
    body.begin(_as_answer(HEAD))
    body.add(b"tea")
    body.cancel()
    assert pocket.discarded
    with pytest.raises(Cancelled):
        body.add(b"more")
    assert pocket.body == b"tea"


def test_a_body_in_memory_takes_no_more_either() -> None:
    body = ResponseBuilder(get("http://127.0.0.1/"))
    body.begin(_as_answer(HEAD))
    body.cancel()
    with pytest.raises(Cancelled):
        body.add(b"more")


def test_what_was_given_up_opens_no_sink() -> None:
    made: list[Pocket] = []

    def make(head: Response) -> Pocket:
        made.append(Pocket())
        return made[-1]

    body = ResponseBuilder(get("http://127.0.0.1/", sink=make))
    body.cancel()
    with pytest.raises(Cancelled):
        body.begin(_as_answer(HEAD))
    assert made == []


def test_a_sink_that_is_made_too_late_is_discarded() -> None:
    pocket = Pocket()

    def make(head: Response) -> Pocket:
        body.cancel()
        return pocket

    body = ResponseBuilder(get("http://127.0.0.1/", sink=make))
    with pytest.raises(Cancelled):
        body.begin(_as_answer(HEAD))
    body.discard()
    assert pocket.discarded


def test_a_sink_that_is_held_up_notices_afterwards() -> None:
    class Slow(Pocket):
        def write(self, chunk: bytes | memoryview, /) -> None:
            body.cancel()
            super().write(chunk)

    pocket = Slow()
    body = ResponseBuilder(get("http://127.0.0.1/", sink=lambda _: pocket))
    body.begin(_as_answer(HEAD))
    with pytest.raises(Cancelled):
        body.add(b"tea")


class Stuck(Pocket):
    """Take nothing until the test has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.over = threading.Event()
        self.gone = threading.Event()

    def write(self, chunk: bytes | memoryview, /) -> None:
        self.over.wait()

    def discard(self) -> None:
        self.gone.set()


def test_a_sink_that_is_held_up_does_not_hold_the_deadline(server: SampleServer) -> None:
    stuck = Stuck()
    server.answer("/here", body=b"tea")
    http = SyncHttp(Proxies())
    try:
        with pytest.raises(TimedOut):
            http.send(get(f"{server.url}/here", timeout=0.2, sink=lambda _: stuck))
        assert not stuck.gone.is_set()
    finally:
        stuck.over.set()
        http.close()
    assert stuck.gone.wait(120)


def test_a_pipe_that_nobody_reads_ends_the_exchange(
    exchange: Exchange, server: SampleServer, tmp_path: Path
) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no named pipes to be had")
    os.mkfifo(tmp_path / "pipe")
    server.answer("/here", body=b"tea")
    with pytest.raises(BadArguments, match="cannot be written"):
        exchange(get(f"{server.url}/here", sink=lambda _: FileSink(str(tmp_path / "pipe"))))


def _as_answer(head: Head) -> BaseResponse:
    return cast("BaseResponse", head)


def test_a_cancellation_is_heeded_as_something_arrives(raw_server: StartRawServer) -> None:
    sizes: list[int] = []

    class Cancelling(Pocket):
        def write(self, chunk: bytes | memoryview, /) -> None:
            sizes.append(len(chunk))
            task = asyncio.current_task()
            assert task is not None
            task.cancel()

    def stall(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(LONG_HEAD)
        over.wait()

    async def main() -> None:
        http = AsyncHttp(Proxies())
        send = http.send(get(raw_server(stall).url, sink=lambda _: Cancelling()))
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(send)
        await http.close()
        assert len(sizes) == 1

    asyncio.run(main())


def test_a_cancel_scope_of_anyio_knows_its_cancellation(raw_server: StartRawServer) -> None:
    pocket = Pocket()

    def stall(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(LONG_HEAD)
        over.wait()

    async def main() -> None:
        http = AsyncHttp(Proxies())
        scope = anyio.CancelScope()

        async def cancel() -> None:
            await pocket.begun.wait()
            scope.cancel()

        task = asyncio.create_task(cancel())
        with scope:
            await http.send(get(raw_server(stall).url, sink=lambda _: pocket))
        await task
        assert scope.cancelled_caught
        await http.close()

    asyncio.run(main())
    assert pocket.discarded


def test_a_cancelled_task_discards_its_sink(raw_server: StartRawServer) -> None:
    pocket = Pocket()

    def stall(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(LONG_HEAD)
        over.wait()

    async def main() -> None:
        http = AsyncHttp(Proxies())
        task = asyncio.create_task(http.send(get(raw_server(stall).url, sink=lambda _: pocket)))
        await pocket.begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await http.close()

    asyncio.run(main())
    assert pocket.discarded


def into_pocket(head: Response) -> Pocket:
    del head
    return Pocket()


@pytest.fixture
def little_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "READ_TIMEOUT", 0.2)


@pytest.mark.usefixtures("little_silence")
@pytest.mark.parametrize("head", [b"", LONG_HEAD])
def test_whoever_falls_silent_is_not_waited_for_without_end(
    head: bytes, raw_server: StartRawServer, exchange: Exchange
) -> None:
    def stall(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(head)
        over.wait()

    with pytest.raises((TimedOut, Unreachable)):
        exchange(get(raw_server(stall).url)._replace(timeout=None))


@pytest.mark.parametrize("sink", [None, into_pocket])
def test_a_cancelled_task_hangs_up_at_once_when_the_head_has_come(
    raw_server: StartRawServer,
    sink: Callable[[Response], BodyWriter] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hung_up = threading.Event()

    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n")
        try:
            while not over.wait(0.01):
                connection.sendall(b" ")
        except OSError:
            hung_up.set()

    class Begun(ResponseBuilder):
        """When the head has come."""

        def add(self, chunk: bytes | memoryview) -> None:
            begun.set()
            super().add(chunk)

    begun = asyncio.Event()
    monkeypatch.setattr(http, "ResponseBuilder", Begun)

    async def main() -> None:
        client = AsyncHttp(Proxies())
        step = get(raw_server(drip).url, sink=sink)._replace(timeout=None)
        task = asyncio.create_task(client.send(step))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(hung_up.wait, 120)
        await client.close()

    asyncio.run(main())


@pytest.mark.usefixtures("little_silence")
def test_a_cancelled_task_hangs_up_however_slowly_the_head_comes(
    raw_server: StartRawServer,
) -> None:
    asked, hung_up = threading.Event(), threading.Event()

    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        asked.set()
        try:
            while not over.wait(0.01):
                connection.sendall(b"X: y\r\n")
        except OSError:
            hung_up.set()

    async def main() -> None:
        client = AsyncHttp(Proxies())
        task = asyncio.create_task(client.send(get(raw_server(drip).url)._replace(timeout=None)))
        assert await asyncio.to_thread(asked.wait, 120)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(hung_up.wait, 120)
        await client.close()

    asyncio.run(main())


@pytest.mark.usefixtures("little_silence")
def test_the_connection_of_a_cancelled_task_is_closed(raw_server: StartRawServer) -> None:
    asked, hung_up = threading.Event(), threading.Event()

    def stall(connection: socket.socket, over: threading.Event) -> None:
        asked.set()
        if connection.recv(1) == b"":
            hung_up.set()

    async def main() -> None:
        client = AsyncHttp(Proxies())
        task = asyncio.create_task(client.send(get(raw_server(stall).url)._replace(timeout=None)))
        assert await asyncio.to_thread(asked.wait, 120)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(hung_up.wait, 120)
        await client.close()

    asyncio.run(main())
