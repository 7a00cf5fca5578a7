"""What agents should know about every command, gathered from the commands themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from animedex import backends
from animedex.cli.command import Command, Group, Option, loaded

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTRODUCTION = """\
# animedex for agents

Data goes to standard output, all else to standard error. In a pipe every command prints JSON;
`--jq EXPR` filters it, `--fields a,b` picks keys, `-r` prints bare strings. Each row names its
service in `_source`. Exit codes: 0 done, 2 bad arguments, 3 not found, 4 refused, 5 no budget,
6 no connection or too slow, 7 an answer that makes no sense, 1 all else. `--errors json` prints
an error as one object {reason, message, hint, backend, status}. Put options after the command.
"""


def agent_guide() -> str:
    """Write the guide: how to call, then each service with its limits and its commands."""
    return "\n".join([_INTRODUCTION, *(_service(name) for name in backends.names())])


def _service(name: str) -> str:
    group = loaded(f"animedex.backends.{name}.commands")
    assert isinstance(group, Group)
    backend = group.backend
    assert backend is not None
    context = click.Context(group, info_name=f"animedex {name}")
    lines = [f"## {backend.title}", "", backend.guidance, f"Limits: {backend.limits_note}", ""]
    for command_name in group.list_commands(context):
        command = group.get_command(context, command_name)
        if isinstance(command, Command):
            lines += list(_command(context, command_name, command))
    return "\n".join(lines) + "\n"


def _command(parent: click.Context, name: str, command: Command) -> Iterator[str]:
    """Write one command: what it does, its own options, and its examples."""
    context = click.Context(command, parent, info_name=name)
    usage = " ".join(command.collect_usage_pieces(context)).replace("[OPTIONS] ", "")
    yield f"- `{context.command_path} {usage}`: {command.get_short_help_str(limit=200)}"
    for param in command.params:
        record = None if isinstance(param, Option) else param.get_help_record(context)
        if isinstance(param, click.Option) and record:
            yield f"  - `{record[0]}`: {record[1]}"
    yield from (f"  - example: `{example}`" for example in command.examples)
