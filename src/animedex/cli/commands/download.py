"""`animedex download`: pictures into files, with the credit that belongs to them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from animedex import backends
from animedex.cli.command import Command
from animedex.cli.download_options import DownloadOptions, with_download_options
from animedex.cli.streams import is_piped, read_in
from animedex.errors import BadArguments, NotFound
from animedex.text_encoding import decode_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from animedex.cli.command_context import CommandSession
    from animedex.downloads.targets import Source

_HERE = "-"
_NAME_OF_HERE = "standard input"
_HINT = "give a picture's URL, an id such as waifu:6460, or rows as any picture command prints them"


@click.command(
    "download",
    cls=Command,
    examples=(
        "animedex download waifu:5000",
        "animedex download waifu:5001 danbooru:9000013 --to pictures",
        "animedex nekos image neko --amount 3 | animedex download - --to pictures",
        "animedex download waifu:5002 --to pictures --name '{source}/{id}.{ext}' --sidecar json",
    ),
    guidance=(
        "Prints an array with one report per picture: `path`, `id`, `url`, `status` (fetched,"
        " copied, here or failed), `bytes`, `sha256` and `error`. `here` means that the folder or"
        " the library already has it, and is no failure; `copied` means that it was copied from"
        " the library. A failure does not stop the rest; the exit code is the highest of the"
        " failures'. Run the same command again to download only what is missing. Download what"
        " the user asks for, never collections."
    ),
)
@click.argument(
    "what",
    metavar="[URL|ID|FILE|-]...",
    nargs=-1,
    help="URLs or ids of pictures, files with rows of JSON, or - to read rows or lines.",
)
@click.option(
    "--clean",
    metavar="FOLDER",
    help="Delete unfinished downloads in this folder.",
)
@with_download_options
def command(
    session: CommandSession, saving: DownloadOptions, what: tuple[str, ...], *, clean: str | None
) -> None:
    """Download pictures with the artists' credit in each file.

    Only the pictures that you name are downloaded. You cannot download a whole category, tag or
    service, because their terms do not allow collections. Unfinished downloads are resumed the next
    time. Pictures in your library are not downloaded again; with --to, --name or --sidecar they are
    copied.
    """
    from animedex.cli.download_runner import clean_up, download_all

    if clean is not None:
        if what:
            message = "--clean downloads nothing, so name no pictures"
            raise BadArguments(message, hint="clean up first, then download")
        clean_up(session, clean)
        return
    whats = [one for text in what or _require_pipe() for one in _expand_argument(text)]
    download_all(session, whats, saving)


def _require_pipe() -> tuple[str, ...]:
    if not is_piped():
        message = "there is nothing to download"
        raise BadArguments(message, hint=_HINT)
    return (_HERE,)


def _expand_argument(text: str) -> Iterable[Source]:
    """Return what one argument asks for: itself, or what a file says."""
    if text == _HERE:
        return _read(read_in(_HINT), _NAME_OF_HERE)
    if text.lstrip().startswith(("[", "{")):
        return _read(text.encode(errors="surrogateescape"), "the argument")
    if "://" in text or text.partition(":")[0] in backends.list_names():
        return [text]
    if os.path.isdir(text):
        return [NotFound(f"{text} is a folder", hint=_HINT)]
    if os.path.exists(text):
        return _read(_content(text), text)
    return [NotFound(f"there is no file {text}, and no service's picture", hint=_HINT)]


def _read(data: bytes, name: str) -> list[Source]:
    """Read rows of JSON, or URLs and ids that are a line each."""
    from animedex.art.row_reader import read_rows_and_errors
    from animedex.images.formats import identify_format

    if identify_format(data) is not None:
        message = f"{name} is a picture, not a file with rows"
        raise BadArguments(message, hint=_HINT)
    text = decode_text(data, name)
    opening = text.lstrip()
    if not opening:
        message = f"{name} is empty"
        raise BadArguments(message, hint=_HINT)
    if opening.startswith(("[", "{")):
        # What is no row is something asked for that fails, as any other might.
        return list(read_rows_and_errors([text.encode()], name))
    lines = text.splitlines()
    return [line.strip().strip('"') for line in lines if line.strip()]


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise BadArguments(message, hint="give another file") from None
