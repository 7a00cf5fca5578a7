"""`animedex library similar`: find pictures that look like one."""

from __future__ import annotations

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_output
from animedex.cli.filter_options import count_option, within_option


@click.command(
    "similar",
    cls=Command,
    examples=(
        "animedex library similar 1",
        "animedex library similar picture.png --within 10 --limit 5",
    ),
    guidance=(
        "`_distance` is the Hamming distance of two 64-bit hashes: 0 to 4 is mostly the same"
        " picture in another size or format. Pictures of one flat color match only if all pixels"
        " are equal. `[]` means no results."
    ),
)
@click.argument("picture", metavar="FILE|ID|URL", help="A file, or a picture of the library.")
@within_option
@count_option("--limit", 50, "results")
@with_output
def command(session: CommandSession, picture: str, *, within: int | None, limit: int) -> None:
    """Find pictures that look like this one.

    Name a picture of the library by its number, its URL or the id of its art post, such as
    nekos:FILE; it is not among the results. A service's picture that is not in the library is
    downloaded for the comparison, and not kept.
    """
    from animedex.cli.entry_output import print_entries
    from animedex.cli.fingerprint_lookup import fingerprint_of
    from animedex.cli.progress_bars import update_outdated_fingerprints

    update_outdated_fingerprints(session)
    look, entry = fingerprint_of(session, picture)
    matches = session.library.similar(look, within, limit + 1)
    others = [one for one in matches if entry is None or one.entry.id != entry.id][:limit]
    if not others:
        session.note(f"animedex: no picture looks like {picture}")
    print_entries(
        session, ((one.entry, {"_distance": one.distance}) for one in others), ["_distance"]
    )
