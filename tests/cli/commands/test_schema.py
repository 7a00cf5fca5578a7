"""`animedex schema`: the shape of every record, and the published one of all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from animedex.backends.nekos.models import NekosImage
from animedex.models import ArtPost
from animedex.record_schema import json_schema, post_schema

if TYPE_CHECKING:
    from animedex.http_message import JsonObject
    from tests.kit.command_line import Cli
    from tests.kit.terminal import Terminal

PUBLISHED = Path(__file__).parents[3] / "docs" / "art-post.schema.json"


def test_every_record_is_listed(cli: Cli) -> None:
    names = cli("schema").text.splitlines()
    assert names == sorted(names)
    assert {"art-post", "nekos-image", "nekos-category-format"} <= set(names)
    assert {"danbooru-post", "danbooru-wiki-page", "waifu-image", "waifu-artist"} <= set(names)
    assert not {"record", "picture-record"} & set(names)


def test_every_listed_record_has_a_schema(cli: Cli) -> None:
    for name in cli("schema").text.splitlines():
        schema = cast("JsonObject", cli("schema", name).json)
        assert (schema["type"], "$ref" in json.dumps(schema)) == ("object", False)


@pytest.mark.parametrize("name", ["nekos-image", "NekosImage"])
def test_a_schema_is_that_of_the_record(name: str, cli: Cli) -> None:
    assert cli("schema", name).json == json_schema(NekosImage)


def test_a_schema_can_be_filtered(cli: Cli) -> None:
    assert cli("schema", "art-post", "--jq", ".required").json == ["id", "rating"]
    assert cli("schema", "art-post", "--fields", "required").json == {"required": ["id", "rating"]}


def test_a_terminal_shows_json_too(terminal: Terminal) -> None:
    screen = terminal("schema", "art-post")
    assert (screen.code, json.loads(screen.text)) == (0, post_schema(ArtPost))


def test_the_published_schema_is_true(cli: Cli) -> None:
    hint = "write it with `animedex schema art-post > docs/art-post.schema.json`"
    assert PUBLISHED.read_text("utf-8") == cli("schema", "art-post").text, hint


@pytest.mark.parametrize(
    ("name", "said"),
    [("art-pots", "did you mean art-post?"), ("qqq", "`animedex schema` lists all")],
)
def test_an_unknown_record_is_refused(name: str, said: str, cli: Cli) -> None:
    outcome = cli("schema", name)
    assert (outcome.code, outcome.out, said in outcome.err) == (2, b"", True)
