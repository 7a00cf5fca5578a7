"""`animedex library random`: show random pictures of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_local_picture_output
from animedex.cli.filter_options import count_option, with_filter_options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from animedex.http_message import JsonObject
    from animedex.library.entry import Entry
    from animedex.library.filter_sql import Filters


@click.command(
    "random",
    cls=Command,
    examples=(
        "animedex library random",
        "animedex library random --category neko --amount 3 --jq '.[].url'",
    ),
    guidance=(
        "A service's picture is printed as its row, as by the service's own command, and `_source`"
        " says `library`. A picture of your own is printed as by `library list`. --paths prints"
        " paths instead."
    ),
)
@count_option("--amount", 1, "pictures")
@click.option("--paths", is_flag=True, help="Print paths, one per line.")
@click.option("-q", "--quiet", is_flag=True, help="Print no notes.")
@with_local_picture_output
@with_filter_options
def command(
    session: CommandSession, *, filters: Filters, amount: int, paths: bool, quiet: bool
) -> None:
    """Show random pictures, each at most once."""
    from animedex.library.picture_library import pick_random

    entries = pick_random(session.library, filters, amount)
    if not entries and not quiet:
        session.note("animedex: the library has no matching picture")
    if paths:
        session.output.paths([entry.path for entry in entries])
        return
    print_service_rows(session, entries)
    if session.shared.show:
        _draw(session, entries)


def _draw(session: CommandSession, entries: list[Entry]) -> None:
    """Show the pictures in the terminal."""
    from animedex.cli.grid_renderer import draw_pictures
    from animedex.cli.picture_sources import entry_source
    from animedex.cli.streams import write_out

    if not session.output.terminal:
        session.note("animedex: --show needs a terminal, and standard output is not one")
        return
    write_out("\n")
    session.fail(draw_pictures(session, [entry_source(entry) for entry in entries]))


def print_service_rows(session: CommandSession, entries: Sequence[Entry]) -> None:
    """Print each picture as its service's row, or as an entry if it is of no service."""
    from animedex.cli.entry_output import KEYS, entry_card, entry_payload
    from animedex.library.file_credit import service_record
    from animedex.render.json_output import post_payload, row_payload

    source = session.shared.fields is not None or not session.shared.no_source

    def row(entry: Entry) -> JsonObject:
        record = service_record(entry)
        if record is None:
            return entry_payload(entry, source=source)
        if session.shared.common:
            return post_payload(record.to_common(), source=source)
        return row_payload(record, source=source, exact=True)

    session.output.findings(entries, row, entry_card, (*KEYS, *_service_fields()))


def _service_fields() -> Iterator[str]:
    """Yield the fields of art posts, and of the rows of every service."""
    from animedex import backends
    from animedex.backends.provider import find_provider
    from animedex.models import ArtPost

    yield from ArtPost.__struct_fields__
    for name in backends.list_names():
        yield from find_provider(name).record.__struct_encode_fields__
