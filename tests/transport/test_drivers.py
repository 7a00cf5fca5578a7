from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import pytest

from animedex.errors import Unreachable
from animedex.transport.drivers import drive, drive_async
from animedex.transport.http import AsyncHttp, SyncHttp
from animedex.transport.proxies import Proxies
from animedex.transport.steps import Event, Recall, Send, Sleep, Tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.transport.run import Steps
    from tests.conftest import StartRawServer
    from tests.transport.conftest import Stage

T = TypeVar("T")
EVENT = Event("wait", "shelf", seconds=1.0)
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@pytest.fixture(params=["at once", "from a task"])
def run(request: pytest.FixtureRequest, stage: Stage) -> Callable[[Steps[T]], T]:
    """Drive a flow in one of the two ways."""

    def run_now(steps: Steps[T]) -> T:
        return drive(steps, SyncHttp(Proxies()).send, stage.desk)

    def run_in_task(steps: Steps[T]) -> T:
        return asyncio.run(drive_async(steps, AsyncHttp(Proxies()).send, stage.desk))

    return run_now if request.param == "at once" else run_in_task


def test_steps_are_obeyed_in_turn(
    run: Callable[[Steps[list[object]]], list[object]], stage: Stage, raw_server: StartRawServer
) -> None:
    url = raw_server(HELLO).url

    def steps() -> Steps[list[object]]:
        told = yield Tell(EVENT)
        slept = yield Sleep(0.0)
        found = yield Recall("nothing")
        answer = yield Send("GET", url, (), 20.0, 100)
        return [told, slept, found, answer.body]

    assert run(steps()) == [None, None, None, b"hello"]
    assert stage.events == [EVENT]


def test_no_time_is_slept_backwards(run: Callable[[Steps[str]], str]) -> None:
    def steps() -> Steps[str]:
        yield Sleep(-5.0)
        return "done"

    assert run(steps()) == "done"


def test_a_flow_without_steps_has_its_answer(run: Callable[[Steps[str]], str]) -> None:
    def steps() -> Steps[str]:
        yield from ()
        return "done"

    assert run(steps()) == "done"


def test_what_goes_wrong_is_thrown_into_the_flow(run: Callable[[Steps[str]], str]) -> None:
    def steps() -> Steps[str]:
        try:
            yield Send("GET", "http://127.0.0.1:1/", (), 20.0, 100)
        except Unreachable:
            yield Sleep(0.0)
            return "recovered"
        return "never"

    assert run(steps()) == "recovered"


def test_what_a_flow_raises_comes_out(run: Callable[[Steps[str]], str]) -> None:
    def steps() -> Steps[str]:
        yield Send("GET", "http://127.0.0.1:1/", (), 20.0, 100)
        return "never"

    with pytest.raises(Unreachable):
        run(steps())


def test_a_cancelled_task_interrupts_its_flow(stage: Stage) -> None:
    heard: list[type[BaseException]] = []

    def steps(asleep: asyncio.Event) -> Steps[str]:
        try:
            asleep.set()
            yield Sleep(3600.0)
        except BaseException as error:
            heard.append(type(error))
            yield Tell(EVENT)
            raise
        return "never"

    async def main() -> None:
        asleep = asyncio.Event()
        task = asyncio.create_task(
            drive_async(steps(asleep), AsyncHttp(Proxies()).send, stage.desk)
        )
        await asleep.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert heard == [asyncio.CancelledError]
    assert stage.events == [EVENT]


def test_a_driver_that_is_closed_lets_its_flow_tidy_up(stage: Stage) -> None:
    def steps() -> Steps[str]:
        try:
            yield Sleep(3600.0)
        finally:
            yield Tell(EVENT)
        return "never"

    async def main() -> None:
        driving = drive_async(steps(), AsyncHttp(Proxies()).send, stage.desk)
        driving.send(None)
        driving.close()

    asyncio.run(main())
    assert stage.events == [EVENT]
