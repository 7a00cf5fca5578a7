"""Draw hair: the mass behind a head and the fringe before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .canvas import LINE
from .colours import Gradient, ink, shade, tint
from .curves import locks, mirrored, oval, ribbon, smooth

if TYPE_CHECKING:
    from .canvas import Canvas
    from .cast import Back, Character, Fringe
    from .curves import Path

# fmt: off
# The lower edges of fringes, from the right temple to the left: tip, notch, tip ...
FRINGES: dict[Fringe, Path] = {
    "swept": [
        (98, 62), (80, -12), (64, 8), (34, -70), (8, 0), (0, -30),
        (-24, 10), (-36, -26), (-60, 12), (-76, -16), (-97, 66),
    ],
    "straight": [
        (97, 84), (78, -4), (66, 2), (55, -12), (40, 3), (28, -12), (14, 4), (0, -12),
        (-14, 4), (-28, -12), (-40, 3), (-55, -12), (-66, 2), (-78, -4), (-97, 84),
    ],
    "parted": [
        (99, 70), (80, -8), (58, 10), (48, -16), (34, -2), (4, -80),
        (-30, -2), (-46, -18), (-56, 10), (-80, -8), (-99, 70),
    ],
    "messy": [
        (100, 46), (82, -16), (70, 14), (50, -30), (34, 6), (20, -34), (2, 12),
        (-12, -34), (-34, 4), (-46, -28), (-66, 16), (-80, -18), (-100, 42),
    ],
    "side": [
        (98, 72), (82, -6), (64, 22), (46, -18), (34, 12), (14, -24), (-2, 2),
        (-30, -62), (-52, -6), (-62, -30), (-80, 4), (-98, 58),
    ],
}

# Left halves of the masses behind the head, from the crown down; y beyond 90 hangs loose.
BACKS: dict[Back, Path] = {
    "short": [(0, -116), (-66, -100), (-106, -40), (-108, 20), (-92, 68), (0, 80)],
    "bob": [(0, -118), (-70, -100), (-110, -36), (-117, 40), (-108, 96), (-66, 106), (0, 96)],
    "long": [
        (0, -118), (-70, -102), (-112, -36), (-120, 60), (-128, 160),
        (-126, 250), (-84, 268), (0, 258),
    ],
    "wavy": [
        (0, -118), (-72, -102), (-114, -36), (-112, 20), (-132, 70), (-116, 120),
        (-142, 170), (-122, 225), (-84, 244), (0, 230),
    ],
}
SPIKES: Path = [
    (0, -122), (-20, -114), (-58, -134), (-66, -104), (-108, -94), (-98, -56),
    (-122, -30), (-102, 4), (-114, 42), (-88, 50), (-84, 74), (0, 80),
]
# fmt: on


def draw_back_hair(canvas: Canvas, who: Character, length: float, sway: float = 0) -> None:
    """Draw the hair behind the head; `length` scales what hangs below the chin."""
    fill = Gradient(shade(who.hair), shade(shade(who.hair)))
    _tails(canvas, who, sway)
    if who.back == "spiky":
        canvas.shape(mirrored(locks(SPIKES, -0.14)), Gradient(tint(who.hair, 0.1), who.hair))
        return
    half = BACKS.get(who.back, BACKS["short"])
    hung = [(x, y if y < 90 else 90 + (y - 90) * length) for x, y in mirrored(half)]
    canvas.shape(smooth(hung, closed=True), fill)


def _tails(canvas: Canvas, who: Character, sway: float) -> None:
    fill = Gradient(who.hair, shade(who.hair))
    if who.back == "twin":
        for side in (-1, 1):
            spine: Path = [(side * 88, -62), (side * 130, -44), (side * 142, 40)]
            spine += [(side * 126 + sway, 120), (side * 140 + sway * 2, 170)]
            canvas.shape(ribbon(smooth(spine), [24, 48, 56, 44, 3]), fill)
            canvas.shape(oval(side * 94, -62, 15, 19), who.accent)
    elif who.back == "pony":
        spine = [(40, -96), (120, -112), (168, -30), (150, 70), (172 + sway * 2, 150)]
        canvas.shape(ribbon(smooth(spine), [26, 60, 76, 54, 3]), fill)
        canvas.shape(oval(62, -100, 20, 16), who.accent)
    elif who.back == "buns":
        for side in (-1, 1):
            canvas.shape(oval(side * 76, -92, 40, 38), fill)
            canvas.stroke(oval(side * 78, -94, 20, 18, 20, 280), 3, ink(who.hair))


def draw_fringe(canvas: Canvas, who: Character, turn: float) -> None:
    """Draw the hair before the face, with its shine."""
    edge = [(x + 7 * turn * (abs(x) < 90), y) for x, y in FRINGES[who.fringe]]
    if who.boyish:
        edge = [(x, min(y, 40)) for x, y in edge]
    cap = oval(0, -8, 101, 110, 172, 368)
    fringe = locks(edge, -0.09)
    path = [*cap, *fringe]
    canvas.fill(path, Gradient(tint(who.hair, 0.1), who.hair))
    canvas.stroke(fringe if who.back == "spiky" else [*path, *path[:2]], LINE, ink(who.hair))
    with canvas.within(path):
        _shine(canvas, who, turn)
    if who.extra == "strand":
        spine = smooth([(4, -112), (-8, -142), (18, -158), (34, -140)])
        canvas.shape(ribbon(spine, [12, 10, 6, 1]), who.hair)


def _shine(canvas: Canvas, who: Character, turn: float) -> None:
    bright = tint(who.hair, 0.45)
    for start, end in ((205, 246), (254, 272), (300, 322)):
        spine = oval(10 * turn, 4, 76, 84, start, end)
        canvas.fill(ribbon(spine, [2, 12, 12, 2]), bright, alpha=0.75)


def draw_nape(canvas: Canvas, who: Character) -> None:
    """Draw a head seen from behind: hair alone."""
    half = BACKS["short"]
    canvas.shape(smooth(mirrored(half), closed=True), Gradient(tint(who.hair, 0.1), who.hair))
    _shine(canvas, who, 0)
