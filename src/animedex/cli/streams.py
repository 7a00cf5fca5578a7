"""The standard streams: what they support, and safe reading and writing."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, cast

from animedex.errors import BadArguments, NoSpace, is_full

if TYPE_CHECKING:
    from io import BufferedReader
    from typing import TextIO

    from animedex.render.text_output import TextStyle

# A card that is wider than this tears apart what belongs together.
_WIDEST = 100


def is_terminal(stream: TextIO) -> bool:
    """Return whether a stream is a terminal; a closed one is not."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def is_piped() -> bool:
    """Return whether standard input is a pipe or a file."""
    return sys.stdin is not None and not is_terminal(sys.stdin)


def standard_input(hint: str) -> BufferedReader:
    """Return standard input as a binary stream; raise `BadArguments` if it is closed."""
    if sys.stdin is None:
        message = "standard input is closed"
        raise BadArguments(message, hint=hint)
    # Nobody has put anything else in its place.
    return cast("BufferedReader", sys.stdin.buffer)


def read_in(hint: str, most: int = -1) -> bytes:
    """Read up to `most` bytes of standard input, or all; raise `BadArguments` if that fails."""
    file = standard_input(hint)
    try:
        return file.read(most)
    except OSError as error:
        message = f"standard input cannot be read: {error.strerror or error}"
        raise BadArguments(message, hint=hint) from None


def write_out(text: str) -> None:
    """Write text to standard output: in its own encoding to a terminal, else in UTF-8."""
    encoding = (sys.stdout.encoding if is_terminal(sys.stdout) else None) or "utf-8"
    write_bytes(text.encode(encoding, errors="replace"))


def write_bytes(data: bytes) -> None:
    """Write bytes to standard output.

    Raises `NoSpace` where they do not fit any more, `BadArguments` where nothing can be written.
    """
    if sys.stdout is None:
        message = "standard output is closed"
        raise BadArguments(message, hint="send it to a file or to /dev/null instead")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_output()
        full = is_full(error)
        why = "no space left" if full else error.strerror or str(error)
        message = f"standard output cannot be written: {why}"
        kind = NoSpace if full else BadArguments
        raise kind(message, hint="make room, or write elsewhere" if full else None) from None


def write_note(message: str, *, lines: bool = False) -> None:
    """Write a line to standard error, or several with `lines`; ignore a closed stream."""
    from animedex.render.safe_text import escape_control_characters

    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"{escape_control_characters(message, lines=lines)}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def drop_output() -> None:
    """Discard what is still buffered, so that the interpreter's exit prints nothing."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def text_style(color: str) -> TextStyle:
    """Return what the terminal on standard output supports; `color` is auto, always or never."""
    from shutil import get_terminal_size

    from animedex.render.text_output import TextStyle

    terminal = is_terminal(sys.stdout)
    colored = _use_color(color, terminal=terminal)
    dumb = os.environ.get("TERM") == "dumb"
    width = min(get_terminal_size().columns, _WIDEST)
    return TextStyle(width, colored, terminal and colored and not dumb)


def _use_color(color: str, *, terminal: bool) -> bool:
    """Decide on colour; see https://no-color.org and https://bixense.com/clicolors."""
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("CLICOLOR_FORCE", "0") != "0":
        return True
    return terminal and os.environ.get("TERM") != "dumb"
