from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from animedex.backends.backend import Bucket, Limits, Window
from animedex.transport import state as states_module
from animedex.transport.database import Busy
from animedex.transport.ledger import Again, Claim, Denied, Go
from animedex.transport.state import FILE_NAME, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    Open: TypeAlias = Callable[[Path], State]

START = 1000.0
ORIGIN = "https://shelf.example"
LIMITS = Limits(Bucket(rate=2.0, burst=4), {"/search": Window(calls=2, seconds=5.0)})
SEARCH = Claim("a", "/search", "/search", START + 30)
MEMORY = "this process's memory, with a burst of 1"

CHILD = f"""
import os, signal, sys
from animedex.backends.backend import Bucket, Limits, Window
from animedex.transport.database import Busy
from animedex.transport.ledger import Claim
from animedex.transport.state import State

def stop(message):
    raise SystemExit(message)

def clock():
    if deadly:
        os.kill(os.getpid(), signal.SIGKILL)
    return {START}

path, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
deadly = False
state = State(path, clock, stop)
limits = Limits(Bucket(rate=2.0, burst=4), {{"/search": Window(2, 5.0)}})
print("ready", flush=True)
sys.stdin.readline()
for number in range(abs(count)):
    while True:
        try:
            verdict = state.reserve({ORIGIN!r}, limits, Claim(f"{{name}}.{{number}}", "/neko"))
            break
        except Busy:
            pass
    print(verdict.at, flush=True)
if count < 0:
    deadly = True
    state.reserve({ORIGIN!r}, limits, Claim("last", "/neko"))
"""


class Child:
    """Reserve a number of times in another process; with a negative number, die in one more."""

    def __init__(self, path: Path, name: str, count: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(path), name, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def finish(self) -> list[float]:
        """Let it go on to its end, and give the slots it got."""
        told, _ = self.process.communicate("go\n", timeout=60)
        return [float(line) for line in told.splitlines()]


HOUR = 3600.0


@pytest.fixture(autouse=True)
def seldom() -> Iterator[None]:
    """Keep notes unwritten for longer than any test takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(states_module, "NOTING_SECONDS", HOUR)
        yield


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def opened(clock: Clock, warnings: list[str]) -> Iterator[Open]:
    states: list[State] = []

    def make(path: Path) -> State:
        states.append(State(str(path), clock, warnings.append))
        return states[-1]

    yield make
    for state in states:
        state.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / FILE_NAME


@pytest.fixture
def unusable(tmp_path: Path) -> Path:
    """Name a place below a file, where nothing can be."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / FILE_NAME


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def no_temporary(temporary: Path) -> None:
    """Put a file in the way of this user's temporary folder."""
    for name in ("animedex", f"animedex-{getattr(os, 'getuid', int)()}"):
        (temporary / name).touch()


def claimed(state: State, times: int) -> list[float]:
    """Claim room so many times, and give the slots as seconds from the start."""
    return [
        state.reserve(ORIGIN, LIMITS, Claim(f"{number}", "/neko")).at - START
        for number in range(times)
    ]


def test_two_states_on_one_file_share_a_budget(opened: Open, path: Path) -> None:
    first, second = opened(path), opened(path)
    assert claimed(first, 3) == [0, 0, 0]
    assert claimed(second, 3) == [0, 0.5, 1.0]
    assert claimed(first, 1) == [1.5]
    assert first.ledgers() == second.ledgers()


def test_each_origin_has_its_own_budget(opened: Open, path: Path) -> None:
    state = opened(path)
    assert claimed(state, 5) == [0, 0, 0, 0, 0.5]
    assert state.reserve("http://127.0.0.1:1", LIMITS, SEARCH) == Go(START, 3)
    assert state.ledgers().keys() == {ORIGIN, "http://127.0.0.1:1"}


def test_the_window_opens_as_answers_settle(opened: Open, path: Path, clock: Clock) -> None:
    state = opened(path)
    for ticket in "ab":
        assert isinstance(state.reserve(ORIGIN, LIMITS, SEARCH._replace(ticket=ticket)), Go)
    clock.now += 1
    state.settle(ORIGIN, LIMITS, SEARCH)
    third = SEARCH._replace(ticket="c")
    assert state.reserve(ORIGIN, LIMITS, third) == Again(START + 6, START + 6)
    impatient = SEARCH._replace(ticket="d", latest=START + 5)
    assert state.reserve(ORIGIN, LIMITS, impatient) == Denied(START + 6)
    clock.now = START + 6
    assert isinstance(state.reserve(ORIGIN, LIMITS, third), Go)


def test_what_is_released_is_free_for_others(opened: Open, path: Path) -> None:
    state = opened(path)
    assert claimed(state, 6) == [0, 0, 0, 0, 0.5, 1.0]
    state.release(ORIGIN, Claim("4", "/neko"), START + 0.5)
    state.release(ORIGIN, Claim("queued", "/neko"), None)
    assert claimed(state, 2) == [0.5, 1.5]


def test_a_blocked_path_is_blocked_for_all(opened: Open, path: Path) -> None:
    opened(path).block(ORIGIN, "/neko", 60.0)
    assert opened(path).reserve(ORIGIN, LIMITS, Claim("a", "/neko")) == Again(
        START + 60, START + 60
    )


def test_shown_pictures_are_remembered_by_all(opened: Open, path: Path) -> None:
    first, second = opened(path), opened(path)
    assert first.unseen("shelf", ("a", "b")) == {"a", "b"}
    assert second.unseen("shelf", ("b", "c")) == {"c"}
    assert first.shown() == 3
    assert second.forget() == 3
    assert first.shown() == 0


def test_noted_pictures_are_written_down_once_in_a_while(
    opened: Open, path: Path, clock: Clock
) -> None:
    noting, other = opened(path), opened(path)
    noting.note("shelf", ("a",))
    assert other.shown() == 1
    noting.note("shelf", ("b",))
    noting.note("attic", ("b",))
    assert other.shown() == 1
    clock.now += HOUR
    noting.note("shelf", ("c",))
    assert other.shown() == 4


def test_noted_pictures_are_counted_forgotten_and_not_unseen(opened: Open, path: Path) -> None:
    state = opened(path)
    state.note("shelf", ("a",))
    state.note("shelf", ("b",))
    assert state.unseen("shelf", ("b", "c")) == {"c"}
    state.note("shelf", ("d",))
    assert state.shown() == 4
    state.note("shelf", ("e",))
    assert state.forget() == 5


def test_noted_pictures_are_written_down_at_the_end(opened: Open, path: Path) -> None:
    state = opened(path)
    state.note("shelf", ("a",))
    state.note("shelf", ("b",))
    state.close()
    assert opened(path).shown() == 2


def test_noted_pictures_are_kept_while_the_file_is_locked(opened: Open, path: Path) -> None:
    state = opened(path)
    claimed(state, 1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy):
        state.note("shelf", ("a",))
    state.note("shelf", ("b",))
    state.close()
    other.execute("ROLLBACK")
    other.close()
    assert state.shown() == 2


def test_nothing_is_opened_before_the_first_claim(opened: Open, path: Path) -> None:
    state = opened(path)
    state.close()
    assert state.path == str(path)
    assert not path.parent.exists()


def test_a_closed_state_opens_again(opened: Open, path: Path) -> None:
    state = opened(path)
    claimed(state, 4)
    state.close()
    assert claimed(state, 1) == [0.5]


def test_a_locked_file_is_busy_and_nothing_is_taken(
    opened: Open, path: Path, warnings: list[str]
) -> None:
    state = opened(path)
    claimed(state, 1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy):
        claimed(state, 1)
    other.execute("ROLLBACK")
    other.close()
    assert claimed(state, 4) == [0, 0, 0, 0.5]
    assert (state.path, warnings) == (str(path), [])


def test_a_corrupt_file_is_begun_anew_with_one_warning(
    opened: Open, path: Path, warnings: list[str]
) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 99)
    first, second = opened(path), opened(path)
    assert claimed(first, 5) == [0, 0, 0, 0, 0.5]
    assert claimed(second, 1) == [1.0]
    assert len(warnings) == 1
    assert (first.path, second.path) == (str(path), str(path))


