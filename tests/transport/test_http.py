from __future__ import annotations

import asyncio
import gzip
import os
import socket
import struct
import threading
from typing import TYPE_CHECKING

import anyio
import pytest

from animedex.errors import (
    AnimedexError,
    BadArguments,
    NoSpace,
    TimedOut,
    Unreachable,
    UpstreamDecode,
)
from animedex.server import SampleServer
from animedex.sinks import FileSink
from animedex.transport.http import Abandoned, AsyncHttp, Body, SyncHttp
from animedex.transport.proxies import Proxies
from animedex.transport.steps import Send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pyreqwest.response import BaseResponse

    from animedex.wire import Response, Sink
    from tests.conftest import Script, StartRawServer
    from tests.transport.conftest import Exchange

CAP = 1_000_000
USER_AGENT = ("user-agent", "tester/1.0 (tests@example.org)")


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with SampleServer(limits=False, seed=1) as running:
        yield running


def get(  # noqa: PLR0913  what a step holds
    url: str,
    *,
    method: str = "GET",
    timeout: float | None = 20.0,
    cap: int = CAP,
    sink: Callable[[Response], Sink] | None = None,
    gzipped: bool = False,
) -> Send:
    encoding = ("accept-encoding", "gzip" if gzipped else "identity")
    return Send(method, url, (USER_AGENT, encoding), timeout, cap, sink)


class Pocket:
    """Take a body in memory, and fail when told to."""

    def __init__(self, error: AnimedexError | None = None) -> None:
        self.body = b""
        self.discarded = False
        self.begun = asyncio.Event()
        self._error = error

    def write(self, chunk: bytes) -> None:
        if self._error is not None:
            raise self._error
        self.body += chunk
        self.begun.set()

    def discard(self) -> None:
        self.discarded = True


def test_an_answer_comes_whole(exchange: Exchange, server: SampleServer) -> None:
    server.answer("/here", status=418, headers={"X-Note": "Hi"}, body=b"tea")
    answer = exchange(get(f"{server.url}/here?a=b%20c"))
    assert (answer.status, answer.body, answer.sink) == (418, b"tea", None)
    assert (answer.header("x-note"), answer.url) == ("Hi", f"{server.url}/here?a=b%20c")
    arrival = server.arrivals.on("/here")[-1]
    assert (arrival.method, arrival.target) == ("GET", "/api/v2/here?a=b%20c")
    assert arrival.headers["user-agent"] == USER_AGENT[1]
    assert "referer" not in arrival.headers


def test_no_deadline_is_no_timeout(exchange: Exchange, server: SampleServer) -> None:
    assert exchange(get(f"{server.url}/endpoints", timeout=None)).status == 200


@pytest.mark.parametrize("timeout", [1e10, 1e300])
def test_a_deadline_may_be_very_far(
    exchange: Exchange, server: SampleServer, timeout: float
) -> None:
    assert exchange(get(f"{server.url}/endpoints", timeout=timeout)).status == 200


def test_a_body_arrives_as_it_was_sent(exchange: Exchange, server: SampleServer) -> None:
    answer = exchange(get(f"{server.url}/endpoints", gzipped=True))
    assert answer.header("content-encoding") == "gzip"
    assert gzip.decompress(answer.body).startswith(b"{")


def test_a_head_tells_of_the_body_that_it_does_not_have(
    exchange: Exchange, server: SampleServer
) -> None:
    server.answer("/here", body=b"tea")
    answer = exchange(get(f"{server.url}/here", method="HEAD"))
    assert (answer.body, answer.header("content-length")) == (b"", "3")


def test_a_redirect_is_not_followed(exchange: Exchange, server: SampleServer) -> None:
    server.answer("/here", status=302, headers={"Location": "/api/v2/there"})
    answer = exchange(get(f"{server.url}/here"))
    assert (answer.status, answer.header("location")) == (302, "/api/v2/there")


def test_no_cookie_is_returned(exchange: Exchange, server: SampleServer) -> None:
    server.answer("/here", headers={"Set-Cookie": "crumb=1; Path=/"}, times=2)
    server.arrivals.clear()
    for _ in range(2):
        exchange(get(f"{server.url}/here"))
    assert ["cookie" in arrival.headers for arrival in server.arrivals.on("/here")] == [False] * 2


