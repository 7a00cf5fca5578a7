"""Prompts for a person at the terminal, and answers from standard input."""

from __future__ import annotations

import sys

from animedex.cli.streams import is_terminal, read_in
from animedex.errors import BadArguments
from animedex.text_encoding import STANDARD_INPUT, decode_text

# More than any key; what is longer is some other file.
_MOST = 4096


def is_interactive() -> bool:
    """Return whether a prompt can be answered."""
    return sys.stdin is not None and is_terminal(sys.stdin)


def ask(label: str) -> str:
    """Prompt for a line."""
    sys.stderr.write(f"{label}: ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise _empty_input_error()
    return line.strip()


def ask_secret(label: str) -> str:
    """Prompt for a line without echo; raise `BadArguments` if echo cannot be switched off."""
    import warnings
    from getpass import GetPassWarning, getpass

    try:
        with warnings.catch_warnings():
            # It would ask all the same, and show what is typed.
            warnings.simplefilter("error", GetPassWarning)
            return getpass(f"{label} (not shown): ").strip()
    except EOFError:
        raise _empty_input_error() from None
    except GetPassWarning:
        message = "this terminal would show the key as you type it"
        raise BadArguments(message, hint="send the key to standard input instead") from None


def read_secret() -> str:
    """Read a secret from all of standard input."""
    text = read_in("send the key to it, as in `pass show key | animedex …`", _MOST + 1)
    if len(text) > _MOST:
        message = f"standard input contains more than a key: over {_MOST} bytes"
        raise BadArguments(message)
    return decode_text(text, STANDARD_INPUT).strip()


def _empty_input_error() -> BadArguments:
    message = "nothing was typed"
    return BadArguments(message)
