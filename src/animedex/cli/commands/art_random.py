"""`animedex art random`: pictures from the first service that gives any."""

from __future__ import annotations

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_picture_output
from animedex.cli.commands.art import from_option, use_short_timeout


@click.command(
    "random",
    cls=Command,
    examples=(
        "animedex art random",
        "animedex art random --category neko --from nekos,waifu --amount 3",
        "animedex art random --common --jq '.[0].url' -r",
    ),
    guidance=(
        "All pictures come from the first service that has some; -v prints which services failed"
        " before. A category is a category of nekos.best, or a tag of the other services."
    ),
)
@from_option
@click.option("--category", help="From this category or tag.")
@click.option(
    "--amount",
    type=int,
    default=1,
    metavar="1..20",
    help="Maximum number of pictures (default: 1).",
)
@with_picture_output
def command(
    session: CommandSession, *, services: list[str] | None, category: str | None, amount: int
) -> None:
    """Show random pictures from the first service that has some.

    Each service has ten seconds (--timeout changes that).
    """
    from animedex.art.providers import check_services
    from animedex.art.random import random_pictures
    from animedex.backends.provider import find_provider

    use_short_timeout(session)
    names = check_services(services)
    result = random_pictures(session.client, names, category=category, amount=amount)
    if session.shared.verbose:
        for name, error in result.failures.items():
            session.note(f"animedex: {name} was skipped: {error.message}")
    session.output.pictures(result.rows, [find_provider(name).record for name in names])
