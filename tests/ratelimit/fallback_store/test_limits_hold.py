"""Whatever becomes of the file of budgets: in no five seconds more searches than the limit.

Processes are states with connections of their own on real files; time and the service are played.
"""

from __future__ import annotations

import contextlib
import heapq
import random
import shutil
import sqlite3
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import pytest

from animedex.clock import Boot
from animedex.database import StoreLocked
from animedex.ratelimit.fallback_store import FallbackStore
from animedex.ratelimit.integrity import MARKER_SUFFIX
from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket
from animedex.ratelimit.rate_limiter import Proceed, Rejected, Reservation
from animedex.ratelimit.store import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ORIGIN = "https://shelf.example"
CALLS, SECONDS = 7, 5.0
LIMITS = Limits(TokenBucket(rate=3.0, burst=10), {"/search": SlidingWindow(CALLS, SECONDS)})
# An answer takes less than a window, as nobody can know of what is under way when a file is lost.
SLOWEST = 2.0
PAUSE = 0.05


class Machine(NamedTuple):
    """A machine with a clock of its own."""

    boot: Boot
    ahead: float


HERE = Machine(Boot("here", 0.0), 1000.0)
THERE = Machine(Boot("there", 0.0), 900_000.0)
# A container with a clock of its own has its machine's id.
INSIDE = Machine(Boot("here", -5000.0), 6000.0)


class World:
    """Time, and what the service saw when."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder / "data"
        self.path = self.folder / FILE_NAME
        self.now = 0.0
        self.random = random.Random(seed)
        self.arrivals: list[float] = []
        self.senders: set[Machine] = set()
        self.warnings: list[str] = []
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self.states: list[FallbackStore] = []

    def at(self, moment: float, work: Callable[[], None]) -> None:
        heapq.heappush(self._events, (max(moment, self.now), next(self._numbers), work))

    def run(self, until: float) -> None:
        while self._events and self._events[0][0] <= until:
            self.now, _, work = heapq.heappop(self._events)
            work()

    def crowd(self) -> int:
        """Count the most searches that came in within any window."""
        times = sorted(self.arrivals)
        return max(sum(0 <= other - time < SECONDS for other in times) for time in times)


class Process:
    """Search without end, one search after the other."""

    def __init__(self, world: World, machine: Machine = HERE, path: Path | None = None) -> None:
        self._world = world
        self._machine = machine
        self._path = path or world.path
        self.start()

    def start(self) -> None:
        """Begin, or be killed and begin anew, forgetting everything."""
        self._state = FallbackStore(
            str(self._path),
            self._clock,
            self._world.warnings.append,
            get_boot=lambda: self._machine.boot,
        )
        self._world.states.append(self._state)
        self._life = object()
        self._then(self._world.now + self._world.random.random() / 10, self._search)

    def _clock(self) -> float:
        return self._world.now + self._machine.ahead

    def _then(self, moment: float, work: Callable[[], None]) -> None:
        life = self._life
        self._world.at(moment, lambda: work() if life is self._life else None)

    def _search(self) -> None:
        ticket = f"{self._world.random.getrandbits(64):016x}"
        self._ask(Reservation(ticket, "/search", "/search", self._clock() + 30.0))

    def _ask(self, claim: Reservation) -> None:
        try:
            verdict = self._state.reserve(ORIGIN, LIMITS, claim)
        except StoreLocked:
            self._then(self._world.now + PAUSE, lambda: self._ask(claim))
            return
        moment = verdict.at - self._machine.ahead
        if isinstance(verdict, Rejected):
            self._then(self._world.now + 1.0, self._search)
        elif isinstance(verdict, Proceed):
            self._then(moment, lambda: self._send(claim))
        else:
            self._then(moment, lambda: self._ask(claim))

    def _send(self, claim: Reservation) -> None:
        arrives = self._world.now + self._world.random.uniform(0.0, SLOWEST / 2)
        self._world.arrivals.append(arrives)
        self._world.senders.add(self._machine)
        answered = arrives + self._world.random.uniform(0.0, SLOWEST / 2)
        self._then(answered, lambda: self._settle(claim))

    def _settle(self, claim: Reservation) -> None:
        try:
            self._state.finish(ORIGIN, LIMITS, claim)
        except StoreLocked:
            self._then(self._world.now + PAUSE, lambda: self._settle(claim))
        else:
            self._search()


def delete_file(world: World) -> None:
    world.path.unlink(missing_ok=True)


def delete_log(world: World) -> None:
    world.path.with_name(f"{FILE_NAME}-wal").unlink(missing_ok=True)


def delete_marker(world: World) -> None:
    world.path.with_name(FILE_NAME + MARKER_SUFFIX).unlink(missing_ok=True)


def delete_all(world: World) -> None:
    shutil.rmtree(world.folder, ignore_errors=True)


def spoil(world: World) -> None:
    if world.path.is_file():
        world.path.write_bytes(b"no database at all" * 999)


def empty(world: World) -> None:
    if world.path.is_file():
        world.path.write_bytes(b"")


def restore_older_file(world: World) -> None:
    """Put a copy back that was made a second ago, as a backup would."""
    copy = world.folder.with_name("copy")
    if world.path.is_file():
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(world.folder, copy)

    def put_back() -> None:
        for name in (FILE_NAME, f"{FILE_NAME}-wal"):
            if (copy / name).exists():
                world.folder.mkdir(exist_ok=True)
                (world.folder / name).unlink(missing_ok=True)
                shutil.copy(copy / name, world.folder / name)

    world.at(world.now + 1.0, put_back)


def block_file(world: World) -> None:
    """Put a folder in the file's place, for a while."""
    if world.path.is_file():
        aside = world.path.with_name("aside")
        world.path.rename(aside)
        world.path.mkdir()

        def return_slot() -> None:
            world.path.rmdir()
            aside.rename(world.path)

        world.at(world.now + world.random.uniform(0.1, 3.0), return_slot)


