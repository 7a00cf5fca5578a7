"""All tools, with their arguments and answers as JSON Schemas."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast, get_args

from animedex import backends
from animedex.models import ArtPost, Record
from animedex.record_schema import json_schema, post_schema
from animedex.render.json_output import MATCH, SOURCE

if TYPE_CHECKING:
    from animedex.http_message import JsonObject
    from animedex.tool import Tool

_SOURCE: JsonObject = {
    "type": "object",
    "description": "Where the row came from, and when.",
    "properties": {
        "backend": {"type": "string"},
        "fetched_at": {"type": "string"},
        "cached": {"type": "boolean"},
        "rate_limited": {"type": "boolean"},
    },
}
_MATCH: JsonObject = {"type": "number", "description": "How well the row answers, 0 to 1."}


def all_tools() -> dict[str, Tool[Any]]:
    """Find the tools of every service, then those across services, by name."""
    modules = [*(f"animedex.backends.{name}.tools" for name in backends.list_names())]
    modules.append("animedex.art.art_tools")
    tools: list[Tool[Any]] = [tool for one in modules for tool in import_module(one).TOOLS]
    return {tool.name: tool for tool in tools}


def input_schema(tool: Tool[Any]) -> JsonObject:
    """Describe a tool's arguments; other arguments are refused."""
    whole = json_schema(tool.arguments)
    return {key: value for key, value in whole.items() if key not in {"title", "description"}}


def output_schema(tool: Tool[Any]) -> JsonObject:
    """Describe a tool's answer, its rows with source and score."""
    return {
        "type": "object",
        "properties": {key: _schema(kind) for key, kind in tool.answer.items()},
        "required": [*tool.answer],
    }


def _schema(kind: object) -> JsonObject:
    inner = get_args(kind)
    item = inner[0] if inner else None
    if isinstance(item, type) and issubclass(item, Record | ArtPost):
        return {"type": "array", "items": _row_schema(item)}
    return json_schema(kind)


def _row_schema(kind: type[Record | ArtPost]) -> JsonObject:
    whole = post_schema(kind) if issubclass(kind, ArtPost) else json_schema(kind)
    properties = cast("JsonObject", whole["properties"])
    beside = {SOURCE: _SOURCE} if issubclass(kind, ArtPost) else {SOURCE: _SOURCE, MATCH: _MATCH}
    return {**whole, "properties": {**properties, **beside}}
