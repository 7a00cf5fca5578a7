"""Accounts from the environment or the file, looked for once by each client."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.nekos import BACKEND as NEKOS
from animedex.config.accounts import AccountCache, build_account, find_account, from_environment
from animedex.config.credentials import delete_credentials, write_credentials
from animedex.errors import AnimedexError, AuthRequired, BadArguments, TimedOut

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.backend import Backend
    from animedex.http_message import Account
    from tests.config.conftest import Program

HERE = "https://club.example"
TABLE = {"login": "me", "api_key": "k3y", "origin": HERE}


def carried(found: Account | None) -> str:
    """Return what an account's header says."""
    assert found is not None
    ((name, value),) = found.headers
    assert name == "authorization"
    return str(value).removeprefix("Basic ")


def basic(login: str, key: str) -> str:
    return b64encode(f"{login}:{key}".encode()).decode()


def test_a_service_without_users_has_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIMEDEX_NEKOS_API_KEY", "k3y")
    write_credentials("nekos", {"api_key": "k3y", "origin": "https://nekos.best"})
    assert find_account(NEKOS, "https://nekos.best") is None


def test_who_never_signed_in_has_none(club: Backend) -> None:
    assert find_account(club, HERE) is None
    assert from_environment(club) is None


def test_an_account_comes_from_the_file(club: Backend) -> None:
    write_credentials("club", TABLE)
    result = find_account(club, HERE)
    assert carried(result) == basic("me", "k3y")
    assert result is not None
    assert (result.user, repr(result)) == ("me", "<account of me>")


def test_the_environment_wins(club: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    write_credentials("club", {"command": "false", "login": "me", "origin": HERE})
    monkeypatch.setenv("ANIMEDEX_CLUB_LOGIN", "other")
    monkeypatch.setenv("ANIMEDEX_CLUB_API_KEY", "own")
    assert carried(find_account(club, HERE)) == basic("other", "own")
    assert carried(find_account(club, "http://127.0.0.1:8080")) == basic("other", "own")
    for name in ("LOGIN", "API_KEY"):
        monkeypatch.setenv(f"ANIMEDEX_CLUB_{name}", "")
    with pytest.raises(AuthRequired):
        find_account(club, HERE)


@pytest.mark.parametrize(
    ("present", "missing"), [("LOGIN", "API_KEY"), ("API_KEY", "LOGIN")], ids=str.lower
)
def test_half_an_environment_is_nobodys(
    present: str, missing: str, club: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_credentials("club", TABLE)
    monkeypatch.setenv(f"ANIMEDEX_CLUB_{present}", "s3cret")
    monkeypatch.setenv(f"ANIMEDEX_CLUB_{missing}", "")
    with pytest.raises(BadArguments) as raised:
        find_account(club, HERE)
    told = f"ANIMEDEX_CLUB_{present} is set, and ANIMEDEX_CLUB_{missing} is not"
    assert raised.value.message == told
    assert raised.value.backend == "club"
    assert "s3cret" not in str(raised.value.to_payload())


@pytest.mark.parametrize(
    "origin",
    [
        "https://mirror.example",
        "http://club.example",
        "https://club.example:8443",
        "https://club.example.evil.example",
        "http://127.0.0.1:8080",
    ],
)
def test_a_stored_key_is_for_the_place_that_it_was_given_for(
    origin: str, club: Backend, program: Program, runs: Path
) -> None:
    write_credentials("club", TABLE)
    assert find_account(club, origin) is None
    write_credentials("club", {"login": "me", "command": program("print('k3y')"), "origin": HERE})
    assert find_account(club, origin) is None
    assert not runs.exists()


def test_a_program_gives_the_secret_field(club: Backend, program: Program, runs: Path) -> None:
    write_credentials("club", {"login": "me", "command": program("print('k3y')"), "origin": HERE})
    assert carried(find_account(club, HERE)) == basic("me", "k3y")
    assert runs.read_text() == "run\n"


def test_a_program_is_no_replacement_for_the_other_fields(club: Backend, program: Program) -> None:
    write_credentials("club", {"command": program("print('k3y')"), "origin": HERE})
    with pytest.raises(BadArguments, match="club: the login is missing"):
        find_account(club, HERE)


@pytest.mark.parametrize("name", ["login", "api_key"])
@pytest.mark.parametrize(
    "value",
    ["k3y\n", "k3\r\nx-evil: 1", "k 3y", "k:3y", "kéy", "k\0y", "\tk3y", "k\x7fy", "猫", " "],
)
def test_what_no_header_can_carry_is_refused_and_not_repeated(
    name: str, value: str, club: Backend
) -> None:
    with pytest.raises(BadArguments, match="is not plain text") as raised:
        build_account(club, {**TABLE, name: value})
    error = raised.value
    assert name.replace("_", " ") in error.message
    assert f"ANIMEDEX_CLUB_{name.upper()}" in (error.hint or "")
    assert value.isspace() or value not in error.message
    assert "evil" not in str(error.to_payload())


@pytest.mark.parametrize("fields", [{}, {"login": "me"}, {"login": "", "api_key": "k3y"}])
def test_what_is_missing_is_named(fields: dict[str, str], club: Backend) -> None:
    with pytest.raises(BadArguments, match=r"club: the (login|api key) is missing"):
        build_account(club, fields)


def test_accounts_are_told_apart_by_a_mark_that_tells_nothing(club: Backend) -> None:
    fields = [TABLE, {**TABLE, "login": "m"}, {**TABLE, "api_key": "other"}]
    marks = [build_account(club, each).mark for each in fields]
    assert len(set(marks)) == 3
    assert marks[0] == build_account(club, {**TABLE, "origin": "elsewhere"}).mark
    assert not any("k3y" in mark or mark == "me" for mark in marks)


PLAIN = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=":"), min_size=1
)


@given(login=PLAIN, key=PLAIN)
def test_any_plain_key_is_carried_and_never_shown(club: Backend, login: str, key: str) -> None:
    result = build_account(club, {"login": login, "api_key": key})
    assert carried(result) == basic(login, key)
    for secret in (key, carried(result)):
        assert secret not in result.redact(f"\x00{secret}\x00").replace("***", "")
    assert basic(login, key) not in f"{result!r} {result.headers!r}"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_key_is_struck_in_any_encoding(club: Backend, encoding: str) -> None:
    result = build_account(club, {"login": "me", "api_key": "k3/y+="})
    for text in ("no k3/y+= here", "no k3%2Fy+= here", "no \\u006b3/y+= here"):
        read = text.encode(encoding).decode("utf-8")
        assert result.redact(read) == "no *** here"
    assert result.redact("n\0o\0") == "n\0o\0"


def test_a_key_is_struck_however_it_is_written(club: Backend) -> None:
    result = build_account(club, {"login": "me", "api_key": "k3/y+="})
    told = f"k3/y+= k3%2Fy%2B%3D k3\\/y+= {basic('me', 'k3/y+=')}"
    assert result.redact(told) == "*** *** *** ***"


UNTIL = "import os, time\nwhile not os.path.exists({!r}): time.sleep(0.01)"
THERE = "https://mirror.example"


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
        self._all_begun.wait(120)
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
        assert moments.passed.wait(120)
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
    with pytest.raises(TimedOut, match="the key for club was not available in time"):
        accounts.find(club, HERE, 0.05)
    gate.touch()
    first.join(120)
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
