"""`animedex library path`: print where the library is stored."""

from __future__ import annotations

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_local_output


@click.command("path", cls=Command, examples=("animedex library path",))
@with_local_output
def command(session: CommandSession) -> None:
    """Print the path of the library (ANIMEDEX_DATA_DIR moves it)."""
    session.output.paths([session.library.path])
