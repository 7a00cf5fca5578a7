"""An account: of the environment before the file, whole or not at all, for one place alone."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.nekos import BACKEND as NEKOS
from animedex.config.account import build_account, find_account, from_environment
from animedex.config.credentials_file import write_credentials
from animedex.errors import AuthRequired, BadArguments

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
    found = find_account(club, HERE)
    assert carried(found) == basic("me", "k3y")
    assert found is not None
    assert (found.user, repr(found)) == ("me", "<account of me>")


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
    found = build_account(club, {"login": login, "api_key": key})
    assert carried(found) == basic(login, key)
    for secret in (key, carried(found)):
        assert secret not in found.redact(f"\x00{secret}\x00").replace("***", "")
    assert basic(login, key) not in f"{found!r} {found.headers!r}"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_key_is_struck_in_any_encoding(club: Backend, encoding: str) -> None:
    found = build_account(club, {"login": "me", "api_key": "k3/y+="})
    for text in ("no k3/y+= here", "no k3%2Fy+= here", "no \\u006b3/y+= here"):
        read = text.encode(encoding).decode("utf-8")
        assert found.redact(read) == "no *** here"
    assert found.redact("n\0o\0") == "n\0o\0"


def test_a_key_is_struck_however_it_is_written(club: Backend) -> None:
    found = build_account(club, {"login": "me", "api_key": "k3/y+="})
    told = f"k3/y+= k3%2Fy%2B%3D k3\\/y+= {basic('me', 'k3/y+=')}"
    assert found.redact(told) == "*** *** *** ***"
