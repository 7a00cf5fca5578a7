"""No command shows a key, or takes it elsewhere."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, cast

from animedex.config.credentials import write_credentials
from animedex.testing.samples.danbooru_posts import USER
from animedex.testing.samples.danbooru_sample import DanbooruSample

if TYPE_CHECKING:
    import pytest

    from animedex.http_message import JsonObject
    from tests.kit.command_line import Cli, Outcome

NAME, KEY = USER.name, USER.api_key
BASIC = b64encode(f"{NAME}:{KEY}".encode()).decode()


def printed_text(outcome: Outcome) -> str:
    return outcome.text + outcome.err


def test_no_command_shows_the_key(cli: Cli, danbooru: DanbooruSample) -> None:
    write_credentials("danbooru", {"login": NAME, "api_key": KEY, "origin": danbooru.origin})
    said = f'{{"success": false, "message": "who is {KEY}, {BASIC}?"}}'.encode()
    danbooru.answer("/posts.json", status=403, body=said, headers={"x-echo": f"Basic {BASIC}"})
    danbooru.answer("/posts/1.json", status=401, body=said)
    commands = [
        ("api", "danbooru", "/posts.json", "-v", "-i"),
        ("api", "danbooru", "/posts/1.json", "-v", "--silent"),
        ("api", "danbooru", "/profile.json", "-v", "-i"),
        ("status",),
        ("config", "list"),
        ("cache", "info"),
    ]
    for arguments in commands:
        outcome = cli(*arguments)
        assert KEY not in printed_text(outcome), arguments
        assert BASIC not in printed_text(outcome), arguments
    assert len(danbooru.arrivals) == 3


def test_a_whole_url_of_somebody_else_gets_no_key(cli: Cli, danbooru: DanbooruSample) -> None:
    write_credentials("danbooru", {"login": NAME, "api_key": KEY, "origin": danbooru.origin})
    with DanbooruSample(limits=False) as other:
        outcome = cli("api", "danbooru", f"{other.url}/profile.json")
        assert (outcome.code, len(other.arrivals)) == (2, 0)
    assert cli("api", "danbooru", f"{danbooru.url}/profile.json").code == 0


def test_a_service_that_said_when_to_come_back_is_spent_as_a_whole(
    cli: Cli, danbooru: DanbooruSample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMEDEX_LIMITS", "on")
    danbooru.answer("/tags.json", status=429, headers={"Retry-After": "3600"})
    assert cli("api", "danbooru", "/tags.json").code == 5
    assert cli("api", "danbooru", "/posts.json").code == 5
    budgets = cast("dict[str, JsonObject]", cast("JsonObject", cli("status").json)["budgets"])
    spent = cast("dict[str, float]", budgets["danbooru"]["spent_seconds"])
    assert list(spent) == ["/"]
    assert 3000 < spent["/"] <= 3600
    assert budgets["waifu"]["spent_seconds"] == {}
    assert len(danbooru.arrivals) == 1
