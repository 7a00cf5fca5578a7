"""Waiting for room in the budgets, and giving back what is not used."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from animedex.call import Call, SourceTag
from animedex.database import StoreLocked
from animedex.errors import RateLimited, TimedOut
from animedex.http_message import Request, Response
from animedex.ratelimit.rate_limiter import Proceed, Reservation
from animedex.transport.effects import Send, Sleep
from animedex.transport.events import Event
from animedex.transport.permit import Permit
from animedex.transport.pipeline import ClientConfig, Pipeline
from tests.transport.store_calls import Block, Cancel, Finish, Reserve

if TYPE_CHECKING:
    from animedex.ratelimit.sliding_window import WindowState
    from tests.transport.conftest import Stage

OK = Response(200, (), b"{}", "")
INTERRUPTS = [KeyboardInterrupt, asyncio.CancelledError, SystemExit]


def tag(response: Response, source: SourceTag) -> SourceTag:
    return source


@pytest.fixture
def search(stage: Stage) -> Call[SourceTag]:
    return Call(stage.shelf, Request("GET", "/search"), tag)


@pytest.fixture
def pick(stage: Stage) -> Call[SourceTag]:
    return Call(stage.shelf, Request("GET", "/pick"), tag)


def config(timeout: float | None = 30.0, rate_factor: float = 1.0) -> ClientConfig:
    return ClientConfig("tester/1.0", {}, timeout, rate_factor=rate_factor)


def window(stage: Stage) -> WindowState:
    return stage.ledger().windows["/search"]


def room(stage: Stage) -> float:
    """Return how many seconds of the bucket are taken."""
    return stage.ledger().bucket.full_at - stage.clock.now


def test_room_is_claimed_before_sending_and_settled_after(
    stage: Stage, search: Call[SourceTag]
) -> None:
    stage.play(search, [OK])
    kinds = [type(step) for step in stage.steps if not isinstance(step, Event)]
    assert kinds == [Reserve, Send, Finish]
    (entry,) = window(stage).entries
    assert (entry.has_answer, entry.free_at) == (True, stage.clock.now + 5)


def test_a_path_without_a_window_has_nothing_to_settle(stage: Stage, pick: Call[SourceTag]) -> None:
    stage.play(pick, [OK])
    assert not stage.all_of(Finish)


def test_a_full_window_is_waited_for(stage: Stage, search: Call[SourceTag]) -> None:
    stage.seconds_per_answer = 0.5
    for _ in range(2):
        assert not stage.play(search, [OK]).rate_limited
    assert stage.play(search, [OK]).rate_limited
    # The first answer came half a second before the second, and its place is free first.
    assert sum(stage.slept) == pytest.approx(4.5)
    assert [event.seconds for event in stage.events if event.kind == "wait"] == stage.slept


def test_an_empty_bucket_is_waited_for(stage: Stage, pick: Call[SourceTag]) -> None:
    waited = [stage.play(pick, [OK]).rate_limited for _ in range(6)]
    assert waited == [False] * 4 + [True] * 2
    assert stage.slept == [0.5, 0.5]


def test_half_the_pace_takes_twice_as_long(stage: Stage, pick: Call[SourceTag]) -> None:
    for _ in range(4):
        stage.play(pick, [OK], config(rate_factor=0.5))
    assert stage.slept == [1.0, 1.0]


def test_no_room_before_the_deadline_is_told_at_once(stage: Stage, search: Call[SourceTag]) -> None:
    for _ in range(2):
        stage.play(search, [OK])
    before = window(stage), room(stage)
    with pytest.raises(RateLimited, match=r"shelf: the rate limit .*: try again in 5 s") as raised:
        stage.play(search, config=config(4))
    assert raised.value.retry_after == pytest.approx(5)
    assert raised.value.hint is not None
    assert (len(stage.sent), stage.slept) == (2, [])
    assert (window(stage), room(stage)) == before


def test_a_deadline_that_has_passed_is_no_lack_of_room(stage: Stage, pick: Call[SourceTag]) -> None:
    pipeline = Pipeline(stage.runtime_for(config()), stage.clock.now)
    with pytest.raises(TimedOut):
        next(Permit(pipeline, pick, "https://shelf.example/api/pick").reserve())


def lock(stage: Stage, kind: type[object], times: int) -> None:
    left = iter(range(times))

    def meddle(step: object) -> None:
        if isinstance(step, kind) and next(left, None) is not None:
            raise StoreLocked

    stage.meddle = meddle


def test_a_locked_file_is_waited_for(stage: Stage, search: Call[SourceTag]) -> None:
    lock(stage, Reserve, times=5)
    assert not stage.play(search, [OK]).rate_limited
    assert len(stage.slept) == 5
    assert all(0 < pause <= 0.015 for pause in stage.slept)


def test_a_file_that_stays_locked_ends_at_the_deadline(
    stage: Stage, search: Call[SourceTag]
) -> None:
    lock(stage, Reserve, times=1_000_000)
    with pytest.raises(TimedOut, match="locked until the deadline") as raised:
        stage.play(search, config=config(1))
    assert raised.value.backend == "shelf"
    assert 0.9 < sum(stage.slept) <= 1
    assert stage.sent == []


@pytest.mark.parametrize("kind", [Finish, Block])
def test_a_file_that_is_locked_afterwards_takes_no_answer_away(
    stage: Stage, search: Call[SourceTag], kind: type[object]
) -> None:
    lock(stage, kind, times=1_000_000)
    spent = OK._replace(
        headers=(("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", "2990-05-08T09:08:20Z"))
    )
    assert stage.play(search, [spent], config(1)).backend == "shelf"
    assert stage.all_of(kind)


def test_a_lock_is_waited_for_after_a_failure_too(stage: Stage, search: Call[SourceTag]) -> None:
    lock(stage, Finish, times=3)
    with pytest.raises(TimedOut, match="late"):
        stage.play(search, [TimedOut("late")])
    assert [entry.has_answer for entry in window(stage).entries] == [True]


@pytest.mark.parametrize("interrupt", INTERRUPTS)
def test_who_gives_up_sending_holds_a_place_no_longer_than_it_must(
    stage: Stage, search: Call[SourceTag], interrupt: type[BaseException]
) -> None:
    with pytest.raises(interrupt):
        stage.play(search, [interrupt()])
    (entry,) = window(stage).entries
    assert (entry.has_answer, entry.free_at) == (True, stage.clock.now + 5)


@pytest.mark.parametrize("timeout", [30.0, None])
def test_who_gives_up_sending_waits_for_no_lock(
    stage: Stage, search: Call[SourceTag], timeout: float | None
) -> None:
    lock(stage, Finish, times=1_000_000)
    with pytest.raises(KeyboardInterrupt):
        stage.play(search, [KeyboardInterrupt()], config(timeout))
    assert (len(stage.all_of(Finish)), stage.slept) == (1, [])


def test_who_gives_up_where_nothing_is_counted_settles_nothing(
    stage: Stage, pick: Call[SourceTag]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        stage.play(pick, [KeyboardInterrupt()])
    assert (stage.all_of(Finish), stage.all_of(Cancel)) == ([], [])


def interrupt_sleep(stage: Stage, interrupt: type[BaseException]) -> None:
    def meddle(step: object) -> None:
        if isinstance(step, Sleep):
            raise interrupt

    stage.meddle = meddle


@pytest.mark.parametrize("interrupt", INTERRUPTS)
def test_who_gives_up_in_the_queue_leaves_it(
    stage: Stage, search: Call[SourceTag], interrupt: type[BaseException]
) -> None:
    for _ in range(2):
        stage.play(search, [OK])
    before = window(stage), room(stage)
    interrupt_sleep(stage, interrupt)
    with pytest.raises(interrupt):
        stage.play(search)
    assert (window(stage), room(stage)) == before
    (release,) = stage.all_of(Cancel)
    assert release.slot is None


@pytest.mark.parametrize("interrupt", INTERRUPTS)
def test_who_gives_up_after_the_verdict_returns_the_slot(
    stage: Stage, pick: Call[SourceTag], search: Call[SourceTag], interrupt: type[BaseException]
) -> None:
    for _ in range(4):
        stage.play(pick, [OK])
    interrupt_sleep(stage, interrupt)
    with pytest.raises(interrupt):
        stage.play(search)
    assert window(stage).entries == ()
    (release,) = stage.all_of(Cancel)
    assert stage.ledger().bucket.returned_slots == (release.slot,) == (stage.clock.now + 0.5,)
    # The next one has the slot that was given back, and not the one after it.
    verdict = stage.limiter.reserve(
        "https://shelf.example", stage.shelf.limits, Reservation("x", "")
    )
    assert verdict == Proceed(stage.clock.now + 0.5, left=0)


def test_giving_up_does_not_depend_on_the_file(stage: Stage, search: Call[SourceTag]) -> None:
    for _ in range(2):
        stage.play(search, [OK])

    def meddle(step: object) -> None:
        if isinstance(step, Sleep):
            raise KeyboardInterrupt
        if isinstance(step, Cancel):
            raise StoreLocked

    stage.meddle = meddle
    with pytest.raises(KeyboardInterrupt):
        stage.play(search)


def test_a_failing_listener_leaves_nothing_claimed(stage: Stage, search: Call[SourceTag]) -> None:
    for _ in range(2):
        stage.play(search, [OK])

    def meddle(step: object) -> None:
        if isinstance(step, Event) and step.kind == "wait":
            raise ZeroDivisionError

    stage.meddle = meddle
    with pytest.raises(ZeroDivisionError):
        stage.play(search)
    assert window(stage).queue == ()


@pytest.mark.parametrize(
    ("base", "path"),
    [
        ("https://shelf.example/api", "/api/search"),
        ("https://shelf.example/api", "/api//search/"),
        ("https://shelf.example/api", "/api/pick/../%73earch"),
        ("https://shelf.example/api", "/api/x/../../api/search"),
        ("https://shelf.example", "/search"),
        ("https://shelf.example", "/x/../search"),
        ("https://shelf.example/", "//search"),
    ],
)
def test_a_window_holds_however_its_path_is_written(
    stage: Stage, search: Call[SourceTag], base: str, path: str
) -> None:
    pipeline = Pipeline(stage.runtime_for(ClientConfig("", {"shelf": base})), stage.clock.now + 9)
    turn = Permit(pipeline, search, f"https://shelf.example{path}?query=a")
    assert (turn.origin, turn.reservation.route) == ("https://shelf.example", "/search")
    assert (turn.reservation.path, turn.reservation.deadline) == (path, stage.clock.now + 9)


def test_claims_are_told_apart(stage: Stage, search: Call[SourceTag]) -> None:
    for _ in range(2):
        stage.play(search, [OK])
    first, second = stage.all_of(Reserve)
    assert first.reservation.ticket != second.reservation.ticket
