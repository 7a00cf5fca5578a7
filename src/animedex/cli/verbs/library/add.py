"""`animedex library add`: pictures taken in, with the credit that they carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from animedex.cli.command import Command
from animedex.cli.session import Session, keeping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.library.entry import Entry


@click.command(
    "add",
    cls=Command,
    examples=(
        "animedex library add picture.png",
        "animedex library add ~/Pictures",
        "find . -name '*.gif' -print0 | animedex library add -",
    ),
    guidance=(
        "Files stay where they are. A file that is there already is looked at anew and keeps its"
        " number. A broken one is named on standard error and the rest go on; the exit code is"
        " then that of the worst."
    ),
)
@click.argument(
    "files",
    metavar="FILE|DIR|-...",
    nargs=-1,
    required=True,
    help="Files, folders, or - for a list.",
)
@keeping
def command(session: Session, files: tuple[str, ...]) -> None:
    """Add pictures of your own or of a service, be they downloaded by this program or not.

    Credit is read from the file itself, or from a sidecar beside it. Folders are gone through with
    all below them; hidden and half-written files are left out. With - a list is read from standard
    input: paths, one on a line or with NUL between them, or rows of JSON that have a `path`.
    """
    from animedex.cli.entries import alone, print_entries
    from animedex.cli.failures import Failures
    from animedex.cli.listed import listed
    from animedex.library.adding import add_all, files_below

    failures = Failures(session)
    paths = (path for name in listed(files) for path in files_below(name, failures.add))
    added = 0

    def entries() -> Iterator[Entry]:
        nonlocal added
        for one in add_all(session.library, paths):
            if one.error is not None:
                failures.add(one.error)
            if one.entry is not None:
                added += 1
                yield one.entry

    print_entries(session, alone(entries()))
    if added + failures.count > 1:
        session.note(f"animedex: {added} added, {failures.count} failed")
    failures.fail("files could not be added")
