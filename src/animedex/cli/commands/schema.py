"""`animedex schema`: the JSON Schema of records."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

import click

from animedex import backends
from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_output
from animedex.errors import BadArguments, suggest_name

if TYPE_CHECKING:
    from animedex.http_message import JsonObject
    from animedex.models import Record

POST = "art-post"
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@click.command(
    "schema",
    cls=Command,
    examples=(
        "animedex schema",
        "animedex schema art-post",
        "animedex schema nekos-image --jq '.properties | keys'",
    ),
)
@click.argument("name", required=False, help="A record; without one, all are listed.")
@with_output
def command(session: CommandSession, name: str | None) -> None:
    """Print the JSON Schema of a record."""
    kinds = records()
    if name is None:
        session.output.names(sorted([POST, *kinds]))
        return
    schema = _schema(name, kinds)
    # A schema is read by programs, and pasted from terminals.
    show = session.output.json if session.output.mode == "text" else session.output.facts
    show(schema)


def records() -> dict[str, type[Record]]:
    """Return the records of all services, by their class names in lower case with hyphens."""
    from animedex.models import PictureRecord, Record

    modules = [import_module(f"animedex.backends.{name}.models") for name in backends.list_names()]
    return {
        kebab(kind.__name__): kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, Record)
        and kind not in {Record, PictureRecord}
    }


def kebab(name: str) -> str:
    """Write a class's name in lower case with hyphens.

    >>> kebab("NekosCategoryFormat")
    'nekos-category-format'
    """
    return _CAPITAL.sub("-", name).lower()


def _schema(name: str, kinds: dict[str, type[Record]]) -> JsonObject:
    from animedex.models import ArtPost
    from animedex.record_schema import json_schema, post_schema

    kind_name = kebab(name)
    if kind_name == POST:
        return post_schema(ArtPost)
    if kind_name in kinds:
        return json_schema(kinds[kind_name])
    hint = suggest_name(kind_name, [POST, *kinds], "`animedex schema` lists all")
    message = f"there is no record {name!r:.80}"
    raise BadArguments(message, hint=hint)
