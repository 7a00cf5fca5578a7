"""Act what one does alone, with hands, feet and things."""

from __future__ import annotations

from math import cos, pi, sin

from .cast import Mood, Pose
from .colours import CRIMSON, SKY, WHITE, ink, rgb, shade
from .curves import oval
from .props import (
    ball,
    burst,
    cup,
    heart,
    note,
    puff,
    riceball,
    sparkle,
    spokes,
    table,
    whoosh,
    word,
)
from .stage import HEAD_Y, Scene, Stage, pulse, swing

GLAD = Mood(eyes="happy", mouth="open", blush=0.5)


def blowkiss(stage: Stage, t: float) -> None:
    """Send hearts from the hand."""
    out = pulse(t)
    mood = Mood(eyes="wink", mouth="kiss", blush=0.6)
    hand = (20 + 66 * out, 92 - 12 * out)
    stage.show(0, Pose(mood, (-50, 150), hand, tilt=-6 * out), -60, 208, 1.1)
    for phase in (0.0, 0.33, 0.66):
        way = (t + phase) % 1
        heart(stage, 30 + 150 * way, 270 - 190 * way, 18 + 26 * way)


def clap(stage: Stage, t: float) -> None:
    """Clap the hands before the chest."""
    apart = pulse(t, 2)
    hands = 10 + 42 * apart
    stage.show(0, Pose(GLAD, (-hands, 128), (hands, 128), tail=12 * swing(t)), 0, 200, 1.1)
    if apart < 0.3:  # the hands touch
        spokes(stage, 0, 340, 34, 62)


def dance(stage: Stage, t: float) -> None:
    """Sway, the arms and feet in turn."""
    beat = swing(t)
    pose = Pose(
        Mood(eyes="happy", mouth="laugh"),
        left=(-82, 90 - 60 * beat),
        right=(82, 90 + 60 * beat),
        tilt=9 * beat,
        tail=30 * beat,
        feet=((0, -14 * max(0.0, beat)), (0, -14 * max(0.0, -beat))),
    )
    stage.show(0, pose, 26 * beat, HEAD_Y + 6, turn=5 * beat)
    note(stage, -152, 110 + 16 * beat, stage.cast[0].accent)
    note(stage, 134, 84 - 16 * beat, CRIMSON)


def kick(stage: Stage, t: float) -> None:
    """Kick a ball away."""
    hit = t >= 0.3  # the foot meets the ball
    reach = 54 * pulse(min(t * 1.4, 1))
    mood = Mood(mouth="grin" if hit else "flat", brow=0.6)
    pose = Pose(mood, (-76, 110), (70, 130), tilt=-7, feet=((0, 0), (reach, -reach * 0.7)))
    stage.show(0, pose, -66, HEAD_Y, turn=-7 * pulse(t))
    away = max(0.0, t - 0.3) / 0.7
    ball(stage, 20 + 170 * away, 366 - 250 * away)
    if hit and t < 0.55:  # the flash is short
        burst(stage, 24, 350, 38)


def lurk(stage: Stage, t: float) -> None:
    """Peep over a hedge."""
    up = pulse(t)
    mood = Mood(mouth="flat", gaze=(8 * swing(t), 0), blush=0.25)
    stage.show(0, Pose(mood, tail=20), 0, 300 - 62 * up, 1.1)
    for x, y, size in (
        (-190, 372, 76),
        (-96, 362, 72),
        (0, 372, 74),
        (100, 360, 74),
        (196, 374, 76),
    ):
        stage.disc(x, y, size, rgb("6fae72"))
        stage.disc(x - 14, y - 12, size * 0.6, rgb("86c285"))
    for side in (-1, 1):
        stage.shape(oval(side * 74, 312 - 14 * up, 17, 15), stage.cast[0].skin)


def nod(stage: Stage, t: float) -> None:
    """Nod twice."""
    down = pulse(t, 2)
    mood = Mood(eyes="shut" if down > 0.5 else "open", mouth="smile")
    stage.show(0, Pose(mood, None, None, (0, 20 * down), tilt=2 * down), 0, 200, 1.22)
    whoosh(stage, [(140, 110), (154, 150), (140, 190)])


