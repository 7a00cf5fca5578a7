"""How a terminal can draw pictures: the queries that it answers, its size and its protocols."""

from __future__ import annotations

import os
import re
import sys
from shutil import get_terminal_size
from typing import TYPE_CHECKING, NamedTuple

from animedex.errors import BadArguments
from animedex.render.terminal_picture import Screen, Size

if TYPE_CHECKING:
    from animedex.render.terminal_picture import Manner

# What a cell measures where nobody says so: the proportion is nearly everywhere this one.
_CELL = Size(10, 20)
_MILLIONS, _MANY, _SOME = 1 << 24, 256, 8
_ALL_COLORS = {"truecolor", "24bit"}
# Half a block, all of the shades, and the letter that stands for a piece of kitty's picture.
_LETTERS = {"shades": "█▓▒░", "kitty": "\U0010eeee", "sixel": ""}


def detect_screen(answers: TerminalAnswers, *, color: bool) -> Screen:
    """Return how to draw, with colours or without.

    Raises `BadArguments` where the terminal's encoding has no letters to draw with.
    """
    size = Size(*(side or usual for side, usual in zip(get_terminal_size(), (80, 24), strict=True)))
    manner = _detect_protocol(answers, color=color)
    _check_encoding(manner)
    moves = (os.environ.get("TERM") or "dumb") != "dumb" or sys.platform == "win32"
    return Screen(size, answers.cell or _system_cell_size() or _CELL, manner, moves)


def _detect_protocol(answers: TerminalAnswers, *, color: bool) -> Manner:
    """Choose pixels before characters, and as many colours as are supported.

    Of the terminals that know both protocols, some do not know the letters of kitty's.
    """
    if answers.sixel:
        return "sixel"
    if answers.kitty:
        return "kitty"
    colors = _colors() if color else 0
    if colors > _MANY:
        return "truecolor"
    if colors == _MANY:
        return "256"
    return "standard" if colors >= _SOME else "shades"


def _colors() -> int:
    """Return the number of colours, from the environment and the terminal database."""
    if os.environ.get("COLORTERM", "").lower() in _ALL_COLORS or sys.platform == "win32":
        return _MILLIONS
    name = os.environ.get("TERM", "")
    named = _MANY if "256color" in name else 0
    try:
        import curses
    except ImportError:  # Python can be built without it.
        return named
    try:
        curses.setupterm(name, sys.stdout.fileno())
    except curses.error:  # There is no such terminal in the database.
        return named
    return max(named, curses.tigetnum("colors"))


def _system_cell_size() -> Size | None:
    """Return the size of a cell in pixels, if the system knows that of the window."""
    if sys.platform == "win32":
        return None
    import fcntl
    import struct
    import termios

    try:
        window_size = fcntl.ioctl(sys.stdout.fileno(), termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return None
    rows, columns, width, height = struct.unpack("4H", window_size)
    cell = Size(width // (columns or 1), height // (rows or 1))
    return cell if all(cell) else None


def _check_encoding(manner: Manner) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    try:
        _LETTERS.get(manner, "▀").encode(encoding)
    except UnicodeEncodeError:
        message = f"this terminal uses {encoding}, which has no characters to draw with"
        raise BadArguments(message, hint="use a locale with UTF-8, such as LANG=C.UTF-8") from None


_CELL_QUERY = "\x1b[16t"
# Every terminal answers this one, and in order: what is unanswered before it stays so.
_ATTRIBUTES_QUERY = "\x1b[c"
# A terminal that does not know this one prints it; the end of the line deletes that.
_KITTY_QUERY = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\r\x1b[K"
FIRST_QUERY = _CELL_QUERY + _ATTRIBUTES_QUERY
SECOND_QUERY = _KITTY_QUERY + _ATTRIBUTES_QUERY
_SIXEL = b"4"
_CELL_ANSWER = re.compile(rb"\x1b\[6;([0-9]{1,4});([0-9]{1,4})t")
_ATTRIBUTES_ANSWER = re.compile(rb"\x1b\[\?([0-9;]*)c")
_KITTY_ANSWER = re.compile(rb"\x1b_G[^\x1b]*;OK\x1b\\")


class TerminalAnswers(NamedTuple):
    """What a terminal supports; `complete` once it has answered everything."""

    sixel: bool = False
    kitty: bool = False
    cell: Size | None = None
    complete: bool = False


def read_answers(text: bytes) -> TerminalAnswers:
    r"""Parse the answers of a terminal, among which may be what the user typed.

    >>> read_answers(b"\x1b[6;20;9t\x1b[?62;4;22c")
    TerminalAnswers(sixel=True, kitty=False, cell=Size(width=9, height=20), complete=True)
    >>> read_answers(b"q\x1b_Gi=31;OK\x1b\\\x1b[?4c").kitty, read_answers(b"\x1b[?4c").sixel
    (True, False)
    """
    attributes = _ATTRIBUTES_ANSWER.search(text)
    cell = _CELL_ANSWER.search(text)
    size = Size(int(cell[2]), int(cell[1])) if cell else None
    return TerminalAnswers(
        # The first number is the terminal's class.
        sixel=attributes is not None and _SIXEL in attributes[1].split(b";")[1:],
        kitty=_KITTY_ANSWER.search(text) is not None,
        cell=size if size and all(size) else None,
        complete=attributes is not None,
    )
