"""`animedex library search`: search the library by words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_local_output
from animedex.cli.filter_options import count_option, with_filter_options

if TYPE_CHECKING:
    from animedex.library.filter_sql import Filters


@click.command(
    "search",
    cls=Command,
    examples=(
        "animedex library search frieren",
        "animedex library search bocchi the rok --animated",
        "animedex library search miku --added '>2026-01-01' --larger-than 2mp --jq '.[].path'",
    ),
    guidance=(
        "All words must match a picture's artists, characters, shows, tags, category or file name."
        " The beginning of a word matches, and so does a word with a typo if nothing matches"
        " exactly. `[]` means no results. `_match`, from 0 to 1, says how well a row matches."
    ),
)
@click.argument("words", nargs=-1, required=True, help="Words to search for.")
@count_option("--limit", 50, "results")
@with_local_output
@with_filter_options
def command(
    session: CommandSession, words: tuple[str, ...], *, filters: Filters, limit: int
) -> None:
    """Search your pictures by words, best match first."""
    from animedex.cli.entry_output import print_entries

    query = " ".join(words)
    hits = session.library.search(query, filters, limit)
    if not hits:
        session.note(f"animedex: nothing matches {query!r}")
    print_entries(session, ((hit.entry, {"_match": round(hit.score, 4)}) for hit in hits))
