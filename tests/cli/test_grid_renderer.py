"""`--show`: the pictures of what a command prints, drawn below it on a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import click
import pytest

from animedex.cli.root import root
from animedex.testing import SampleServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.http_message import JsonObject
    from tests.kit.command_line import Cli
    from tests.kit.terminal import Terminal

HALF = "▀"


@pytest.fixture(scope="module")
def collection() -> Iterator[SampleServer]:
    with SampleServer(limits=False, seed=1) as server:
        yield server


@pytest.fixture
def nekos(
    collection: SampleServer, neighbours: None, monkeypatch: pytest.MonkeyPatch
) -> SampleServer:
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", collection.url)
    collection.arrivals.clear()
    collection.faults.clear()
    return collection


def commands(command: click.Command, context: click.Context) -> Iterator[click.Command]:
    if not isinstance(command, click.Group):
        yield command
        return
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from commands(below, context)


def test_every_command_that_answers_with_pictures_shows_them() -> None:
    names = [
        {param.name for param in command.params} for command in commands(root, click.Context(root))
    ]
    assert sum("show" in params for params in names) >= 10
    assert all(("common" in params) == ("show" in params) for params in names)


def test_pictures_are_drawn_below_their_cards(terminal: Terminal, nekos: SampleServer) -> None:
    done = terminal("nekos", "image", "neko", "--show")
    assert (done.code, done.err) == (0, "")
    card, _, drawn = done.text.partition(HALF)
    assert "https://" in card or "http://" in card
    assert HALF in drawn
    assert drawn.count("[src: nekos]") == 1
    assert len(nekos.arrivals) == 2


def test_several_are_a_grid(terminal: Terminal, nekos: SampleServer) -> None:
    done = terminal("nekos", "image", "neko", "--amount", "3", "--show", columns=200)
    assert done.code == 0
    assert done.text.splitlines()[-1].count("[src: nekos]") == 3
    assert len(nekos.arrivals) == 4


def test_a_pipe_gets_the_same_json_and_nothing_is_fetched(cli: Cli, nekos: SampleServer) -> None:
    done = cli("nekos", "image", "neko", "--show")
    (row,) = cast("list[JsonObject]", done.json)
    assert row["url"]
    assert done.err == "animedex: --show needs a terminal, and standard output is not one\n"
    assert done.code == 0
    assert len(nekos.arrivals) == 1


def test_json_on_a_terminal_is_followed_by_the_picture(
    terminal: Terminal, nekos: SampleServer
) -> None:
    done = terminal("nekos", "image", "neko", "--show", "--jq", ".[0].url | length")
    number, _, drawn = done.text.partition("\n")
    assert number.isdecimal()
    assert HALF in drawn


def test_other_services_and_all_of_them(terminal: Terminal, nekos: SampleServer) -> None:
    for arguments in (
        ("waifu", "images"),
        ("danbooru", "search", "filetype:png", "--rating", "g", "--limit", "2"),
        ("art", "random", "--from", "waifu"),
        ("art", "search", "maid", "--from", "waifu", "--limit", "2"),
    ):
        done = terminal(*arguments, "--show")
        assert (done.code, done.err) == (0, ""), arguments
        assert HALF in done.text


def test_what_cannot_be_drawn_is_named(terminal: Terminal, cli: Cli, nekos: SampleServer) -> None:
    films = cast("list[JsonObject]", cli("danbooru", "search", "filetype:mp4").json)
    assert films
    done = terminal("danbooru", "post", str(films[0]["id"]), "--show")
    assert (done.code, HALF in done.text) == (0, False)
    assert (
        done.err
        == f"animedex: danbooru:{films[0]['id']} is a video, which cannot be shown in a terminal\n"
    )


def test_what_is_withheld_is_named(terminal: Terminal, cli: Cli, nekos: SampleServer) -> None:
    rows = cast("list[JsonObject]", cli("danbooru", "search", "--limit", "200").json)
    withheld = next(row for row in rows if "file_url" not in row)
    done = terminal("danbooru", "post", str(withheld["id"]), "--show")
    assert (done.code, HALF in done.text) == (0, False)
    assert "is withheld by the service" in done.err


def test_what_is_not_sent_does_not_stop_the_rest(
    terminal: Terminal, cli: Cli, nekos: SampleServer
) -> None:
    (row,) = cast("list[JsonObject]", cli("nekos", "image", "neko", "--no-source").json)
    rows = [row, {**row, "url": f"{nekos.url}/neko/gone.png"}, row]
    nekos.answer("/neko", body=json.dumps({"results": rows}).encode())
    done = terminal("nekos", "image", "neko", "--amount", "3", "--show")
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert "gone.png" in done.err
    assert HALF in done.text
    assert done.text.splitlines()[-1].count("[src: nekos]") == 2


def test_a_service_that_sends_something_else(terminal: Terminal, nekos: SampleServer) -> None:
    url = terminal("nekos", "image", "neko", "--jq", ".[0].url", "-r").text.strip()
    nekos.answer(url.removeprefix(nekos.url), body=b"<!DOCTYPE html><title>Sorry</title>")
    done = terminal("show", url)
    assert (done.code, done.out, done.err.count("\n")) == (7, b"", 1)


def test_nothing_found_is_nothing_drawn(terminal: Terminal, nekos: SampleServer) -> None:
    done = terminal("art", "search", "nosuchthing", "--from", "danbooru", "--show")
    assert (done.code, done.out) == (0, b"")
