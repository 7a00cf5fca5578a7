"""`animedex art search`: search all services at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_picture_output
from animedex.cli.commands.art import from_option, use_short_timeout
from animedex.cli.streams import write_note

if TYPE_CHECKING:
    from animedex.art.search import SearchResult


@click.command(
    "search",
    cls=Command,
    examples=(
        "animedex art search frieren",
        "animedex art search bocchi the rock --from nekos,danbooru --limit 6",
        "animedex art search maid --common --jq '.[] | {id, url, artists}'",
    ),
    guidance=(
        "Rows differ by service; --common prints all of them in one shape. Pictures are general"
        " unless you set another rating. If a service fails, standard error names it and the"
        " others' rows are printed; with --strict the command fails."
    ),
)
@click.argument("words", nargs=-1, required=True, help="Words to search for.")
@from_option
@click.option(
    "--rating",
    default="g",
    metavar="g|s|q|e",
    help="Only this rating (default: g).",
)
@click.option(
    "--limit",
    type=int,
    default=20,
    metavar="1..100",
    help="Number of results (default: 20).",
)
@click.option("--strict", is_flag=True, help="Fail if any service fails.")
@with_picture_output
def command(  # noqa: PLR0913  each is an option of the command
    session: CommandSession,
    words: tuple[str, ...],
    *,
    services: list[str] | None,
    rating: str,
    limit: int,
    strict: bool,
) -> None:
    """Search all services at once.

    Each service has 10 seconds, unless you set --timeout.
    """
    from animedex.art.providers import check_services, merge_failures
    from animedex.art.search import search
    from animedex.backends.provider import find_provider

    use_short_timeout(session)
    names, query = check_services(services), " ".join(words)
    result = search(session.client, query, names, rating=rating, limit=limit)
    if strict and result.failures:
        raise merge_failures(result.failures)
    _report_failures(session, result, query)
    session.output.pictures(result.rows, [find_provider(name).record for name in names])


def _report_failures(session: CommandSession, result: SearchResult, words: str) -> None:
    """Report whose rows are missing, and why; and where there are none at all."""
    if result.left_out:
        names = ", ".join(result.left_out)
        session.note(f"animedex: skipped, because they have no pictures with that rating: {names}")
    if result.failures and session.shared.errors == "json":
        # Who reads errors as JSON is to know of these as well: they are one object, as ever.
        import msgspec

        from animedex.art.providers import merge_failures

        payload = merge_failures(result.failures).to_payload("command line")
        write_note(msgspec.json.encode(payload).decode())
    for name, error in result.failures.items():
        session.note(f"animedex: {name} is missing: {error}")
    if not result.rows:
        session.note(f"animedex: nothing matches {words!r}")
