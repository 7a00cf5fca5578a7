"""Draw what stands behind a portrait; every backdrop fills its canvas."""

from __future__ import annotations

from math import sin
from typing import TYPE_CHECKING

from .colours import CREAM, GOLD, ROSE, WHITE, Gradient, mix, rgb, shade, tint
from .curves import Path, heart, oval, smooth, star
from .head import draw_flower

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from .canvas import Canvas
    from .colours import Paint


def _sky(canvas: Canvas, paint: Paint) -> None:
    width, height = canvas.width, canvas.height
    canvas.fill([(0, 0), (width, 0), (width, height), (0, height)], paint)


def _hills(canvas: Canvas, base: float, swing: float, paint: Paint, phase: float) -> None:
    width, height = canvas.width, canvas.height
    crest = [(x, base + swing * sin(x / 47 + phase)) for x in range(0, width + 12, 12)]
    canvas.fill([(0, height), *crest, (width, height)], paint)


def sunset(canvas: Canvas, rng: Random) -> None:
    """Draw a low sun over hills."""
    width, height = canvas.width, canvas.height
    _sky(canvas, Gradient(rgb("8f7fd6"), rgb("ffc39a")))
    canvas.disc(width * 0.7, height * 0.42, width * 0.3, rgb("ffe2a8"), 0.5)
    canvas.disc(width * 0.7, height * 0.42, width * 0.22, rgb("fff0c4"))
    _hills(canvas, height * 0.66, 12, rgb("c77f9d"), rng.random() * 6)
    _hills(canvas, height * 0.78, 9, rgb("8d5f92"), rng.random() * 6)


def night(canvas: Canvas, rng: Random) -> None:
    """Draw a moon and stars over roofs."""
    width, height = canvas.width, canvas.height
    _sky(canvas, Gradient(rgb("2b3268"), rgb("7a6fb8")))
    canvas.disc(width * 0.24, height * 0.18, width * 0.14, rgb("fff3c9"))
    canvas.disc(width * 0.29, height * 0.16, width * 0.12, rgb("343a72"))
    for _ in range(26):
        place = (rng.random() * width, rng.random() * height * 0.7)
        canvas.fill(star(*place, rng.choice([2, 3, 5]), 4, 0.3), rgb("fff6d8"))
    for left in range(0, width, 34):
        top = height * (0.7 + 0.14 * rng.random())
        canvas.fill([(left, height), (left, top), (left + 34, top), (left + 34, height)], SHADOW)
        canvas.fill([(left + 9, top + 9), (left + 15, top + 9), (left + 15, top + 17)], GOLD)


SHADOW = rgb("343163")


def blossom(canvas: Canvas, rng: Random) -> None:
    """Draw falling petals and a branch of cherry."""
    width, height = canvas.width, canvas.height
    _sky(canvas, Gradient(rgb("cfe6fb"), rgb("fdeaf1")))
    branch = smooth([(width + 8, 8), (width * 0.7, 26), (width * 0.42, 16)])
    canvas.stroke(branch, 7, rgb("8c6a66"))
    for _ in range(16):
        with canvas.at(width * (0.4 + 0.6 * rng.random()), 42 * rng.random()):
            draw_flower(canvas, rgb("f59ab8"), rng.choice([9, 12, 15]))
    for _ in range(18):
        with canvas.at(rng.random() * width, rng.random() * height, turn=rng.random() * 180):
            canvas.fill(oval(0, 0, 7, 3.5), rgb("f7b3ca"))


def window(canvas: Canvas, rng: Random) -> None:
    """Draw a window on a garden, with curtains."""
    width, height = canvas.width, canvas.height
    wall = rng.choice([rgb("f6dfc8"), rgb("dfe3f4"), rgb("f3d9dd")])
    _sky(canvas, Gradient(tint(wall), wall))
    left, right, top, bottom = width * 0.12, width * 0.88, height * 0.07, height * 0.62
    pane = [(left, top), (right, top), (right, bottom), (left, bottom)]
    with canvas.within(pane):
        canvas.fill(pane, Gradient(rgb("a8d8f5"), rgb("e8f7ee")))
        canvas.disc(width * 0.25, bottom, 46, rgb("9fd29a"))
        canvas.disc(width * 0.7, bottom + 8, 62, rgb("86c48c"))
        canvas.fill(oval(width * 0.5, height * 0.2, 50, 13), WHITE, alpha=0.8)
    canvas.stroke([*pane, *pane[:2]], 8, WHITE)
    canvas.stroke([(width / 2, top), (width / 2, bottom)], 6, WHITE)
    for edge, inner in ((0.0, 0.2), (1.0, 0.8)):
        curtain = [(edge * width, 0), (inner * width, 0), (edge * width, height * 0.55)]
        canvas.fill(smooth(curtain, closed=True), shade(wall))


