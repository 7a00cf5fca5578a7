"""Arguments of tools, checked; an error names valid ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from animedex.errors import BadArguments, suggest_name
from animedex.mcp.tool_registry import input_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.tool import Arguments, Tool

A = TypeVar("A", bound="Arguments")

_PATH = re.compile(r" - at `\$\.?(.*)`$", re.DOTALL)
_MAX_TEXT = 200


def choose_tool(name: str, tools: Mapping[str, Tool[Any]]) -> Tool[Any]:
    """Return the tool of a name; raise `BadArguments` with the nearest one for another."""
    if name in tools:
        return tools[name]
    message = f"there is no tool {name!r:.80}"
    raise BadArguments(message, hint=suggest_name(name, tools, f"there are {', '.join(tools)}"))


def parse_arguments(tool: Tool[A], arguments: Mapping[str, object]) -> A:
    """Read a tool's arguments; raise `BadArguments` with the path of what is wrong."""
    try:
        return msgspec.convert(arguments, tool.arguments)
    except msgspec.ValidationError as error:
        raise _argument_error(tool, arguments, str(error)) from None


def _argument_error(tool: Tool[Any], arguments: Mapping[str, object], problem: str) -> BadArguments:
    """Return what is wrong, and what is right: the schema of the argument, or the near name."""
    properties = cast("dict[str, object]", input_schema(tool)["properties"])
    for name in arguments:
        if name not in properties:
            message = f"{tool.name} has no argument {name!r:.80}"
            otherwise = (
                f"there are {', '.join(properties)}" if properties else "it takes no arguments"
            )
            return BadArguments(message, hint=suggest_name(name, properties, otherwise))
    path = _PATH.search(problem)
    name = path[1].partition("[")[0] if path else ""
    detail = _PATH.sub("", problem)
    message = f"{name or tool.name}: {detail[:1].lower()}{detail[1:_MAX_TEXT]}"
    right = properties.get(name, properties)
    return BadArguments(message, hint=f"it is {msgspec.json.encode(right).decode()}")
