"""Dress the shoulders of portraits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .colours import CREAM, GOLD, WHITE, Gradient, flush, ink, mix, rgb, shade, tint
from .curves import Path, oval, ribbon, smooth
from .head import draw_bow, draw_flower

if TYPE_CHECKING:
    from collections.abc import Callable

    from .canvas import Canvas
    from .cast import Character

Outfit = Literal["sailor", "hoodie", "kimono", "blazer", "knit", "dress", "scarf"]

GIRL_SHOULDERS: Path = [(0, 112), (-30, 116), (-66, 134), (-106, 156), (-126, 212), (-138, 460)]
BOY_SHOULDERS: Path = [(0, 116), (-34, 120), (-84, 138), (-134, 162), (-152, 226), (-164, 460)]


def draw_bust(canvas: Canvas, who: Character, outfit: Outfit) -> None:
    """Draw the body of a portrait, from the neck down, about its head's middle."""
    half = BOY_SHOULDERS if who.boyish else GIRL_SHOULDERS
    outline = [*smooth(half), *((-x, y) for x, y in reversed(smooth(half)))]
    colour = rgb("fbfaff") if outfit == "sailor" else who.top
    if outfit == "hoodie":
        canvas.shape(oval(0, 118, 98, 42), shade(colour))
    _neck(canvas, who)
    canvas.shape(outline, Gradient(colour, shade(colour)))
    with canvas.within(outline):
        _neckline(canvas, who)
        OUTFITS[outfit](canvas, who)
        reach = 110 if who.boyish else 88
        for side in (-1, 1):
            seam = [(side * (reach - 8), 226), (side * reach, 290), (side * (reach + 4), 460)]
            canvas.stroke(smooth(seam), 3.2, ink(colour))
    if outfit in ("knit", "scarf"):
        _wrap(canvas, who.accent if outfit == "scarf" else who.top, outfit)


def _neck(canvas: Canvas, who: Character) -> None:
    half = 30 if who.boyish else 23
    neck = [(-half, 74), (half, 74), (half + 4, 138), (-half - 4, 138)]
    canvas.fill(neck, flush(who.skin), line=ink(who.skin))


def _neckline(canvas: Canvas, who: Character) -> None:
    canvas.fill(oval(0, 108, 42, 32), who.skin, line=ink(who.skin), width=2.5)
    canvas.fill(oval(0, 96, 34, 30), flush(who.skin))


def _sailor(canvas: Canvas, who: Character) -> None:
    collar = mix(who.bottom, rgb("2c3a7a"), 0.5)
    for side in (-1, 1):
        flap = [(side * 34, 100), (side * 120, 142), (side * 104, 190), (0, 232), (side * 6, 200)]
        canvas.shape(flap, collar)
        stripe = [(side * 108, 146), (side * 95, 182), (side * 10, 217)]
        canvas.stroke(stripe, 4, WHITE)
    with canvas.at(0, 226):
        for side in (-1, 1):
            tail = [(0, 0), (side * 12, 62), (side * 32, 54)]
            canvas.shape(tail, who.accent)
        draw_bow(canvas, who.accent, 1.25)


def _hoodie(canvas: Canvas, who: Character) -> None:
    for side in (-1, 1):
        canvas.stroke(smooth([(side * 24, 140), (side * 30, 176), (side * 26, 214)]), 4, CREAM)
        canvas.disc(side * 26, 216, 5, CREAM)
    canvas.shape(smooth([(-62, 300), (62, 300), (84, 400), (-84, 400)]), tint(who.top, 0.12))
    canvas.stroke(smooth([(-40, 124), (0, 146), (40, 124)]), 9, shade(who.top))
    with canvas.at(0, 258):
        draw_flower(canvas, who.accent, 17)


