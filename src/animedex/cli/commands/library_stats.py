"""`animedex library stats`: count pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_local_output
from animedex.cli.filter_options import count_option, with_filter_options

if TYPE_CHECKING:
    from animedex.http_message import JsonObject
    from animedex.library.filter_sql import Filters
    from animedex.library.stats import Stats

_COUNTED = ("sources", "ratings", "categories", "formats", "artists", "shows", "months")


@click.command(
    "stats",
    cls=Command,
    examples=(
        "animedex library stats",
        "animedex library stats --source nekos --jq .artists",
    ),
    guidance="Each count is an object of names and numbers of pictures.",
)
@count_option("--most", 20, "artists, shows and categories")
@with_local_output
@with_filter_options
def command(session: CommandSession, *, filters: Filters, most: int) -> None:
    """Count your pictures by service, artist, show and month."""
    from animedex.library.stats import collect_stats

    counted = collect_stats(session.library, filters, most)
    if session.output.mode == "text":
        _print_bars(session, counted)
    else:
        session.output.facts(cast("JsonObject", counted._asdict()))


def _print_bars(session: CommandSession, counted: Stats) -> None:
    from animedex.cli.entry_output import format_bytes
    from animedex.cli.streams import write_out
    from animedex.plurals import format_count
    from animedex.render.text_output import format_bars

    look = session.output.look()
    write_out(f"{format_count(counted.pictures, 'picture')}, {format_bytes(counted.bytes)}\n")
    for name in _COUNTED:
        numbers: dict[str, int] = getattr(counted, name)
        if numbers:
            write_out("\n" + format_bars(name, numbers, look))
