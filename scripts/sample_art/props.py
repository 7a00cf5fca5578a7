"""Draw the marks and things that tell what a figure does, about the given place."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING

from .colours import CREAM, CRIMSON, GOLD, NIGHT, SKY, WHITE, WOOD, ink, rgb, shade, tint
from .curves import heart as heart_path
from .curves import oval, smooth, star

if TYPE_CHECKING:
    from .canvas import Canvas
    from .colours import Colour
    from .curves import Path


def outlined(canvas: Canvas, path: Path, width: float, colour: Colour) -> None:
    """Draw a line with a white rim, so that it reads on anything."""
    canvas.stroke(path, width + 9, WHITE)
    canvas.stroke(path, width, colour)


def heart(canvas: Canvas, x: float, y: float, size: float, colour: Colour = CRIMSON) -> None:
    """Draw a heart with a glint."""
    canvas.shape(heart_path(x, y, size), colour, 3)
    canvas.disc(x - size * 0.22, y - size * 0.16, size * 0.09, WHITE)


def sparkle(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Draw a four-rayed glint."""
    canvas.fill(star(x, y, size, 4, 0.3), tint(GOLD, 0.2), line=rgb("d9a23c"), width=2)


def burst(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Draw the flash of a blow."""
    canvas.shape(star(x, y, size, 9, 0.55), GOLD)
    canvas.fill(star(x, y, size * 0.6, 9, 0.55), WHITE)


def sweat(canvas: Canvas, x: float, y: float, size: float = 20) -> None:
    """Draw a drop, its point up."""
    drop = [(x, y - size), (x + size * 0.5, y + size * 0.2), (x, y + size * 0.7)]
    drop.append((x - size * 0.5, y + size * 0.2))
    canvas.shape(smooth(drop, closed=True), tint(SKY, 0.3), 2.5)


def anger(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Draw the throbbing vein of the comics."""
    for step in range(4):
        with canvas.at(x, y, size / 20, turn=90 * step + 10):
            outlined(canvas, smooth([(5, -20), (6, -6), (20, -5)]), 6, CRIMSON)


def letter_z(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Draw one Z of a snore."""
    path = [(x - size, y - size), (x + size, y - size), (x - size, y + size), (x + size, y + size)]
    outlined(canvas, path, size * 0.42, rgb("6470b8"))


def question(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Draw a question mark."""
    hook = oval(x, y - size * 0.5, size * 0.5, size * 0.5, 190, 420)
    outlined(canvas, [*hook, (x, y + size * 0.35)], size * 0.26, rgb("6a5acd"))
    canvas.disc(x, y + size * 0.85, size * 0.17 + 4, WHITE)
    canvas.disc(x, y + size * 0.85, size * 0.17, rgb("6a5acd"))


def exclamation(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Draw an exclamation mark."""
    outlined(canvas, [(x, y - size), (x, y + size * 0.25)], size * 0.34, CRIMSON)
    canvas.disc(x, y + size * 0.85, size * 0.2 + 4, WHITE)
    canvas.disc(x, y + size * 0.85, size * 0.2, CRIMSON)


def note(canvas: Canvas, x: float, y: float, colour: Colour) -> None:
    """Draw a quaver."""
    canvas.fill(oval(x, y, 12, 9), colour)
    canvas.stroke(smooth([(x + 10, y), (x + 10, y - 40), (x + 26, y - 26)]), 5, colour)


def puff(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Draw a puff of dust or breath."""
    for dx, dy, share in ((-0.7, 0.1, 0.55), (0, -0.25, 0.75), (0.7, 0.15, 0.5)):
        canvas.disc(x + dx * size, y + dy * size, size * share, WHITE)


def whoosh(canvas: Canvas, path: Path) -> None:
    """Draw a stroke of movement along a path."""
    canvas.stroke(smooth(path), 5, WHITE)


def spokes(  # noqa: PLR0913, PLR0917 - a place, two radii, a count
    canvas: Canvas, x: float, y: float, inner: float, outer: float, count: int = 8
) -> None:
    """Draw lines that start from a place in all directions."""
    for step in range(count):
        dx, dy = cos(2 * pi * step / count + 0.3), sin(2 * pi * step / count + 0.3)
        line = [(x + inner * dx, y + inner * dy), (x + outer * dx, y + outer * dy)]
        canvas.stroke(line, 5, rgb("f2a93c"))


# The strokes of the words that are cried, in a square of 20 units for each sign.
WORDS: dict[str, list[Path]] = {
    "baka": [
        [(7, 4), (5, 11), (1, 17)],
        [(12, 4), (15, 11), (19, 17)],
        [(15, 1), (17, 4)],
        [(19, 0), (21, 3)],
        [(25, 6), (41, 6), (40, 13), (37, 18), (34, 16)],
        [(32, 1), (31, 9), (26, 18)],
    ],
    "nya": [
        [(4, 5), (16, 5)],
        [(2, 16), (19, 16)],
        [(25, 11), (40, 8), (37, 13)],
        [(29, 7), (33, 19)],
    ],
}


def word(canvas: Canvas, name: str, x: float, y: float, size: float) -> None:
    """Write a word of `WORDS`, its first sign's top left at the place."""
    with canvas.at(x, y, size):
        for width, colour in ((6.5, WHITE), (3.0, CRIMSON)):
            for stroke in WORDS[name]:
                canvas.stroke(stroke, width, colour)


def cup(canvas: Canvas, x: float, y: float, colour: Colour) -> None:
    """Draw a mug with its handle to the right."""
    canvas.stroke(oval(x + 24, y, 13, 13), 7, ink(colour))
    canvas.shape([(x - 24, y - 24), (x + 24, y - 24), (x + 19, y + 26), (x - 19, y + 26)], colour)
    canvas.shape(oval(x, y - 24, 24, 7), rgb("8a5a44"))


def riceball(canvas: Canvas, x: float, y: float, bites: int) -> None:
    """Draw a rice ball, eaten from its top by up to three bites."""
    half = [(0, -34), (-20, -14), (-36, 18), (-26, 30), (0, 30), (26, 30), (36, 18), (20, -14)]
    outline = smooth([(x + dx, y + dy) for dx, dy in half], closed=True)
    canvas.shape(outline, WHITE)
    leaf = [(x - 14, y + 6), (x + 14, y + 6), (x + 14, y + 31), (x - 14, y + 31)]
    canvas.shape(leaf, rgb("3f5a50"))
    for bite in range(bites):
        canvas.disc(x - 20 + 20 * bite, y - 30 + 7 * abs(bite - 1), 17, rgb("f7d9c8"))


def dumplings(canvas: Canvas, x: float, y: float, count: int) -> None:
    """Draw a skewer of sweet dumplings that points to the right."""
    canvas.stroke([(x - 66, y + 22), (x + 44, y - 15)], 6, WOOD)
    for step, code in list(enumerate(("f6a8b8", "fff6e6", "a9cf8a")))[:count]:
        canvas.shape(oval(x - 22 + step * 28, y + 8 - step * 10, 17, 16), rgb(code))


def pillow(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Draw a pillow."""
    corners = [(-1, -0.5), (0, -0.42), (1, -0.5), (0.92, 0), (1, 0.5), (0, 0.42), (-1, 0.5)]
    outline = [(x + dx * size, y + dy * size) for dx, dy in [*corners, (-0.92, 0)]]
    canvas.shape(smooth(outline, closed=True), CREAM)


def blanket(canvas: Canvas, width: float, top: float, colour: Colour) -> None:
    """Draw a blanket from a height down, with a folded edge."""
    edge = smooth([(-width, top + 22), (-width * 0.5, top), (width * 0.5, top), (width, top + 22)])
    canvas.shape([*edge, (width + 20, 430), (-width - 20, 430)], colour)
    canvas.stroke([(x, y + 9) for x, y in edge], 16, tint(colour, 0.6))
    for x in range(-int(width) + 30, int(width), 62):
        canvas.disc(x, top + 70, 9, tint(colour, 0.4))


def table(canvas: Canvas, x: float, y: float, turn: float) -> None:
    """Draw a low table, its top's middle at the place."""
    with canvas.at(x, y, turn=turn):
        for side in (-1, 1):
            leg = [(side * 74, 4), (side * 62, 4), (side * 66, 66), (side * 76, 66)]
            canvas.shape(leg, shade(WOOD))
        canvas.shape([(-96, -10), (96, -10), (96, 10), (-96, 10)], WOOD)


def hammer(canvas: Canvas, x: float, y: float, turn: float) -> None:
    """Draw a squeaky hammer held at the place."""
    with canvas.at(x, y, turn=turn):
        canvas.stroke([(0, 10), (0, -70)], 14, ink(GOLD))
        canvas.stroke([(0, 10), (0, -70)], 9, GOLD)
        canvas.shape([(-46, -112), (46, -112), (46, -66), (-46, -66)], CRIMSON)
        for side in (-1, 1):
            canvas.shape(oval(side * 46, -89, 10, 26), tint(CRIMSON, 0.4))


def glove(canvas: Canvas, x: float, y: float) -> None:
    """Draw a boxing glove."""
    canvas.shape(oval(x, y, 29, 26), CRIMSON)
    canvas.shape(oval(x - 6, y - 16, 13, 10), tint(CRIMSON, 0.15))


def ball(canvas: Canvas, x: float, y: float) -> None:
    """Draw a football."""
    canvas.shape(oval(x, y, 25, 25), WHITE)
    canvas.fill(star(x, y, 13, 5, 0.75), NIGHT)
    canvas.stroke(oval(x, y, 18, 18, 20, 80), 5, NIGHT)
