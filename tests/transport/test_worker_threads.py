"""Tasks that have far steps done: in order, before a moment, and without blocking their loop."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from animedex.clock import shared_clock
from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket
from animedex.ratelimit.rate_limiter import Proceed, Reservation
from animedex.ratelimit.store import StoreUnavailable
from animedex.transport.steps import Block, Drop, Keep, Recall, Release, Reserve, Settle, Show
from animedex.transport.worker_threads import WORKERS, WorkerThreads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.transport.steps import FarStep
    from tests.transport.conftest import Stage

ORIGIN = "https://shelf.example"
LIMITS = Limits(TokenBucket(rate=2.0, burst=4), {"/search": SlidingWindow(2, 5.0)})


@pytest.fixture
def lanes() -> Iterator[WorkerThreads]:
    lanes = WorkerThreads("redis://cache.example", shared_clock)
    yield lanes
    lanes.end()


def test_every_far_step_is_done(lanes: WorkerThreads, stage: Stage) -> None:
    claim = Reservation("a", "/search", "/search")
    steps: list[FarStep] = [
        Reserve(ORIGIN, LIMITS, claim),
        Settle(ORIGIN, LIMITS, claim),
        Release(ORIGIN, claim, None),
        Block(ORIGIN, claim, 5.0),
        Keep("key", "shelf", b"body", 60.0),
        Recall("key"),
        Show("shelf", ("a",)),
        Drop("key"),
        Recall("key"),
    ]

    async def main() -> list[object]:
        return [await lanes.do(step, stage.desk) for step in steps]

    found = asyncio.run(main())
    assert isinstance(found[0], Proceed)
    assert found[1:5] == [None] * 4
    assert found[5] is not None
    assert found[6:] == [{"a"}, None, None]


def test_what_goes_wrong_is_raised_in_the_task(lanes: WorkerThreads) -> None:
    def fail() -> None:
        raise KeyError

    async def main() -> None:
        with pytest.raises(KeyError):
            await lanes.run(fail, 0, needed=True)

    asyncio.run(main())


def test_a_lane_that_is_held_up_costs_no_more_than_the_deadline(
    lanes: WorkerThreads, stage: Stage
) -> None:
    over = threading.Event()

    async def main() -> list[str]:
        held = [
            asyncio.create_task(lanes.run(over.wait, number, needed=True))
            for number in range(WORKERS)
        ]
        await asyncio.sleep(0)
        claim = Reservation("a", "/neko", deadline=shared_clock() + 0.05)
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await lanes.do(Reserve(ORIGIN, LIMITS, claim), stage.desk)
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await lanes.do(Block(ORIGIN, claim, 60.0), stage.desk)
        over.set()
        await asyncio.gather(*held)
        await asyncio.gather(
            *(lanes.run(threading.get_ident, number, needed=True) for number in range(WORKERS))
        )
        return list(stage.ledger().blocked_until)

    # What takes nothing is done all the same; what nobody waits for takes nothing.
    assert asyncio.run(main()) == ["/neko"]
    assert stage.ledger().bucket.full_at == 0


def test_what_is_done_for_a_claim_is_done_in_order(lanes: WorkerThreads) -> None:
    done: list[int] = []

    async def main() -> None:
        await asyncio.gather(
            *(lanes.run(partial(done.append, n), 3, needed=True) for n in range(50))
        )

    asyncio.run(main())
    assert done == list(range(50))


def test_a_loop_that_has_ended_waits_for_nothing(lanes: WorkerThreads) -> None:
    over, begun = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        over.wait()

    async def main() -> None:
        task = asyncio.create_task(lanes.run(work, 0, needed=True))
        await asyncio.sleep(0)
        begun.wait()
        task.cancel()

    asyncio.run(main())
    over.set()
    assert asyncio.run(lanes.run(lambda: "next", 0, needed=True)) == "next"


def test_lanes_begin_again_after_their_end(lanes: WorkerThreads) -> None:
    for _ in range(2):
        assert asyncio.run(lanes.run(lambda: "done", 0, needed=True)) == "done"
        lanes.end()


def test_who_asks_first_is_answered_first(
    lanes: WorkerThreads, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_asked, answered = threading.Event(), list[str]()
    tickets = [str(number) for number in range(20)]

    def reserve(origin: str, limits: Limits, claim: Reservation) -> Proceed:
        assert all_asked.wait(60)
        answered.append(claim.ticket)
        return Proceed(0.0, 1)

    async def main() -> None:
        claims = [Reservation(ticket, "/neko", "/neko") for ticket in tickets]
        tasks = [
            asyncio.create_task(lanes.do(Reserve(ORIGIN, LIMITS, claim), stage.desk))
            for claim in claims
        ]
        await asyncio.sleep(0)
        all_asked.set()
        await asyncio.gather(*tasks)

    monkeypatch.setattr(stage.desk.limiter, "reserve", reserve)
    asyncio.run(main())
    assert answered == tickets


def test_a_slot_that_nobody_heard_of_is_given_back(
    lanes: WorkerThreads, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on, released = threading.Event(), threading.Event(), list[float | None]()
    claim = Reservation("a", "/neko", "/neko")

    def reserve(origin: str, limits: Limits, claim: Reservation) -> Proceed:
        asked.set()
        assert go_on.wait(60)
        return Proceed(30.0, 1)

    def cancel(origin: str, claim: Reservation, slot: float | None) -> None:
        released.append(slot)

    async def main() -> None:
        task = asyncio.create_task(lanes.do(Reserve(ORIGIN, LIMITS, claim), stage.desk))
        await asyncio.to_thread(asked.wait, 60)
        task.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        await lanes.do(Release(ORIGIN, claim, None), stage.desk)
        assert await lanes.do(Reserve(ORIGIN, LIMITS, claim), stage.desk) == Proceed(30.0, 1)
        await lanes.do(Release(ORIGIN, claim, None), stage.desk)

    monkeypatch.setattr(stage.desk.limiter, "reserve", reserve)
    monkeypatch.setattr(stage.desk.limiter, "cancel", cancel)
    asyncio.run(main())
    assert released == [30.0, None]
