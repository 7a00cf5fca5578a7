"""The two drivers run effects, and throw into the steps what goes wrong."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, TypeVar

import pytest

from animedex.clock import shared_clock
from animedex.errors import AuthRequired, Unreachable
from animedex.http_message import Account
from animedex.transport.effects import Blocking, Send, Sleep, drive, drive_async
from animedex.transport.http import AsyncHttp, SyncHttp
from animedex.transport.proxies import Proxies
from animedex.transport.worker_threads import WorkerThreads

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.transport.effects import Steps
    from tests.kit.raw_server import StartRawServer

T = TypeVar("T")
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class SyncRuntime:
    """What a blocking driver needs."""

    def __init__(self) -> None:
        self.http = SyncHttp(Proxies())


class AsyncRuntime:
    """What an asyncio driver needs."""

    def __init__(self) -> None:
        self.http = AsyncHttp(Proxies())
        self.workers = WorkerThreads("redis://cache.example", shared_clock)


@pytest.fixture(params=["at once", "from a task"])
def run(request: pytest.FixtureRequest) -> Callable[[Steps[T]], T]:
    """Drive steps in one of the two ways."""

    def run_now(steps: Steps[T]) -> T:
        return drive(steps, SyncRuntime())

    def run_in_task(steps: Steps[T]) -> T:
        return asyncio.run(drive_async(steps, AsyncRuntime()))

    return run_now if request.param == "at once" else run_in_task


def test_effects_are_run_in_turn(
    run: Callable[[Steps[list[object]]], list[object]], raw_server: StartRawServer
) -> None:
    url = raw_server(HELLO).url

    def steps() -> Steps[list[object]]:
        slept = yield Sleep(0.0)
        printed = yield Blocking(lambda: "a key")
        response = yield Send("GET", url, (), 20.0, 100)
        return [slept, printed, response.body]

    assert run(steps()) == [None, "a key", b"hello"]


def test_no_time_is_slept_backwards(run: Callable[[Steps[str]], str]) -> None:
    def steps() -> Steps[str]:
        yield Sleep(-5.0)
        return "done"

    assert run(steps()) == "done"


def test_steps_without_an_effect_have_their_value(run: Callable[[Steps[str]], str]) -> None:
    def steps() -> Steps[str]:
        yield from ()
        return "done"

    assert run(steps()) == "done"


def test_an_error_is_thrown_into_the_steps(run: Callable[[Steps[str]], str]) -> None:
    def steps() -> Steps[str]:
        try:
            yield Send("GET", "http://127.0.0.1:1/", (), 20.0, 100)
        except Unreachable:
            yield Sleep(0.0)
            return "recovered"
        return "never"

    assert run(steps()) == "recovered"


def test_what_the_steps_raise_comes_out(run: Callable[[Steps[str]], str]) -> None:
    def steps() -> Steps[str]:
        yield Send("GET", "http://127.0.0.1:1/", (), 20.0, 100)
        return "never"

    with pytest.raises(Unreachable):
        run(steps())


def test_a_cancelled_task_interrupts_its_steps() -> None:
    errors: list[type[BaseException]] = []

    def steps(asleep: asyncio.Event) -> Steps[str]:
        try:
            asleep.set()
            yield Sleep(3600.0)
        except BaseException as error:
            errors.append(type(error))
            raise
        return "never"

    async def main() -> None:
        asleep = asyncio.Event()
        task = asyncio.create_task(drive_async(steps(asleep), AsyncRuntime()))
        await asleep.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert errors == [asyncio.CancelledError]


def test_a_driver_that_is_closed_lets_its_steps_clean_up() -> None:
    ended: list[str] = []

    def steps() -> Steps[str]:
        try:
            yield Sleep(3600.0)
        finally:
            ended.append("ended")
        return "never"

    async def main() -> None:
        driving = drive_async(steps(), AsyncRuntime())
        driving.send(None)
        driving.close()

    asyncio.run(main())
    assert ended == ["ended"]


ME = Account((), (), "me", "mark")


def account_of(find: Callable[[], Account]) -> Steps[Account]:
    account: Account = yield Blocking(find)
    return account


def test_an_account_is_looked_for_in_both_ways(run: Callable[[Steps[Account]], Account]) -> None:
    assert run(account_of(lambda: ME)) is ME


def test_an_account_that_cannot_be_had_is_an_error_in_the_steps(
    run: Callable[[Steps[Account]], Account],
) -> None:
    def refuse() -> Account:
        message = "no key"
        raise AuthRequired(message)

    with pytest.raises(AuthRequired, match="no key"):
        run(account_of(refuse))


def test_the_loop_is_free_while_a_person_is_asked() -> None:
    typed = threading.Event()

    def ask() -> Account:
        assert typed.wait(120)
        return ME

    async def main() -> Account:
        asking = asyncio.create_task(drive_async(account_of(ask), AsyncRuntime()))
        await asyncio.sleep(0)
        # Only another task can do this; a loop that waits would never come here.
        typed.set()
        return await asking

    assert asyncio.run(main()) is ME


def test_nobody_waits_for_a_person_after_giving_up() -> None:
    asked, typed, over = threading.Event(), threading.Event(), threading.Event()

    def ask() -> Account:
        asked.set()
        typed.wait(120)
        over.set()
        return ME

    async def give_up(*, end_loop: bool) -> None:
        task = asyncio.create_task(drive_async(account_of(ask), AsyncRuntime()))
        await asyncio.to_thread(asked.wait, 120)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        if not end_loop:
            typed.set()
            await asyncio.to_thread(over.wait, 120)

    for end_loop in (False, True):
        for event in (asked, typed, over):
            event.clear()
        asyncio.run(give_up(end_loop=end_loop))
        # Here the loop has ended, though nothing was typed yet.
        assert over.is_set() != end_loop
        typed.set()
        assert over.wait(120)
        for thread in threading.enumerate():
            if thread.name == "animedex-account":
                thread.join(120)
