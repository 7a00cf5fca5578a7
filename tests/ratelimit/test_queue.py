"""Many claimants on one ledger, played out event by event on a clock that is moved by hand."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count, pairwise
from math import ceil
from typing import TYPE_CHECKING, Literal, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket, scale_limits
from animedex.ratelimit.rate_limiter import (
    LEASE_TTL,
    NEVER,
    LimiterState,
    Proceed,
    Rejected,
    Reservation,
    RetryLater,
    cancel,
    finish,
    reserve,
)
from animedex.ratelimit.sliding_window import QUEUE_GRACE
from tests.kit import effort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START = 1000.0
LIMITS = Limits(TokenBucket(rate=3.0, burst=10), {"/search": SlidingWindow(calls=7, seconds=5.0)})
SLOW = scale_limits(LIMITS, 0.5)
ROUNDING = 1e-6


class Visit(NamedTuple):
    """Describe one call: how long its process takes over each thing, and what befalls it.

    `reaches` is where between sending and answer the service sees it, `late` is by how much its
    process oversleeps, `struck` is when, in seconds from the beginning, its fate befalls it.
    """

    gap: float = 0.0
    latency: float = 0.02
    reaches: float = 0.5
    late: float = 0.0
    patience: float = NEVER
    fate: Literal["lives", "crashes", "cancels"] = "lives"
    struck: float = 0.0
    slow: bool = False


class Stage(NamedTuple):
    """What a visit is about: waiting, with a slot or without, sent, arrived or over."""

    name: Literal["waiting", "sent", "arrived", "over"]
    slot: float | None = None


class Simulation:
    """Play processes, each with one visit after the other, and watch what the service sees."""

    def __init__(
        self, processes: list[list[Visit]], back: dict[float, float] | None = None
    ) -> None:
        self.now = 0.0
        self.ledger = LimiterState()
        self.arrivals: list[float] = []
        self.sent: list[tuple[int, float]] = []
        self.denied: list[tuple[float, float, float]] = []
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._asked = count()
        self._back = back or {}
        for visits in processes:
            self.proceed(iter(visits))

    def clock(self) -> float:
        return START + self.now - sum(by for at, by in self._back.items() if at <= self.now)

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        heappush(self._events, (self.now + max(0.0, seconds), next(self._order), act))

    def proceed(self, visits: Iterator[Visit]) -> None:
        visit = next(visits, None)
        if visit is not None:
            self.after(visit.gap, lambda: Performance(self, visit, visits).begin(next(self._asked)))

    def run(self) -> Simulation:
        while self._events:
            self.now, _, act = heappop(self._events)
            act()
        return self


class Performance:
    """Play one visit, as `turns` and `exchange` do it."""

    def __init__(self, world: Simulation, visit: Visit, visits: Iterator[Visit]) -> None:
        self.world, self.visit, self.visits = world, visit, visits
        self.limits = SLOW if visit.slow else LIMITS
        self.stage = Stage("waiting")
        self.number = -1
        self.claim = Reservation("", "/search", "/search")

    def begin(self, number: int) -> None:
        self.number = number
        latest = self.world.clock() + self.visit.patience
        self.claim = Reservation(f"{number}", "/search", "/search", latest)
        if self.visit.fate != "lives":
            self.world.after(self.visit.struck, self.struck)
        self.ask()

    def ask(self) -> None:
        if self.stage.name != "waiting":
            return
        world, now = self.world, self.world.clock()
        world.ledger, verdict = reserve(world.ledger, self.limits, self.claim, now)
        if isinstance(verdict, Rejected):
            world.denied.append((now, verdict.at, self.claim.deadline))
            self.end()
            return
        pause = verdict.at - now
        if pause > 0:
            pause += self.visit.late
        if isinstance(verdict, RetryLater):
            world.after(pause, self.ask)
            return
        world.sent.append((self.number, verdict.at))
        self.stage = Stage("waiting", verdict.at)
        world.after(pause, self.send)

    def send(self) -> None:
        if self.stage.name != "waiting":
            return
        self.stage = Stage("sent")
        left = max(0.0, self.claim.deadline - self.world.clock())
        taken = min(self.visit.latency, left)
        self.world.after(taken * self.visit.reaches, self.arrive)
        self.world.after(taken, self.answer)

    def arrive(self) -> None:
        # A process that crashed has sent all the same.
        if self.stage.name == "sent" or self.visit.fate == "crashes":
            self.world.arrivals.append(self.world.now)
            if self.stage.name == "sent":
                self.stage = Stage("arrived")

    def answer(self) -> None:
        if self.stage.name == "arrived":
            self.finish()
            self.end()

    def finish(self) -> None:
        world = self.world
        world.ledger = finish(world.ledger, self.limits, self.claim, world.clock())

    def struck(self) -> None:
        stage, world = self.stage, self.world
        if stage.name == "over":
            return
        if self.visit.fate == "crashes":
            self.stage = Stage("over")
            return
        if stage.name == "waiting":
            world.ledger = cancel(world.ledger, self.claim, stage.slot, world.clock())
        else:
            if stage.name == "sent":
                self.arrive()
            self.finish()
        self.end()

    def end(self) -> None:
        self.stage = Stage("over")
        self.world.proceed(self.visits)


def undisturbed(visit: Visit) -> Visit:
    return visit._replace(late=0.0, slow=False, fate="lives", patience=NEVER)


def most_in(arrivals: list[float], seconds: float) -> int:
    return max(
        (sum(at <= other < at + seconds - ROUNDING for other in arrivals) for at in arrivals),
        default=0,
    )


visits = st.builds(
    Visit,
    gap=st.one_of(st.just(0.0), st.floats(0, 3)),
    latency=st.one_of(st.floats(0.001, 0.3), st.floats(0, 12)),
    reaches=st.floats(0, 1),
    late=st.one_of(st.just(0.0), st.floats(0, 0.25), st.floats(0, 4)),
    patience=st.one_of(st.just(NEVER), st.floats(0.1, 40)),
    fate=st.sampled_from(["lives", "lives", "lives", "crashes", "cancels"]),
    struck=st.floats(0, 20),
    slow=st.booleans(),
)
crowds = st.lists(st.lists(visits, min_size=1, max_size=6), min_size=1, max_size=16)
steady = st.builds(
    Visit,
    gap=st.floats(0, 0.01),
    latency=st.floats(0.001, 0.05),
    reaches=st.floats(0, 1),
    late=st.floats(0, 0.02),
    patience=st.just(NEVER),
    fate=st.just("lives"),
    struck=st.just(0.0),
    slow=st.just(False),
)


@given(crowds)
def test_the_service_never_sees_more_than_its_window_allows(crowd: list[list[Visit]]) -> None:
    assert most_in(Simulation(crowd).run().arrivals, 5.0) <= 7


@given(st.lists(st.lists(visits.map(lambda v: v._replace(slow=True)), max_size=5), max_size=9))
def test_slow_claimants_keep_the_slowed_window(crowd: list[list[Visit]]) -> None:
    assert most_in(Simulation(crowd).run().arrivals, 5.0) <= 3


@given(st.lists(visits.map(undisturbed), max_size=50))
def test_who_asks_first_is_served_first(crowd: list[Visit]) -> None:
    sent = sorted(Simulation([[visit] for visit in crowd]).run().sent)
    assert all(slot <= later + ROUNDING for (_, slot), (_, later) in pairwise(sent))


@given(crowds)
def test_only_what_cannot_be_in_time_is_denied(crowd: list[list[Visit]]) -> None:
    world = Simulation(crowd).run()
    assert all(now <= latest < at for now, at, latest in world.denied if now <= latest)
    tries = sum(len(visits) for visits in crowd)
    assert len(world.arrivals) + len(world.denied) <= tries


@settings(max_examples=effort.count(30, 300))
@given(st.data(), st.integers(8, 70), st.integers(1, 70))
def test_the_window_is_used_to_the_full(data: st.DataObject, calls: int, processes: int) -> None:
    drawn = data.draw(st.lists(steady, min_size=calls, max_size=calls))
    world = Simulation([drawn[n::processes] for n in range(processes)]).run()
    best = 5.0 * (ceil(calls / 7) - 1)
    assert len(world.arrivals) == calls
    assert most_in(world.arrivals, 5.0) <= 7
    # Seven calls one after the other take their time besides.
    assert world.arrivals[-1] <= 1.10 * best + 7 * 0.08


@settings(max_examples=effort.count(10, 100))
@given(st.lists(st.none() | st.floats(0, 60), min_size=60, max_size=200))
def test_nobody_in_a_crowd_starves_however_many_give_up(crowd: list[float | None]) -> None:
    stays = Visit()
    leaves = Visit(fate="cancels")
    world = Simulation(
        [[stays if at is None else leaves._replace(struck=at)] for at in crowd]
    ).run()
    slots = dict(world.sent)
    staying = [number for number, at in enumerate(crowd) if at is None]
    assert set(staying) <= set(slots)
    assert all(slots[one] <= slots[other] + ROUNDING for one, other in pairwise(staying))
    assert most_in(world.arrivals, 5.0) <= 7
    # Whoever gives up takes nobody's time.
    assert max(world.arrivals, default=0.0) <= 1.1 * 5.0 * ceil(len(crowd) / 7) + 1.0


@given(
    st.lists(st.lists(steady, max_size=4), min_size=1, max_size=16),
    st.dictionaries(st.floats(0, 30), st.floats(0, 1e7), max_size=3),
)
def test_a_clock_that_steps_back_costs_time_and_no_more(
    crowd: list[list[Visit]], back: dict[float, float]
) -> None:
    world = Simulation(crowd, back).run()
    calls = sum(len(visits) for visits in crowd)
    assert len(world.arrivals) == calls
    assert most_in(world.arrivals, 5.0) <= 7
    undisturbed = 5.0 * ceil(calls / 7) + 1.0
    assert max(world.arrivals, default=0.0) <= 1.1 * undisturbed + 10.0 * len(back)


def test_a_crashed_process_keeps_its_place_in_the_queue_for_a_moment_only() -> None:
    busy = [[Visit(latency=0.0)] for _ in range(7)]
    dead = [[Visit(fate="crashes", struck=0.5)] for _ in range(7)]
    world = Simulation([*busy, *dead, [Visit(gap=1.0)]]).run()
    # Its turn is told to be 10 s from the beginning, for seven are ahead.
    assert len(world.arrivals) == 8
    assert world.arrivals[-1] < 5.0 + 5.0 + QUEUE_GRACE


def test_calls_of_crashed_processes_count_until_their_deadline_and_a_window_more() -> None:
    dead = [[Visit(latency=3.0, patience=8.0, fate="crashes", struck=1.0)] for _ in range(7)]
    world = Simulation([*dead, [Visit(gap=2.0)]]).run()
    assert [round(at) for at in world.arrivals] == [2] * 7 + [13]


def test_calls_without_a_deadline_that_are_never_settled_stop_counting_too() -> None:
    dead = [[Visit(fate="crashes", struck=0.001)] for _ in range(7)]
    world = Simulation([*dead, [Visit(gap=2.0)]]).run()
    assert len(world.arrivals) == 8
    assert abs(world.arrivals[-1] - LEASE_TTL - 5.0) < 0.1


def test_a_cancelled_claim_makes_room_for_the_next() -> None:
    busy = [[Visit(latency=0.0)] for _ in range(7)]
    waiting = [[Visit(fate="cancels", struck=1.0)] for _ in range(7)]
    world = Simulation([*busy, *waiting, [Visit(gap=2.0)]]).run()
    assert [round(at) for at in world.arrivals] == [0] * 7 + [5]


def test_a_slot_that_is_cancelled_while_it_is_slept_for_is_used_by_another() -> None:
    limits = Limits(TokenBucket(rate=1.0, burst=1), LIMITS.windows)
    ledger, first = reserve(LimiterState(), limits, Reservation("a", "/search", "/search"), START)
    ledger, second = reserve(ledger, limits, Reservation("b", "/search", "/search"), START)
    assert (first, second) == (Proceed(START, 0), Proceed(START + 1.0, 0))
    ledger = cancel(ledger, Reservation("b", "/search", "/search"), START + 1.0, START + 0.5)
    ledger, third = reserve(ledger, limits, Reservation("c", "/search", "/search"), START + 0.5)
    assert third == Proceed(START + 1.0, 0)
    assert [entry.ticket for entry in ledger.windows["/search"].entries] == ["a", "c"]
