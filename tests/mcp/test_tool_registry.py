"""Declarations: few tools, each with schemas that a client can check."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import msgspec
import pytest

from animedex import backends
from animedex.mcp.tool_registry import all_tools, input_schema, output_schema

if TYPE_CHECKING:
    from animedex.http_message import JsonObject

TOOLS = all_tools()
WANTED = {
    *("nekos_categories", "nekos_image", "nekos_search"),
    *("danbooru_search", "danbooru_post", "danbooru_tags"),
    *("waifu_images", "waifu_tags"),
    *("art_search", "art_identify", "art_random"),
}


def test_there_are_a_dozen_at_most() -> None:
    assert set(TOOLS) == WANTED
    assert len(TOOLS) <= 12


def test_a_tool_is_named_after_its_service() -> None:
    services = {name.partition("_")[0] for name in TOOLS}
    assert services == {*backends.list_names(), "art"}


@pytest.mark.parametrize("name", sorted(WANTED))
def test_the_schemas_are_valid_and_closed(name: str) -> None:
    given, answered = input_schema(TOOLS[name]), output_schema(TOOLS[name])
    for schema in (given, answered):
        # It has no types of its own.
        import_module("jsonschema").Draft202012Validator.check_schema(schema)
        assert "$ref" not in msgspec.json.encode(schema).decode()
        assert schema["type"] == "object"
    assert given["additionalProperties"] is False
    assert answered["required"] == list(TOOLS[name].answer)


@pytest.mark.parametrize("name", sorted(WANTED))
def test_a_title_and_a_few_words_of_guidance(name: str) -> None:
    tool = TOOLS[name]
    assert tool.title[0].isupper()
    assert 20 < len(tool.guidance) < 500
    # A model is told of all tools at once.
    assert len(msgspec.json.encode(input_schema(tool))) < 2500


@pytest.mark.parametrize("name", ["danbooru_search", "art_search"])
def test_general_pictures_are_the_default(name: str) -> None:
    known = cast("dict[str, Any]", input_schema(TOOLS[name])["properties"])
    assert known["rating"]["default"] == "g"


def test_rows_tell_their_source() -> None:
    whole: JsonObject = output_schema(TOOLS["nekos_image"])
    rows = cast("dict[str, Any]", whole["properties"])["rows"]
    assert {"url", "_source", "_match"} <= set(rows["items"]["properties"])
