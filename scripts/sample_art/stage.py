"""What a scene needs: a canvas measured in figures, and the cast."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin
from typing import TYPE_CHECKING

from .canvas import Canvas
from .colours import shade, tint
from .curves import oval
from .figure import draw_figure

if TYPE_CHECKING:
    from .cast import Character, Pose
    from .colours import Colour

HEIGHT = 400
HEAD_Y = 184


class Stage(Canvas):
    """Be a canvas 400 units high with x = 0 in its middle, on which the cast appears."""

    def __init__(self, size: tuple[int, int], cast: list[Character], wall: Colour) -> None:
        """Paint the empty scene: a wall and a floor in one family of colours."""
        unit = size[1] / HEIGHT
        super().__init__(*size, wall, unit=unit, left=-size[0] / unit / 2)
        self.cast = cast
        self.wall = wall
        self.disc(0, 176, 172, tint(wall, 0.45))
        self.fill(oval(0, 412, 340, 54), shade(wall))

    def show(  # noqa: PLR0913 - who, how, and where in full
        self,
        who: int,
        pose: Pose,
        x: float = 0,
        y: float = HEAD_Y,
        size: float = 1,
        *,
        turn: float = 0,
        stretch: float = 1,
    ) -> None:
        """Draw one of the cast with the middle of its head at the place."""
        with self.at(x, y, size, turn, stretch=stretch):
            draw_figure(self, self.cast[who], pose)


Scene = Callable[[Stage, float], None]


def swing(t: float, beats: int = 1) -> float:
    """Go from 0 to 1 to 0 to -1 and back while t goes from 0 to 1.

    >>> [round(swing(t / 4)) for t in range(4)]
    [0, 1, 0, -1]
    """
    return sin(2 * pi * beats * t)


def pulse(t: float, beats: int = 1) -> float:
    """Go from 0 up to 1 and back while t goes from 0 to 1.

    >>> [pulse(t / 2) for t in range(3)]
    [0.0, 1.0, 0.0]
    """
    return (1 - cos(2 * pi * beats * t)) / 2
