"""Draw whole heads, of people and of animals, with ears and what is worn on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .colours import CREAM, NIGHT, ROSE, WHITE, Gradient, flush, ink, mix, rgb, tint
from .curves import locks, mirrored, oval, smooth
from .face import draw_face
from .hair import draw_fringe, draw_nape

if TYPE_CHECKING:
    from .canvas import Canvas
    from .cast import Character, Pose
    from .curves import Path

FACE: Path = [(0, -96), (-62, -76), (-90, -14), (-86, 36), (-60, 74), (-22, 93), (0, 97)]
JAW: Path = [(0, -96), (-62, -76), (-88, -14), (-84, 40), (-58, 80), (-20, 103), (0, 106)]
CAT_HEAD: Path = [(0, -82), (-58, -72), (-98, -14), (-104, 34), (-74, 74), (-30, 88), (0, 90)]
FUR_CHEEK: Path = [(-100, 8), (-126, 34), (-108, 42), (-118, 62), (-88, 66), (-70, 78)]


def draw_head(canvas: Canvas, who: Character, pose: Pose) -> None:
    """Draw a head about the origin; the hair behind it is not part of it."""
    if who.ears != "none":
        for side in (-1, 1):
            _ear(canvas, who, side)
    if who.kind != "person":
        _animal_head(canvas, who)
    elif not pose.away:
        _person_head(canvas, who)
    if pose.away:
        draw_nape(canvas, who)
        return
    draw_face(canvas, who, pose.mood, pose.turn)
    if who.kind == "person":
        draw_fringe(canvas, who, pose.turn)
        _worn(canvas, who, pose.turn)


def _person_head(canvas: Canvas, who: Character) -> None:
    for side in (-1, 1):
        canvas.shape(oval(side * 88, 26, 15, 20), who.skin)
    outline = smooth(mirrored(JAW if who.boyish else FACE), closed=True)
    canvas.shape(outline, who.skin)
    with canvas.within(outline):
        canvas.fill(oval(0, -62, 96, 66), flush(who.skin), alpha=0.6)


def _ear(canvas: Canvas, who: Character, side: int) -> None:
    fox = who.ears == "fox"
    tip, wide = (-176, 6) if fox else (-152, 0)
    with canvas.at(side * 60, 0, turn=side * 4.0, stretch=float(side)):
        outer = [(-42, -66), (-30 - wide, -118), (14, tip), (42 + wide, -112), (44, -44)]
        canvas.shape(smooth(outer), who.hair)
        inner = [(-20, -84), (-12, -116), (13, tip + 28), (28, -108), (28, -70)]
        colour = mix(CREAM, who.hair, 0.1) if fox else mix(who.hair, ROSE, 0.65)
        canvas.fill(smooth(inner, closed=True), colour)
        if fox:
            with canvas.within(smooth(outer)):
                canvas.fill(oval(14, tip, 60, 34), mix(who.hair, NIGHT, 0.72))
        tuft = [(-26, -74), (-14, -112), (-2, -86), (8, -118), (14, -76)]
        canvas.fill(locks(tuft), tint(who.hair, 0.55))


def _animal_head(canvas: Canvas, who: Character) -> None:
    outline = smooth(mirrored(CAT_HEAD), closed=True)
    for side in (-1, 1):
        cheek = [(x * -side, y) for x, y in FUR_CHEEK]
        canvas.shape(locks(cheek, 0.1 * side), who.skin if who.kind == "fox" else who.hair)
    canvas.shape(outline, Gradient(tint(who.hair, 0.12), who.hair))
    with canvas.within(outline):
        (_fox_mask if who.kind == "fox" else _cat_marks)(canvas, who)


def _fox_mask(canvas: Canvas, who: Character) -> None:
    half = [(0, 40), (-22, 22), (-44, 44), (-72, 24), (-112, 30), (-90, 110), (0, 110)]
    canvas.fill(smooth(mirrored(half), closed=True), who.skin)
    if who.hair[2] > 200:  # a white fox wears red marks, as shrine foxes do
        for side in (-1, 1):
            canvas.fill(oval(side * 62, -10, 5, 13), rgb("d9505c"))
        canvas.fill(oval(0, -40, 7, 15), rgb("d9505c"))


def _cat_marks(canvas: Canvas, who: Character) -> None:
    dark = mix(who.hair, NIGHT, 0.35)
    if who.marking == 0:
        for x, tilt in ((-24, 6), (0, 0), (24, -6)):
            canvas.stroke([(x, -90), (x + tilt, -46)], 9, dark)
        for side in (-1, 1):
            canvas.stroke([(side * 110, 20), (side * 78, 24)], 7, dark)
            canvas.stroke([(side * 108, 44), (side * 82, 42)], 7, dark)
    elif who.marking == 1:
        canvas.fill(oval(-56, -40, 62, 66), rgb("e79a4e"))
        canvas.fill(oval(70, -60, 44, 50), rgb("544a5c"))
    elif who.marking == 2:  # the third of four coats
        blaze = [(0, -60), (-16, -10), (-34, 40), (-56, 100), (0, 110)]
        canvas.fill(smooth(mirrored(blaze), closed=True), CREAM)
    canvas.fill(oval(-15, 66, 24, 18), who.skin)
    canvas.fill(oval(15, 66, 24, 18), who.skin)


def draw_whiskers(canvas: Canvas) -> None:
    """Draw a cat's whiskers about the head's middle."""
    for side in (-1, 1):
        for y, drop in ((50, -8), (60, 4)):
            canvas.stroke([(side * 66, y), (side * 122, y + drop)], 2, WHITE)


def _worn(canvas: Canvas, who: Character, turn: float) -> None:
    if who.extra == "glasses":
        _glasses(canvas, 15 * turn)
    elif who.extra == "ribbon":
        with canvas.at(58, -96, turn=24):
            draw_bow(canvas, who.accent, 1)
    elif who.extra == "flower":
        with canvas.at(-70, -60):
            draw_flower(canvas, who.accent, 17)
    elif who.extra == "hairpin":
        for y in (-34, -22):
            canvas.stroke([(52, y - 6), (80, y + 6)], 6, who.accent)
    elif who.extra == "headphones":
        canvas.stroke(oval(0, -6, 108, 116, 188, 352), 12, rgb("4a4a5c"))
        for side in (-1, 1):
            canvas.shape(oval(side * 103, 24, 17, 30), who.accent)


def _glasses(canvas: Canvas, shift: float) -> None:
    for side in (-1, 1):
        canvas.stroke(oval(side * 41 + shift, 26, 31, 29), 4, rgb("4b3a4f"))
    canvas.stroke(smooth([(-10 + shift, 22), (shift, 18), (10 + shift, 22)]), 4, rgb("4b3a4f"))


def draw_bow(canvas: Canvas, colour: tuple[int, int, int], size: float) -> None:
    """Draw a bow about the origin, some 70 units wide at size 1."""
    with canvas.at(0, 0, size):
        for side in (-1, 1):
            wing = [(0, 0), (side * 26, -20), (side * 38, 0), (side * 26, 20)]
            canvas.shape(smooth(wing, closed=True), colour)
            canvas.stroke([(side * 8, 0), (side * 22, -2)], 2.5, ink(colour))
        canvas.shape(oval(0, 0, 9, 10), tint(colour, 0.2))


def draw_flower(canvas: Canvas, colour: tuple[int, int, int], size: float) -> None:
    """Draw a flower of five petals about the origin."""
    for x, y in oval(0, 0, size * 0.75, size * 0.75, -90, 270)[:48:10]:
        canvas.shape(oval(x, y, size * 0.62, size * 0.62), tint(colour, 0.35), size * 0.12)
    canvas.disc(0, 0, size * 0.4, rgb("ffe08a"))
