"""`animedex library export`: write all entries as JSON lines or CSV."""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_errors
from animedex.cli.filter_options import with_filter_options
from animedex.render.safe_text import escape_control_characters, escape_json

if TYPE_CHECKING:
    from animedex.library.filter_sql import Filters
    from animedex.library.import_export import Kind

_BATCH = 200


@click.command(
    "export",
    cls=Command,
    examples=(
        "animedex library export > library.jsonl",
        "animedex library export --format csv --source nekos > nekos.csv",
    ),
    guidance=(
        "jsonl has everything: `library import` restores the same library. csv is for people: it"
        " has no rows of services, and a list of names is one cell, separated by `; `."
    ),
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    help="JSON lines or CSV (default: jsonl).",
)
@with_errors
@with_filter_options
def command(session: CommandSession, *, filters: Filters, kind: Kind) -> None:
    """Write your library to standard output, oldest entries first.

    In CSV, an apostrophe keeps cells from running as formulas.
    """
    from animedex.cli.streams import is_terminal, write_bytes, write_out
    from animedex.library.import_export import export_entries

    lines = export_entries(session.library, kind, filters)
    if is_terminal(sys.stdout):
        for line in lines:
            write_out(_printable_line(line, kind))
        return
    while batch := b"".join(islice(lines, _BATCH)):
        write_bytes(batch)


def _printable_line(line: bytes, kind: Kind) -> str:
    """Return a line with control characters escaped; JSON keeps its meaning."""
    text = line.decode(errors="replace")
    return (
        escape_json(text)
        if kind == "jsonl"
        else escape_control_characters(text.removesuffix("\n")) + "\n"
    )
