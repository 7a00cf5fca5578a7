"""How things stand with each service, and that asking tells no key."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, cast

import pytest

from animedex.backends.danbooru.backend import BACKEND as DANBOORU
from animedex.config.credentials import write_credentials
from animedex.testing.samples.danbooru_posts import USER
from animedex.testing.samples.waifu_sample import API_KEY

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.http_message import JsonObject
    from animedex.testing.samples.danbooru_sample import DanbooruSample
    from animedex.testing.samples.waifu_sample import WaifuSample
    from tests.cli.commands.auth.conftest import KeyFile
    from tests.kit.command_line import Cli, Outcome

NAME, KEY = USER.name, USER.api_key
BASIC = b64encode(f"{NAME}:{KEY}".encode()).decode()


def printed_text(outcome: Outcome) -> str:
    return outcome.text + outcome.err


def standing(cli: Cli, *arguments: str) -> dict[str, JsonObject]:
    outcome = cli("auth", "status", *arguments)
    assert (outcome.code, outcome.err) == (0, "")
    assert not {KEY, BASIC, str(len(KEY))} & set(outcome.text.replace('"', " ").split())
    return cast("dict[str, JsonObject]", outcome.json)


NOBODY: JsonObject = {
    "user": None,
    "source": None,
    "origin": None,
    "used": False,
    "accepted": None,
    "problem": None,
}


def test_who_never_signed_in_is_nobody(cli: Cli, danbooru: DanbooruSample) -> None:
    assert standing(cli) == {"danbooru": NOBODY, "waifu": NOBODY}
    assert standing(cli, "danbooru", "--check") == {"danbooru": NOBODY}
    assert len(danbooru.arrivals) == 0


def test_a_stored_key_is_told_of_and_asked_about_only_with_check(
    cli: Cli, danbooru: DanbooruSample
) -> None:
    write_credentials("danbooru", {"login": NAME, "api_key": KEY, "origin": danbooru.origin})
    known = {**NOBODY, "user": NAME, "source": "file", "origin": danbooru.origin, "used": True}
    assert standing(cli, "danbooru") == {"danbooru": known}
    assert len(danbooru.arrivals) == 0
    assert standing(cli, "danbooru", "--check") == {"danbooru": {**known, "accepted": True}}
    assert len(danbooru.arrivals) == 1


def test_the_environment_is_told_of_before_the_file(
    cli: Cli, waifu: WaifuSample, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_credentials("waifu", {"api_key": "wr0ng-key", "origin": waifu.origin})
    monkeypatch.setenv("ANIMEDEX_WAIFU_API_KEY", API_KEY)
    known = {**NOBODY, "source": "environment", "origin": waifu.origin, "used": True}
    assert standing(cli, "waifu")["waifu"] == known
    assert standing(cli, "waifu", "--check")["waifu"] == {
        **known,
        "user": "mio_visits",
        "accepted": True,
    }


def test_a_program_is_not_run_to_tell_of_it(
    cli: Cli, danbooru: DanbooruSample, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    write_credentials(
        "danbooru", {"login": NAME, "command": f"touch {ran}", "origin": danbooru.origin}
    )
    result = standing(cli, "danbooru")["danbooru"]
    assert (result["source"], result["used"], result["problem"]) == ("program", True, None)
    assert not ran.exists()
    result = standing(cli, "danbooru", "--check")["danbooru"]
    assert (result["accepted"], result["problem"]) == (
        None,
        "there is no key for danbooru: `touch` printed nothing",
    )
    assert ran.exists()


def test_a_key_that_is_not_accepted_any_more_is_told(cli: Cli, danbooru: DanbooruSample) -> None:
    write_credentials(
        "danbooru", {"login": NAME, "api_key": "wr0ng-key", "origin": danbooru.origin}
    )
    outcome = cli("auth", "status", "danbooru", "--check", "-v")
    result = cast("dict[str, JsonObject]", outcome.json)["danbooru"]
    assert (outcome.code, result["used"], result["accepted"]) == (0, True, False)
    assert "401" in str(result["problem"])
    assert "wr0ng" not in printed_text(outcome)


@pytest.mark.parametrize("fault", ["/profile.json:500", "/profile.json:403html"])
def test_what_says_nothing_of_the_key_leaves_that_open(
    fault: str, cli: Cli, danbooru: DanbooruSample
) -> None:
    write_credentials("danbooru", {"login": NAME, "api_key": KEY, "origin": danbooru.origin})
    danbooru.faults.add(fault)
    result = standing(cli, "danbooru", "--check")["danbooru"]
    assert (result["used"], result["accepted"]) == (True, None)
    assert str(result["problem"]).startswith("danbooru: ")


def test_a_key_for_another_place_is_said_not_to_be_used(cli: Cli, danbooru: DanbooruSample) -> None:
    write_credentials("danbooru", {"login": NAME, "api_key": KEY, "origin": DANBOORU.base_url})
    result = standing(cli, "danbooru", "--check")["danbooru"]
    assert (result["origin"], result["used"]) == ("https://danbooru.donmai.us", False)
    assert danbooru.origin in str(result["problem"])
    assert len(danbooru.arrivals) == 0


def test_whatever_is_wrong_is_a_fact_like_another(
    cli: Cli, danbooru: DanbooruSample, monkeypatch: pytest.MonkeyPatch, key_file: KeyFile
) -> None:
    write_credentials("danbooru", {"login": NAME, "api_key": "k:3y", "origin": danbooru.origin})
    assert "is not plain text" in str(standing(cli)["danbooru"]["problem"])
    key_file.path.chmod(0o644)
    assert "other users can read it" in str(standing(cli)["waifu"]["problem"])
    monkeypatch.setenv("ANIMEDEX_DANBOORU_LOGIN", NAME)
    assert "ANIMEDEX_DANBOORU_API_KEY is not" in str(standing(cli)["danbooru"]["problem"])
    monkeypatch.setenv("ANIMEDEX_DANBOORU_API_KEY", KEY)
    monkeypatch.setenv("ANIMEDEX_DANBOORU_URL", "http://mirror.example")
    result = standing(cli)["danbooru"]
    assert (result["source"], result["used"]) == ("environment", False)
    assert "keys are sent only over https" in str(result["problem"])


def test_a_service_without_users_has_no_standing(cli: Cli) -> None:
    outcome = cli("auth", "status", "nekos")
    assert (outcome.code, outcome.out) == (2, b"")
    assert "nekos has no sign-in" in outcome.err
