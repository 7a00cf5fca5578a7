"""What is told on standard error: errors as JSON, requests, warnings, how to set a contact."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from animedex.cli import main
from animedex.cli.main import wants_json_errors

if TYPE_CHECKING:
    from animedex.testing import SampleServer
    from tests.kit.command_line import Cli
    from tests.kit.raw_server import StartRawServer
    from tests.kit.terminal import Terminal

HINT = "animedex config set contact you@example.org"
KEYS = ["reason", "message", "hint", "backend", "status"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("zzz",), 2),
        (("nekos", "image", "--nope"), 2),
        (("nekos", "image", "neko", "--amount", "x"), 2),
        (("nekos", "image", "neko", "-v", "--amount", "0"), 2),
        (("nekos", "image", "nekoo", "-v"), 3),
        (("nekos", "search", "x", "--category", "nekoo", "-v"), 3),
        (("config", "get", "zzz"), 2),
        (("config", "set", "timeout", "x"), 2),
        (("completion", "zzz"), 2),
        (("serve", "--no-limits"), 2),
        (("api", "nekos", "/nekoo", "--silent"), 3),
        (("api", "zzz", "/neko"), 2),
        (("cache", "zzz"), 2),
        (("nekos", "asset", "neko/unknown.png", "-v"), 3),
    ],
)
@pytest.mark.parametrize("form", [("--errors", "json"), ("--errors=json",)], ids=" ".join)
def test_a_failure_is_exactly_one_object(
    arguments: tuple[str, ...], form: tuple[str, ...], code: int, cli: Cli, service: SampleServer
) -> None:
    outcome = cli(*arguments, *form)
    assert outcome.code == code
    assert outcome.out == b""
    assert list(outcome.error) == KEYS
    assert outcome.error["reason"] in {"bad-args", "not-found"}
    assert isinstance(outcome.error["message"], str)


def test_a_success_says_nothing_where_errors_are_json(cli: Cli, service: SampleServer) -> None:
    outcome = cli("nekos", "search", "zzzz", "--min-match", "0.9", "-v", "--errors", "json")
    assert (outcome.code, outcome.text, outcome.err) == (0, "[]\n", "")


def test_what_stands_after_two_dashes_is_no_option(cli: Cli, service: SampleServer) -> None:
    assert not wants_json_errors(["nekos", "search", "--", "--errors", "json"])
    outcome = cli("nekos", "search", "--amount", "0", "--", "--errors=json")
    assert outcome.err.startswith("animedex: an amount")


def test_hints_and_status_are_told(cli: Cli, service: SampleServer) -> None:
    error = cli("nekos", "image", "nekoo", "--errors", "json").error
    assert error == {
        "reason": "not-found",
        "message": "nekos has no category 'nekoo'",
        "hint": "did you mean neko?",
        "backend": "nekos",
        "status": 404,
    }


def test_even_a_fault_of_the_program_is_one_line(
    cli: Cli, service: SampleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(arguments: list[str]) -> object:
        message = "two\nlines"
        raise ZeroDivisionError(message)

    monkeypatch.setattr(main, "_run_command", fail)
    outcome = cli("nekos", "image", "neko")
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert "please report this" in outcome.err
    outcome = cli("nekos", "image", "neko", "--errors", "json")
    assert json.loads(outcome.err)["reason"] == "error"


def test_every_request_is_told_on_request(cli: Cli, service: SampleServer) -> None:
    outcome = cli("nekos", "search", "miko", "-v", "--category", "neko")
    told = [re.sub(r"\d+ ms, \d+ left", "MS, N left", line) for line in outcome.err.splitlines()]
    asked = "search?query=miko&type=1&amount=10&category=neko"
    assert told == [
        f"nekos: GET {service.url}/{path}: 200 in MS, N left" for path in ("endpoints", asked)
    ]
    again = cli("nekos", "search", "miko", "-v", "--category", "neko").err.splitlines()
    assert [line.rpartition(": ")[2] for line in again] == ["200 from the cache"] * 2
    assert cli("nekos", "search", "miko", "--category", "neko").err == ""


def test_a_retry_is_told_on_request(cli: Cli, service: SampleServer) -> None:
    service.faults.add("/neko:503;retry-after=0x1")
    outcome = cli("nekos", "image", "neko", "-v").err.splitlines()
    assert len(outcome) == 3
    assert "503" in outcome[0]
    assert "trying again in 0.0 s" in outcome[1]
    assert "200" in outcome[2]


def test_how_to_set_a_contact_is_told_once_a_day_to_a_person(
    cli: Cli, terminal: Terminal, service: SampleServer
) -> None:
    assert cli("nekos", "image", "neko").err == ""
    assert HINT not in terminal("nekos", "image", "neko").text
    first = terminal("nekos", "image", "neko", "--errors", "json", errors=True)
    assert HINT not in first.text
    assert terminal("nekos", "image", "neko", errors=True).text.count(HINT) == 1
    assert HINT not in terminal("nekos", "image", "neko", errors=True).text


def test_who_has_a_contact_is_not_told(terminal: Terminal, service: SampleServer) -> None:
    contact = {"ANIMEDEX_CONTACT": "me@example.org"}
    assert HINT not in terminal("nekos", "image", "neko", environment=contact, errors=True).text
    assert service.arrivals[0].headers["user-agent"].endswith(" (me@example.org)")


def test_without_a_contact_the_program_is_named(cli: Cli, service: SampleServer) -> None:
    cli("nekos", "image", "neko")
    assert re.fullmatch(r"animedex/[\d.a-z]+", service.arrivals[0].headers["user-agent"])


def test_options_reach_the_service(cli: Cli, service: SampleServer) -> None:
    cli("nekos", "categories")
    cli("nekos", "categories")
    assert len(service.arrivals) == 1
    cli("nekos", "categories", "--refresh")
    cli("nekos", "categories", "--no-cache")
    assert len(service.arrivals) == 3
    cli("nekos", "categories")
    assert len(service.arrivals) == 3
    assert cli("nekos", "categories", "--timeout", "none", "--rate", "slow").code == 0


def test_a_failure_tells_the_service_s_request_id(cli: Cli, service: SampleServer) -> None:
    service.answer("/neko", status=500, headers={"x-request-id": "0af7-65"}, times=None)
    outcome = cli("nekos", "image", "neko", "--errors", "json")
    assert (outcome.code, outcome.error["request_id"]) == (1, "0af7-65")
    lines = cli("nekos", "image", "neko", "-v").err.splitlines()
    assert [line for line in lines if " ms, request id 0af7-65" in line]
    error = cli("api", "nekos", "/neko", "--silent", "--errors", "json").error
    assert error["request_id"] == "0af7-65"


@pytest.mark.parametrize("length", [66_000, 200_000])
def test_a_redirect_too_long_to_follow_is_the_service_s_fault(
    cli: Cli, raw_server: StartRawServer, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /" + b"a" * length + b"\r\n\r\n"
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", raw_server(head).url)
    outcome = cli("nekos", "categories", "--errors", "json")
    assert (outcome.code, outcome.error["reason"]) == (7, "upstream-decode")
