"""Read the filters for width, height and size in bytes."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

# The service reads numbers of 64 bits; what is longer is no number to it.
_NUMBER = r"\s*([+-]?[0-9]{1,18})\s*"
_ONE = re.compile(rf"(>=|>|<=|<|){_NUMBER}")
_RANGE = re.compile(rf"{_NUMBER}\.\.{_NUMBER}")


class Bounds(NamedTuple):
    """The least and the most that a filter lets pass."""

    least: float = -math.inf
    most: float = math.inf

    def contains(self, size: int) -> bool:
        """Return whether a size passes.

        >>> Bounds(least=3).contains(3), Bounds(most=2).contains(3)
        (True, False)
        """
        return self.least <= size <= self.most


def parse_size(text: str) -> Bounds | None:
    """Read ``>=N``, ``>N``, ``<=N``, ``<N``, ``A..B`` or ``N``; None for what cannot be read.

    >>> parse_size(">=1500"), parse_size("<10")
    (Bounds(least=1500, most=inf), Bounds(least=-inf, most=9))
    >>> parse_size("100..200"), parse_size("5")
    (Bounds(least=100, most=200), Bounds(least=5, most=5))
    >>> parse_size("=>1500"), parse_size("1.5"), parse_size("1.."), parse_size("")
    (None, None, None, None)
    """
    if found := _ONE.fullmatch(text.strip()):
        return _compared(found[1], int(found[2]))
    if found := _RANGE.fullmatch(text.strip()):
        return Bounds(int(found[1]), int(found[2]))
    return None


def _compared(sign: str, number: int) -> Bounds:
    match sign:
        case ">=":
            return Bounds(least=number)
        case ">":
            return Bounds(least=number + 1)
        case "<=":
            return Bounds(most=number)
        case "<":
            return Bounds(most=number - 1)
        case _:
            return Bounds(number, number)
