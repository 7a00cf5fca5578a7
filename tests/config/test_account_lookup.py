"""A client's accounts: looked for once, however many threads ask at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from animedex.config.account_lookup import AccountCache
from animedex.config.credentials_file import delete_credentials, write_credentials
from animedex.errors import AnimedexError, AuthRequired, TimedOut

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.backend import Backend
    from tests.config.conftest import Program

UNTIL = "import os, time\nwhile not os.path.exists({!r}): time.sleep(0.01)"
HERE, THERE = "https://club.example", "https://mirror.example"


def count(runs: Path) -> int:
    return len(runs.read_text().splitlines())


def test_what_is_found_is_kept(club: Backend, program: Program, runs: Path) -> None:
    write_credentials("club", {"login": "me", "command": program("print('k3y')"), "origin": HERE})
    accounts = AccountCache()
    first = accounts.find(club, HERE)
    delete_credentials("club")
    assert first is not None
    assert accounts.find(club, HERE, 5.0) is first
    assert accounts.find(club, THERE) is None
    assert count(runs) == 1
    assert AccountCache().find(club, HERE) is None


def test_that_there_is_none_is_kept_too(club: Backend) -> None:
    accounts = AccountCache()
    assert accounts.find(club, HERE) is None
    write_credentials("club", {"login": "me", "api_key": "k3y", "origin": HERE})
    assert accounts.find(club, HERE) is None


def test_what_failed_is_tried_again_by_who_comes_later(
    club: Backend, program: Program, runs: Path
) -> None:
    write_credentials(
        "club", {"login": "me", "command": program("raise SystemExit(1)"), "origin": HERE}
    )
    accounts = AccountCache()
    for _ in range(2):
        with pytest.raises(AuthRequired, match="ended with 1"):
            accounts.find(club, HERE)
    assert count(runs) == 2
    write_credentials("club", {"login": "me", "api_key": "k3y", "origin": HERE})
    assert accounts.find(club, HERE) is not None


class Moments(Iterator[int]):
    """Count as `AccountCache` does, and tell when so many have begun to ask."""

    def __init__(self, wanted: int) -> None:
        self.passed = threading.Event()
        self._wanted = wanted
        self._count = 0
        self._lock = threading.Lock()

    def __next__(self) -> int:
        with self._lock:
            self._count += 1
            if self._count == self._wanted:
                self.passed.set()
            return self._count


class Crowd:
    """Ask from eight threads, of which the first holds the program until all have begun."""

    def __init__(self, accounts: AccountCache, club: Backend) -> None:
        self._accounts, self._club = accounts, club
        self._all_begun = threading.Barrier(8)

    def ask(self) -> str:
        self._all_begun.wait(20)
        try:
            return str(self._accounts.find(self._club, HERE, 60.0))
        except AnimedexError as error:
            return error.message

    def told(self) -> list[str]:
        with ThreadPoolExecutor(8) as pool:
            return [asked.result() for asked in [pool.submit(self.ask) for _ in range(8)]]


def test_many_threads_have_the_program_run_once(
    club: Backend, program: Program, runs: Path
) -> None:
    write_credentials("club", {"login": "me", "command": program("print('k3y')"), "origin": HERE})
    assert Crowd(AccountCache(), club).told() == ["<account of me>"] * 8
    assert count(runs) == 1


def test_who_waits_while_the_program_fails_does_not_run_it_again(
    club: Backend, program: Program, runs: Path, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    command = program(f"{UNTIL.format(str(gate))}\nraise SystemExit(7)")
    write_credentials("club", {"login": "me", "command": command, "origin": HERE})
    accounts = AccountCache()
    # Nobody outside can tell who has begun to wait.
    accounts._moments = moments = Moments(8)  # pyright: ignore[reportPrivateUsage]  see above

    def ask() -> str:
        with pytest.raises(AuthRequired) as raised:
            accounts.find(club, HERE)
        message, raised.value.message = raised.value.message, "changed by one of them"
        return message

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask) for _ in range(8)]
        assert moments.passed.wait(20)
        gate.touch()
        told = {each.result() for each in asked}
    assert len(told) == 1
    assert "ended with 7" in told.pop()
    assert count(runs) == 1


def test_nobody_waits_longer_than_there_is_time(
    club: Backend, program: Program, runs: Path, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    command = program(f"{UNTIL.format(str(gate))}\nprint('k3y')")
    write_credentials("club", {"login": "me", "command": command, "origin": HERE})
    accounts = AccountCache()
    first = threading.Thread(target=accounts.find, args=(club, HERE))
    first.start()
    while not runs.exists():
        assert first.is_alive()
    with pytest.raises(TimedOut, match="the key for club was not given in time"):
        accounts.find(club, HERE, 0.05)
    gate.touch()
    first.join(30)
    assert str(accounts.find(club, HERE, 0.0)) == "<account of me>"
    assert count(runs) == 1


def test_one_that_had_too_little_time_takes_none_from_the_others(
    club: Backend, program: Program
) -> None:
    write_credentials("club", {"login": "me", "command": program("print('k3y')"), "origin": HERE})
    accounts = AccountCache()
    with pytest.raises(TimedOut):
        accounts.find(club, HERE, 0.0)
    assert accounts.find(club, HERE, 60.0) is not None
