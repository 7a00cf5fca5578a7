"""`animedex library remove`: pictures forgotten, and their files if that is asked for."""

from __future__ import annotations

import click

from animedex.cli.command import Command
from animedex.cli.session import Session, noting


@click.command(
    "remove",
    cls=Command,
    examples=("animedex library remove 3", "animedex library remove 4 5 --delete"),
    guidance=(
        "Without --delete no file is touched. With it files go into the system's trash, from which"
        " the user can take them back."
    ),
)
@click.argument("numbers", metavar="ID...", nargs=-1, required=True, help="The pictures' numbers.")
@click.option("--delete", is_flag=True, help="Put the files into the system's trash as well.")
@noting
def command(session: Session, numbers: tuple[str, ...], *, delete: bool) -> None:
    """Forget pictures; their files stay where they are, unless they are to be deleted.

    Where one of the numbers is unknown nothing is done.
    """
    from animedex.cli.entries import printable
    from animedex.cli.entry_numbers import entry_of
    from animedex.library.trash import discard

    library = session.library
    entries = {number: entry_of(library, number) for number in numbers}
    for entry in {entry.id: entry for entry in entries.values()}.values():
        if delete:
            discard(library, entry)
        else:
            library.remove(entry.id)
        done = "in the trash" if delete else "forgotten"
        session.note(f"animedex: {done}: {entry.id} {printable(entry.path)}")
