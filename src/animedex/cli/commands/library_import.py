"""`animedex library import`: add exported entries."""

from __future__ import annotations

import io
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_errors

if TYPE_CHECKING:
    from animedex.library.import_export import Kind

_PEEKED = 4096


@click.command(
    "import",
    cls=Command,
    examples=(
        "animedex library import library.jsonl",
        "animedex library export | ANIMEDEX_DATA_DIR=/tmp/other animedex library import -",
    ),
    guidance=(
        "Importing twice is the same as once. A line is only imported if its file exists. Lines"
        " that cannot be imported are reported with their number, and the rest are imported."
    ),
)
@click.argument("file", metavar="FILE|-", help="Output of `library export`, or - for stdin.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["jsonl", "csv"]),
    help="Format of the file (default: detected).",
)
@with_errors
def command(session: CommandSession, file: str, *, kind: Kind | None) -> None:
    """Import exported entries; their files must still be in place."""
    from animedex.cli.batch_failures import BatchFailures
    from animedex.library.import_export import detect_format, import_lines
    from animedex.text_encoding import STANDARD_INPUT, open_text

    failures = BatchFailures(session)
    new = existing = 0
    with ExitStack() as open_files:
        name = STANDARD_INPUT if file == "-" else file
        source = open_text(_open_input(file, open_files), name)
        file_format = kind or detect_format(source.peek(_PEEKED))
        for one in import_lines(session.library, source, file_format, name):
            if one.error is not None:
                message = f"{name}, line {one.number}: {one.error.message}"
                error = type(one.error)(message, hint=one.error.hint)
                failures.add(error, is_repeated=one.is_repeated)
            elif one.new:
                new += 1
            else:
                existing += 1
    session.note(f"animedex: {new} added, {existing} already there, {failures.count} failed")
    failures.fail("lines could not be imported")


def _open_input(file: str, open_files: ExitStack) -> io.BufferedReader:
    """Open a file, or standard input."""
    from animedex.cli.path_arguments import piped_paths
    from animedex.library.file_facts import unreadable_error

    if file == "-":
        return piped_paths()
    try:
        return open_files.enter_context(open(file, "rb"))
    except (OSError, ValueError) as error:
        raise unreadable_error(file, error) from None
