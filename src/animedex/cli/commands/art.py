"""`animedex art`: pictures of several services, one module per command."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

from animedex.cli.command import SubcommandGroup
from animedex.config.config_file import Config

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.cli.command_context import CommandSession

F = TypeVar("F", bound="Callable[..., None]")

# One slow service is not to hold up the others for as long as a single one may take.
PATIENCE = "10"


@click.group("art", cls=SubcommandGroup, module=__name__)
def command() -> None:
    """Search, compare and identify pictures across services."""


def from_option(decorated: F) -> F:
    """Add the option for the services to use, and their order."""
    add = click.option(
        "--from",
        "services",
        metavar="SERVICES",
        callback=_split,
        help="Services to ask, comma-separated, in order (default: all).",
    )
    return add(decorated)


def use_short_timeout(session: CommandSession) -> None:
    """Limit each service to ten seconds, unless the user has set a time limit."""
    if session.shared.timeout is None and Config().get("timeout").source == "default":
        session.shared = session.shared._replace(timeout=PATIENCE)


def _split(ctx: click.Context, param: click.Parameter, value: str | None) -> list[str] | None:
    del ctx, param
    if value is None:
        return None
    return [name for part in value.split(",") if (name := part.strip().lower())]
