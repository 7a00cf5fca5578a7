"""Clients whose budgets, answers and record of pictures a Redis server keeps."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, NamedTuple, cast

import pytest

from animedex import AsyncClient, Client
from animedex.errors import BadArguments, RateLimited
from animedex.testing import SampleServer
from animedex.transport.effects import Blocking
from tests.kit.effort import retry_with_more_time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from animedex.client_options import ClientOptions
    from animedex.ratelimit.rate_limiter import LimiterState
    from tests.kit.redis_server import Server
    from tests.kit.transport import Event


@pytest.fixture
def fleet(server: SampleServer, redis_server: Server) -> ClientOptions:
    return {"base_urls": {"nekos": server.url}, "state": redis_server.url, "timeout": 120.0}


@pytest.fixture
def limited() -> Iterator[SampleServer]:
    with SampleServer(seed=1) as running:
        yield running


def test_answers_are_shared(server: SampleServer, fleet: ClientOptions) -> None:
    with Client(**fleet) as first, Client(**fleet) as second:
        assert first.nekos.categories() == second.nekos.categories()
        assert len(server.arrivals) == 1
        report = first.runtime.cache.report()
        assert (report.answers, report.cap) == (1, None)
        assert report.size > 100
        assert first.runtime.cache.clear() == 1
        second.nekos.categories()
        assert len(server.arrivals) == 2


def test_an_answer_is_as_old_as_it_is(
    server: SampleServer, fleet: ClientOptions, redis_server: Server
) -> None:
    redis_server.begin(server.origin)
    with Client(**fleet) as client:
        fresh = client.nekos.search("Hanamura", amount=1)[0].source_tag
        kept = client.nekos.search("Hanamura", amount=1)[0].source_tag
    assert fresh is not None
    assert kept is not None
    assert (fresh.cached, kept.cached) == (False, True)
    assert abs((kept.fetched_at - fresh.fetched_at).total_seconds()) < 10


def test_what_was_shown_is_shared(fleet: ClientOptions) -> None:
    with Client(**fleet) as first:
        shown = first.nekos.image("neko", 3)
    with Client(**fleet) as second:
        assert second.runtime.seen.count() == len({image.url for image in shown})
        assert second.runtime.seen.clear() > 0


def test_tasks_share_budgets_too(
    server: SampleServer, fleet: ClientOptions, redis_server: Server
) -> None:
    redis_server.begin(server.origin)

    async def main() -> list[int]:
        async with AsyncClient(**fleet) as client:
            await client.nekos.categories()
            await client.nekos.categories()
            rows = await asyncio.gather(*(client.nekos.image("neko", 2) for _ in range(8)))
        return [len(each) for each in rows]

    assert asyncio.run(main()) == [2] * 8
    assert len(server.arrivals) == 9


def test_a_cancelled_task_gives_its_place_back(
    server: SampleServer, fleet: ClientOptions, redis_server: Server
) -> None:
    waiting = asyncio.Event()

    def note(event: Event) -> None:
        if event.kind == "wait":
            waiting.set()

    async def main() -> list[str]:
        fleet["on_event"] = note
        async with AsyncClient(**fleet) as client:
            task = asyncio.create_task(client.nekos.search("Hanamura"))
            await waiting.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            runtime = client.runtime
            assert runtime.workers is not None
            (origin,) = await asyncio.to_thread(runtime.limiter.states)
            # Behind what the task has left in the queue of its origin.
            read = Blocking(runtime.limiter.states, hash(origin))
            states = cast("dict[str, LimiterState]", await runtime.workers.run(read))
            return [waiter.ticket for waiter in states[origin].windows["/search"].queue]

    assert asyncio.run(main()) == []
    assert len(server.arrivals) == 0


@pytest.mark.parametrize("state", ["killed", "paused"])
def test_calls_wait_for_a_server_that_is_away_and_then_say_so(
    state: str, fleet: ClientOptions, redis_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    fleet["timeout"] = 1.0
    redis_server.kill() if state == "killed" else redis_server.pause()
    told = f"^budgets are kept at {redis_server.url}, which "
    with Client(**fleet) as client, pytest.raises(RateLimited, match=told):
        client.nekos.image("neko")
    if state == "paused":
        redis_server.go_on()
    else:
        redis_server.start()
    assert len(caplog.messages) == 1
    assert caplog.records[0].levelno == logging.WARNING


@pytest.mark.parametrize("state", ["killed", "paused"])
def test_tasks_wait_as_well(state: str, fleet: ClientOptions, redis_server: Server) -> None:
    fleet["timeout"] = 1.0
    heard: list[str] = []
    warned = threading.Event()

    def note(event: Event) -> None:
        heard.append(event.kind)
        if event.kind == "warning":
            warned.set()

    async def main() -> None:
        fleet["on_event"] = note
        async with AsyncClient(**fleet) as client:
            calls = [client.nekos.image("neko") for _ in range(20)]
            result = await asyncio.gather(*calls, return_exceptions=True)
            assert {type(each) for each in result} == {RateLimited}

    redis_server.kill() if state == "killed" else redis_server.pause()
    asyncio.run(main())
    # Who asks the server for them may learn of it a moment later.
    assert warned.wait(120)
    if state == "paused":
        redis_server.go_on()
    else:
        redis_server.start()
    # Each tells that it waits, and one says why.
    assert heard.count("warning") == 1
    assert set(heard) <= {"warning", "wait"}
    assert 0 < heard.count("wait") <= 20 or state == "paused"


def test_a_call_goes_on_when_the_server_is_back(
    server: SampleServer, fleet: ClientOptions, redis_server: Server
) -> None:
    heard: list[str] = []

    def note(event: Event) -> None:
        if event.kind == "warning":
            heard.append(event.message)
            if len(heard) == 1:
                redis_server.start()

    redis_server.kill()
    fleet["on_event"] = note
    with Client(**fleet) as client:
        assert len(client.nekos.image("neko")) == 1
    assert len(heard) == 2
    assert heard[1] == f"budgets are kept at {redis_server.url} again"


def test_an_answer_is_not_lost_when_the_server_goes_meanwhile(
    server: SampleServer, fleet: ClientOptions, redis_server: Server
) -> None:
    def note(event: Event) -> None:
        if event.kind == "response":
            redis_server.kill()

    redis_server.begin(server.origin)
    fleet["on_event"], fleet["timeout"] = note, 1.0
    with Client(**fleet) as client:
        assert len(client.nekos.search("Hanamura", amount=1)) == 1
    redis_server.start()


@pytest.mark.parametrize("timeout", [0.5, 1.5])
@pytest.mark.parametrize("as_task", [False, True], ids=["at once", "from a task"])
def test_looking_for_a_kept_answer_leaves_time_to_say_why(
    timeout: float,
    as_task: bool,  # noqa: FBT001  pytest passes it by name
    fleet: ClientOptions,
    redis_server: Server,
) -> None:
    async def ask() -> None:
        async with AsyncClient(**fleet) as client:
            await client.nekos.categories()

    fleet["timeout"] = timeout
    redis_server.pause()
    told = f"^budgets are kept at {redis_server.url}, which "
    if as_task:
        with pytest.raises(RateLimited, match=told):
            asyncio.run(ask())
    else:
        with Client(**fleet) as client, pytest.raises(RateLimited, match=told):
            client.nekos.categories()
    redis_server.go_on()


def test_a_task_s_answer_is_not_lost_when_the_server_halts_meanwhile(
    server: SampleServer, fleet: ClientOptions, redis_server: Server
) -> None:
    def note(event: Event) -> None:
        if event.kind == "response":
            redis_server.pause()

    async def main() -> int:
        async with AsyncClient(**fleet) as client:
            return len(await client.nekos.categories())

    def check(seconds: float) -> None:
        fleet["on_event"], fleet["timeout"] = note, seconds
        try:
            assert asyncio.run(main()) > 0
        finally:
            redis_server.go_on()

    retry_with_more_time(check)


def test_tasks_that_are_cancelled_while_they_ask_for_room_take_none(fleet: ClientOptions) -> None:
    waits: list[float] = []

    def note(event: Event) -> None:
        if event.kind == "wait":
            assert event.seconds is not None
            waits.append(event.seconds)

    async def main() -> None:
        async with AsyncClient(**fleet) as client:
            for turns in range(60):
                tasks = [asyncio.create_task(client.nekos.image("neko")) for _ in range(4)]
                for _ in range(turns % 12):
                    await asyncio.sleep(0)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            waits.clear()
            await client.nekos.image("neko")

    fleet["on_event"] = note
    asyncio.run(main())
    # What may go at once may have passed by; nothing that was still to come is taken.
    assert max(waits, default=0.0) < 1.0


def test_a_full_server_keeps_no_answers_and_says_so_once(
    fleet: ClientOptions, redis_server: Server
) -> None:
    heard: list[str] = []

    def note(event: Event) -> None:
        if event.kind == "response" and redis_server.does("CONFIG", "SET", "maxmemory", "1"):
            return
        if event.kind == "warning":
            heard.append(event.message)
            redis_server.does("CONFIG", "SET", "maxmemory", "0")

    redis_server.does("CONFIG", "SET", "maxmemory-policy", "noeviction")
    fleet["on_event"] = note
    with Client(**fleet) as client:
        assert client.nekos.categories()
        assert client.nekos.categories()
    told = f"responses cannot be cached at {redis_server.url}, which has no memory left"
    assert heard == [told] * len(heard)
    assert heard


def test_a_wrong_password_is_told_at_once(
    server: SampleServer, fleet: ClientOptions, redis_server: Server
) -> None:
    fleet["state"] = f"redis://:hunter2@127.0.0.1:{redis_server.port}"
    redis_server.does("CONFIG", "SET", "requirepass", "correct")
    with Client(**fleet) as client:
        with pytest.raises(BadArguments, match="refuses the user or the password") as caught:
            client.nekos.image("neko")
        assert "hunter2" not in repr(client.runtime)
    assert "hunter2" not in repr(caught.value)
    assert len(server.arrivals) == 0


CHILD = """
import sys
from animedex import Client
from animedex import clock

