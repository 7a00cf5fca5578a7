"""What a terminal is asked in its own protocols, and how its answers read."""

from __future__ import annotations

import re
from typing import NamedTuple

from animedex.render.terminal_picture import Size

_CELL = "\x1b[16t"
# Every terminal answers this one, in turn: what it has not answered before, it never will.
_ATTRIBUTES = "\x1b[c"
# What a terminal that does not know this one would print is wiped away again.
_KITTY = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\r\x1b[K"
FIRST = _CELL + _ATTRIBUTES
SECOND = _KITTY + _ATTRIBUTES
_SIXEL = b"4"
_CELL_SIZE = re.compile(rb"\x1b\[6;([0-9]{1,4});([0-9]{1,4})t")
_ATTRIBUTES_ARE = re.compile(rb"\x1b\[\?([0-9;]*)c")
_KITTY_IS_THERE = re.compile(rb"\x1b_G[^\x1b]*;OK\x1b\\")


class TerminalAnswers(NamedTuple):
    """What a terminal says of itself; `complete` once it has said all that it will."""

    sixel: bool = False
    kitty: bool = False
    cell: Size | None = None
    complete: bool = False


def read_answers(said: bytes) -> TerminalAnswers:
    r"""Read what a terminal answers, whatever is typed in between.

    >>> read_answers(b"\x1b[6;20;9t\x1b[?62;4;22c")
    TerminalAnswers(sixel=True, kitty=False, cell=Size(width=9, height=20), complete=True)
    >>> read_answers(b"q\x1b_Gi=31;OK\x1b\\\x1b[?4c").kitty, read_answers(b"\x1b[?4c").sixel
    (True, False)
    """
    attributes = _ATTRIBUTES_ARE.search(said)
    cell = _CELL_SIZE.search(said)
    size = Size(int(cell[2]), int(cell[1])) if cell else None
    return TerminalAnswers(
        # The first number is the terminal's class.
        sixel=attributes is not None and _SIXEL in attributes[1].split(b";")[1:],
        kitty=_KITTY_IS_THERE.search(said) is not None,
        cell=size if size and all(size) else None,
        complete=attributes is not None,
    )
