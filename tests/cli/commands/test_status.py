"""Budgets, cache and settings as they are in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from animedex.backends.nekos.backend import BACKEND
from animedex.cli.commands.status import budget
from animedex.ratelimit.rate_limiter import LimiterState
from animedex.ratelimit.sliding_window import WindowState

if TYPE_CHECKING:
    import pytest

    from animedex.http_message import JsonObject
    from animedex.testing import SampleServer
    from tests.kit.command_line import Cli


def status(cli: Cli) -> JsonObject:
    return cast("JsonObject", cli("status").json)


def nekos(cli: Cli) -> JsonObject:
    return cast("JsonObject", cast("JsonObject", status(cli)["budgets"])["nekos"])


def test_a_fresh_budget_is_full_and_asks_nobody(cli: Cli, service: SampleServer) -> None:
    assert nekos(cli) == {
        "origin": service.origin,
        "per_second": 3.0,
        "burst": 10,
        "left": 10,
        "windows": {"/search": {"calls": 7, "seconds": 5.0, "left": 7}},
        "spent_seconds": {},
    }
    assert len(service.arrivals) == 0


def test_a_spent_path_is_told_for_all_processes(cli: Cli, service: SampleServer) -> None:
    service.faults.add("/neko:429;retry-after=3600x1")
    cli("nekos", "image", "neko")
    spent = cast("JsonObject", nekos(cli)["spent_seconds"])
    assert list(spent) == ["/api/v2/neko"]
    assert isinstance(spent["/api/v2/neko"], float)
    assert 3000 < spent["/api/v2/neko"] <= 3600


def test_without_any_service_asked_there_is_a_status(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMEDEX_CONTACT", "me@example.org")
    told = status(cli)
    assert str(told["user_agent"]).endswith("(me@example.org)")
    assert nekos(cli)["origin"] == "https://nekos.best"
    assert set(told) == {"user_agent", "budgets", "budgets_path", "cache", "settings"}


def test_spent_paths_come_back() -> None:
    book = LimiterState(
        blocked_until={"/neko": 105.0, "/hug": 99.0}, windows={"/search": WindowState()}
    )
    told = budget(book, BACKEND.limits, 100.0)
    assert told["spent_seconds"] == {"/neko": 5.0}
