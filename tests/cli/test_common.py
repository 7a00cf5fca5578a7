"""`--common`: rows in the shape that all services share."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from animedex.models import ArtPost

if TYPE_CHECKING:
    from animedex.http_message import JsonObject
    from animedex.testing import SampleServer
    from tests.kit.command_line import Cli
    from tests.kit.terminal import Terminal

KEYS = [name for name in ArtPost.__struct_fields__ if name != "source_tag"]


def test_a_picture_command_gives_art_posts(cli: Cli, service: SampleServer) -> None:
    (post,) = cast("list[JsonObject]", cli("nekos", "image", "neko", "--common").json)
    assert list(post) == [*KEYS, "_source"]
    assert (post["id"], post["rating"]) == ("nekos:11111111-0001-4c1e-9d51-5a3d8a1c0001.png", "g")
    assert post["artists"] == ["青葉ミオ"]
    assert (post["md5"], post["preview_url"], post["characters"]) == (None, None, [])


def test_the_source_can_be_left_out(cli: Cli, service: SampleServer) -> None:
    (post,) = cast(
        "list[JsonObject]", cli("nekos", "search", "mio", "--common", "--no-source").json
    )[:1]
    assert list(post) == KEYS


def test_fields_are_those_of_the_shape(cli: Cli, service: SampleServer) -> None:
    asked = ("nekos", "image", "neko", "--common", "--fields")
    (post,) = cast("list[JsonObject]", cli(*asked, "artists,md5", "--no-source").json)
    assert post == {"artists": ["青葉ミオ"], "md5": None}
    wrong = cli(*asked, "artist_name")
    assert (wrong.code, wrong.out) == (2, b"")
    assert cli(*asked, "source_tag").code == 2


@pytest.mark.parametrize("columns", [80, 200])
def test_a_terminal_shows_a_card(terminal: Terminal, service: SampleServer, columns: int) -> None:
    plain = {"NO_COLOR": "1", "TERM": "dumb"}
    screen = terminal("nekos", "image", "neko", "--common", columns=columns, environment=plain)
    first, *lines = screen.text.splitlines()
    assert (screen.code, lines[0].split()) == (0, ["artist", "青葉ミオ"])
    assert first.split() == ["nekos:11111111-0001-4c1e-9d51-5a3d8a1c0001.png", "[src:", "nekos]"]
    assert len(first) <= columns


def test_what_is_no_picture_has_no_such_option(cli: Cli, service: SampleServer) -> None:
    assert cli("nekos", "categories", "--common").code == 2