def test_a_place_in_the_temporary_folder_comes_second(
    opened: Open, unusable: Path, temporary: Path, warnings: list[str]
) -> None:
    first, second = opened(unusable), opened(unusable)
    assert claimed(first, 5) == [0, 0, 0, 0, 0.5]
    assert len(warnings) == 1
    assert warnings[0].startswith(f"budgets cannot be kept in {unusable} (")
    assert warnings[0].endswith(f"): using {first.path}")
    assert Path(first.path).parent.parent == temporary
    assert claimed(second, 1) == [1.0]
    assert len(warnings) == 2


def test_memory_comes_last_and_allows_no_burst(
    opened: Open, unusable: Path, no_temporary: None, warnings: list[str]
) -> None:
    state = opened(unusable)
    assert claimed(state, 3) == [0, 0.5, 1.0]
    assert state.path == MEMORY
    assert len(warnings) == 1
    assert warnings[0].endswith(f"): using {MEMORY}")
    assert state.ledgers().keys() == {ORIGIN}
    state.close()
    assert claimed(state, 1) == [1.5]


def test_each_step_down_is_warned_of_once(
    opened: Open, unusable: Path, temporary: Path, warnings: list[str]
) -> None:
    owner = f"animedex-{os.getuid()}" if hasattr(os, "getuid") else "animedex"
    (temporary / owner / FILE_NAME).mkdir(parents=True)
    state = opened(unusable)
    assert claimed(state, 2) == [0, 0.5]
    assert claimed(state, 2) == [1.0, 1.5]
    assert state.path == MEMORY
    assert len(warnings) == 2
    assert f"{temporary / owner / FILE_NAME} (" in warnings[1]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such owners")
