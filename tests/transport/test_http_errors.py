"""Every row of the table is reached by what the HTTP library really raises."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest
import trustme
from pyreqwest.exceptions import PyreqwestError

from animedex.errors import AnimedexError, NotFound, Unreachable
from animedex.transport.effects import Send
from animedex.transport.http import AsyncHttp, SyncHttp
from animedex.transport.http_errors import HTTP_ERRORS, HttpErrorRow, translate
from animedex.transport.proxies import Proxies

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.http_message import Response
    from tests.kit.raw_server import Script, StartRawServer

OK = b"HTTP/1.1 200 OK\r\n"
DIRECT = Proxies()
CLOSED = "the client is closed"


def row(message: str) -> HttpErrorRow:
    return next(row for row in HTTP_ERRORS if row.message == message)


class Driver(Protocol):
    def __call__(self, step: Send, proxies: Proxies = ...) -> object:
        """Send one step."""
        ...


def send_now(step: Send, proxies: Proxies = DIRECT) -> object:
    http = SyncHttp(proxies)
    try:
        return http.send(step)
    finally:
        http.close()


def send_async(step: Send, proxies: Proxies = DIRECT) -> object:
    async def exchange() -> object:
        http = AsyncHttp(proxies)
        try:
            return await http.send(step)
        finally:
            await http.close()

    return asyncio.run(exchange())


@pytest.fixture(params=[send_now, send_async])
def send(request: pytest.FixtureRequest) -> Driver:
    driver: Driver = request.param
    return driver


def step(url: str, timeout: float = 20.0) -> Send:
    return Send("GET", url, (), timeout, 1_000_000)


def trouble_of(send: Driver, asked: Send, proxies: Proxies = DIRECT) -> AnimedexError:
    with pytest.raises(AnimedexError) as caught:
        send(asked, proxies)
    return caught.value


def check(error: AnimedexError, message: str) -> None:
    """Compare an error with the row that has this message."""
    told = row(message)
    assert type(error) is told.error
    assert error.message.startswith(message)
    assert error.message.isprintable()
    assert (error.remedy and error.remedy.template) == told.hint
    assert not isinstance(error, Unreachable) or error.transient is told.transient


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_up(connection: socket.socket, over: threading.Event) -> None:
    """Report nothing; the connection is closed in an orderly way."""


def hang_up_rudely(connection: socket.socket, over: threading.Event) -> None:
    reset(connection)


def say_nothing(connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def say_half(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(OK + b"Content-Length: 100\r\n\r\nabc")
    over.wait()


class Case(NamedTuple):
    """Expect a row after what a server does."""

    message: str
    script: Script | bytes
    scheme: str = "http"
    timeout: float = 20.0


CASES = {
    "silence": Case("no complete response came in time", say_nothing, timeout=0.1),
    "a body that stalls": Case("no complete response came in time", say_half, timeout=0.2),
    "an end": Case("the server closed the connection without a response", hang_up),
    "a reset": Case("the connection was reset", hang_up_rudely),
    "an end of the handshake": Case("the TLS handshake failed", hang_up, "https"),
    "garbage in the handshake": Case("the server does not speak TLS", b"\0\1x\r\n\r\n", "https"),
    "HTTP in the handshake": Case("the server does not speak TLS", OK + b"\r\n", "https"),
    "a cut body": Case("the response was truncated", OK + b"Content-Length: 100\r\n\r\nabc"),
    "a cut chunk": Case(
        "the response was truncated", OK + b"Transfer-Encoding: chunked\r\n\r\n10\r\nabc"
    ),
    "a bad chunk": Case(
        "the response is not valid HTTP", OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"
    ),
    "garbage": Case("the response is not valid HTTP", b"\x00\x01garbage\r\n\r\n"),
    "TLS": Case("the response is not valid HTTP", b"\x15\x03\x01\x00\x02\x02\x28"),
    "no head": Case("the response is not valid HTTP", b"hello"),
    "a bad length": Case("the response is not valid HTTP", OK + b"Content-Length: abc\r\n\r\nabc"),
    "two lengths": Case(
        "the response is not valid HTTP",
        OK + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nabc",
    ),
    "a bad status": Case("the response is not valid HTTP", b"HTTP/1.1 099 Odd\r\n\r\n"),
    "a huge header": Case(
        "the response headers are too large", OK + b"X: " + b"a" * 3_000_000 + b"\r\n\r\n"
    ),
    "many headers": Case("the response headers are too large", OK + b"X: a\r\n" * 1000 + b"\r\n"),
    "a header that is no text": Case(
        "a response header is not text", OK + b"X: \xff\xe7\r\nContent-Length: 0\r\n\r\n"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_server_does_is_told(name: str, send: Driver, raw_server: StartRawServer) -> None:
    case = CASES[name]
    url = f"{case.scheme}://127.0.0.1:{raw_server(case.script).port}/"
    check(trouble_of(send, step(url, case.timeout)), case.message)


def test_a_connection_that_breaks_in_the_body(send: Driver, raw_server: StartRawServer) -> None:
    taken = threading.Event()

    def break_off(connection: socket.socket, over: threading.Event) -> None:
        # The library gives small pieces on only when the body ends.
        connection.sendall(OK + b"Content-Length: 9000000\r\n\r\n" + bytes(300_000))
        taken.wait(timeout=120)
        reset(connection)

    class Taking:
        def __init__(self, head: Response) -> None:
            assert head.status == 200

        def write(self, chunk: bytes | memoryview, /) -> None:
            taken.set()

        def discard(self) -> None:
            pass

    asked = step(raw_server(break_off).url)._replace(open_writer=Taking)
    check(trouble_of(send, asked), "the connection broke in the middle of the response")


@pytest.mark.parametrize("status", [101, 204, 999])
def test_odd_statuses_are_answers(status: int, send: Driver, raw_server: StartRawServer) -> None:
    server = raw_server(b"HTTP/1.1 %d Odd\r\nContent-Length: 0\r\n\r\n" % status)
    assert getattr(send(step(server.url)), "status", None) == status


def test_a_port_where_nobody_listens(send: Driver, closed_url: str) -> None:
    check(trouble_of(send, step(f"{closed_url}/")), "the connection was refused")


def test_a_name_that_is_none(send: Driver) -> None:
    check(trouble_of(send, step("http://nobody.invalid/")), "the host name does not resolve")


def test_a_proxy_that_will_not(send: Driver, raw_server: StartRawServer) -> None:
    server = raw_server(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    proxies = Proxies(every=f"http://me:hunter2@127.0.0.1:{server.port}")
    error = trouble_of(send, step("https://nobody.invalid/?api_key=hunter2"), proxies)
    check(error, "the connection failed")
    assert "hunter2" not in str(error.to_payload())


def test_a_certificate_that_nobody_signed(send: Driver, raw_server: StartRawServer) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(  # pyright: ignore[reportUnknownMemberType]  names another TLS library
        context
    )

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def shake_hands() -> None:
            connection, _ = listener.accept()
            with pytest.raises(OSError, match=r"(?i)unknown ca|alert|reset|eof"):
                context.wrap_socket(connection, server_side=True).recv(1)
            connection.close()

        thread = threading.Thread(target=shake_hands)
        thread.start()
        error = trouble_of(send, step(f"https://127.0.0.1:{listener.getsockname()[1]}/"))
        thread.join(timeout=120)
    check(error, "the server's TLS certificate is not trusted")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://[::1/", "http://a b/", "nowhere"])
def test_a_url_that_is_none(url: str, send: Driver) -> None:
    check(trouble_of(send, step(url)), "the request cannot be built")


@pytest.mark.parametrize("header", [("x-own", "hunter2\nb"), ("x-own", "hunter2\0"), ("x y", "1")])
def test_a_header_that_is_none(header: tuple[str, str], send: Driver) -> None:
    asked = step("http://127.0.0.1:1/")._replace(headers=(header,))
    error = trouble_of(send, asked)
    check(error, "the request cannot be built")
    assert "hunter2" not in error.message


def test_a_client_that_was_closed(raw_server: StartRawServer) -> None:
    http = SyncHttp(DIRECT)

    def close(connection: socket.socket, over: threading.Event) -> None:
        http.close()
        over.wait()

    check(
        trouble_of(lambda step, proxies=DIRECT: http.send(step), step(raw_server(close).url)),
        CLOSED,
    )


def test_an_asynchronous_client_that_was_closed(raw_server: StartRawServer) -> None:
    async def use() -> None:
        http = AsyncHttp(DIRECT)
        loop = asyncio.get_running_loop()
        asked = asyncio.Event()

        def tell(connection: socket.socket, over: threading.Event) -> None:
            loop.call_soon_threadsafe(asked.set)
            over.wait()

        sending = asyncio.create_task(http.send(step(raw_server(tell).url)))
        await asked.wait()
        await http.close()
        await sending

    with pytest.raises(AnimedexError) as caught:
        asyncio.run(use())
    check(caught.value, CLOSED)


FORKING = """
import os, sys
from animedex.errors import AnimedexError
from animedex.transport.http import SyncHttp
from animedex.transport.proxies import Proxies
from animedex.transport.effects import Send

