from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, TypeVar

import pytest

from animedex.call import Account
from animedex.errors import AuthRequired, Unreachable
from animedex.transport.drivers import drive, drive_async
from animedex.transport.http import AsyncHttp, SyncHttp
from animedex.transport.proxies import Proxies
from animedex.transport.steps import Event, Identify, Recall, Send, Sleep, Tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backends.backend import Backend
    from animedex.transport.run import Steps
    from animedex.transport.steps import Desk
    from tests.kit.raw_server import StartRawServer
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


ME = Account((), (), "me", "mark")


def desk_of(stage: Stage, identify: Callable[[], Account]) -> Desk:
    def find(backend: Backend, origin: str, timeout: float | None) -> Account:
        return identify()

    return stage.desk._replace(identify=find)


def who(stage: Stage) -> Steps[Account | None]:
    found: Account | None = yield Identify(stage.club, "https://shelf.example", 9.0)
    return found


def test_the_user_is_looked_for_in_both_ways(stage: Stage) -> None:
    asked: list[tuple[str, str, float | None]] = []

    def find(backend: Backend, origin: str, timeout: float | None) -> Account:
        asked.append((backend.name, origin, timeout))
        return ME

    desk = stage.desk._replace(identify=find)
    assert drive(who(stage), SyncHttp(Proxies()).send, desk) is ME
    assert asyncio.run(drive_async(who(stage), AsyncHttp(Proxies()).send, desk)) is ME
    assert asked == [("club", "https://shelf.example", 9.0)] * 2


def test_a_user_that_cannot_be_had_is_told_in_the_flow(stage: Stage) -> None:
    def refuse() -> Account:
        message = "no key"
        raise AuthRequired(message)

    desk = desk_of(stage, refuse)
    with pytest.raises(AuthRequired, match="no key"):
        drive(who(stage), SyncHttp(Proxies()).send, desk)
    with pytest.raises(AuthRequired, match="no key"):
        asyncio.run(drive_async(who(stage), AsyncHttp(Proxies()).send, desk))


def test_the_loop_is_free_while_a_person_is_asked(stage: Stage) -> None:
    typed = threading.Event()

    def ask() -> Account:
        assert typed.wait(20)
        return ME

    async def main() -> Account | None:
        asking = asyncio.create_task(
            drive_async(who(stage), AsyncHttp(Proxies()).send, desk_of(stage, ask))
        )
        await asyncio.sleep(0)
        # Only another task can do this; a loop that waits would never come here.
        typed.set()
        return await asking

    assert asyncio.run(main()) is ME


def test_nobody_waits_for_a_person_after_giving_up(stage: Stage) -> None:
    asked, typed, over = threading.Event(), threading.Event(), threading.Event()

    def ask() -> Account:
        asked.set()
        typed.wait(20)
        over.set()
        return ME

    async def give_up(*, end_loop: bool) -> None:
        task = asyncio.create_task(
            drive_async(who(stage), AsyncHttp(Proxies()).send, desk_of(stage, ask))
        )
        await asyncio.to_thread(asked.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        if not end_loop:
            typed.set()
            await asyncio.to_thread(over.wait, 20)

    for end_loop in (False, True):
        for event in (asked, typed, over):
            event.clear()
        asyncio.run(give_up(end_loop=end_loop))
        # Here the loop has ended, though nothing was typed yet.
        assert over.is_set() != end_loop
        typed.set()
        assert over.wait(20)
        for thread in threading.enumerate():
            if thread.name == "animedex-identify":
                thread.join(20)
