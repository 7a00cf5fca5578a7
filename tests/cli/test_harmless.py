"""Names that try to steer a terminal, in every way of showing them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, cast

import pytest

if TYPE_CHECKING:
    from animedex.http_message import JsonObject
    from animedex.testing import SampleServer
    from tests.kit.command_line import Cli, Outcome, Process
    from tests.kit.terminal import Terminal

ESCAPE = "\x1b[31m\x1b]0;title\x07\x1b]8;;http://evil.example\x1b\\"
CSI = "\x9b31m"
REVERSED = "\u202egnp.exe\u2066\u200f"
SEPARATED = "a\u2028b\x85c\rd\ne\x08\x7f"
NAME = f"[red]Mio[/red] {ESCAPE}{CSI}{REVERSED}{SEPARATED} :smile: [link=x]"
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
ROW = {
    "url": f"https://nekos.best/api/v2/neko/{NAME}.png",
    "artist_name": NAME,
    "artist_href": f"https://gallery.example/{NAME}",
    "source_url": f"https://gallery.example/{NAME}",
    "anime_name": NAME,
    NAME: NAME,
}
HOSTILE = {
    "/neko": {"results": [ROW]},
    "/search": {"results": [ROW]},
    "/endpoints": {NAME: {"format": NAME}, "neko": {"format": "png", NAME: "x"}},
}


@pytest.fixture(autouse=True)
def hostile(service: SampleServer) -> SampleServer:
    for path, body in HOSTILE.items():
        service.answer(path, body=json.dumps(body).encode(), times=None)
    return service


COMMANDS = {
    "card": ("nekos", "image", "neko"),
    "cards": ("nekos", "search", "mio"),
    "names": ("nekos", "categories"),
    "columns": ("nekos", "categories-full"),
    "json": ("nekos", "image", "neko", "--json"),
    "lines": ("nekos", "image", "neko", "--jsonl"),
    "jq": ("nekos", "image", "neko", "--jq", ".[0]"),
    "bare": ("nekos", "image", "neko", "-r", "--jq", ".[0].artist_name"),
    "untouched": ("api", "nekos", "/neko"),
    "filtered": ("api", "nekos", "/neko", "-r", "--jq", ".results[0].artist_name"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_terminal_is_not_steered(command: tuple[str, ...], terminal: Terminal) -> None:
    plain = {"NO_COLOR": "1"}
    outcome = terminal(*command, environment=plain, errors=True)
    assert outcome.code == 0
    assert not STEERING.findall(outcome.text)
    assert "[red]Mio[/red]" in outcome.text
    assert ":smile:" in outcome.text


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_with_colour_only_our_own_escapes_are_there(
    command: tuple[str, ...], terminal: Terminal
) -> None:
    screen = terminal(*command).text
    ours = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;(id=\d+)?;[!-\[\]-~]*\x1b\\", "", screen)
    assert not STEERING.findall(ours)
    assert "evil.example\x1b" not in screen


def test_json_in_a_pipe_is_the_same_value(cli: Cli) -> None:
    def read(outcome: Outcome) -> JsonObject:
        assert not STEERING.findall(outcome.text)
        return cast("list[JsonObject]", outcome.json)[0]

    assert read(cli("nekos", "image", "neko", "--no-source")) == ROW


def test_a_bare_string_in_a_pipe_is_untouched(process: Process) -> None:
    outcome = process("nekos", "image", "neko", "-r", "--jq", ".[0].artist_name")
    assert outcome.text == f"{NAME}\n"


def test_a_picture_s_credit_is_harmless(process: Process, hostile: SampleServer) -> None:
    headers = {
        "content-type": "image/png",
        "artist_name": "%1B%5B31m%E2%80%AEMio%0A%0D",
        "source_url": "https%3A%2F%2Fgallery.example%2F%1B",
    }
    body = b"\x89PNG\r\n\x1a\n"
    hostile.answer("/neko/a.png", headers=headers, body=body)
    outcome = process("nekos", "asset", "neko/a.png")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (0, body, 1)
    assert not STEERING.findall(outcome.err.rstrip("\n"))


def test_a_file_is_named_harmlessly(cli: Cli, hostile: SampleServer, tmp_path: object) -> None:
    body = b"\x89PNG\r\n\x1a\n"
    hostile.answer("/neko/*", headers={"content-type": "image/png"}, body=body)
    outcome = cli("nekos", "asset", "neko/\u202e;rm -rf $HOME.png", "-o", str(tmp_path))
    assert (outcome.code, outcome.err) == (0, "")
    path = str(cast("JsonObject", outcome.json)["path"])
    assert re.fullmatch(r"[A-Za-z0-9._/-]+", path.removeprefix(str(tmp_path)))
