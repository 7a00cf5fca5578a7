from __future__ import annotations

import gzip
import socket
import struct
import threading
from typing import TYPE_CHECKING

import pytest

from animedex.errors import (
    AnimedexError,
    BadArguments,
    NoSpace,
    TimedOut,
    Unreachable,
    UpstreamDecode,
)
from animedex.testing import SampleServer
from tests.transport.sending import LONG_HEAD, USER_AGENT, Pocket, get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.http_message import Response
    from tests.kit.raw_server import Script, StartRawServer
    from tests.transport.conftest import Exchange


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with SampleServer(limits=False, seed=1) as running:
        yield running


def test_an_answer_comes_whole(exchange: Exchange, server: SampleServer) -> None:
    server.answer("/here", status=418, headers={"X-Note": "Hi"}, body=b"tea")
    answer = exchange(get(f"{server.url}/here?a=b%20c"))
    assert (answer.status, answer.body, answer.writer) == (418, b"tea", None)
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
    assert (answer.writer, answer.body) == (pocket, b"")
    assert (pocket.body, pocket.discarded) == (b"tea", False)


def test_a_sink_is_made_from_the_answers_head(exchange: Exchange, server: SampleServer) -> None:
    heads: list[Response] = []

    def make(head: Response) -> Pocket:
        heads.append(head)
        return Pocket()

    url = f"{server.url}/here"
    server.answer("/here", status=206, headers={"Content-Range": "bytes 5-7/8"}, body=b"tea")
    exchange(get(url, sink=make))
    assert [(head.status, head.body, head.url, head.writer) for head in heads] == [
        (206, b"", url, None)
    ]
    assert heads[0].header("content-range") == "bytes 5-7/8"


def test_a_failures_body_goes_to_no_sink(exchange: Exchange, server: SampleServer) -> None:
    server.answer("/here", status=404, body=b"no")
    answer = exchange(get(f"{server.url}/here", sink=lambda _: Pocket()))
    assert (answer.writer, answer.body) == (None, b"no")


SHORT_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\ntea"


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


def test_a_refused_connection_is_told(exchange: Exchange, closed_url: str) -> None:
    with pytest.raises(Unreachable, match="refused") as raised:
        exchange(get(f"{closed_url}/"))
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
