from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from animedex.backends.backend import Bucket, Limits, Window
from animedex.transport import keepers
from animedex.transport.database import Database
from animedex.transport.keepers import SCHEMA, FileKeeper, MemoryKeeper
from animedex.transport.ledger import Claim, Ledger, block, last_moment, reserve, settle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AnyKeeper = FileKeeper | MemoryKeeper
ORIGIN = "https://shelf.example"
LIMITS = Limits(Bucket(rate=3.0, burst=10), {"/search": Window(7, 5.0)})


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def file_keeper(tmp_path: Path, warnings: list[str]) -> Iterator[FileKeeper]:
    keeper = FileKeeper(Database(str(tmp_path / "budgets.db"), SCHEMA, warnings.append))
    yield keeper
    keeper.close()


@pytest.fixture(params=["file", "memory"])
def keeper(request: pytest.FixtureRequest, file_keeper: FileKeeper) -> AnyKeeper:
    return file_keeper if request.param == "file" else MemoryKeeper()


def full_ledger() -> Ledger:
    ledger = Ledger()
    for number in range(9):
        claim = Claim(f"{number}", "/search", "/search")
        ledger, _ = reserve(ledger, LIMITS, claim, 1000.0)
    ledger = settle(ledger, LIMITS, Claim("3", "/search", "/search"), 1000.25)
    ledger = ledger._replace(bucket=ledger.bucket._replace(spare=(1002.5,)))
    return block(ledger, "/neko", 1060.0, 1000.5)


def test_a_new_origin_has_an_empty_ledger(keeper: AnyKeeper) -> None:
    assert keeper.change(ORIGIN, lambda book: (book, book)) == Ledger()


def test_a_ledger_comes_back_as_it_was_put(keeper: AnyKeeper) -> None:
    keeper.change(ORIGIN, lambda _: (full_ledger(), None))
    keeper.change("http://127.0.0.1:8080", lambda book: (book, None))
    assert keeper.change(ORIGIN, lambda book: (book, book)) == full_ledger()
    assert keeper.ledgers() == {ORIGIN: full_ledger(), "http://127.0.0.1:8080": Ledger()}


def test_a_step_that_fails_changes_nothing(keeper: AnyKeeper) -> None:
    def fail(book: Ledger) -> tuple[Ledger, None]:
        raise RuntimeError

    keeper.change(ORIGIN, lambda _: (full_ledger(), None))
    with pytest.raises(RuntimeError):
        keeper.change(ORIGIN, fail)
    assert keeper.ledgers() == {ORIGIN: full_ledger()}


def test_threads_do_not_lose_each_others_changes(keeper: AnyKeeper) -> None:
    def count(book: Ledger) -> tuple[Ledger, None]:
        return book._replace(clock=book.clock + 1), None

    def work() -> None:
        for _ in range(50):
            keeper.change(ORIGIN, count)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert keeper.ledgers()[ORIGIN].clock == 300


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
    def asked(origin: str, now: float) -> None:
        claim = Claim("a", "/search", "/search")
        file_keeper.change(origin, lambda book: reserve(book, LIMITS, claim, now))

    file_keeper.change(ORIGIN, lambda _: (full_ledger(), None))
    idle_at = last_moment(full_ledger()) + keepers.IDLE_SECONDS
    asked("http://127.0.0.1:1", idle_at)
    assert file_keeper.ledgers().keys() == {ORIGIN, "http://127.0.0.1:1"}
    asked("http://127.0.0.1:1", idle_at + 1)
    assert ORIGIN in file_keeper.ledgers()
    asked("http://127.0.0.1:2", idle_at + 1)
    assert file_keeper.ledgers().keys() == {"http://127.0.0.1:1", "http://127.0.0.1:2"}


def test_only_memory_allows_no_burst(file_keeper: FileKeeper) -> None:
    assert file_keeper.fitting(LIMITS) == LIMITS
    assert MemoryKeeper().fitting(LIMITS) == Limits(Bucket(rate=3.0, burst=1), LIMITS.windows)


def test_a_keeper_goes_on_after_closing(keeper: AnyKeeper) -> None:
    keeper.change(ORIGIN, lambda _: (full_ledger(), None))
    keeper.close()
    assert keeper.ledgers() == {ORIGIN: full_ledger()}


@pytest.mark.parametrize("body", [b"\xc1", b"", b"\x93\x01", b"\x94\x01\x02\x03\x04", "text", 17])
@pytest.mark.parametrize("reading", [True, False])
def test_a_body_that_makes_no_sense_is_set_aside_with_the_file(
    body: bytes | str | int,
    reading: bool,  # noqa: FBT001
    file_keeper: FileKeeper,
    tmp_path: Path,
    warnings: list[str],
) -> None:
    file_keeper.change(ORIGIN, lambda _: (full_ledger(), None))
    other = sqlite3.connect(tmp_path / "budgets.db")
    with other:
        other.execute("UPDATE ledger SET body = ?", (body,))
    other.close()
    if reading:
        assert file_keeper.ledgers() == {}
    else:
        assert file_keeper.change(ORIGIN, lambda book: (book, book)) == Ledger()
    assert len(warnings) == 1
    (aside,) = tmp_path.glob("budgets.db.corrupt-*[0-9]")
    kept = sqlite3.connect(aside)
    assert kept.execute("SELECT body FROM ledger").fetchall() == [(body,)]
    kept.close()
