"""The guide for agents as one JSON object: every command and every tool with a JSON Schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import click

from animedex.cli.guide import INTRODUCTION, other_commands, services

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from animedex.cli.guide import GuideEntry
    from animedex.http_message import JsonObject, JsonValue

_RANGE = re.compile(r"([0-9]+)\.\.([0-9]+)")
_CHOICE = re.compile(r"\[?([a-z_]+(?:\|[a-z_]+)+)\]?")
# What a person does once or by hand: that it is there is enough to know for an agent.
_BY_HAND = re.compile(
    "(?:api|auth|cache|completion|config|mcp|schema|serve|show)(?: .*)?"
    "|library (?:add|dupes|export|import|path|remove|verify)"
)
# An option alone takes no more room than the way to it.
_WORTH_A_PLACE = 2
_KINDS = {"integer": "integer", "float": "number", "boolean": "boolean"}


def guide_payload() -> JsonObject:
    """Return the guide as an object: how to call, services with their limits, all commands.

    What `animedex mcp` serves is named; it describes its tools itself.

    Commands of a group whose options are alike are told together, an option that several commands
    have is described once, and what sets up this machine is left to its help.
    """
    from animedex.mcp.tool_registry import all_tools

    service_entries, others = list(services()), list(other_commands())
    commands = _describe_command([*(one for _, one in service_entries), *others])
    shared = _share_options(commands)
    return {
        "about": " ".join(INTRODUCTION.split()),
        "services": {
            backend.name: {"guidance": backend.guidance, "limits": backend.limits_note}
            for backend, _ in service_entries
        },
        "commands": commands,
        "$defs": shared,
        "tools": {name: tool.title for name, tool in all_tools().items()},
    }


def _describe_command(groups: Iterable[list[GuideEntry]]) -> JsonObject:
    payload: dict[str, JsonValue] = {}
    for commands in groups:
        alike: dict[str, list[GuideEntry]] = {}
        for entry in commands:
            alike.setdefault(repr(input_schema(entry)) + _kind(entry), []).append(entry)
        for same in alike.values():
            name = "; ".join(entry.path.removeprefix("animedex ") for entry in same)
            schema = {} if _BY_HAND.fullmatch(name) else input_schema(same[0])
            payload[name] = {"does": _summary(same), **({"input": schema} if schema else {})}
    return payload


def _share_options(commands: JsonObject) -> JsonObject:
    """Move options that the same commands share to one place, and refer to it."""
    inputs = {
        name: cast("JsonObject", cast("JsonObject", one)["input"])
        for name, one in commands.items()
        if "input" in cast("JsonObject", one)
    }
    shared: JsonObject = {}
    for number, (names, options) in enumerate(_option_groups(inputs).items(), 1):
        # As a part of a reference it must not hold what a URL may not.
        title = f"{names[0].partition(' ')[0]}-{number}"
        shared[title] = {"properties": dict(options)}
        for schema in map(inputs.__getitem__, names):
            own = cast("JsonObject", schema["properties"])
            schema["properties"] = {k: v for k, v in own.items() if k not in dict(options)}
            leads = cast("list[JsonValue]", schema.setdefault("allOf", []))
            leads.append({"$ref": f"#/$defs/{title}"})
    return shared


def _option_groups(
    inputs: Mapping[str, JsonObject],
) -> Mapping[tuple[str, ...], list[tuple[str, JsonValue]]]:
    """Group the options that several commands share, by the commands."""
    places: dict[str, list[str]] = {}
    options: dict[str, tuple[str, JsonValue]] = {}
    for command, schema in inputs.items():
        for name, option in cast("JsonObject", schema["properties"]).items():
            places.setdefault(repr((name, option)), []).append(command)
            options[repr((name, option))] = name, option
    bundles: dict[tuple[str, ...], list[tuple[str, JsonValue]]] = {}
    for key, names in places.items():
        if len(names) > 1:
            bundles.setdefault(tuple(names), []).append(options[key])
    return {names: some for names, some in bundles.items() if len(some) >= _WORTH_A_PLACE}


def _summary(same: list[GuideEntry]) -> str:
    summary, backend = same[0].summary, same[0].command.backend
    if len(same) == 1 or backend is None:
        return summary
    return summary.replace(backend.title, "the service")


def _kind(entry: GuideEntry) -> str:
    """Return a key that separates commands with the same arguments and other effects."""
    backend = entry.command.backend
    return entry.summary.replace(backend.title, "") if backend else entry.summary


def input_schema(entry: GuideEntry) -> JsonObject:
    """Describe a command's arguments and its own options, named as they are written."""
    properties: dict[str, JsonValue] = {}
    needed: list[JsonValue] = []
    for param in entry.command.params:
        if isinstance(param, click.Argument):
            name = param.human_readable_name
            properties[name] = _schema(param, param.metavar or "", str(getattr(param, "help", "")))
            if param.required:
                needed.append(name)
    for option, _, _ in entry.options():
        name = max(option.opts, key=len)
        properties[name] = _schema(option, option.metavar or "", option.help or "")
    required: JsonObject = {"required": needed} if needed else {}
    return {"properties": properties, **required} if properties else {}


def _schema(param: click.Parameter, metavar: str, help_text: str) -> JsonObject:
    schema: JsonObject = {"description": help_text.rstrip(".")} if help_text else {}
    one = _value(param, metavar)
    if param.nargs == -1 or getattr(param, "multiple", False):
        return {"type": "array", "items": one, **schema}
    return {**one, **schema}


def _value(param: click.Parameter, metavar: str) -> JsonObject:
    """Describe one value, by its type and its metavar."""
    choice, bounds = _CHOICE.fullmatch(metavar), _RANGE.fullmatch(metavar)
    if isinstance(param.type, click.Choice):
        choices = cast("Iterable[str]", param.type.choices)
        return {"enum": [str(one) for one in choices]}
    if choice:
        return {"enum": [*choice[1].split("|")]}
    kind: JsonObject = {"type": _KINDS.get(param.type.name.partition(" ")[0], "string")}
    if bounds and kind["type"] != "string":
        return {**kind, "minimum": int(bounds[1]), "maximum": int(bounds[2])}
    return kind
