"""`animedex library remove`: remove entries, and with --delete their files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_errors
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from animedex.library.entry import Entry


@click.command(
    "remove",
    cls=Command,
    examples=("animedex library remove 3", "animedex library remove --missing"),
    guidance=(
        "Without --delete, no file is touched. With it, files go to the system's trash, from which"
        " the user can restore them."
    ),
)
@click.argument("numbers", metavar="[ID]...", nargs=-1, help="The pictures' numbers.")
@click.option("--delete", is_flag=True, help="Also move the files to the trash.")
@click.option("--missing", is_flag=True, help="Remove all entries whose files are missing.")
@with_errors
def command(
    session: CommandSession, numbers: tuple[str, ...], *, delete: bool, missing: bool
) -> None:
    """Remove entries; files stay unless --delete is used.

    If one of the numbers is unknown, nothing is removed. A file that cannot be deleted keeps its
    entry, and the rest are removed. Before you use --missing, connect all disks with pictures:
    files on a disk that is not connected count as missing.
    """
    from animedex.cli.batch_failures import BatchFailures
    from animedex.cli.entry_numbers import get_entry
    from animedex.errors import AnimedexError

    if bool(numbers) == missing or (missing and delete):
        message = "library remove needs numbers of pictures, or --missing alone"
        raise BadArguments(message, hint="numbers are listed by `animedex library list`")
    entries = {entry.id: entry for entry in [get_entry(session.library, one) for one in numbers]}
    if missing:
        gone = [one for one in session.library.iter_entries() if not os.path.lexists(one.path)]
        entries = {entry.id: entry for entry in gone}
        if not gone:
            session.note("animedex: no file is missing")
    failures = BatchFailures(session)
    for entry in entries.values():
        try:
            _forget(session, entry, delete=delete)
        except AnimedexError as error:
            failures.add(error)
    failures.fail("pictures could not be removed")


def _forget(session: CommandSession, entry: Entry, *, delete: bool) -> None:
    from animedex.cli.entry_output import printable_path
    from animedex.library.trash import discard

    if delete:
        discard(session.library, entry)
    else:
        session.library.remove(entry.id)
    done = "moved to the trash" if delete else "removed"
    session.note(f"animedex: {done}: {entry.id} {printable_path(entry.path)}")
