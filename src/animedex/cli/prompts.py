"""Asking the person at the terminal, or whoever is at the other end of standard input."""

from __future__ import annotations

import sys

from animedex.cli.streams import is_terminal, read_in
from animedex.errors import BadArguments
from animedex.text_encoding import STANDARD_INPUT, decode_text

# More than any key; what is longer is some other file.
_MOST = 4096


def is_interactive() -> bool:
    """Return whether somebody can be asked."""
    return sys.stdin is not None and is_terminal(sys.stdin)


def ask(label: str) -> str:
    """Ask for a line; what is typed is shown."""
    sys.stderr.write(f"{label}: ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise _nothing()
    return line.strip()


def ask_secret(label: str) -> str:
    """Ask for a line without showing what is typed; raise `BadArguments` where that cannot be."""
    import warnings
    from getpass import GetPassWarning, getpass

    try:
        with warnings.catch_warnings():
            # It would ask all the same, and show what is typed.
            warnings.simplefilter("error", GetPassWarning)
            return getpass(f"{label} (not shown): ").strip()
    except EOFError:
        raise _nothing() from None
    except GetPassWarning:
        message = "this terminal would show the key as you type it"
        raise BadArguments(message, hint="send the key to standard input instead") from None


def read_secret() -> str:
    """Read a secret from standard input, all of it."""
    text = read_in("send the key to it, as in `pass show key | animedex …`", _MOST + 1)
    if len(text) > _MOST:
        message = f"standard input holds more than a key: over {_MOST} bytes"
        raise BadArguments(message)
    return decode_text(text, STANDARD_INPUT).strip()


def _nothing() -> BadArguments:
    message = "nothing was typed"
    return BadArguments(message)
