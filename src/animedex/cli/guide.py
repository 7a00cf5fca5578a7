"""What agents should know about every command, gathered from the commands themselves."""

from __future__ import annotations

from pkgutil import iter_modules
from typing import TYPE_CHECKING

import click

from animedex import backends
from animedex.cli import verbs
from animedex.cli.command import Command, Group, Option, loaded

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTRODUCTION = """\
# animedex for agents

Data goes to standard output, all else to standard error. In a pipe rows are JSON, and lists of
names are one per line; `--jq EXPR` filters, `--fields a,b` picks keys, `-r` prints bare strings.
Each row names its service in `_source`. Exit codes: 0 done, 2 bad arguments, 3 not found,
4 refused, 5 no budget, 6 no connection or too slow, 7 an answer that makes no sense, 1 all else.
`--errors json` prints an error as one object {reason, message, hint, backend, status}. Put options
after the command.
"""


def agent_guide() -> str:
    """Write the guide: how to call, then each service with its limits, then all commands."""
    return "\n".join([_INTRODUCTION, *(_service(name) for name in backends.names()), _verbs()])


def _service(name: str) -> str:
    group = loaded(f"animedex.backends.{name}.commands")
    assert isinstance(group, Group)
    backend = group.backend
    assert backend is not None
    lines = [f"## {backend.title}", "", backend.guidance, f"Limits: {backend.limits_note}", ""]
    return "\n".join([*lines, *_commands(name, group)]) + "\n"


def _verbs() -> str:
    lines = ["## Commands of no service", ""]
    for name in sorted(module.name for module in iter_modules(verbs.__path__)):
        lines += _commands(name, loaded(f"animedex.cli.verbs.{name}"))
    return "\n".join(lines) + "\n"


def _commands(name: str, command: click.Command) -> Iterator[str]:
    """Write a command, or every command of a group."""
    context = click.Context(command, info_name=f"animedex {name}")
    if isinstance(command, Command):
        yield from _command(context, command)
    if isinstance(command, click.Group):
        for inner_name in command.list_commands(context):
            inner = command.get_command(context, inner_name)
            if isinstance(inner, Command):
                yield from _command(click.Context(inner, context, info_name=inner_name), inner)


def _command(context: click.Context, command: Command) -> Iterator[str]:
    """Write one command: what it does, its own options, and its examples."""
    usage = command.collect_usage_pieces(context)[1:]
    yield f"- `{' '.join([context.command_path, *usage])}`: {command.get_short_help_str(limit=200)}"
    for param in command.params:
        record = None if isinstance(param, Option) else param.get_help_record(context)
        if isinstance(param, click.Option) and record:
            yield f"  - `{record[0]}`: {record[1]}"
    yield from (f"  - example: `{example}`" for example in command.examples)
