from __future__ import annotations

import _thread
import http.client
import socket
import threading
from typing import TYPE_CHECKING, cast

import pytest
from starlette.responses import PlainTextResponse

from animedex.asgi.loopback_server import LoopbackServer
from animedex.testing import SampleServer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from animedex.testing.samples.sample_images import SampleCollection
    from tests.testing.conftest import Ask


def test_it_answers_as_soon_as_the_block_is_entered(collection: SampleCollection, ask: Ask) -> None:
    with SampleServer(collection) as server:
        assert ask(server, "/neko").status == 200


def test_two_run_beside_each_other(server: SampleServer, collection: SampleCollection) -> None:
    with SampleServer(collection) as other:
        assert other.url != server.url


def test_a_closed_server_refuses_and_may_be_started_again(
    collection: SampleCollection, ask: Ask
) -> None:
    with SampleServer(collection) as server:
        port = server.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=120)
    with SampleServer(collection, port=port) as again:
        assert ask(again, "/neko").status == 200


def test_closing_twice_and_starting_twice_are_harmless(
    collection: SampleCollection, ask: Ask
) -> None:
    server = SampleServer(collection)
    server.start()
    port = server.port
    server.start()
    assert server.port == port
    assert ask(server, "/neko").status == 200
    server.close()
    server.close()


def test_a_server_that_does_not_run_has_no_address(collection: SampleCollection) -> None:
    with pytest.raises(RuntimeError, match="not running"):
        _ = SampleServer(collection).url


def test_a_port_in_use_is_an_os_error(server: SampleServer, collection: SampleCollection) -> None:
    with pytest.raises(OSError, match="in use"):
        SampleServer(collection, port=server.port).start()


def test_an_application_that_cannot_be_loaded_is_told() -> None:
    broken = cast("ASGIApp", "no_such_module:app")
    with pytest.raises(RuntimeError, match="did not start"):
        LoopbackServer(broken).start()


def test_only_loopback_is_bound(server: SampleServer) -> None:
    assert server.origin.startswith("http://127.0.0.1:")
    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.2", server.port))


def test_another_address_is_bound_where_one_is_given() -> None:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("here")(scope, receive, send)

    with LoopbackServer(answer, host="127.0.0.2") as server:
        assert server.origin == f"http://127.0.0.2:{server.port}"
        connection = http.client.HTTPConnection("127.0.0.2", server.port, timeout=120)
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"here"
        connection.close()


def test_closing_drops_idle_and_busy_connections(collection: SampleCollection) -> None:
    with SampleServer(collection, faults=["/hug:delay=3600"]) as server:
        idle, busy = (
            http.client.HTTPConnection("127.0.0.1", server.port, timeout=120) for _ in range(2)
        )
        idle.request("GET", "/api/v2/neko", headers={"User-Agent": "tester/1.0"})
        idle.getresponse().read()
        busy.request("GET", "/api/v2/hug", headers={"User-Agent": "tester/1.0"})
    with pytest.raises(ConnectionError):
        busy.getresponse()
    idle.close()
    busy.close()


def test_dropped_answers_are_no_errors_of_the_server(
    collection: SampleCollection, caplog: pytest.LogCaptureFixture
) -> None:
    with SampleServer(collection, faults=["/neko/*:drip=3600"]) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        path = "/api/v2/neko/0b6c1f3a-0001-4c1e-9d51-5a3d8a1c0001.png"
        connection.request("GET", path, headers={"User-Agent": "tester/1.0"})
        connection.getresponse().close()
        connection.close()
    assert caplog.records == []


def test_connections_are_kept_alive(server: SampleServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    for _ in range(3):
        connection.request("GET", "/api/v2/neko", headers={"User-Agent": "tester/1.0"})
        assert connection.getresponse().read()
        assert connection.sock is not None
    connection.close()


def test_an_interrupted_wait_leaves_the_thread_to_be_joined(server: SampleServer, ask: Ask) -> None:
    def interrupt() -> None:
        ask(server, "/neko")
        _thread.interrupt_main()

    before = {thread for thread in threading.enumerate() if thread.is_alive()}
    interrupter = threading.Thread(target=interrupt)
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - it may come before the wait
        interrupter.start()
        server.wait()
    interrupter.join(120)
    assert {thread for thread in before if not thread.is_alive()} == set()


def test_waiting_ends_when_another_thread_closes(server: SampleServer) -> None:
    waiting = threading.Thread(target=server.wait)
    waiting.start()
    server.close()
    waiting.join(120)
    assert not waiting.is_alive()