url, state, ahead = sys.argv[1:]
real = clock._read
clock._read = lambda: real() + float(ahead)
with Client(base_urls={"nekos": url}, state=state, timeout=None) as client:
    for line in sys.stdin:
        client.nekos.search(line.strip(), amount=1)
        print("done", flush=True)
"""


def host(folder: Path, number: int) -> dict[str, str]:
    """Return an environment that shares nothing with another's."""
    home = folder / f"host-{number}"
    home.mkdir()
    places = {f"ANIMEDEX_{kind}_DIR": str(home / kind) for kind in ("CONFIG", "CACHE", "DATA")}
    return {**os.environ, **places, "HOME": str(home)}


def crowd(times: list[float], seconds: float) -> int:
    """Count the most moments within any such span."""
    return max(sum(0 <= other - time < seconds for other in times) for time in times)


class Hosts(NamedTuple):
    """Machines whose clocks are minutes apart, and how often each of them searches."""

    number: int
    searches: int


HOSTS = [
    pytest.param(Hosts(4, 2), id="few"),
    pytest.param(Hosts(24, 3), id="many", marks=pytest.mark.slow),
]


def start_hosts(
    hosts: Hosts, url: str, state: str, folder: Path, errors: list[str]
) -> list[threading.Thread]:
    """Run all hosts; the text that each writes to standard error is added to `errors`."""

    def work(number: int) -> None:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, url, state, str(number * 100 - 300)],
            env=host(folder, number),
            input="".join(f"{number} {n}\n" for n in range(hosts.searches)),
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        assert done.stdout == "done\n" * hosts.searches
        errors.append(done.stderr)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(hosts.number)]
    for thread in threads:
        thread.start()
    return threads


