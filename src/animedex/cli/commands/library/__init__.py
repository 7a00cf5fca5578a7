"""`animedex library`: the pictures that you keep, one module per command."""

from __future__ import annotations

import click

from animedex.cli.command import Folder


@click.group("library", cls=Folder, package=__name__)
def command() -> None:
    """Keep, search, compare and check the pictures that you have."""
