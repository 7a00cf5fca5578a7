"""`animedex library show`: all that is known of one picture."""

from __future__ import annotations

import click

from animedex.cli.command import Command
from animedex.cli.command_context import Session, keeping


@click.command(
    "show",
    cls=Command,
    examples=("animedex library show 1", "animedex library show 1 --jq .path -r"),
)
@click.argument("number", metavar="ID", help="The picture's number, as `library list` has it.")
@keeping
def command(session: Session, number: str) -> None:
    """Show all that the library knows of one picture."""
    from animedex.cli.entry_numbers import entry_of
    from animedex.cli.entry_output import entry_card, told

    entry = entry_of(session.library, number)
    source = session.shared.fields is not None or not session.shared.no_source
    session.output.facts(told(entry, source=source), lambda: entry_card(entry))
