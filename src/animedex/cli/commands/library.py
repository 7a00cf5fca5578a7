"""`animedex library`: the pictures that you keep, one module per command."""

from __future__ import annotations

import click

from animedex.cli.command import SubcommandGroup


@click.group("library", cls=SubcommandGroup, module=__name__)
def command() -> None:
    """Manage your picture library: search, find duplicates, verify."""