def waves(canvas: Canvas, rng: Random) -> None:
    """Cover the wall with the overlapping circles of old textiles."""
    width, height = canvas.width, canvas.height
    base = rng.choice([rgb("9cc4dc"), rgb("e6a9b4"), rgb("a9cfae"), rgb("c3b3e0")])
    _sky(canvas, base)
    for row in range(height // 13 + 4):
        for column in range(-1, width // 52 + 2):
            x, y = column * 52 + 26 * (row % 2), row * 13
            for radius, share in ((26, 0.55), (22, 0.12), (15, 0.5), (11, 0.12), (5, 0.5)):
                canvas.disc(x, y, radius, tint(base, share))


def shrine(canvas: Canvas, rng: Random) -> None:
    """Draw a red gate among trees."""
    width, height = canvas.width, canvas.height
    _sky(canvas, Gradient(rgb("bfe3ee"), rgb("f4f0d8")))
    for _ in range(14):
        x, y = rng.random() * width, height * (0.42 + 0.25 * rng.random())
        canvas.disc(x, y, rng.choice([24, 32, 40]), rng.choice([rgb("8fbf8f"), rgb("a9cf98")]))
    red, left, right = rgb("d9594c"), width * 0.14, width * 0.86
    for x in (left, right):
        canvas.stroke([(x, height * 0.2), (x, height)], 15, red)
    canvas.stroke([(left, height * 0.29), (right, height * 0.29)], 11, red)
    lintel = smooth([(-8, height * 0.13), (width / 2, height * 0.17), (width + 8, height * 0.13)])
    canvas.stroke(lintel, 20, red)
    canvas.stroke([(x, y - 12) for x, y in lintel], 8, rgb("4b3b4a"))
    canvas.fill(oval(width / 2, height, width, height * 0.14), rgb("cdbf9d"))


def maples(canvas: Canvas, rng: Random) -> None:
    """Scatter autumn leaves."""
    width, height = canvas.width, canvas.height
    _sky(canvas, Gradient(rgb("fbe3b8"), rgb("f2b28a")))
    for _ in range(34):
        place = (rng.random() * width, rng.random() * height)
        colour = rng.choice([rgb("e2713f"), rgb("cf4c3c"), rgb("eda33f"), rgb("d9893a")])
        with canvas.at(*place, turn=rng.random() * 360):
            canvas.fill(star(0, 0, rng.choice([8, 12, 16]), 5, 0.5), colour)


def hearts(canvas: Canvas, rng: Random) -> None:
    """Set hearts and dots in a chequer."""
    base = rng.choice([rgb("fbd3de"), rgb("d6e6fb"), rgb("fdeabf"), rgb("d9f0df")])
    _sky(canvas, base)
    for row in range(canvas.height // 30 + 2):
        for column in range(canvas.width // 40 + 2):
            x, y = column * 40 + 20 * (row % 2), row * 30
            if row % 2:
                canvas.fill(heart(x, y, 14), mix(base, ROSE, 0.45))
            else:
                canvas.disc(x, y, 5, tint(base, 0.7))


def snow(canvas: Canvas, rng: Random) -> None:
    """Draw firs under falling snow."""
    width, height = canvas.width, canvas.height
    _sky(canvas, Gradient(rgb("9fb9de"), rgb("e6eef8")))
    for step in range(5):
        x, base = width * (0.05 + 0.23 * step), height * (0.66 + 0.05 * rng.random())
        for tier in range(3):
            top, half = base - 110 + tier * 28, 18 + tier * 9
            fir: Path = [(x, top), (x + half, top + 44), (x - half, top + 44)]
            canvas.fill(fir, rgb("7b9fb4"))
            canvas.fill([(x, top), (x + half / 2, top + 22), (x - half / 2, top + 22)], WHITE)
    _hills(canvas, height * 0.7, 6, WHITE, rng.random() * 6)
    for _ in range(44):
        canvas.disc(rng.random() * width, rng.random() * height, rng.choice([2, 3, 4]), WHITE)


def seaside(canvas: Canvas, rng: Random) -> None:
    """Draw clouds over a calm sea."""
    width, height = canvas.width, canvas.height
    _sky(canvas, Gradient(rgb("5fb4ec"), rgb("c9ecfa")))
    for _ in range(4):
        x, y = rng.random() * width, height * (0.08 + 0.4 * rng.random())
        for shift, radius in ((-26, 14), (-8, 22), (14, 18), (32, 12)):
            canvas.disc(x + shift, y - radius * 0.5, radius, WHITE)
    canvas.fill([(0, height * 0.6), (width, height * 0.6), (width, height), (0, height)], SEA)
    for _ in range(14):
        x, y = rng.random() * width, height * (0.63 + 0.3 * rng.random())
        canvas.stroke([(x, y), (x + 22, y)], 2.5, rgb("9fe0ec"))
    canvas.fill(oval(width * 0.3, height * 1.02, width, height * 0.12), rgb("f6e4bd"))


SEA = Gradient(rgb("3f9fd0"), rgb("7fd0dc"))


def rays(canvas: Canvas, rng: Random) -> None:
    """Spread beams of light from behind the head."""
    width, height = canvas.width, canvas.height
    base = rng.choice([rgb("ffd98c"), rgb("f9b8c4"), rgb("a9dcd6"), rgb("bcc6f2")])
    _sky(canvas, base)
    hub = (width / 2, height * 0.42)
    rim = oval(*hub, width + height, width + height)
    for step in range(0, 48, 4):
        canvas.fill([hub, rim[step], rim[step + 2]], tint(base, 0.35))
    canvas.disc(*hub, width * 0.42, CREAM, 0.6)


# fmt: off
BACKDROPS: list[Callable[[Canvas, Random], None]] = [
    sunset, blossom, night, window, waves, shrine, seaside, hearts, maples, rays, snow,
]
# fmt: on
