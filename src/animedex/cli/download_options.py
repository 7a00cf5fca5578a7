"""The options of all commands that download pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, ParamSpec, cast

import click

from animedex.cli.command import Option
from animedex.cli.command_context import CommandSession, with_session
from animedex.cli.shared_options import OUTPUT_OPTIONS, REQUEST_OPTIONS
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Concatenate

P = ParamSpec("P")

_FILES = "Files"


class DownloadOptions(NamedTuple):
    """Where files go, what they are called, and what else is written."""

    to: str | None
    name: str | None
    jobs: int
    sidecar: tuple[str, ...]
    no_embed: bool
    no_library: bool
    paths: bool
    quiet: bool
    max_size: str | None

    def max_bytes(self) -> int | None:
        """Return the largest size of a file in bytes, from the option or the configuration."""
        from animedex.config.settings import read_size

        if self.max_size is not None:
            return read_size(self.max_size)
        from animedex.config.config_file import Config

        return cast("int | None", Config().get("max_size").value)


def with_download_options(
    command: Callable[Concatenate[CommandSession, DownloadOptions, P], None],
) -> Callable[P, None]:
    """Add a session to a command, and the download options as its second argument."""

    def run(session: CommandSession, /, *args: P.args, **kwargs: P.kwargs) -> None:
        from animedex.downloads.file_check import require_pillow

        # What cannot be checked is not searched for either.
        require_pillow()
        saving = _download_options(kwargs)
        session.quiet = saving.quiet
        command(session, saving, *args, **kwargs)

    run.__doc__, run.__name__ = command.__doc__, command.__name__
    run.__dict__.update(command.__dict__)
    return _with_files(run)


def _download_options(values: dict[str, object]) -> DownloadOptions:
    """Take the download options out of a command's parameters."""
    taken = {name: values.pop(name) for name in DownloadOptions._fields}
    return DownloadOptions(**taken)  # type: ignore[arg-type]  # click has checked their types


class JobsOption(Option):
    """An option for a whole number, whose range the download itself checks."""

    def type_cast_value(self, ctx: click.Context, value: object) -> object:
        """Read the number."""
        return click.INT.convert(super().type_cast_value(ctx, value), self, ctx)


class SizeOption(Option):
    """An option for a number of bytes, or `none`."""

    def type_cast_value(self, ctx: click.Context, value: object) -> object:
        """Check the size before a request is sent; raise `BadArguments` if it is invalid."""
        from animedex.config.settings import read_size

        text = super().type_cast_value(ctx, value)
        if isinstance(text, str):
            try:
                read_size(text)
            except BadArguments as error:
                message = f"--max-size: {error.message}"
                raise BadArguments(message) from None
        return text


class NameOption(Option):
    """An option for a template; `help` lists the fields instead."""

    def process_value(self, ctx: click.Context, value: object) -> object:
        """Check the template before a request is sent, or print the fields and exit."""
        from animedex.images.filename_template import FilenameTemplate

        if value is None or ctx.resilient_parsing:
            return value
        if value == "help":
            from animedex.cli.streams import write_out

            write_out(_fields())
            ctx.exit()
        FilenameTemplate(str(value))
        return value


def _fields() -> str:
    from animedex.images.filename_template import DEFAULT, FIELDS

    width = max(map(len, FIELDS)) + 4
    lines = [f"{f'{{{name}}}':<{width}}{about}\n" for name, about in FIELDS.items()]
    return "".join([*lines, f"\nDefault: {DEFAULT}\n"])


# The options are made once: several commands share them.
_OPTIONS = (
    Option(
        ["--to"],
        section=_FILES,
        metavar="FOLDER",
        help="Folder for the files (default: current folder).",
    ),
    NameOption(
        ["--name"],
        section=_FILES,
        metavar="TEMPLATE|help",
        help="File names, such as '{source}/{artist} - {id}.{ext}'.",
    ),
    JobsOption(
        ["--jobs"],
        section=_FILES,
        metavar="1..16",
        default="4",
        help="Parallel downloads (default: 4).",
    ),
    Option(
        ["--sidecar"],
        section=_FILES,
        type=click.Choice(["json", "xmp", "txt", "hydrus", "none"]),
        multiple=True,
        help="Also write the credit beside each file; repeatable.",
    ),
    Option(
        ["--no-embed"],
        section=_FILES,
        is_flag=True,
        help="Do not change files; put the credit in a sidecar (default: json).",
    ),
    SizeOption(
        ["--max-size"],
        section=_FILES,
        metavar="SIZE",
        help="Largest file (default: 512M).",
    ),
    Option(
        ["--no-library"],
        section=_FILES,
        is_flag=True,
        help="Do not use your library or add to it.",
    ),
    Option(
        ["--paths"],
        section=_FILES,
        is_flag=True,
        help="Print the files' paths, one per line.",
    ),
    Option(
        ["-q", "--quiet"], section=_FILES, is_flag=True, help="Print no progress and no summary."
    ),
)
_with_files = with_session(*_OPTIONS, *OUTPUT_OPTIONS, *REQUEST_OPTIONS)
