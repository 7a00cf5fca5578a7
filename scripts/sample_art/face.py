"""Draw faces: eyes, brows, mouth and cheeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .colours import GOLD, NIGHT, ROSE, WHITE, Gradient, ink, mix, rgb, tint
from .curves import oval, ribbon, smooth, star

if TYPE_CHECKING:
    from .canvas import Canvas
    from .cast import Character, Eyes, Mood
    from .curves import Path, Point

EYE_X, EYE_Y = 41.0, 24.0
TONGUE = rgb("f58ea0")
GUM = rgb("8c2f45")


def draw_face(canvas: Canvas, who: Character, mood: Mood, turn: float) -> None:
    """Draw the features of a head about its middle, looking by `turn` to a side."""
    shift = 15 * turn
    for side in (-1, 1):
        x = side * EYE_X * (1 - 0.16 * max(0.0, side * turn)) + shift
        _cheek(canvas, x + side * 12, mood.blush)
        with canvas.at(x, EYE_Y, stretch=float(side)):
            _eye(canvas, who, mood, side)
            if who.kind == "person" or abs(mood.brow) > 0.5:  # beasts raise few
                _brow(canvas, who, mood.brow)
    with canvas.at(shift * 1.25, 0):
        _nose(canvas, who)
        with canvas.at(0, 68 if who.kind == "person" else 62):
            MOUTHS[mood.mouth](canvas)


def _cheek(canvas: Canvas, x: float, strength: float) -> None:
    if strength > 0:
        canvas.fill(oval(x, 55, 19, 10), ROSE, alpha=min(strength, 1))
    if strength > 0.6:  # a deep blush gets its little strokes
        for step in (-8, 0, 8):
            canvas.stroke([(x + step + 2, 51), (x + step - 2, 59)], 2.5, rgb("e0566f"))


def _eye(canvas: Canvas, who: Character, mood: Mood, side: int) -> None:
    kind: Eyes = mood.eyes
    if kind == "wink":
        kind = "happy" if side > 0 else "open"
    lash = ink(mix(who.hair, NIGHT, 0.5))
    gaze = (mood.gaze[0] * side, mood.gaze[1])
    if kind in CLOSED:
        canvas.fill(ribbon(smooth(CLOSED[kind]), [2, 7, 2]), lash)
    elif kind == "squeezed":
        canvas.stroke([(17, -16), (-13, 0), (17, 14)], 6, lash)
    elif kind == "spiral":
        _spiral(canvas, lash)
    else:
        _open_eye(canvas, who, gaze, lash, kind)


CLOSED: dict[Eyes, Path] = {
    "happy": [(-23, 9), (-12, -8), (2, -11), (14, -6), (23, 11)],
    "shut": [(-22, -1), (-10, 9), (3, 11), (15, 7), (24, -4)],
}


def _spiral(canvas: Canvas, lash: tuple[int, int, int]) -> None:
    canvas.fill(oval(0, 0, 24, 26), WHITE, line=lash)
    turns = [oval(0, 0, 20 - step * 1.1, 20 - step * 1.1)[step * 6 % 48] for step in range(18)]
    canvas.stroke(smooth(turns), 3, lash)


def _open_eye(
    canvas: Canvas, who: Character, gaze: Point, lash: tuple[int, int, int], kind: Eyes
) -> None:
    rx, ry = (19.0, 21.0) if who.boyish else (21.0, 27.0)
    lid = -0.1 * ry if kind == "half" else -1.04 * ry
    opening = [point for point in oval(0, 0, rx, ry) if point[1] >= lid]
    with canvas.within(opening):
        canvas.fill(oval(0, 0, rx, ry), Gradient(rgb("e4dff0"), WHITE))
        with canvas.at(gaze[0], gaze[1], 0.55 if kind == "wide" else 1):
            _iris(canvas, who, rx, ry, starry=kind == "starry")
    _lashes(canvas, rx, ry, lid, lash)


def _iris(canvas: Canvas, who: Character, rx: float, ry: float, *, starry: bool) -> None:
    dark, bright = mix(who.eyes, NIGHT, 0.62), tint(who.eyes, 0.35)
    canvas.fill(oval(0, 1, rx * 0.84, ry * 0.94), Gradient(dark, bright))
    canvas.fill(oval(0, 0, rx * 0.4, ry * 0.46), mix(who.eyes, NIGHT, 0.85))
    canvas.fill(oval(0, ry * 0.6, rx * 0.45, ry * 0.2), tint(who.eyes, 0.7), alpha=0.8)
    if starry:
        canvas.fill(star(0, 0, rx * 0.8), tint(GOLD, 0.5))
    canvas.fill(oval(-rx * 0.3, -ry * 0.42, rx * 0.32, ry * 0.28), WHITE)
    canvas.disc(rx * 0.36, ry * 0.4, rx * 0.15, WHITE)


def _lashes(canvas: Canvas, rx: float, ry: float, lid: float, lash: tuple[int, int, int]) -> None:
    droop = max(lid, -ry)
    upper = [(-rx - 1, droop * 0.4), (-rx * 0.6, droop * 0.9), (0, droop * 1.05)]
    upper += [(rx * 0.65, droop * 0.88), (rx + 2, droop * 0.3), (rx + 7, droop * 0.3 - 5)]
    if lid > -ry / 2:
        upper = [(-rx - 2, lid), (0, lid - 1), (rx + 2, lid), (rx + 7, lid - 2)]
    canvas.fill(ribbon(smooth(upper), [3, 6, 8, 8, 5, 1]), lash)
    lower = [(-rx * 0.4, ry * 0.98), (rx * 0.3, ry * 1.02), (rx * 0.8, ry * 0.72)]
    canvas.fill(ribbon(smooth(lower), [1, 2.5, 2]), lash)


def _brow(canvas: Canvas, who: Character, brow: float) -> None:
    thick = 7 if who.boyish else 4.5
    inner, outer = -40 + 13 * brow, -40 - 7 * brow
    spine = smooth([(-19, inner), (2, (inner + outer) / 2 - 5), (23, outer + 3)])
    canvas.fill(ribbon(spine, [thick, thick, 1.5]), ink(who.hair))


def _nose(canvas: Canvas, who: Character) -> None:
    if who.kind == "person":
        canvas.stroke([(1, 47), (-1, 50)], 3, ink(mix(who.skin, ROSE, 0.3)))
        return
    colour = NIGHT if who.kind == "fox" else rgb("e58a94")
    canvas.fill(smooth([(-9, 46), (0, 44), (9, 46), (0, 56)], closed=True), colour)
    canvas.stroke([(0, 54), (0, 60)], 3, rgb("6b3a44"))


LIP = rgb("7c3345")


def _line(*points: Point) -> Path:
    return smooth(list(points))


def _bowl(canvas: Canvas, half: float, depth: float, top: float = -6) -> None:
    """Draw an open mouth with a tongue in it."""
    path = [(-half, top), (half, top), *oval(0, top, half, depth, 0, 180)]
    with canvas.within(path):
        canvas.fill(path, GUM)
        canvas.fill(oval(0, top + depth, half * 0.75, depth * 0.5), TONGUE)
    canvas.stroke([*path, path[0]], 3, LIP)


def _smile(canvas: Canvas) -> None:
    canvas.stroke(_line((-13, -3), (0, 4), (13, -3)), 3.4, LIP)


def _open(canvas: Canvas) -> None:
    _bowl(canvas, 14, 18)


def _laugh(canvas: Canvas) -> None:
    _bowl(canvas, 23, 25, -10)


def _cat(canvas: Canvas) -> None:
    canvas.stroke(_line((-17, -5), (-9, 3), (0, -5), (9, 3), (17, -5)), 3.4, LIP)


def _frown(canvas: Canvas) -> None:
    canvas.stroke(_line((-13, 5), (0, -3), (13, 5)), 3.6, LIP)


def _pout(canvas: Canvas) -> None:
    canvas.stroke(_line((-7, 3), (0, -4), (7, 3)), 4, LIP)


def _round(canvas: Canvas) -> None:
    canvas.fill(oval(0, 0, 8, 10), GUM, line=LIP)


def _flat(canvas: Canvas) -> None:
    canvas.stroke([(-11, 0), (11, 0)], 3.4, LIP)


def _wavy(canvas: Canvas) -> None:
    canvas.stroke(_line((-18, 2), (-10, -4), (-2, 3), (7, -4), (17, 3)), 3.4, LIP)


def _tongue(canvas: Canvas) -> None:
    canvas.fill(oval(5, 3, 8, 11), TONGUE, line=LIP)
    canvas.stroke(_line((-14, -4), (0, -1), (15, -5)), 3.6, LIP)


def _fang(canvas: Canvas) -> None:
    _bowl(canvas, 18, 18)
    canvas.fill([(-14, -6), (-5, -6), (-9, 3)], WHITE)
    canvas.fill([(14, -6), (5, -6), (9, 3)], WHITE)


def _grin(canvas: Canvas) -> None:
    path = [(-17, -6), (17, -6), *oval(0, -6, 17, 13, 0, 180)]
    canvas.fill(path, WHITE, line=LIP)
    canvas.stroke([(-15, -1), (15, -1)], 1.6, rgb("c9b8c8"))


def _kiss(canvas: Canvas) -> None:
    canvas.stroke(_line((-4, -7), (4, -4), (-2, 0), (4, 4), (-4, 7)), 3.6, CHERRY)


def _yawn(canvas: Canvas) -> None:
    canvas.fill(oval(0, 2, 16, 20), GUM, line=LIP)
    canvas.fill(oval(0, 13, 11, 8), TONGUE)


def _chew(canvas: Canvas) -> None:
    canvas.stroke(_line((-9, -2), (-3, 3), (3, -2), (9, 2)), 3.6, LIP)


CHERRY = rgb("cf4a66")
MOUTHS = {
    "smile": _smile,
    "open": _open,
    "laugh": _laugh,
    "cat": _cat,
    "frown": _frown,
    "pout": _pout,
    "round": _round,
    "flat": _flat,
    "wavy": _wavy,
    "tongue": _tongue,
    "fang": _fang,
    "grin": _grin,
    "kiss": _kiss,
    "yawn": _yawn,
    "chew": _chew,
}