def ask():
    try:
        SyncHttp(Proxies()).send(Send("GET", "http://127.0.0.1:1/", (), 20.0, 100))
    except AnimedexError as error:
        print(type(error).__name__, error.message, error.hint, sep="|", flush=True)

ask()
child = os.fork()
ask() if child == 0 else os.waitpid(child, 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_process_that_was_forked() -> None:
    command = [sys.executable, "-W", "ignore", "-c", FORKING]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    parent, child = (line.split("|") for line in done.stdout.splitlines())
    told = row("this process was forked from one")
    assert parent[0] == "Unreachable"
    assert child[0] == "ClientUnusable"
    assert child[1].startswith(told.message)
    assert child[2] == told.hint


def test_whatever_else_the_library_raises() -> None:
    error = translate(PyreqwestError("quite new"))
    assert isinstance(error, AnimedexError)
    check(error, "the request failed")
    assert "quite new" in error.message


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), MemoryError(), RuntimeError("else"), OSError(5, "input")]
)
def test_what_is_not_the_librarys_is_left_alone(error: BaseException) -> None:
    assert translate(error) is error


def test_errors_of_this_package_are_left_alone() -> None:
    error = NotFound("no such thing")
    assert translate(error) is error


def test_an_address_is_not_quoted_as_it_may_hold_a_secret() -> None:
    error = translate(ValueError("bad: https://me:hunter2@x.example/"))
    assert isinstance(error, AnimedexError)
    check(error, "the request cannot be built")
    assert "hunter2" not in error.message


REACHED: dict[str, Callable[..., None]] = {
    "the host name does not resolve": test_a_name_that_is_none,
    "the server's TLS certificate is not trusted": test_a_certificate_that_nobody_signed,
    "the connection was refused": test_a_port_where_nobody_listens,
    "the connection failed": test_a_proxy_that_will_not,
    "the connection broke in the middle of the response": test_a_connection_that_breaks_in_the_body,
    CLOSED: test_a_client_that_was_closed,
    "the request cannot be built": test_a_url_that_is_none,
    "the request failed": test_whatever_else_the_library_raises,
    "this process was forked from one": test_a_process_that_was_forked,
}


def test_every_row_has_a_test() -> None:
    assert {row.message for row in HTTP_ERRORS} == REACHED.keys() | {
        c.message for c in CASES.values()
    }
