"""The command's first lines: they answer Ctrl-C from here on, and `--version` at once."""

from __future__ import annotations

import gc
import os
import sys

INTERRUPTED = 130
_RARELY = 100_000


def main() -> None:
    """Run the command line on this process's arguments, and end the process."""
    # A start makes tens of thousands of objects that all stay; looking for garbage among them,
    # then and once more at the end, takes as long as starting the interpreter does.
    gc.set_threshold(_RARELY)
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:
        # A request may still be under way on a thread that nothing can stop.
        os._exit(INTERRUPTED)
    gc.freeze()
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]):
        from animedex import __version__

        try:
            sys.stdout.write(f"animedex {__version__}\n")
            sys.stdout.flush()
        except (AttributeError, OSError):
            # The long way says what is wrong with standard output.
            pass
        else:
            return 0
    import warnings

    # What is said to programmers is of no use to who types commands.
    warnings.simplefilter("ignore")
    from animedex.cli.main import run

    return run(arguments)


if __name__ == "__main__":
    main()
