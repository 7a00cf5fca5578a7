"""`animedex cache`: show and clear cached responses and the record of seen pictures."""

from __future__ import annotations

import click

from animedex.cli.command import Command, Group
from animedex.cli.command_context import CommandSession, with_output
from animedex.database import retry_while_locked
from animedex.plurals import format_count


@click.group("cache", cls=Group)
def command() -> None:
    """Show or clear cached responses and the record of seen pictures."""


@command.command(cls=Command, examples=("animedex cache info", "animedex cache info --jq .bytes"))
@with_output
def info(session: CommandSession) -> None:
    """Show the cache's path, entries and size."""
    client = session.client
    runtime = client.runtime
    report, pictures = retry_while_locked(
        lambda: (runtime.cache.report(), runtime.seen.count()), client.config.timeout
    )
    session.output.facts(
        {
            "path": report.path,
            "answers": report.answers,
            "bytes": report.size,
            "most_bytes": report.cap,
            "shown_pictures": pictures,
        }
    )


@command.command(cls=Command, examples=("animedex cache clear", "animedex cache clear --seen"))
@click.option("--seen", is_flag=True, help="Delete the record of seen pictures instead.")
@with_output
def clear(session: CommandSession, *, seen: bool) -> None:
    """Delete cached responses, or the record of pictures you have seen.

    The gallery's thumbnails are deleted with the responses, and made again when needed.
    """
    client = session.client
    forget = client.runtime.seen.clear if seen else client.runtime.cache.clear
    count = retry_while_locked(forget, client.config.timeout)
    if seen:
        session.note(f"deleted the record of {format_count(count, 'seen picture')}")
        return
    session.note(f"deleted {format_count(count, 'cached response')}")
    if thumbnails := _delete_thumbnails():
        session.note(f"deleted {format_count(thumbnails, 'thumbnail')}")


def _delete_thumbnails() -> int:
    """Delete the gallery's thumbnails and return their number."""
    from animedex.config.paths import user_folder
    from animedex.gallery.thumbnails import delete_thumbnails, folder_in

    return delete_thumbnails(folder_in(user_folder("cache")))
