"""The options that commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, cast

import click

from animedex.cli.command import ERRORS_OPTION, Option
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from animedex.client_options import ClientOptions

_OUTPUT, _REQUEST = "Output", "Requests"


class SharedOptions(NamedTuple):
    """The shared options of one command line."""

    json: bool = False
    jsonl: bool = False
    fields: str | None = None
    jq: str | None = None
    raw_output: bool = False
    compact_output: bool = False
    no_source: bool = False
    common: bool = False
    show: bool = False
    color: str | None = None
    verbose: bool = False
    timeout: str | None = None
    no_cache: bool = False
    refresh: bool = False
    rate: str | None = None
    errors: str = "text"

    def client_options(self) -> ClientOptions:
        """Return the arguments for a client; raise `BadArguments` for an invalid value."""
        options: ClientOptions = {"refresh": self.refresh}
        if self.timeout is not None:
            from animedex.config.settings import read_timeout

            try:
                options["timeout"] = read_timeout(self.timeout)
            except BadArguments as error:
                message = f"--timeout: {error.message}"
                raise BadArguments(message) from None
        if self.no_cache:
            options["cache"] = False
        if self.rate is not None:
            options["rate"] = cast("Literal['normal', 'slow']", self.rate)
        return options

    @classmethod
    def take_from(cls, values: dict[str, object]) -> SharedOptions:
        """Take the shared options out of a command's parameters.

        Raises `BadArguments` where they contradict each other.
        """
        taken = {name: values.pop(name) for name in cls._fields if name in values}
        options = cls(**taken)  # type: ignore[arg-type]  # click has checked their types
        if options.json and options.jsonl:
            message = "use --json or --jsonl, not both"
        elif options.fields is not None and not options.fields.replace(",", " ").strip():
            message = "--fields names no field"
        elif options.raw_output and options.jq is None:
            message = "--raw-output goes with --jq"
        elif options.no_cache and options.refresh:
            message = "use --no-cache or --refresh, not both"
        else:
            return options
        raise BadArguments(message)


# The options are made once: the commands share them.
_JSON_OPTIONS = (
    Option(["--json"], is_flag=True, section=_OUTPUT, help="Print JSON, on a terminal too."),
    Option(["--jsonl"], is_flag=True, section=_OUTPUT, help="Print each row as JSON, a line."),
    Option(["--fields"], metavar="A,B", section=_OUTPUT, help="Print only these keys as JSON."),
    Option(["--jq"], metavar="EXPR", section=_OUTPUT, help="Run a jq program on the JSON."),
    Option(
        ["-r", "--raw-output"],
        is_flag=True,
        section=_OUTPUT,
        help="Print strings from --jq without quotes.",
    ),
    Option(
        ["-c", "--compact-output"],
        is_flag=True,
        section=_OUTPUT,
        help="Print JSON without line breaks.",
    ),
    Option(["--no-source"], is_flag=True, section=_OUTPUT, help="Leave out `_source`."),
)
_ROW_OPTIONS = (
    Option(
        ["--common"],
        is_flag=True,
        section=_OUTPUT,
        help="Print rows in the shape that all services share.",
    ),
    Option(
        ["--show"], is_flag=True, section=_OUTPUT, help="Also show the pictures, on a terminal."
    ),
)
_COLOR_OPTION = Option(
    ["--color"],
    type=click.Choice(["auto", "always", "never"]),
    section=_OUTPUT,
    help="Use colour (default: auto).",
)
# How an answer is printed; rows that show pictures have a shape in common.
OUTPUT_OPTIONS = (*_JSON_OPTIONS, _COLOR_OPTION)
PICTURE_OPTIONS = (*_JSON_OPTIONS, *_ROW_OPTIONS, _COLOR_OPTION)
# How a request is made.
REQUEST_OPTIONS = (
    Option(
        ["-v", "--verbose"],
        is_flag=True,
        section=_REQUEST,
        help="Log each request to standard error.",
    ),
    Option(
        ["--timeout"],
        metavar="SECONDS",
        section=_REQUEST,
        help="Time limit for the whole command (default: 30), or `none`.",
    ),
    Option(["--no-cache"], is_flag=True, section=_REQUEST, help="Do not read or write the cache."),
    Option(
        ["--refresh"],
        is_flag=True,
        section=_REQUEST,
        help="Ignore cached responses and store new ones.",
    ),
    Option(
        ["--rate"],
        type=click.Choice(["normal", "slow"]),
        section=_REQUEST,
        help="With `slow`, use half of the rate limit.",
    ),
    ERRORS_OPTION,
)
