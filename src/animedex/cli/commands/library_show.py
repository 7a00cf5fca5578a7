"""`animedex library show`: show one entry."""

from __future__ import annotations

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_local_output


@click.command(
    "show",
    cls=Command,
    examples=("animedex library show 1", "animedex library show 1 --jq .path -r"),
)
@click.argument("number", metavar="ID", help="The picture's number, from `library list`.")
@with_local_output
def command(session: CommandSession, number: str) -> None:
    """Show one entry in full."""
    from animedex.cli.entry_numbers import get_entry
    from animedex.cli.entry_output import entry_card, entry_payload

    entry = get_entry(session.library, number)
    source = session.shared.fields is not None or not session.shared.no_source
    session.output.facts(entry_payload(entry, source=source), lambda: entry_card(entry))
