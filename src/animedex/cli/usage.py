"""Turning whatever a command raises into one of this package's errors."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from animedex.errors import AnimedexError, BadArguments
from animedex.sinks import file_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_REPORT = "please report this, with the command that you ran"


def as_error(error: Exception, arguments: Sequence[str] = ()) -> AnimedexError:
    """Give the error to report for anything that running these arguments raised."""
    if isinstance(error, AnimedexError):
        return error
    if isinstance(error, click.UsageError):
        return _usage(error, arguments)
    if isinstance(error, click.ClickException):
        return BadArguments(error.format_message())
    if isinstance(error, OSError):
        return file_error(str(error.filename or "a file"), error)
    return AnimedexError(f"{type(error).__name__}: {error}", hint=_REPORT)


def no_such_command(parent: str, name: str, known: Iterable[str]) -> BadArguments:
    """Make the error for an unknown command, with the nearest name as the next thing to try."""
    near = get_close_matches(name, list(known), n=1)
    hint = f"did you mean `{parent} {near[0]}`?" if near else f"see `{parent} --help`"
    return BadArguments(f"there is no command {name!r}", hint=hint)


def _usage(error: click.UsageError, arguments: Sequence[str]) -> BadArguments:
    path = error.ctx.command_path if error.ctx else "animedex"
    hint = f"see `{path} --help`"
    if isinstance(error, click.NoSuchOption):
        hint = _option_hint(error, path, arguments)
        return BadArguments(f"no such option: {error.option_name}", hint=hint)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return BadArguments(f"{error.param.human_readable_name} is missing", hint=hint)
    message = error.format_message().rstrip(".")
    return BadArguments(message[:1].lower() + message[1:], hint=hint)


def _option_hint(error: click.NoSuchOption, path: str, arguments: Sequence[str]) -> str:
    """Name the nearest option; for a word that only looks like one, show how to pass it."""
    near = get_close_matches(error.option_name, list(error.possibilities or ()), n=1)
    if near:
        return f"did you mean {near[0]}?"
    word = next((given for given in arguments if given.startswith(error.option_name)), "-word")
    return f"a word that begins with a dash goes after `--`: `{path} -- {word}`"
