"""Turning whatever a command raises into one of this package's errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from animedex.errors import AnimedexError, BadArguments, TimedOut, find_nearest
from animedex.files import write_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_REPORT = "please report this, with the command that you ran"


def to_animedex_error(error: Exception, arguments: Sequence[str] = ()) -> AnimedexError:
    """Return the error to report for anything that running these arguments raised."""
    if isinstance(error, AnimedexError):
        return error
    if isinstance(error, click.UsageError):
        return _usage(error, arguments)
    if isinstance(error, click.ClickException):
        return BadArguments(error.format_message())
    if isinstance(error, UnicodeEncodeError):
        message = f"{error.object!r} is not text in this system's encoding"
        return BadArguments(message, hint="pass it as UTF-8, or set LANG to a UTF-8 locale")
    if isinstance(error, OSError):
        return write_error(str(error.filename or "a file"), error)
    return _unexpected_error(error)


def _unexpected_error(error: Exception) -> AnimedexError:
    from animedex.database import StoreLocked
    from animedex.ratelimit.store import StoreUnavailable

    if isinstance(error, StoreUnavailable):
        return error.unreachable()
    if isinstance(error, StoreLocked):
        message = "another process has locked the file of budgets or of the cache"
        return TimedOut(message, hint="try again in a moment")
    return AnimedexError(f"{type(error).__name__}: {error}", hint=_REPORT)


def no_such_command(parent: str, name: str, names: Iterable[str]) -> BadArguments:
    """Make the error for an unknown command, with the nearest name as the next thing to try."""
    near = find_nearest(name, names)
    hint = f"did you mean `{parent} {near}`?" if near else f"see `{parent} --help`"
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
    near = find_nearest(error.option_name, error.possibilities or ())
    hints = [f"did you mean {near}?"] if near else []
    if error.ctx and any(isinstance(param, click.Argument) for param in error.ctx.command.params):
        word = next(
            (argument for argument in arguments if argument.startswith(error.option_name)), "-word"
        )
        hints.append(f"a word that begins with a dash goes after `--`: `{path} -- {word}`")
    return " ".join(hints) or f"see `{path} --help`"