def nom(stage: Stage, t: float) -> None:
    """Eat a rice ball, bite by bite."""
    chewing = pulse(t, 3)
    mood = Mood(eyes="happy", mouth="open" if chewing > 0.5 else "chew", blush=0.6)
    stage.show(0, Pose(mood, (-30, 108), (30, 108), (0, 3 * chewing)), 0, 200, 1.22)
    riceball(stage, 0, 326, int(t * 4))
    for side in (-1, 1):
        stage.shape(oval(side * 36, 336, 17, 16), stage.cast[0].skin)


def nya(stage: Stage, t: float) -> None:
    """Curl the paws and mew."""
    beat = 10 * swing(t)
    mood = Mood(eyes="happy" if t > 0.5 else "open", mouth="fang", blush=0.5)
    pose = Pose(mood, (-58, 88 + beat), (58, 88 - beat), tilt=6 * swing(t), tail=22 * swing(t))
    stage.show(0, pose, -14, 208, 1.12)
    word(stage, "nya", 92, 30 - beat * 0.5, 2.1)


def run(stage: Stage, t: float) -> None:
    """Run, with dust behind."""
    step = swing(t)
    for y, phase in ((120, 0.0), (220, 0.4), (300, 0.7)):
        x = 200 - 400 * ((t + phase) % 1)
        stage.stroke([(x, y), (x + 60, y)], 6, WHITE)
    pose = Pose(
        Mood(mouth="open", brow=0.3),
        left=(-60, 120 + 28 * step),
        right=(60, 120 - 28 * step),
        turn=0.8,
        tail=-20 - 10 * step,
        feet=((30 * step, -18 * max(0.0, step)), (-30 * step, -18 * max(0.0, -step))),
    )
    stage.show(0, pose, 16, HEAD_Y - 10 * abs(step), turn=9)
    puff(stage, -112 - 40 * t, 374, 15 + 14 * t)


def salute(stage: Stage, t: float) -> None:
    """Bring a hand to the brow."""
    up = min(1.0, 2.2 * pulse(t))
    hand = (56 + 6 * up, 150 - 162 * up)
    stage.show(0, Pose(Mood(mouth="grin", brow=0.4), None, hand, tilt=-2 * up), 0, 204, 1.12)
    if up >= 1:
        sparkle(stage, 118, 130, 26)


def shake(stage: Stage, t: float) -> None:
    """Shiver with cold."""
    shiver = 6 * swing(t, 3)
    mood = Mood(eyes="squeezed", mouth="wavy", brow=-1, blush=0.3)
    stage.show(0, Pose(mood, (18, 124), (-18, 128), tail=2 * shiver), shiver, 206, 1.15)
    for side in (-1, 1):
        for y in (130, 200, 270):
            edge = side * (148 + shiver)
            stage.stroke([(edge, y), (edge + 10, y + 14), (edge, y + 28)], 5, SKY)


def shoot(stage: Stage, t: float) -> None:
    """Aim a finger and let a star fly."""
    fired = t >= 0.3  # after the aim
    recoil = 14 * pulse(max(0.0, t - 0.2))
    mood = Mood(eyes="wink", mouth="grin", brow=0.3)
    stage.show(0, Pose(mood, (-50, 150), (84 - recoil, 96 - recoil)), -60, 208, 1.1)
    x, y = 32 - recoil * 1.1, 313 - recoil * 1.1
    skin = stage.cast[0].skin
    for width, colour in ((17, ink(skin)), (11, skin)):
        stage.stroke([(x, y), (x + 38, y - 6)], width, colour)
        stage.stroke([(x, y), (x + 2, y - 28)], width, colour)
    if fired:
        way = (t - 0.3) / 0.7
        sparkle(stage, 90 + 110 * way, 296 - 60 * way, 36)


def shrug(stage: Stage, t: float) -> None:
    """Lift the shoulders, palms up."""
    up = pulse(t)
    mood = Mood(eyes="shut", mouth="cat", brow=-0.5)
    y = 122 - 22 * up
    stage.show(0, Pose(mood, (-80, y), (80, y), (0, 5 * up), tilt=8 * up), 0, 204, 1.12)


