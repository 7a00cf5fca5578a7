"""The guide for agents, generated from the commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import click

from animedex import backends
from animedex.cli.command import Command, Group, Option, load_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.backend import Backend

INTRODUCTION = """\
Data is on standard output, everything else on standard error. In a pipe, rows are JSON, and lists
of names are one per line; `--jq EXPR` filters, `--fields a,b` selects keys, `-r` prints strings
without quotes. Each row names its service in `_source`. Exit codes: 0 success, 2 bad arguments,
3 not found, 4 refused, 5 rate limit, 6 no connection or timeout, 7 unreadable response, 1 other
errors. `--errors json` prints an error as one object {reason, message, hint, backend, status}. Put
options after the command; see its `--help` for details. `animedex mcp` offers tools instead.
"""
_NAME = re.compile(r"--[a-z-]+")


class GuideEntry(NamedTuple):
    """One command with the context that it is written in."""

    context: click.Context
    command: Command

    @property
    def path(self) -> str:
        """Return the words of the command."""
        return self.context.command_path

    @property
    def summary(self) -> str:
        """Return a summary in one sentence."""
        return self.command.get_short_help_str(limit=200)

    def options(self) -> Iterator[tuple[click.Option, str, str]]:
        """Return the command's own options, each with its spelling and meaning.

        What is opened in a browser is for people.
        """
        for param in self.command.params:
            own = isinstance(param, click.Option) and not isinstance(param, Option)
            own = own and "--open" not in param.opts
            record = param.get_help_record(self.context) if own else None
            if isinstance(param, click.Option) and record:
                yield param, *record


def services() -> Iterator[tuple[Backend, list[GuideEntry]]]:
    """Return each service with its commands."""
    for name in backends.list_names():
        group = load_command(f"animedex.backends.{name}.commands")
        assert isinstance(group, Group)
        assert group.backend is not None
        yield group.backend, list(_commands(name, group))


def other_commands() -> Iterator[list[GuideEntry]]:
    """Return the other commands, those of a group together."""
    from animedex.cli.root import COMMANDS

    for name in COMMANDS:
        yield list(_commands(name, load_command(f"animedex.cli.commands.{name}")))


def agent_guide() -> str:
    """Write the guide: how to call, each service with its limits, all commands."""
    lines = ["# animedex for agents", "", INTRODUCTION]
    for backend, commands in services():
        lines += [f"## {backend.title}", "", backend.guidance]
        lines += [f"Limits: {backend.limits_note}", "", *_format_commands(commands), ""]
    lines += ["## Other commands", ""]
    for commands in other_commands():
        lines += _format_commands(commands)
    return "\n".join(lines) + "\n"


def _format_commands(commands: list[GuideEntry]) -> Iterator[str]:
    """Format related commands; the meaning of an option is printed once."""
    written_before: set[tuple[str, str]] = set()
    for entry in commands:
        usage = entry.command.collect_usage_pieces(entry.context)[1:]
        yield f"- `{' '.join([entry.path, *usage])}`: {entry.summary}"
        options = [(written, meaning) for _, written, meaning in entry.options()]
        yield from (f"  - `{one[0]}`: {one[1]}" for one in options if one not in written_before)
        again = " ".join(
            _NAME.findall(" ".join(one[0] for one in options if one in written_before))
        )
        if again:
            yield f"  - also `{again}`"
        written_before.update(options)
        telling = [one for one in entry.command.examples if one != entry.path]
        yield from (f"  - example: `{one}`" for one in telling[:1])


def _commands(name: str, command: click.Command) -> Iterator[GuideEntry]:
    """Return a command, or every command of a group."""
    context = click.Context(command, info_name=f"animedex {name}")
    if isinstance(command, Command):
        yield GuideEntry(context, command)
    if isinstance(command, click.Group):
        for inner_name in command.list_commands(context):
            inner = command.get_command(context, inner_name)
            if isinstance(inner, Command):
                yield GuideEntry(click.Context(inner, context, info_name=inner_name), inner)
