"""Signing out, and what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from animedex.cli.commands.auth import command
from animedex.config.credentials import write_credentials
from animedex.testing.samples.danbooru_posts import USER
from animedex.testing.samples.waifu_sample import API_KEY

if TYPE_CHECKING:
    from animedex.testing.samples.danbooru_sample import DanbooruSample
    from tests.cli.commands.auth.conftest import KeyFile
    from tests.kit.command_line import Cli

NAME, KEY = USER.name, USER.api_key


def test_signing_out_forgets_the_key(cli: Cli, danbooru: DanbooruSample, key_file: KeyFile) -> None:
    write_credentials("danbooru", {"login": NAME, "api_key": KEY, "origin": danbooru.origin})
    write_credentials("waifu", {"api_key": API_KEY, "origin": "https://api.waifu.im"})
    outcome = cli("auth", "logout", "danbooru")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.text.startswith("signed out of danbooru; ")
    assert "https://danbooru.donmai.us/profile" in outcome.text
    assert list(key_file.content) == ["waifu"]
    assert cli("auth", "logout", "danbooru").text == "nothing was stored for danbooru\n"
    assert cli("api", "danbooru", "/profile.json").code == 4


def test_signing_out_tells_of_what_stays(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, key_file: KeyFile
) -> None:
    monkeypatch.setenv("ANIMEDEX_DANBOORU_API_KEY", KEY)
    outcome = cli("auth", "logout", "danbooru")
    assert outcome.text.splitlines() == [
        "nothing was stored for danbooru",
        "ANIMEDEX_DANBOORU_API_KEY is still set, and is used",
    ]
    assert not key_file.path.exists()


def test_one_can_sign_out_of_services_with_users_alone(cli: Cli) -> None:
    outcome = cli("auth", "logout", "nekos")
    assert (outcome.code, outcome.out) == (2, b"")


@pytest.mark.parametrize("name", ["login", "status", "logout"])
def test_services_with_users_complete(name: str) -> None:
    result = command.commands[name]
    (argument,) = (param for param in result.params if isinstance(param, click.Argument))
    context = click.Context(result)
    words = [[item.value for item in argument.shell_complete(context, w)] for w in ("", "w", "n")]
    assert words == [["danbooru", "waifu"], ["waifu"], []]