def test_a_body_without_end_is_stopped(exchange: Exchange, raw_server: StartRawServer) -> None:
    def pour(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not over.is_set():
            connection.sendall(bytes(65536))

    with pytest.raises(UpstreamDecode, match="longer than 1000000 bytes"):
        exchange(get(raw_server(pour).url))


def test_a_body_may_be_as_long_as_the_cap(exchange: Exchange, server: SampleServer) -> None:
    server.answer("/here", body=bytes(100), times=2)
    assert len(exchange(get(f"{server.url}/here", cap=100)).body) == 100
    with pytest.raises(UpstreamDecode):
        exchange(get(f"{server.url}/here", cap=99))


@pytest.mark.parametrize("status", [200, 203])
def test_a_sink_takes_the_body_of_a_success(
    exchange: Exchange, server: SampleServer, status: int
) -> None:
    pocket = Pocket()
    server.answer("/here", status=status, body=b"tea")
    answer = exchange(get(f"{server.url}/here", sink=lambda _: pocket))
    assert (answer.sink, answer.body) == (pocket, b"")
    assert (pocket.body, pocket.discarded) == (b"tea", False)


def test_a_sink_is_made_from_the_answers_head(exchange: Exchange, server: SampleServer) -> None:
    heads: list[Response] = []

    def make(head: Response) -> Pocket:
        heads.append(head)
        return Pocket()

    url = f"{server.url}/here"
    server.answer("/here", status=206, headers={"Content-Range": "bytes 5-7/8"}, body=b"tea")
    exchange(get(url, sink=make))
    assert [(head.status, head.body, head.url, head.sink) for head in heads] == [
        (206, b"", url, None)
    ]
    assert heads[0].header("content-range") == "bytes 5-7/8"


def test_a_failures_body_goes_to_no_sink(exchange: Exchange, server: SampleServer) -> None:
    server.answer("/here", status=404, body=b"no")
    answer = exchange(get(f"{server.url}/here", sink=lambda _: Pocket()))
    assert (answer.sink, answer.body) == (None, b"no")


SHORT_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\ntea"
LONG_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + bytes(500_000)


def test_a_sink_is_discarded_where_the_body_is_cut(
    exchange: Exchange, raw_server: StartRawServer
) -> None:
    pocket = Pocket()
    with pytest.raises(Unreachable):
        exchange(get(raw_server(LONG_HEAD).url, sink=lambda _: pocket))
    assert pocket.discarded


def test_a_sink_has_what_came_before_the_cut(
    exchange: Exchange, raw_server: StartRawServer
) -> None:
    pocket = Pocket()
    with pytest.raises(Unreachable):
        exchange(get(raw_server(SHORT_HEAD).url, sink=lambda _: pocket))
    assert pocket.body == b"tea"
    assert pocket.discarded


def test_a_sink_that_fails_ends_the_exchange(exchange: Exchange, server: SampleServer) -> None:
    pocket = Pocket(NoSpace("full"))
    server.answer("/here", body=b"tea")
    with pytest.raises(NoSpace):
        exchange(get(f"{server.url}/here", sink=lambda _: pocket))
    assert pocket.discarded


def test_a_sink_that_cannot_be_made_ends_the_exchange(
    exchange: Exchange, server: SampleServer
) -> None:
    def make(head: Response) -> Pocket:
        message = "no such folder"
        raise BadArguments(message)

    server.answer("/here", body=b"tea")
    with pytest.raises(BadArguments, match="no such folder"):
        exchange(get(f"{server.url}/here", sink=make))


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_a_refused_connection_is_told(exchange: Exchange) -> None:
    with pytest.raises(Unreachable, match="refused") as raised:
        exchange(get(f"http://127.0.0.1:{closed_port()}/"))
    assert raised.value.transient


def test_a_name_without_an_address_is_told(exchange: Exchange) -> None:
    with pytest.raises(Unreachable, match="does not resolve"):
        exchange(get("http://nobody.invalid/"))


def wait_for_the_end(connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def test_a_silent_server_is_left_at_the_deadline(
    exchange: Exchange, raw_server: StartRawServer
) -> None:
    with pytest.raises(TimedOut):
        exchange(get(raw_server(wait_for_the_end).url, timeout=0.1))


def test_a_dripping_body_is_left_at_the_deadline(
    exchange: Exchange, raw_server: StartRawServer
) -> None:
    pocket = Pocket()

    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(LONG_HEAD)
        while not over.wait(0.02):
            connection.sendall(b"x")

    with pytest.raises(TimedOut):
        exchange(get(raw_server(drip).url, timeout=0.2, sink=lambda _: pocket))
    assert pocket.discarded


def hang_up(connection: socket.socket, over: threading.Event) -> None:
    connection.close()


def reset(connection: socket.socket, over: threading.Event) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize("script", [hang_up, reset])
def test_a_server_that_hangs_up_is_unreachable(
    exchange: Exchange,
    raw_server: StartRawServer,
    script: Script,
) -> None:
    with pytest.raises(Unreachable) as raised:
        exchange(get(raw_server(script).url))
    assert raised.value.transient


@pytest.mark.parametrize(
    "said",
    [
        b"hello there\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nartist_name: \xff\xfe\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 2_000_000 + b"\r\n\r\n",
    ],
    ids=["garbage", "no text", "huge"],
)
def test_what_is_not_http_is_told(
    exchange: Exchange, raw_server: StartRawServer, said: bytes
) -> None:
    with pytest.raises(UpstreamDecode):
        exchange(get(raw_server(said).url))


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/", "http://[::1/", "ftp://127.0.0.1/"])
def test_what_is_no_url_is_a_bad_argument(exchange: Exchange, url: str) -> None:
    with pytest.raises(AnimedexError):
        exchange(get(url))


# Giving up


class Head:
    """Stand for the head of an answer, as the library gives it."""

    status = 200
    headers: dict[str, str] = {}


HEAD = Head()


def test_what_was_given_up_takes_no_more() -> None:
    pocket = Pocket()
    body = Body(get("http://127.0.0.1/", sink=lambda _: pocket))
    body.begin(_as_answer(HEAD))
    body.take(b"tea")
    body.abandon()
    assert pocket.discarded
    with pytest.raises(Abandoned):
        body.take(b"more")
    assert pocket.body == b"tea"


def test_what_was_given_up_opens_no_sink() -> None:
    made: list[Pocket] = []

    def make(head: Response) -> Pocket:
        made.append(Pocket())
        return made[-1]

    body = Body(get("http://127.0.0.1/", sink=make))
    body.abandon()
    with pytest.raises(Abandoned):
        body.begin(_as_answer(HEAD))
    assert made == []


def test_a_sink_that_is_made_too_late_is_discarded() -> None:
    pocket = Pocket()

    def make(head: Response) -> Pocket:
        body.abandon()
        return pocket

    body = Body(get("http://127.0.0.1/", sink=make))
    with pytest.raises(Abandoned):
        body.begin(_as_answer(HEAD))
    body.discard()
    assert pocket.discarded


def test_a_sink_that_is_held_up_notices_afterwards() -> None:
    class Slow(Pocket):
        def write(self, chunk: bytes) -> None:
            body.abandon()
            super().write(chunk)

    pocket = Slow()
    body = Body(get("http://127.0.0.1/", sink=lambda _: pocket))
    body.begin(_as_answer(HEAD))
    with pytest.raises(Abandoned):
        body.take(b"tea")


class Stuck(Pocket):
    """Take nothing until the test has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.over = threading.Event()
        self.gone = threading.Event()

    def write(self, chunk: bytes) -> None:
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
    assert stuck.gone.wait(60)


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
    from typing import cast

    return cast("BaseResponse", head)


def test_a_cancellation_is_heeded_as_something_arrives(raw_server: StartRawServer) -> None:
    sizes: list[int] = []

    class Cancelling(Pocket):
        def write(self, chunk: bytes) -> None:
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