def test_a_temporary_folder_of_somebody_else_is_passed_over(
    opened: Open,
    unusable: Path,
    temporary: Path,
    warnings: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    me = os.getuid()
    (temporary / f"animedex-{me + 1}").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: me + 1)
    state = opened(unusable)
    assert claimed(state, 2) == [0, 0.5]
    assert (state.path, len(warnings)) == (MEMORY, 1)
    assert not list((temporary / f"animedex-{me + 1}").iterdir())


def test_ctrl_c_while_a_place_is_chosen_leaves_that_to_be_done(
    opened: Open, unusable: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt() -> str:
        raise KeyboardInterrupt

    state = opened(unusable)
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "gettempdir", interrupt)
        with pytest.raises(KeyboardInterrupt):
            claimed(state, 1)
    assert claimed(state, 1) == [0]
    assert Path(state.path).parent.parent == temporary


def test_no_temporary_folder_at_all_leaves_memory(
    opened: Open, unusable: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(tempfile, "gettempdir", refuse)
    state = opened(unusable)
    assert claimed(state, 2) == [0, 0.5]
    assert (state.path, len(warnings)) == (MEMORY, 1)


def test_a_file_that_stops_working_is_replaced_with_a_warning(
    opened: Open, path: Path, temporary: Path, warnings: list[str]
) -> None:
    state = opened(path)
    claimed(state, 4)
    for each in path.parent.iterdir():
        each.unlink()
    path.parent.rmdir()
    path.parent.touch()
    assert claimed(state, 5) == [0, 0, 0, 0, 0.5]
    assert len(warnings) == 1
    assert Path(state.path).parent.parent == temporary


class Meeting:
    """A lock that nobody may take before all have asked for it."""

    def __init__(self, parties: int) -> None:
        self._barrier = threading.Barrier(parties)
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._barrier.wait(timeout=60)
        self._lock.acquire()

    def __exit__(self, *exc_info: object) -> None:
        self._lock.release()


def test_threads_that_choose_a_place_at_once_choose_the_same(
    opened: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = opened(path)
    monkeypatch.setattr(state, "_lock", Meeting(4))
    slots: list[float] = []
    threads = [threading.Thread(target=lambda: slots.extend(claimed(state, 2))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(slots) == [0, 0, 0, 0, 0.5, 1.0, 1.5, 2.0]
    assert state.path == str(path)


def test_threads_that_find_a_place_unusable_at_once_agree_on_the_next(
    opened: Open, unusable: Path, no_temporary: None, warnings: list[str]
) -> None:
    state, barrier, slots = opened(unusable), threading.Barrier(8), list[float]()

    def work() -> None:
        barrier.wait()
        slots.extend(claimed(state, 5))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(slots) == [number / 2 for number in range(40)]
    assert len(warnings) == 1


def test_processes_share_one_budget_exactly(path: Path) -> None:
    found: list[list[float]] = []

    def finish(child: Child) -> None:
        found.append(child.finish())

    children = [Child(path, str(number), 30) for number in range(4)]
    threads = [threading.Thread(target=finish, args=(child,)) for child in children]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(slots) for slots in found] == [30] * 4
    assert all(earlier <= later for slots in found for earlier, later in pairwise(slots))
    every = [START] * 4 + [START + number / 2 for number in range(1, 117)]
    assert sorted(slot for slots in found for slot in slots) == every


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_process_that_is_killed_while_reserving_leaves_the_file_whole(
    opened: Open, path: Path, warnings: list[str]
) -> None:
    for number in range(3):
        child = Child(path, str(number), -5)
        slots = [slot - START for slot in child.finish()]
        assert child.process.returncode == -signal.SIGKILL
        assert slots == [max(0.0, (number * 5 + n - 3) / 2) for n in range(5)]
    state = opened(path)
    assert claimed(state, 1) == [6.0]
    state.close()
    other = sqlite3.connect(path)
    assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    other.close()
    assert warnings == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_process_that_is_killed_at_any_moment_leaves_the_file_whole(
    opened: Open, path: Path, warnings: list[str]
) -> None:
    told = 0
    for number in range(3):
        child = Child(path, str(number), 100_000)
        assert child.process.stdin is not None
        assert child.process.stdout is not None
        child.process.stdin.write("go\n")
        child.process.stdin.flush()
        told += len([child.process.stdout.readline() for _ in range(20 + number * 13)])
        child.process.kill()
        child.process.communicate()
    (slot,) = claimed(opened(path), 1)
    assert slot >= (told - 4 + 1) / 2
    assert warnings == []


@pytest.mark.parametrize("trouble", ["unusable", "corrupt"])
def test_whoever_hears_a_warning_may_ask_at_once(
    trouble: str, path: Path, unusable: Path, temporary: Path, clock: Clock
) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database" * 100)
    heard: list[int] = []

    def listen(message: str) -> None:
        heard.append(len(state.ledgers()))

    state = State(str(unusable if trouble == "unusable" else path), clock, listen)
    # A lock that is held meanwhile would keep this thread for ever.
    asking = threading.Thread(target=state.forget, daemon=True)
    asking.start()
    asking.join(timeout=30)
    assert (asking.is_alive(), heard) == (False, [0])
    state.close()
