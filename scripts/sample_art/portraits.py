"""Compose the still pictures: people to the waist, cats and foxes whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .backdrops import BACKDROPS
from .canvas import Canvas
from .cast import Mood, Pose, animal, person
from .colours import CREAM, GOLD, NIGHT, SKY, WHITE, ink, rgb, shade, tint
from .curves import oval, ribbon, smooth
from .figure import draw_figure
from .hair import draw_back_hair
from .head import draw_flower, draw_head, draw_whiskers
from .outfits import BOY_OUTFITS, GIRL_OUTFITS, draw_bust

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from PIL import Image

    from .cast import Character, Ears
    from .curves import Point

SIZES = [(260, 360), (288, 384), (240, 330), (300, 300), (320, 270), (250, 370), (276, 276)]
EARS: dict[str, Ears] = {"neko": "cat", "kitsune": "fox"}
MOODS = [
    Mood(),
    Mood(mouth="open"),
    Mood(eyes="happy", mouth="laugh", blush=0.5),
    Mood(mouth="cat", gaze=(4, 0)),
    Mood(eyes="wink", mouth="fang"),
    Mood(eyes="half", mouth="smile", brow=-0.3),
    Mood(eyes="shut", mouth="smile", blush=0.5),
    Mood(eyes="starry", mouth="open", blush=0.5),
    Mood(mouth="round", blush=0.7, gaze=(-4, 1)),
    Mood(mouth="flat", brow=0.5, gaze=(3, 0)),
]


def portrait(category: str, index: int, rng: Random) -> Image.Image:
    """Draw one still picture of a category; its index spreads sizes, moods and backdrops."""
    offset = sum(map(ord, category))
    width, height = SIZES[(index * 3 + offset) % len(SIZES)]
    canvas = Canvas(width, height, WHITE)
    BACKDROPS[(index * 4 + offset) % len(BACKDROPS)](canvas, rng)
    mood = MOODS[(index * 7 + offset) % len(MOODS)]
    if category in EARS and index % 3 == 1:
        _beast(canvas, animal(rng, "cat" if category == "neko" else "fox"), mood, rng)
    else:
        _bust(canvas, _sitter(category, index, rng), mood, rng, index)
    return canvas.finished()


def _sitter(category: str, index: int, rng: Random) -> Character:
    mixed = category in EARS
    boyish = category == "husbando" or (mixed and index % 4 == 3)
    return person(rng, boyish=boyish, ears=EARS.get(category, "none"))


def _beast(canvas: Canvas, who: Character, mood: Mood, rng: Random) -> None:
    size = min(canvas.width / 300, canvas.height / 430)
    ground = canvas.height - 226 * size
    pose = Pose(mood, turn=rng.choice([-0.6, 0, 0.6]), tilt=rng.choice([-7, 0, 7]))
    with canvas.at(canvas.width / 2 - 14 * size, ground, size):
        canvas.fill(oval(10, 216, 120, 17), NIGHT, alpha=0.25)
        draw_figure(canvas, who, pose)


def _bust(canvas: Canvas, who: Character, mood: Mood, rng: Random, index: int) -> None:
    size = min(canvas.width / 330, canvas.height / 430)
    pose = Pose(mood, turn=rng.choice([-0.8, -0.4, 0.4, 0.8]), tilt=rng.choice([-6, -3, 3, 6]))
    held = HELD[index % len(HELD)]
    with canvas.at(canvas.width / 2, canvas.height * 0.45, size):
        _tail(canvas, who)
        with canvas.at(0, 0, turn=pose.tilt):
            draw_back_hair(canvas, who, 1)
        draw_bust(canvas, who, rng.choice(BOY_OUTFITS if who.boyish else GIRL_OUTFITS))
        with canvas.at(0, 0, turn=pose.tilt):
            draw_head(canvas, who, pose)
        if held is not None:
            held(canvas, who)


def _tail(canvas: Canvas, who: Character) -> None:
    if who.ears == "none":
        return
    wide = who.ears == "fox"
    spine = smooth([(60, 420), (170, 400), (206, 290), (168, 190), (190, 120)])
    outline = ribbon(spine, [40, 84, 96, 74, 2] if wide else [26, 26, 26, 26, 14])
    canvas.shape(outline, who.hair)
    if wide:
        with canvas.within(outline):
            canvas.fill(oval(184, 140, 70, 56), CREAM)


def _sleeve(canvas: Canvas, who: Character, elbow: Point, hand: Point) -> None:
    spine = smooth([(112, 190), elbow, hand])
    canvas.stroke(spine, 60, ink(who.top))
    canvas.stroke(spine, 54, who.top)
    cuff = [spine[-4], spine[-1]]
    canvas.stroke(cuff, 60, ink(who.accent))
    canvas.stroke(cuff, 54, who.accent)


def _waving(canvas: Canvas, who: Character) -> None:
    _sleeve(canvas, who, (172, 250), (160, 150))
    with canvas.at(158, 104, turn=10):
        _fingers(canvas, who, [(-24, -26), (-9, -40), (8, -40), (23, -28), (-34, 6)])


def _peace(canvas: Canvas, who: Character) -> None:
    _sleeve(canvas, who, (172, 260), (140, 170))
    with canvas.at(132, 124, turn=-4):
        _fingers(canvas, who, [(-18, -50), (16, -50)])


def _fingers(canvas: Canvas, who: Character, tips: list[Point]) -> None:
    for tip in tips:
        canvas.stroke([(tip[0] * 0.4, 0), tip], 20, ink(who.skin))
    canvas.shape(oval(0, 4, 25, 26), who.skin)
    for tip in tips:
        canvas.stroke([(tip[0] * 0.4, 0), tip], 14, who.skin)


def _cup(canvas: Canvas, who: Character) -> None:
    _sleeve(canvas, who, (150, 330), (66, 268))
    for x in (8, 26):
        steam = smooth([(x, 176), (x - 8, 162), (x + 4, 148), (x - 4, 132)])
        canvas.stroke(steam, 4, WHITE)
    canvas.stroke(oval(-20, 226, 20, 18), 9, tint(who.accent, 0.3))
    canvas.shape([(-18, 192), (52, 192), (46, 262), (-12, 262)], tint(who.accent, 0.3))
    canvas.shape(oval(17, 192, 35, 9), rgb("7a4a3a"))
    canvas.shape(oval(50, 236, 21, 24), who.skin)


def _bloom(canvas: Canvas, who: Character) -> None:
    _sleeve(canvas, who, (150, 330), (76, 264))
    canvas.stroke(smooth([(44, 300), (34, 240), (12, 168)]), 6, rgb("5f9a58"))
    canvas.fill(oval(46, 212, 18, 8), rgb("6fae66"))
    with canvas.at(10, 160):
        draw_flower(canvas, who.accent, 30)
    canvas.shape(oval(52, 240, 22, 22), who.skin)


def _fan(canvas: Canvas, who: Character) -> None:
    _sleeve(canvas, who, (160, 320), (96, 250))
    leaf = [(84, 236), *oval(84, 236, 100, 100, 196, 304)]
    canvas.shape(leaf, rgb("f9f2e6"))
    with canvas.within(leaf):
        canvas.fill(oval(40, 150, 46, 30), SKY, alpha=0.5)
        canvas.disc(108, 160, 22, rgb("e2574c"))
        for x, y in oval(84, 236, 100, 100, 196, 304)[::8]:
            canvas.stroke([(84, 236), (x, y)], 2, shade(GOLD))
    canvas.shape(oval(86, 232, 22, 22), who.skin)


def _kitten(canvas: Canvas, who: Character) -> None:
    fur = tint(who.hair, 0.5) if who.ears != "none" else rgb("f0b878")
    kitten = who._replace(kind="cat", ears="cat", hair=fur, skin=CREAM, marking=who.marking % 3)
    with canvas.at(6, 186, 0.56):
        draw_figure(canvas, kitten, Pose(Mood(eyes="happy", mouth="cat"), tilt=-5))
        draw_whiskers(canvas)
    for side in (-1, 1):
        spine = smooth([(side * 118, 200), (side * 122, 264), (side * 40, 262)])
        canvas.stroke(spine, 52, ink(who.top))
        canvas.stroke(spine, 46, who.top)
        canvas.shape(oval(side * 26, 258, 21, 19), who.skin)


# fmt: off
HELD: list[Callable[[Canvas, Character], None] | None] = [
    None, _waving, _cup, None, _bloom, _peace, None, _fan, None, _kitten,
]
# fmt: on