@pytest.mark.parametrize("hosts", HOSTS)
def test_hosts_whose_clocks_are_minutes_apart_keep_one_budget(
    hosts: Hosts, limited: SampleServer, redis_server: Server, tmp_path: Path
) -> None:
    redis_server.begin(limited.origin)
    errors: list[str] = []
    for thread in start_hosts(hosts, limited.url, redis_server.url, tmp_path, errors):
        thread.join()
    assert errors == [""] * hosts.number
    statuses = [arrival.status for arrival in limited.arrivals]
    assert statuses == [200] * hosts.number * hosts.searches
    assert crowd([arrival.time for arrival in limited.arrivals], 5.0) <= 7


@pytest.mark.parametrize("hosts", HOSTS)
def test_a_server_that_loses_everything_in_the_midst_of_it_lets_nobody_overrun(
    hosts: Hosts, limited: SampleServer, redis_server: Server, tmp_path: Path
) -> None:
    redis_server.begin(limited.origin)
    errors: list[str] = []
    threads = start_hosts(hosts, limited.url, redis_server.url, tmp_path, errors)
    for _ in range(hosts.searches - 1):
        before = len(limited.arrivals)
        while len(limited.arrivals) < before + 4:
            threads[-1].join(0.05)
        redis_server.kill()
        redis_server.start()
    for thread in threads:
        thread.join()
    assert len(errors) == hosts.number
    statuses = [arrival.status for arrival in limited.arrivals]
    assert statuses == [200] * hosts.number * hosts.searches
    assert crowd([arrival.time for arrival in limited.arrivals], 5.0) <= 7


HANGING = """
import sys
from animedex import Client

def note(event):
    print(event.kind, flush=True)

urls = {"nekos": sys.argv[1]}
try:
    with Client(base_urls=urls, state=sys.argv[2], timeout=None, on_event=note) as client:
        print("ready", flush=True)
        client.nekos.image("neko")
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one child there")
def test_ctrl_c_ends_waiting_for_a_server(server: SampleServer, redis_server: Server) -> None:
    redis_server.pause()
    with subprocess.Popen(
        [sys.executable, "-c", HANGING, server.url, redis_server.url],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert process.stdout.readline() == "warning\n"
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate(timeout=120)
    # Where the machine is busy, the call may get to say that it waits.
    assert told.removeprefix("wait\n") == "interrupted\n"
    redis_server.go_on()
