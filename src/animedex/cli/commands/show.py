"""`animedex show`: pictures drawn in the terminal, or the properties of a file."""

from __future__ import annotations

import time
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_output
from animedex.cli.streams import is_piped, standard_input
from animedex.errors import AnimedexError, BadArguments
from animedex.images.decoder import decoding_limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from animedex.cli.picture_sources import PictureSource

_HERE = "-"
_NAME_OF_HERE = "standard input"
_PIECE = 64 * 1024


@click.command(
    "show",
    cls=Command,
    examples=(
        "animedex show picture.png",
        "animedex show waifu:5000",
        "animedex nekos image baka --json | animedex show -",
        "animedex show picture.png --info --json",
    ),
    guidance="You cannot see the drawn pictures. Use --info to read a file's credit.",
)
@click.argument(
    "what",
    metavar="[FILE|URL|ID|-]...",
    nargs=-1,
    help="Files, URLs or ids of a service's pictures, numbers of the library's, or - to read rows.",
)
@click.option(
    "--info",
    is_flag=True,
    help="Print a file's credit and metadata.",
)
@with_output
def command(session: CommandSession, what: tuple[str, ...], *, info: bool) -> None:
    """Show pictures in the terminal.

    Several pictures form a grid. An animation plays once; q, space or Escape stops it. With -,
    standard input is rows of any picture command, or the bytes of one picture. With --info, one
    file prints an object; several files, or -, print an array, or lines with --jsonl.
    """
    if info:
        from animedex.cli.file_info import print_file_info

        with decoding_limits(_deadline(session)):
            print_file_info(session, what or _require_pipe(), partial(_read, session))
        return
    _check(session)
    sights, failures = _sights(session, what or _require_pipe())
    from animedex.cli.grid_renderer import draw_pictures

    with decoding_limits(_deadline(session)):
        failures += draw_pictures(session, sights)
    session.fail(failures)


def _deadline(session: CommandSession) -> float | None:
    """Return when decoding has to end, by the monotonic clock, if a timeout was given."""
    timeout = session.shared.client_options().get("timeout")
    return time.monotonic() + timeout if isinstance(timeout, int | float) else None


def _check(session: CommandSession) -> None:
    """Raise an error for impossible options before a request is sent."""
    if session.output.has_format_option:
        message = "pictures on a terminal cannot be combined with JSON output"
        raise BadArguments(message, hint="add --info to print a file's credit and metadata")
    if not session.output.terminal:
        message = "pictures are shown on a terminal, and standard output is not one"
        raise BadArguments(message, hint="fetch them with `animedex download`, or add --info")


def _require_pipe() -> tuple[str, ...]:
    if not is_piped():
        message = "there is nothing to show"
        raise BadArguments(message, hint="name a file, a URL or an id, or pipe rows in")
    return (_HERE,)


def _sights(
    session: CommandSession, what: Iterable[str]
) -> tuple[list[PictureSource], list[AnimedexError]]:
    """Return the sources of the arguments, and the errors of those that have none."""
    from animedex.cli.picture_sources import text_source

    sources: list[PictureSource] = []
    failures: list[AnimedexError] = []
    for text in what:
        try:
            sources += _read(session, failures) if text == _HERE else [text_source(session, text)]
        except AnimedexError as error:
            failures.append(error)
    return sources, failures


def _read(session: CommandSession, failures: list[AnimedexError]) -> Iterator[PictureSource]:
    """Read rows, or the bytes of one picture, from standard input."""
    from animedex.cli.picture_sources import PictureSource, row_source
    from animedex.images.formats import HEAD_BYTES, identify_format
    from animedex.render.picture_grid import Label

    file = standard_input("name a file, or pipe rows in")
    opening = file.read(HEAD_BYTES)
    if identify_format(opening) is not None:
        yield PictureSource(Label(_NAME_OF_HERE, None), _NAME_OF_HERE, body=opening + file.read())
        return
    from animedex.art.row_reader import read_rows

    read = list(read_rows(chain([opening], iter(lambda: file.read(_PIECE), b"")), _NAME_OF_HERE))
    if not read:
        message = "there are no rows on standard input"
        raise BadArguments(message, hint="pipe in what a picture command prints, or a picture")
    for number, row in enumerate(read, 1):
        try:
            yield row_source(session, row.value, small=len(read) > 1)
        except AnimedexError as error:
            error.message = f"row {number}: {error.message}"
            failures.append(error)
