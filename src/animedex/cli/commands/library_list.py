"""`animedex library list`: list entries, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_local_output
from animedex.cli.filter_options import count_option, folders_argument, with_filter_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.library.entry import Entry
    from animedex.library.filter_sql import Filters
    from animedex.library.picture_library import Library

_PAGE = 500


@click.command(
    "list",
    cls=Command,
    examples=(
        "animedex library list",
        "animedex library list --source nekos --category hug --limit 5",
        "animedex library list --all --jq '.[].path' -r",
    ),
    guidance=(
        "`post` is the picture in the shape that all services share, and `row` the service's own"
        " row; both are null for pictures of your own. `there` says whether the file exists."
    ),
)
@count_option("--limit", 50, "entries")
@click.option("--all", "whole", is_flag=True, help="List all entries.")
@folders_argument
@with_local_output
@with_filter_options
def command(session: CommandSession, *, filters: Filters, limit: int, whole: bool) -> None:
    """List your pictures, newest first."""
    from animedex.cli.entry_output import pair_with_nothing, print_entries

    library = session.library
    print_entries(session, pair_with_nothing(_newest(library, filters, None if whole else limit)))
    count = library.count(filters)
    if not count:
        session.note("animedex: the library has no matching picture")
    elif not whole and count > limit:
        session.note(f"animedex: the newest {limit} of {count}; use --limit or --all for more")


def _newest(library: Library, filters: Filters, limit: int | None) -> Iterator[Entry]:
    """Return entries, a page at a time."""
    before: int | None = None
    left = limit
    while left is None or left > 0:
        page = library.entries(filters, before=before, limit=min(_PAGE, left or _PAGE))
        yield from page
        if len(page) < _PAGE:
            return
        before = page[-1].id
        left = None if left is None else left - len(page)