def _kimono(canvas: Canvas, who: Character) -> None:
    for x, y in (
        (-104, 220),
        (-60, 250),
        (74, 200),
        (104, 262),
        (40, 300),
        (-110, 320),
        (-30, 330),
    ):
        with canvas.at(x, y):
            draw_flower(canvas, who.accent, 14)
    canvas.fill([(-30, 108), (30, 108), (0, 190)], who.skin)
    trim = tint(who.accent, 0.6)
    for side in (1, -1):
        spine = [(side * 38, 96), (side * 30, 150), (side * -34, 262)]
        canvas.shape(ribbon(smooth(spine), [22, 24, 24]), trim)
        canvas.stroke(smooth(spine), 3, who.accent)
    sash = [(-140, 290), (140, 290), (140, 350), (-140, 350)]
    canvas.shape(sash, who.accent)
    canvas.stroke([(-140, 320), (140, 320)], 8, GOLD)


def _blazer(canvas: Canvas, who: Character) -> None:
    shirt = [(-38, 104), (38, 104), (22, 200), (0, 310), (-22, 200)]
    canvas.shape(shirt, rgb("f7f7ff"))
    canvas.shape([(-10, 142), (10, 142), (17, 230), (0, 252), (-17, 230)], who.accent)
    canvas.shape([(-13, 130), (13, 130), (9, 150), (-9, 150)], shade(who.accent))
    for side in (-1, 1):
        canvas.shape([(side * 30, 104), (side * 46, 128), (side * 12, 146)], WHITE)
        lapel = [(side * 40, 112), (side * 74, 138), (side * 58, 190), (side * 70, 200), (0, 312)]
        canvas.shape(lapel, tint(who.top, 0.14))
    for y in (326, 366):
        canvas.shape(oval(0, y, 7, 7), GOLD, 2.5)


def _knit(canvas: Canvas, who: Character) -> None:
    for x in range(-130, 131, 26):
        ridge = [(x * 0.8, 130), (x, 250), (x * 1.06, 460)]
        canvas.stroke(smooth(ridge), 4, mix(who.top, shade(who.top), 0.6))


def _dress(canvas: Canvas, who: Character) -> None:
    for side in (-1, 1):
        flap = [(0, 150), (side * 34, 108), (side * 74, 136), (side * 66, 176), (side * 26, 190)]
        canvas.shape(smooth(flap, closed=True), WHITE)
    for y in (236, 276, 316):
        canvas.shape(oval(0, y, 7, 7), tint(who.accent, 0.5), 2.5)
    with canvas.at(0, 166):
        draw_bow(canvas, who.accent, 1.1)


def _coat(canvas: Canvas, who: Character) -> None:
    canvas.stroke([(0, 190), (0, 460)], 3.2, ink(who.top))
    for y in (250, 310, 370):
        for side in (-1, 1):
            canvas.shape(oval(side * 24, y, 8, 8), shade(shade(who.top)), 2.5)


def _wrap(canvas: Canvas, colour: tuple[int, int, int], outfit: Outfit) -> None:
    if outfit == "knit":
        canvas.shape(ribbon(smooth([(-34, 112), (0, 124), (34, 112)]), [30, 34, 30]), colour)
        return
    canvas.shape([(20, 130), (64, 140), (70, 270), (30, 274)], shade(colour))
    canvas.stroke([(28, 246), (70, 242)], 6, CREAM)
    canvas.shape(
        ribbon(smooth([(-74, 110), (-30, 138), (30, 138), (74, 110)]), [44, 56, 44]), colour
    )
    canvas.stroke(smooth([(-62, 124), (0, 150), (62, 124)]), 6, tint(colour, 0.5))


OUTFITS: dict[Outfit, Callable[[Canvas, Character], None]] = {
    "sailor": _sailor,
    "hoodie": _hoodie,
    "kimono": _kimono,
    "blazer": _blazer,
    "knit": _knit,
    "dress": _dress,
    "scarf": _coat,
}
GIRL_OUTFITS: list[Outfit] = ["sailor", "kimono", "dress", "hoodie", "knit", "scarf"]
BOY_OUTFITS: list[Outfit] = ["blazer", "hoodie", "kimono", "knit", "scarf", "blazer"]
