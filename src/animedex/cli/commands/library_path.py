"""`animedex library path`: where the library is."""

from __future__ import annotations

import click

from animedex.cli.command import Command
from animedex.cli.command_context import Session, keeping


@click.command("path", cls=Command, examples=("animedex library path",))
@keeping
def command(session: Session) -> None:
    """Print where the library's file is; ANIMEDEX_DATA_DIR names another folder for it."""
    session.output.paths([session.library.path])
