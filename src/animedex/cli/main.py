"""Runs a command line; an error becomes one line on standard error and an exit code."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from animedex.cli.streams import drop_output, write_note, write_out

if TYPE_CHECKING:
    from animedex.errors import AnimedexError

# The exit codes of what lies with a service or the network, whose errors do not always name it.
_FAILED = {1, 6, 7}


def run(arguments: list[str]) -> int:
    """Run a command line and return the exit code; only Ctrl-C is raised."""
    try:
        code = _run_command(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except BrokenPipeError:
        # Whoever reads has seen enough, as `head` does.
        drop_output()
        return 0
    except Exception as error:  # noqa: BLE001  nobody is ever shown a traceback
        from animedex.cli.error_conversion import to_animedex_error

        return _report(to_animedex_error(error, arguments), arguments)
    return code if isinstance(code, int) else 0


def _run_command(arguments: list[str]) -> object:
    """Find the command and run it, or answer a request for shell completion."""
    from animedex.cli.root import root

    if "_ANIMEDEX_COMPLETE" in os.environ:
        # Loading it makes PowerShell known.
        import_module("animedex.cli.commands.completion")
        root.main(arguments, "animedex")
    # Click's `main` would take Ctrl-C and a closed pipe for itself.
    try:
        with root.make_context("animedex", list(arguments)) as context:
            return root.invoke(context)
    except click.exceptions.NoArgsIsHelpError as error:
        write_out(error.format_message() + "\n")
        return 0


def _report(error: AnimedexError, arguments: list[str]) -> int:
    """Write an error to standard error, in a line or as JSON; return the exit code."""
    if wants_json_errors(arguments):
        import msgspec

        write_note(msgspec.json.encode(error.to_payload("command line")).decode())
    else:
        hint = error.hint_for("command line")
        line = f"animedex: {format_error(error)}" + (f" ({hint})" if hint else "")
        # What `halt_error` of a jq program says may have several lines.
        write_note(line, lines=error.reason == "jq-failed")
    return error.exit_code


def format_error(error: AnimedexError) -> str:
    """Return an error's message, with the service if that is what failed.

    >>> from animedex.errors import BadArguments, TimedOut
    >>> [format_error(kind("odd", backend="nekos")) for kind in (TimedOut, BadArguments)]
    ['nekos: odd', 'odd']
    """
    mine = error.exit_code not in _FAILED or not error.backend or error.backend in error.message
    return error.message if mine else f"{error.backend}: {error.message}"


def wants_json_errors(arguments: list[str]) -> bool:
    """Return whether errors are to be JSON, even if the command line does not parse.

    >>> wants_json_errors(["nekos", "image", "--errors", "json"])
    True
    """
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--errors=json" in options or ("--errors", "json") in pairwise(options)