def sip(stage: Stage, t: float) -> None:
    """Drink from a cup."""
    up = pulse(t)
    near = up > 0.6  # the cup is at the mouth
    mood = Mood(eyes="shut" if near else "half", mouth="kiss" if near else "smile", blush=0.5)
    y = 132 - 34 * up
    stage.show(0, Pose(mood, (-26, y + 8), (26, y + 8), tilt=-3 * up), 0, 200, 1.22)
    cup(stage, 0, 200 + 1.22 * y, stage.cast[0].accent)
    for side in (-1, 1):
        stage.shape(oval(side * 26, 210 + 1.22 * y, 15, 14), stage.cast[0].skin)
    for x in (-12, 12):
        rise = 200 + 1.22 * y - 46
        whoosh(stage, [(x, rise), (x - 6 * swing(t), rise - 16), (x + 5, rise - 32)])


def spin(stage: Stage, t: float) -> None:
    """Turn about on the spot."""
    width = cos(2 * pi * t)
    away = width < 0
    stretch = max(abs(width), 0.3)
    pose = Pose(GLAD, (-80, 118), (80, 118), turn=sin(2 * pi * t), away=away)
    stage.show(0, pose, 0, HEAD_Y, stretch=-stretch if away else stretch)
    for side in (0.0, 0.5):
        turn = 360 * (t + side)
        trail = [(150 * x / 100, y) for x, y in oval(0, 378, 100, 20, turn, turn + 90)[::8]]
        whoosh(stage, trail)


def tableflip(stage: Stage, t: float) -> None:
    """Throw a table over."""
    thrown = min(1.0, max(0.0, t - 0.2) * 1.5)
    mood = Mood(
        mouth="laugh" if thrown else "frown", brow=1.1, eyes="squeezed" if thrown else "open"
    )
    lift = 70 * thrown
    stage.show(0, Pose(mood, (-30, 140 - lift), (66, 140 - lift), tilt=-8 * thrown), -84, HEAD_Y)
    table(stage, 66 + 80 * thrown, 330 - 230 * thrown, 200 * thrown)
    if thrown:
        cup(stage, 20 + 150 * thrown, 250 - 60 * thrown, CRIMSON)


def thumbsup(stage: Stage, t: float) -> None:
    """Put a thumb up."""
    up = min(1.0, 1.8 * pulse(t))
    stage.show(0, Pose(Mood(eyes="wink", mouth="grin"), None, (66, 140 - 30 * up)), -14, 204, 1.15)
    x, y = 62, 365 - 34 * up
    skin = stage.cast[0].skin
    stage.shape(oval(x + 1, y - 22, 9, 20), skin)
    stage.shape(oval(x, y, 23, 20), skin)
    for step in (-6, 4):
        stage.stroke([(x - 20, y + step), (x - 4, y + step)], 2.5, shade(shade(skin)))
    sparkle(stage, 128, 236, 12 + 26 * up)


def wag(stage: Stage, t: float) -> None:
    """Wag the tail."""
    beat = swing(t, 2)
    mood = Mood(eyes="happy" if t > 0.5 else "open", mouth="open", blush=0.5)
    stage.show(0, Pose(mood, tail=64 * beat, tilt=4 * swing(t)), -36, HEAD_Y)
    whoosh(stage, [(150, 150), (176, 190), (180, 236)])
    heart(stage, -142, 92 - 14 * pulse(t), 32)


def wave(stage: Stage, t: float) -> None:
    """Wave a hand."""
    beat = swing(t, 2)
    hand = (94 + 20 * beat, 18 - 8 * abs(beat))
    stage.show(0, Pose(GLAD, None, hand, tilt=4 * swing(t)), -16, 200, 1.08)
    whoosh(stage, [(138, 150), (152, 180), (150, 212)])


# fmt: off
GESTURES: list[Scene] = [
    blowkiss, clap, dance, kick, lurk, nod, nom, nya, run, salute, shake, shoot, shrug, sip, spin,
    tableflip, thumbsup, wag, wave,
]
# fmt: on
