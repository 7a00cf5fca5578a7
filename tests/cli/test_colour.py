"""When colour is used: an option, the environment, the terminal."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from animedex.cli.streams import is_terminal, text_style

if TYPE_CHECKING:
    from animedex.testing import SampleServer
    from tests.kit.command_line import Cli
    from tests.kit.terminal import Terminal

BOLD = b"\x1b[1m"
LINK = b"\x1b]8;"


class Screen(io.StringIO):
    """Pretend that a person looks on."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("choice", "environment", "expected"),
    [
        ("auto", {}, (True, False)),
        ("always", {}, (True, True)),
        ("never", {}, (False, False)),
        ("auto", {"NO_COLOR": "1"}, (False, False)),
        ("auto", {"NO_COLOR": ""}, (True, False)),
        ("auto", {"CLICOLOR_FORCE": "1"}, (True, True)),
        ("auto", {"CLICOLOR_FORCE": "0"}, (True, False)),
        ("auto", {"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, (False, False)),
        ("always", {"NO_COLOR": "1"}, (True, True)),
        ("never", {"CLICOLOR_FORCE": "1"}, (False, False)),
        ("auto", {"TERM": "dumb"}, (False, False)),
    ],
)
def test_colour_on_a_terminal_and_in_a_pipe(
    choice: str,
    environment: dict[str, str],
    expected: tuple[bool, bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Screen())
    on_terminal = text_style(choice).color
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert (on_terminal, text_style(choice).color) == expected
    assert not text_style(choice).links


@pytest.mark.parametrize(
    ("options", "environment", "expected"),
    [
        ((), {}, (True, True)),
        (("--color", "never"), {}, (False, False)),
        ((), {"NO_COLOR": "1"}, (False, False)),
        ((), {"TERM": "dumb"}, (False, False)),
        (("--color", "always"), {"TERM": "dumb"}, (True, False)),
        ((), {"ANIMEDEX_COLOR": "never"}, (False, False)),
        (("--color", "always"), {"ANIMEDEX_COLOR": "never"}, (True, True)),
    ],
)
def test_a_card_in_colour(
    options: tuple[str, ...],
    environment: dict[str, str],
    expected: tuple[bool, bool],
    terminal: Terminal,
    service: SampleServer,
) -> None:
    screen = terminal("nekos", "image", "neko", *options, environment=environment).out
    assert (BOLD in screen, LINK in screen) == expected


def test_json_is_never_coloured(cli: Cli, terminal: Terminal, service: SampleServer) -> None:
    assert b"\x1b" not in cli("nekos", "image", "neko", "--color", "always").out
    assert b"\x1b" not in terminal("nekos", "image", "neko", "--json", "--color", "always").out


def test_a_terminal_shows_neither_json_nor_class_names(
    terminal: Terminal, service: SampleServer
) -> None:
    for command in (("image", "neko"), ("search", "x"), ("categories-full",)):
        screen = terminal("nekos", *command, "--color", "never").text
        assert not set('{}"<>') & set(screen)
        assert "Nekos" not in screen
        assert "None" not in screen


def test_an_unknown_key_of_the_catalogue_is_not_shown_as_code(
    terminal: Terminal, service: SampleServer
) -> None:
    service.answer("/endpoints", body=b'{"neko":{"format":"png","more":{"a":[null]}}}')
    screen = terminal("nekos", "categories-full", "--color", "never").text
    assert screen == "neko  png\n"


def test_a_closed_stream_is_no_terminal() -> None:
    closed = io.StringIO()
    closed.close()
    assert not is_terminal(closed)
