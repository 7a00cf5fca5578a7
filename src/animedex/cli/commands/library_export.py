"""`animedex library export`: all that is known, as lines of text."""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_seen_store
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
        "jsonl has everything, and `library import` gives the same library again. csv is for"
        " people: it has no rows of services, and lists of names are one cell with `; ` between."
    ),
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    help="JSON lines or CSV (default: jsonl).",
)
@with_seen_store
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
    """Return a line for a terminal, without what could steer it; JSON still says the same."""
    text = line.decode(errors="replace")
    return (
        escape_json(text)
        if kind == "jsonl"
        else escape_control_characters(text.removesuffix("\n")) + "\n"
    )