def block_folder(world: World) -> None:
    """Put a file in the folder's place, for a while."""
    if world.folder.is_dir() and not world.path.is_dir():
        aside = world.folder.with_name("folder aside")
        world.folder.rename(aside)
        world.folder.touch()

        def return_slot() -> None:
            world.folder.unlink()
            aside.rename(world.folder)

        world.at(world.now + world.random.uniform(0.1, 3.0), return_slot)


@pytest.mark.parametrize("world", [3], indirect=True)
@pytest.mark.parametrize("machines", [(HERE, THERE), (HERE, INSIDE), (THERE, INSIDE, HERE)])
def test_clocks_that_share_a_file_take_turns_and_exceed_no_limit(
    world: World, machines: tuple[Machine, ...]
) -> None:
    for machine in machines:
        Process(world, machine)
        Process(world, machine)
    world.run(180.0)
    assert world.crowd() <= CALLS
    assert world.senders == set(machines)
    assert len(world.arrivals) > 12 * CALLS
    assert len([line for line in world.warnings if "another clock" in line]) >= len(machines) - 1
    assert len(set(world.warnings)) == 1


@pytest.mark.parametrize("world", [4], indirect=True)
def test_names_that_lead_to_one_file_share_its_budgets(world: World, tmp_path: Path) -> None:
    world.folder.mkdir()
    (tmp_path / "linked").symlink_to(world.folder)
    (tmp_path / "link.db").symlink_to(world.path)
    for path in (world.path, tmp_path / "linked" / FILE_NAME, tmp_path / "link.db"):
        Process(world, path=path)
    world.at(20.0, lambda: delete_file(world))
    world.run(60.0)
    assert world.crowd() == CALLS
    assert len(world.arrivals) > 8 * CALLS


def nothing(world: World) -> None:
    del world


def refuse_writes(world: World) -> None:
    """Have the file refuse to be written to for a while, as on a full disk."""

    def execute(statement: str) -> None:
        if world.path.is_file():
            db = sqlite3.connect(world.path, isolation_level=None)
            # Something else may have become of it meanwhile.
            with contextlib.closing(db), contextlib.suppress(sqlite3.Error):
                db.execute(statement)

    execute("CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN SELECT RAISE(FAIL, 'full'); END")
    until = world.now + world.random.uniform(0.1, 12.0)
    world.at(until, lambda: execute("DROP TRIGGER full"))


def anything(world: World) -> None:
    world.random.choice(FAULTS[2:])(world)


FAULTS = [
    nothing,
    anything,
    delete_file,
    delete_log,
    delete_marker,
    delete_all,
    spoil,
    empty,
    restore_older_file,
    block_file,
    block_folder,
    refuse_writes,
]


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path, temporary: Path) -> Iterator[World]:
    world = World(tmp_path, request.param)
    yield world
    for state in world.states:
        state.close()


@pytest.mark.parametrize("world", [1, 2], indirect=True)
@pytest.mark.parametrize("fault", FAULTS)
def test_no_limit_is_exceeded_whatever_becomes_of_the_file(
    world: World, fault: Callable[[World], None]
) -> None:
    processes = [Process(world) for _ in range(3)]
    moment = 2.0
    while moment < 60.0:
        world.at(moment, lambda: fault(world))
        world.at(moment + world.random.uniform(0.0, 2.0), world.random.choice(processes).start)
        moment += world.random.uniform(5.0, 12.0)
    world.run(90.0)
    assert world.crowd() <= CALLS
    assert len(world.arrivals) >= 2 * CALLS
