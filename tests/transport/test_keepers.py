from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from animedex.backends.backend import Bucket, Limits, Window
from animedex.transport import keepers
from animedex.transport.continuity import Continuity
from animedex.transport.database import Database
from animedex.transport.keepers import SCHEMA, FileKeeper, LastSeen, MemoryKeeper
from animedex.transport.ledger import Again, Claim, Go, last_moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AnyKeeper = FileKeeper | MemoryKeeper
ORIGIN = "https://shelf.example"
LOOPBACK = "http://127.0.0.1:8000"
LIMITS = Limits(Bucket(rate=3.0, burst=10), {"/search": Window(7, 5.0)})


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def file_keeper(tmp_path: Path, warnings: list[str]) -> Iterator[FileKeeper]:
    database = Database(str(tmp_path / "budgets.db"), SCHEMA, warnings.append)
    checks = Continuity(database, str(tmp_path / "other.db"))
    keeper = FileKeeper(database, checks, LastSeen(), warnings.append)
    yield keeper
    keeper.close()


@pytest.fixture(params=["file", "memory"])
def keeper(request: pytest.FixtureRequest, file_keeper: FileKeeper) -> AnyKeeper:
    return file_keeper if request.param == "file" else MemoryKeeper(LastSeen())


def clock() -> float:
    return 1000.0


def fill(keeper: AnyKeeper, origin: str = LOOPBACK) -> None:
    """Send searches until none has room, answer one, give one back, and block a path."""
    for number in range(9):
        keeper.reserve(origin, LIMITS, Claim(f"{number}", "/search", "/search"), clock)
    keeper.settle(origin, LIMITS, Claim("3", "/search", "/search"), clock)
    keeper.release(origin, Claim("5", "/search", "/search"), None, clock)
    keeper.block(origin, Claim("b", "/neko"), 60.0, clock)


def test_a_ledger_is_kept_as_the_arithmetic_has_it(keeper: AnyKeeper) -> None:
    fill(keeper)
    keeper.block("http://127.0.0.1:8080", Claim("b", "/neko"), 60.0, clock)
    ledgers = keeper.ledgers()
    assert ledgers.keys() == {LOOPBACK, "http://127.0.0.1:8080"}
    entries = ledgers[LOOPBACK].windows["/search"].entries
    assert [entry.ticket for entry in entries if not entry.answered] == ["0", "1", "2", "4", "6"]
    assert [(entry.ticket, entry.free_at) for entry in entries if entry.answered] == [("3", 1005.0)]
    assert [each.ticket for each in ledgers[LOOPBACK].windows["/search"].queue] == ["7", "8"]
    assert ledgers[LOOPBACK].blocked == {"/neko": 1060.0}


def test_a_claim_that_fails_changes_nothing(keeper: AnyKeeper) -> None:
    def fail() -> float:
        raise RuntimeError

    fill(keeper)
    before = keeper.ledgers()
    with pytest.raises(RuntimeError):
        keeper.reserve(LOOPBACK, LIMITS, Claim("a", "/neko"), fail)
    assert keeper.ledgers() == before


def test_threads_do_not_lose_each_others_changes(keeper: AnyKeeper) -> None:
    def work() -> None:
        for number in range(50):
            keeper.reserve(LOOPBACK, LIMITS, Claim(f"{number}", "/neko"), clock)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert keeper.ledgers()[LOOPBACK].bucket.full_at == pytest.approx(1100.0)


def test_pictures_are_unseen_once(keeper: AnyKeeper) -> None:
    assert keeper.unseen("shelf", ("a", "b", "a")) == {"a", "b"}
    assert keeper.unseen("shelf", ("b", "c")) == {"c"}
    assert keeper.unseen("attic", ("a",)) == {"a"}
    assert keeper.unseen("shelf", ()) == frozenset()
    assert keeper.shown() == 4


def test_what_was_shown_can_be_forgotten(keeper: AnyKeeper) -> None:
    keeper.unseen("shelf", ("a", "b"))
    assert keeper.forget() == 2
    assert keeper.forget() == keeper.shown() == 0
    assert keeper.unseen("shelf", ("a",)) == {"a"}


def test_the_oldest_pictures_are_forgotten(
    keeper: AnyKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keepers, "SHOWN_KEPT", 3)
    for name in "abcde":
        keeper.unseen("shelf", (name,))
    assert keeper.shown() == 3
    assert keeper.unseen("shelf", tuple("abcde")) == {"a", "b"}


def test_the_ledger_of_an_origin_long_idle_goes_when_a_new_one_comes(
    file_keeper: FileKeeper,
) -> None:
    def ask(origin: str, now: float) -> None:
        file_keeper.reserve(origin, LIMITS, Claim("a", "/neko"), lambda: now)

    fill(file_keeper)
    idle_at = last_moment(file_keeper.ledgers()[LOOPBACK]) + keepers.IDLE_SECONDS
    ask("http://127.0.0.1:1", idle_at)
    assert file_keeper.ledgers().keys() == {LOOPBACK, "http://127.0.0.1:1"}
    ask("http://127.0.0.1:1", idle_at + 1)
    assert LOOPBACK in file_keeper.ledgers()
    ask("http://127.0.0.1:2", idle_at + 1)
    assert file_keeper.ledgers().keys() == {"http://127.0.0.1:1", "http://127.0.0.1:2"}


def test_only_memory_allows_no_burst(keeper: AnyKeeper) -> None:
    slots = [keeper.reserve(LOOPBACK, LIMITS, Claim(name, "/a"), clock).at for name in "ab"]
    expected = 1000.0 if isinstance(keeper, FileKeeper) else 1000.0 + 1 / 3
    assert slots == [1000.0, pytest.approx(expected)]


def test_memory_begins_as_used_up_each_time(file_keeper: FileKeeper) -> None:
    keeper = MemoryKeeper(LastSeen())
    search = Claim("a", "/search", "/search")
    assert keeper.reserve(ORIGIN, LIMITS, search, clock) == Again(1005.0, 1005.0)
    assert isinstance(keeper.reserve(ORIGIN, LIMITS, search, lambda: 1005.0), Go)
    keeper.leave()
    other = search._replace(ticket="b")
    assert keeper.reserve(ORIGIN, LIMITS, other, lambda: 1100.0) == Again(1105.0, 1105.0)


def test_a_keeper_goes_on_after_closing(keeper: AnyKeeper) -> None:
    fill(keeper)
    before = keeper.ledgers()
    keeper.close()
    assert keeper.ledgers() == before


@pytest.mark.parametrize("body", [b"\xc1", b"", b"\x93\x01", b"\x94\x01\x02\x03\x04", "text", 17])
@pytest.mark.parametrize("reading", [True, False])
def test_a_body_that_makes_no_sense_is_set_aside_with_the_file(
    body: bytes | str | int,
    reading: bool,  # noqa: FBT001
    file_keeper: FileKeeper,
    tmp_path: Path,
    warnings: list[str],
) -> None:
    fill(file_keeper, ORIGIN)
    other = sqlite3.connect(tmp_path / "budgets.db")
    with other:
        other.execute("UPDATE ledger SET body = ?", (body,))
    other.close()
    if reading:
        assert file_keeper.ledgers() == {}
    else:
        search = Claim("a", "/search", "/search")
        assert file_keeper.reserve(ORIGIN, LIMITS, search, clock) == Again(1005.0, 1005.0)
    assert len(warnings) == 1
    (aside,) = tmp_path.glob("budgets.db.corrupt-*[0-9]")
    kept = sqlite3.connect(aside)
    assert kept.execute("SELECT body FROM ledger").fetchall() == [(body,)]
    kept.close()
