"""Settings: shown with where they come from, and written into the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from animedex.cli.commands.config import redact_value
from animedex.config.settings import SETTINGS

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.http_message import JsonObject
    from tests.kit.command_line import Cli


def listed(cli: Cli) -> dict[str, JsonObject]:
    return cast("dict[str, JsonObject]", cli("config", "list").json)


def test_every_setting_is_listed_with_its_source(
    cli: Cli, config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config_file.write_text('rate = "slow"\n[base_urls]\nnekos = "http://127.0.0.1:1/api/v2"\n')
    monkeypatch.setenv("ANIMEDEX_TIMEOUT", "5")
    told = listed(cli)
    assert set(SETTINGS) < set(told)
    assert told["rate"] == {"value": "slow", "source": "file"}
    assert told["timeout"] == {"value": 5.0, "source": "environment"}
    assert told["contact"] == {"value": None, "source": "default"}
    assert told["base_urls.nekos"] == {"value": "http://127.0.0.1:1/api/v2", "source": "file"}


@pytest.mark.parametrize(
    ("name", "value", "got"),
    [
        ("contact", "you@example.org", "you@example.org"),
        ("timeout", "12.5", "12.5"),
        ("timeout", "10", "10"),
        ("rate", "slow", "slow"),
        ("cache", "off", "off"),
        ("color", "never", "never"),
        ("base_urls.nekos", "http://127.0.0.1:8080/api/v2", "http://127.0.0.1:8080/api/v2"),
    ],
)
def test_what_is_set_is_got(name: str, value: str, got: str, cli: Cli) -> None:
    assert cli("config", "set", name, value) == (0, b"", "")
    assert cli("config", "get", name) == (0, f"{got}\n".encode(), "")
    assert listed(cli)[name]["source"] == "file"


def test_a_setting_without_a_value_prints_nothing(cli: Cli) -> None:
    assert cli("config", "get", "contact") == (0, b"", "")
    assert cli("config", "set", "timeout", "none").code == 0
    assert cli("config", "get", "timeout") == (0, b"", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("get", "contakt"),
        ("set", "contakt", "x"),
        ("set", "contact", "nobody"),
        ("set", "timeout", "-1"),
        ("set", "rate", "fast"),
        ("set", "base_urls.nekos", "nekos.best"),
        ("set", "contact"),
        ("lst",),
    ],
    ids=" ".join,
)
def test_a_bad_setting_is_told_and_not_written(
    arguments: tuple[str, ...], cli: Cli, config_file: Path
) -> None:
    outcome = cli("config", *arguments)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, b"", 1)
    assert not config_file.exists()


def test_comments_survive(cli: Cli, config_file: Path) -> None:
    config_file.write_text('# mine\nrate = "slow" # gently\n')
    assert cli("config", "set", "timeout", "5").code == 0
    assert config_file.read_text().startswith('# mine\nrate = "slow" # gently\n')


def test_the_path_is_told(cli: Cli, config_file: Path) -> None:
    assert cli("config", "path").text == f"{config_file}\n"


def test_a_password_is_not_told(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIMEDEX_PROXY", "http://me:secret@proxy.example:3128")
    for command in (("config", "list"), ("config", "get", "proxy"), ("status",)):
        outcome = cli(*command)
        assert "proxy.example" in outcome.text
        assert "secret" not in outcome.text


@pytest.mark.parametrize("value", [None, 3.0, "http://proxy.example:3128"])
def test_what_is_no_secret_is_shown(value: str | float | None) -> None:
    assert redact_value("proxy", value) == value
    assert redact_value("contact", "you@example.org") == "you@example.org"
