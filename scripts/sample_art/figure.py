"""Draw small whole figures, posed: what the animations move."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

from .colours import CREAM, NIGHT, Gradient, flush, ink, mix, rgb, shade
from .curves import mirrored, oval, ribbon, smooth
from .hair import draw_back_hair
from .head import draw_bow, draw_head, draw_whiskers

if TYPE_CHECKING:
    from .canvas import Canvas
    from .cast import Character, Pose
    from .colours import Colour
    from .curves import Path, Point

SHIRT: Path = [(0, 84), (-28, 86), (-42, 112), (-46, 160), (-42, 172), (0, 176)]
DRESS: Path = [(0, 84), (-26, 86), (-40, 112), (-46, 146), (-66, 182), (0, 190)]
SITTING: Path = [(0, 70), (-46, 78), (-64, 130), (-80, 180), (-66, 214), (0, 220)]

FACE_BOTTOM, BESIDE_HEAD = 62, 170


def draw_figure(canvas: Canvas, who: Character, pose: Pose) -> None:
    """Draw a character with the middle of its head at the origin and its feet near y = 212."""
    _tail(canvas, who, pose)
    with canvas.at(*pose.head, turn=pose.tilt):
        if who.kind == "person":
            draw_back_hair(canvas, who, 0.45, pose.tail * 0.4)
    if who.kind == "person":
        _person_body(canvas, who, pose)
    else:
        _animal_body(canvas, who)
    with canvas.at(*pose.head, turn=pose.tilt):
        draw_head(canvas, who, pose)
        if who.kind == "cat" and not pose.away:
            draw_whiskers(canvas)
    _arms(canvas, who, pose)


def _tail(canvas: Canvas, who: Character, pose: Pose) -> None:
    if who.ears == "none":
        return
    sway = pose.tail
    spine = smooth([(20, 186), (86, 196), (124 + sway * 0.4, 140), (120 + sway, 74)])
    if who.ears == "cat":
        _limb(canvas, spine, 20, who.hair)
        return
    widths = [14, 40, 66, 74, 46, 2]
    canvas.shape(ribbon(spine, widths), who.hair)
    outline = ribbon(spine, widths)
    with canvas.within(outline):
        canvas.fill(oval(122 + sway, 74, 50, 36), CREAM)


def _person_body(canvas: Canvas, who: Character, pose: Pose) -> None:
    for side, (dx, dy) in zip((-1, 1), pose.feet, strict=True):
        foot = (side * 21 + dx, 200 + dy)
        leg = who.bottom if who.boyish else who.skin
        _limb(canvas, [(side * 20, 168), foot], 22, leg)
        canvas.shape(oval(foot[0] + side * 3, foot[1] + 6, 18, 11), mix(who.bottom, NIGHT, 0.4))
    canvas.shape(oval(0, 92, 16, 14), flush(who.skin))
    half = SHIRT if who.boyish else DRESS
    outline = smooth(mirrored(half), closed=True)
    canvas.shape(outline, Gradient(who.top, shade(who.top)))
    with canvas.within(outline):
        if who.boyish:
            canvas.fill([(-60, 158), (60, 158), (60, 190), (-60, 190)], who.bottom)
        else:
            canvas.stroke(smooth([(-70, 172), (0, 180), (70, 172)]), 7, who.accent)
    if not pose.away:
        with canvas.at(0, 106):
            draw_bow(canvas, who.accent, 0.42 if who.boyish else 0.6)


def _animal_body(canvas: Canvas, who: Character) -> None:
    outline = smooth(mirrored(SITTING), closed=True)
    canvas.shape(outline, Gradient(who.hair, shade(who.hair)))
    with canvas.within(outline):
        canvas.fill(oval(0, 150, 42, 70), who.skin)
    for side in (-1, 1):
        canvas.shape(oval(side * 46, 208, 27, 15), who.skin)
    canvas.fill(ribbon(smooth([(-46, 88), (0, 104), (46, 88)]), [12, 14, 12]), who.accent)
    canvas.shape(oval(0, 108, 10, 10), rgb("ffd45e"), 2.5)


def _arms(canvas: Canvas, who: Character, pose: Pose) -> None:
    for side, hand in ((-1, pose.left), (1, pose.right)):
        person = who.kind == "person"
        default = (side * 56.0, 160.0) if person else (side * 22.0, 196.0)
        shoulder = (side * 34.0, 108.0)
        draw_arm(canvas, who, shoulder, hand or default, side)


def draw_arm(canvas: Canvas, who: Character, shoulder: Point, hand: Point, side: int) -> None:
    """Draw an arm from a shoulder to a hand, its elbow bowed outwards."""
    bx, by = hand
    elbow = _elbow(shoulder, hand, side)
    sleeve = who.top if who.kind == "person" else who.hair
    wrist = (bx + (elbow[0] - bx) * 0.16, by + (elbow[1] - by) * 0.16)
    _limb(canvas, smooth([shoulder, elbow, wrist]), 24, sleeve)
    canvas.shape(oval(bx, by, 14, 14), who.skin)


def _elbow(shoulder: Point, hand: Point, side: int) -> Point:
    (ax, ay), (bx, by) = shoulder, hand
    if by < FACE_BOTTOM and abs(bx) < BESIDE_HEAD:
        return side * 112.0, 76.0  # round the head, so that the arm does not hide the face
    bow = max(0.0, 96 - hypot(bx - ax, by - ay)) * 0.32
    return (ax + bx) / 2 + side * bow, (ay + by) / 2 + bow * 0.5


def _limb(canvas: Canvas, spine: Path, width: float, colour: Colour) -> None:
    canvas.stroke(spine, width + 6, ink(colour))
    canvas.stroke(spine, width, colour)
