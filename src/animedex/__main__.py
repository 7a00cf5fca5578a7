"""The command's first lines: they answer Ctrl-C from here on, and `--version` at once."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line on this process's arguments, and end the process."""
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:
        # A request may still be under way on a thread that nothing can stop.
        os._exit(INTERRUPTED)
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]):
        from animedex import __version__

        sys.stdout.write(f"animedex {__version__}\n")
        return 0
    from animedex.cli.main import run

    return run(arguments)


if __name__ == "__main__":
    main()
