"""Work that may block, on threads: in order, before a deadline, and without blocking the loop."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from animedex.call import Call
from animedex.clock import shared_clock
from animedex.database import StoreLocked
from animedex.ratelimit.rate_limiter import Proceed, Reservation
from animedex.ratelimit.store import StoreUnavailable
from animedex.transport.effects import Blocking, drive_async
from animedex.transport.permit import Permit
from animedex.transport.pipeline import ClientConfig, Pipeline
from animedex.transport.worker_threads import QUEUES, WorkerThreads
from tests.transport.calls import Read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from animedex.call import Call
    from animedex.ratelimit.limits import Limits
    from animedex.transport.http import AsyncHttp
    from tests.transport.calls import Read
    from tests.transport.conftest import Stage

URL = "https://shelf.example/api/pick"


@pytest.fixture
def workers() -> Iterator[WorkerThreads]:
    workers = WorkerThreads("redis://cache.example", shared_clock)
    yield workers
    asyncio.run(workers.end(lambda: None))


class Runtime:
    """What an asyncio driver needs for work that blocks."""

    http: AsyncHttp

    def __init__(self, workers: WorkerThreads) -> None:
        self.workers = workers


def permit_for(stage: Stage, call: Call[Read], workers: WorkerThreads) -> Permit:
    runtime = stage.runtime_for(ClientConfig("tester/1.0", {}))
    runtime.is_remote, runtime.workers = True, workers
    return Permit(Pipeline(runtime, stage.clock.now + 60), call, URL)


def test_an_error_is_raised_in_the_task(workers: WorkerThreads) -> None:
    def fail() -> None:
        raise KeyError

    async def main() -> None:
        for queue in (0, None):
            with pytest.raises(KeyError):
                await workers.run(Blocking(fail, queue))

    asyncio.run(main())


def test_a_queue_that_is_held_up_costs_no_more_than_the_deadline(workers: WorkerThreads) -> None:
    over, done = threading.Event(), list[str]()

    async def main() -> None:
        held = [
            asyncio.create_task(workers.run(Blocking(over.wait, queue))) for queue in range(QUEUES)
        ]
        await asyncio.sleep(0)
        deadline = shared_clock() + 0.05
        optional = Blocking(partial(done.append, "optional"), 0, deadline, is_optional=True)
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await workers.run(optional)
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await workers.run(Blocking(partial(done.append, "needed"), 0, deadline))
        over.set()
        await asyncio.gather(*held)
        await workers.run(Blocking(threading.get_ident, 0))

    # What takes nothing is done all the same; what nobody waits for takes nothing.
    asyncio.run(main())
    assert done == ["needed"]


def test_work_of_one_queue_is_done_in_order(workers: WorkerThreads) -> None:
    done: list[int] = []

    async def main() -> None:
        appends = (Blocking(partial(done.append, number), 3) for number in range(50))
        await asyncio.gather(*map(workers.run, appends))

    asyncio.run(main())
    assert done == list(range(50))


def test_a_loop_that_has_ended_waits_for_nothing(workers: WorkerThreads) -> None:
    over, begun = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        over.wait()

    async def main() -> None:
        task = asyncio.create_task(workers.run(Blocking(work, 0)))
        await asyncio.sleep(0)
        begun.wait()
        task.cancel()

    asyncio.run(main())
    over.set()
    assert asyncio.run(workers.run(Blocking(lambda: "next", 0))) == "next"


def test_threads_begin_again_after_their_end(workers: WorkerThreads) -> None:
    for _ in range(2):
        assert asyncio.run(workers.run(Blocking(lambda: "done", 0))) == "done"
        asyncio.run(workers.end(lambda: None))


def test_the_end_comes_after_all_that_was_submitted(workers: WorkerThreads) -> None:
    done: list[str] = []

    def fail() -> None:
        raise StoreLocked

    for queue in range(QUEUES):
        workers.submit(fail, queue)
        workers.submit(partial(done.append, "submitted"), queue)
    asyncio.run(workers.end(partial(done.append, "end")))
    assert done == ["submitted"] * QUEUES + ["end"]


def test_who_asks_first_is_answered_first(
    workers: WorkerThreads, stage: Stage, pick: Call[Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    all_asked, answered = threading.Event(), list[str]()
    permits = [permit_for(stage, pick, workers) for _ in range(20)]

    def reserve(origin: str, limits: Limits, reservation: Reservation) -> Proceed:
        assert all_asked.wait(120)
        answered.append(reservation.ticket)
        return Proceed(0.0, 1)

    async def main() -> None:
        runtime = Runtime(workers)
        tasks = [asyncio.create_task(drive_async(each.reserve(), runtime)) for each in permits]
        await asyncio.sleep(0)
        all_asked.set()
        await asyncio.gather(*tasks)

    monkeypatch.setattr(stage.limiter, "reserve", reserve)
    asyncio.run(main())
    assert answered == [permit.reservation.ticket for permit in permits]


def hold_reservations(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> tuple[threading.Event, Callable[[], None], list[float | None]]:
    asked, go_on, slots = threading.Event(), threading.Event(), list[float | None]()

    def reserve(origin: str, limits: Limits, reservation: Reservation) -> Proceed:
        asked.set()
        assert go_on.wait(120)
        return Proceed(30.0, 1)

    def cancel(origin: str, reservation: Reservation, slot: float | None) -> None:
        slots.append(slot)

    monkeypatch.setattr(stage.limiter, "reserve", reserve)
    monkeypatch.setattr(stage.limiter, "cancel", cancel)
    return asked, go_on.set, slots


def test_a_slot_that_a_cancelled_task_never_heard_of_is_returned(
    workers: WorkerThreads, stage: Stage, pick: Call[Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on, slots = hold_reservations(stage, monkeypatch)
    permit = permit_for(stage, pick, workers)

    async def reserve() -> None:
        with permit:
            await drive_async(permit.reserve(), Runtime(workers))

    async def main() -> None:
        task = asyncio.create_task(reserve())
        await asyncio.to_thread(asked.wait, 120)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on()
        await workers.end(lambda: None)

    asyncio.run(main())
    assert slots == [30.0]
