"""Running a command line: what it raises becomes one line on standard error and an exit code."""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from animedex.cli.streams import drop_output, note, write_out

if TYPE_CHECKING:
    from animedex.errors import AnimedexError


def run(arguments: list[str]) -> int:
    """Run one command line; give the exit code. Nothing but Ctrl-C is raised."""
    from animedex.cli.root import root

    try:
        code: object = root.main(arguments, "animedex", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        write_out(error.format_message() + "\n")
        return 0
    except click.Abort:
        raise KeyboardInterrupt from None
    except BrokenPipeError:
        # Whoever reads has seen enough, as `head` does.
        drop_output()
        return 0
    except Exception as error:  # noqa: BLE001  nobody is ever shown a traceback
        from animedex.cli.usage import as_error

        return _report(as_error(error, arguments), arguments)
    return code if isinstance(code, int) else 0


def _report(error: AnimedexError, arguments: list[str]) -> int:
    """Say what went wrong on standard error, in one line or as one JSON object."""
    if wants_json_errors(arguments):
        import msgspec

        note(msgspec.json.encode(error.to_payload()).decode())
    else:
        note(f"animedex: {error.message}" + (f" ({error.hint})" if error.hint else ""))
    return error.exit_code


def wants_json_errors(arguments: list[str]) -> bool:
    """Tell whether errors are wanted as JSON, also where the command line does not parse.

    >>> wants_json_errors(["nekos", "image", "--errors", "json"])
    True
    """
    given = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--errors=json" in given or ("--errors", "json") in pairwise(given)
