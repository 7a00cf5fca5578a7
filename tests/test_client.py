"""Clients over real HTTP: what they share, what they survive, and how they end."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar

import pytest

from animedex import __version__
from animedex.backends import nekos
from animedex.call import Call, SourceTag
from animedex.client import AsyncClient, Client
from animedex.errors import (
    BadArguments,
    RateLimited,
    Refused,
    TimedOut,
    Unreachable,
    UpstreamError,
)
from animedex.http_message import Request, Response
from animedex.testing import SampleServer

if TYPE_CHECKING:
    from animedex.client_options import ClientOptions
    from tests.kit.raw_server import StartRawServer
    from tests.kit.transport import Event

T = TypeVar("T")
FREEZE = {
    "Date": "Fri, 08 May 2026 09:08:00 GMT",
    "x-rate-limit-limit": "1m",
    "x-rate-limit-remaining": "0",
    "x-rate-limit-reset": "2026-05-08T09:09:00.0000000Z",
}


class Perform(Protocol):
    """Carry out a call with a client of its own."""

    def __call__(self, call: Call[T], options: ClientOptions) -> T: ...


@pytest.fixture(params=["at once", "from a task"])
def perform(request: pytest.FixtureRequest) -> Perform:
    def at_once(call: Call[T], options: ClientOptions) -> T:
        with Client(**options) as client:
            return client.perform(call)

    def from_a_task(call: Call[T], options: ClientOptions) -> T:
        async def work() -> T:
            async with AsyncClient(**options) as client:
                return await client.perform(call)

        return asyncio.run(work())

    return at_once if request.param == "at once" else from_a_task


NEKO = nekos.image.call("neko")


# What is sent


def test_a_program_says_who_it_is(
    perform: Perform, server: SampleServer, options: ClientOptions
) -> None:
    perform(NEKO, options)
    perform(NEKO, {**options, "contact": "me@example.org"})
    said = [arrival.headers["user-agent"] for arrival in server.arrivals]
    assert said == [f"animedex/{__version__}", f"animedex/{__version__} (me@example.org)"]


def test_a_refusal_is_asked_once_and_names_the_user_agent(
    perform: Perform, server: SampleServer, options: ClientOptions
) -> None:
    server.faults.add("/neko:403html")
    with pytest.raises(Refused) as raised:
        perform(NEKO, {**options, "contact": "me@example.org"})
    assert f"animedex/{__version__} (me@example.org)" in str(raised.value.hint)
    assert "Client(contact=" in str(raised.value.hint)
    assert len(server.arrivals) == 1


# What is shared


def test_what_one_client_kept_another_one_has(
    perform: Perform, server: SampleServer, options: ClientOptions
) -> None:
    whole = nekos.categories_full.call()
    first, second = perform(whole, options), perform(whole, options)
    assert first == second
    assert len(server.arrivals) == 1
    tags = [result["neko"].source_tag for result in (first, second)]
    assert [tag and (tag.backend, tag.cached) for tag in tags] == [
        ("nekos", False),
        ("nekos", True),
    ]
    perform(whole, {**options, "refresh": True})
    perform(whole, {**options, "cache": False})
    assert len(server.arrivals) == 3


def test_a_pause_is_remembered_for_the_next_client(
    perform: Perform, server: SampleServer, options: ClientOptions
) -> None:
    server.answer("/neko", status=429, headers={"Retry-After": "3600"})
    for _ in range(2):
        with pytest.raises(RateLimited, match="try again in 1 h") as raised:
            perform(NEKO, options)
        assert raised.value.backend == "nekos"
        assert 3500 < (raised.value.retry_after or 0) <= 3600
    assert len(server.arrivals) == 1
    assert len(perform(nekos.image.call("hug"), options)) == 1


def test_a_path_without_room_is_left_alone_by_all_clients(
    perform: Perform, server: SampleServer, options: ClientOptions
) -> None:
    body = b'{"results": []}'
    server.answer("/neko", headers=FREEZE, body=body)
    assert perform(NEKO, options) == []
    with pytest.raises(RateLimited, match=r"try again in (1 min|\d\d s)"):
        perform(NEKO, {**options, "timeout": 20.0})
    assert len(server.arrivals) == 1


def test_budgets_are_the_users_and_not_the_clients(
    server: SampleServer, options: ClientOptions
) -> None:
    left: list[int | None] = []

    def note(event: Event) -> None:
        if event.kind == "request":
            left.append(event.left)

    watched: ClientOptions = {**options, "on_event": note}
    for _ in range(3):
        with Client(**watched) as client:
            client.perform(NEKO)
    assert left[0] == 9
    assert left[2] is not None
    assert left[2] < 9
    with Client(**options) as client:
        (origin,) = client.runtime.limiter.states()
    assert origin == server.origin


# Where it may go


def tag(response: Response, source: SourceTag) -> bytes:
    return response.body


def test_a_redirect_is_followed_on_the_same_server(
    perform: Perform, server: SampleServer, options: ClientOptions
) -> None:
    server.answer("/neko", status=307, headers={"Location": "/api/v2/hug?amount=2"})
    assert [row.category for row in perform(NEKO, options)] == ["hug", "hug"]


def test_a_redirect_to_a_stranger_is_refused(
    perform: Perform, server: SampleServer, options: ClientOptions
) -> None:
    with SampleServer(limits=False) as other:
        server.answer("/neko", status=302, headers={"Location": f"{other.url}/neko"})
        request = Request("GET", "/neko", headers=(("Authorization", "Bearer abc"),))
        with pytest.raises(UpstreamError, match="redirected to 127"):
            perform(Call(nekos.BACKEND, request, tag), options)
        assert (len(server.arrivals), len(other.arrivals)) == (1, 0)


def test_no_credentials_follow_to_a_declared_host(
    perform: Perform, server: SampleServer, options: ClientOptions
) -> None:
    # The same server by another name stands for another host of the service.
    backend = nekos.BACKEND._replace(hosts=("localhost",))
    there = f"http://localhost:{server.port}{server.base}/endpoints"
    server.answer("/neko", status=302, headers={"Location": there})
    request = Request("GET", "/neko", headers=(("Authorization", "Bearer abc"),))
    assert perform(Call(backend, request, tag), options).startswith(b"{")
    told = ["authorization" in arrival.headers for arrival in server.arrivals]
    assert told == [True, False]


def test_budgets_are_on_for_a_real_service(perform: Perform, options: ClientOptions) -> None:
    far: ClientOptions = {**options, "limits": False}
    del far["base_urls"]
    with pytest.raises(BadArguments, match="loopback server only"):
        perform(NEKO, far)


def test_budgets_can_be_off_on_loopback(
    perform: Perform, server: SampleServer, options: ClientOptions
) -> None:
    for _ in range(15):
        (row,) = perform(NEKO, {**options, "limits": False})
        assert row.source_tag is not None
        assert not row.source_tag.rate_limited
    assert len(server.arrivals) == 15


def test_no_proxy_stands_before_loopback(
    perform: Perform, options: ClientOptions, monkeypatch: pytest.MonkeyPatch, closed_url: str
) -> None:
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, closed_url)
    assert len(perform(NEKO, options)) == 1
    assert len(perform(NEKO, {**options, "proxy": closed_url})) == 1


def test_a_proxy_that_cannot_be_read_is_told(
    perform: Perform, options: ClientOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://[oops")
    with pytest.raises(BadArguments, match="HTTPS_PROXY"):
        perform(NEKO, options)


# What goes wrong on the way


@pytest.mark.parametrize("fault", ["/neko:cutx1", "/neko:503x3", "/neko:429;retry-after=0.01x3"])
def test_what_passes_is_tried_again(
    perform: Perform, server: SampleServer, options: ClientOptions, fault: str
) -> None:
    server.faults.add(fault.replace("503", "503;retry-after=0.01"))
    assert len(perform(NEKO, options)) == 1
    assert len(server.arrivals) == (2 if "cut" in fault else 4)


@pytest.mark.parametrize("fault", ["/neko:delay=600", "/neko:drip=0.02"])
def test_a_slow_answer_ends_at_the_deadline(
    perform: Perform, server: SampleServer, options: ClientOptions, fault: str
) -> None:
    server.faults.add(fault)
    with pytest.raises(TimedOut) as raised:
        perform(NEKO, {**options, "timeout": 0.3})
    assert raised.value.backend == "nekos"


def test_nobody_there_is_unreachable(
    perform: Perform, options: ClientOptions, closed_url: str
) -> None:
    with pytest.raises(Unreachable, match="refused") as raised:
        perform(NEKO, {**options, "base_urls": {"nekos": closed_url}})
    assert raised.value.backend == "nekos"


# Many at once


def test_many_threads_share_a_client(server: SampleServer, options: ClientOptions) -> None:
    free: ClientOptions = {**options, "limits": False}
    with Client(**free) as client, ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(client.nekos.image, "neko", amount=2) for _ in range(160)]
        assert [len(rows.result()) for rows in asked] == [2] * 160
    assert len(server.arrivals) == 160


def test_many_tasks_share_a_client(server: SampleServer, options: ClientOptions) -> None:
    free: ClientOptions = {**options, "limits": False}

    async def main() -> list[int]:
        async with AsyncClient(**free) as client:
            result = await asyncio.gather(*(client.nekos.image("hug") for _ in range(200)))
        return [len(rows) for rows in result]

    assert asyncio.run(main()) == [1] * 200
    assert len(server.arrivals) == 200


def test_a_cancelled_task_leaves_the_queue(server: SampleServer, options: ClientOptions) -> None:
    async def main() -> None:
        waiting = asyncio.Event()

        def note(event: Event) -> None:
            if event.kind == "wait":
                waiting.set()

        watched: ClientOptions = {**options, "cache": False, "on_event": note}
        async with AsyncClient(**watched) as client:
            await asyncio.gather(*(client.nekos.search("a") for _ in range(7)))
            eighth = asyncio.create_task(client.nekos.search("b"))
            await waiting.wait()
            (before,) = client.runtime.limiter.states().values()
            eighth.cancel()
            with pytest.raises(asyncio.CancelledError):
                await eighth
            (after,) = client.runtime.limiter.states().values()
            assert len(before.windows["/search"].queue) == 1
            assert after.windows["/search"].queue == ()
            assert len(after.windows["/search"].entries) == 7
            assert len(await client.nekos.image("neko")) == 1

    asyncio.run(main())
    assert len(server.arrivals.on("/search")) == 7


def test_a_task_cancelled_while_it_sends_is_not_counted_for_long(
    raw_server: StartRawServer, options: ClientOptions
) -> None:
    arrived = threading.Event()

    def stall(connection: socket.socket, over: threading.Event) -> None:
        arrived.set()
        over.wait()

    async def main() -> None:
        away: ClientOptions = {**options, "base_urls": {"nekos": raw_server(stall).url}}
        async with AsyncClient(**away) as client:
            task = asyncio.create_task(client.nekos.search("a"))
            await asyncio.to_thread(arrived.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            (ledger,) = client.runtime.limiter.states().values()
            (entry,) = ledger.windows["/search"].entries
            assert entry.has_answer

    asyncio.run(main())


# The default clients
