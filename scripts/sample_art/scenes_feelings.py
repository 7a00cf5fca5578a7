"""Act what one feels: a scene draws the moment t, in 0..1, of its loop on a stage."""

from __future__ import annotations

from .cast import Mood, Pose
from .colours import CRIMSON, GOLD, SKY, WHITE, WOOD, rgb, shade, tint
from .curves import oval, ribbon, smooth
from .head import draw_flower
from .props import (
    anger,
    blanket,
    exclamation,
    heart,
    letter_z,
    pillow,
    puff,
    question,
    sparkle,
    spokes,
    sweat,
    word,
)
from .stage import Scene, Stage, pulse, swing

NEAR = 1.28
NEAR_Y = 214


def angry(stage: Stage, t: float) -> None:
    """Tremble with fists down and a vein on the brow."""
    mood = Mood(mouth="frown", brow=1.1, blush=0.55)
    shiver = 4 * swing(t, 3)
    stage.show(0, Pose(mood, (-52, 150), (52, 150), tail=18 * swing(t)), shiver, NEAR_Y, NEAR)
    anger(stage, 92, 92, 24 + 8 * pulse(t, 2))
    puff(stage, -140 - 10 * pulse(t), 190, 14 + 8 * pulse(t))
    puff(stage, 140 + 10 * pulse(t), 190, 14 + 8 * pulse(t))


def baka(stage: Stage, t: float) -> None:
    """Scold with eyes shut and an outstretched finger."""
    loud = pulse(t, 2)
    mood = Mood(eyes="squeezed", mouth="laugh", brow=0.9, blush=0.6)
    stage.show(0, Pose(mood, (-50, 150), (86, 116 - 12 * loud), tilt=-3 * loud), -30, 204, 1.1)
    word(stage, "baka", 64, 34 - 5 * loud, 2.3 + 0.3 * loud)


def blush(stage: Stage, t: float) -> None:
    """Warm cheeks and look aside."""
    warmth = 0.55 + 0.4 * pulse(t)
    mood = Mood(mouth="wavy", brow=-0.7, blush=warmth, gaze=(6 * swing(t), 3))
    hands = 4 * pulse(t)
    stage.show(0, Pose(mood, (-66, 76 - hands), (66, 76 - hands), turn=0.3), 0, NEAR_Y, NEAR)
    for x, phase in ((-140, 0.0), (136, 0.5)):
        heart(stage, x, 130 - 40 * ((t + phase) % 1), 24)


def bleh(stage: Stage, t: float) -> None:
    """Pull an eyelid and show the tongue."""
    mood = Mood(eyes="wink", mouth="tongue")
    tilt = 7 * swing(t)
    stage.show(0, Pose(mood, (-52, 150), (56, 58 + 5 * pulse(t, 2)), tilt=tilt), 0, NEAR_Y, NEAR)


def bored(stage: Stage, t: float) -> None:
    """Lean on a desk while the eyes wander."""
    mood = Mood(eyes="half", mouth="flat", brow=-0.3, blush=0.2, gaze=(7 * swing(t), 2))
    pose = Pose(mood, (-66, 148), (60, 84), (0, 8 + 3 * pulse(t)), tilt=9)
    stage.show(0, pose, 0, 216, 1.2)
    desk = [(-260, 380), (260, 380), (260, 410), (-260, 410)]
    stage.shape(desk, WOOD)
    for step in range(int(t * 4)):
        stage.disc(112 + 24 * step, 128, 8, rgb("8a86a0"))


def confused(stage: Stage, t: float) -> None:
    """Tilt the head from side to side among question marks."""
    mood = Mood(eyes="spiral", mouth="wavy", brow=-0.6)
    stage.show(0, Pose(mood, None, (64, 96), tilt=11 * swing(t)), 0, 206, 1.15)
    question(stage, -132, 92 + 10 * swing(t), 44)
    question(stage, 136, 76 - 10 * swing(t), 34)


def cry(stage: Stage, t: float) -> None:
    """Let tears run."""
    mood = Mood(eyes="shut", mouth="wavy", brow=-1.2, blush=0.5)
    y = NEAR_Y + 3 * swing(t, 2)
    stage.show(0, Pose(mood, (-52, 88), (52, 88), tilt=3 * swing(t)), 0, y, NEAR)
    for side in (-1, 1):
        stream = [(side * 56, y + 42), (side * 66, y + 90), (side * 74, y + 150)]
        stage.fill(ribbon(smooth(stream), [10, 24, 26]), tint(SKY, 0.35))
        for phase in (0.0, 0.5):
            fall = (t + phase) % 1
            sweat(stage, side * (92 + 50 * fall), y + 20 + 140 * fall * fall, 20)


def facepalm(stage: Stage, t: float) -> None:
    """Lay the face in a hand."""
    mood = Mood(eyes="shut", mouth="frown", brow=0.4, blush=0.15)
    drop = 8 * pulse(t)
    pose = Pose(mood, (-52, 152), (4 + 3 * swing(t), 18), (0, drop), tilt=6 * swing(t))
    stage.show(0, pose, 0, 208, 1.2)
    sweat(stage, 104, 84 + 34 * t, 26)


def happy(stage: Stage, t: float) -> None:
    """Hop with arms up among flowers."""
    up = pulse(t, 2)
    mood = Mood(eyes="happy", mouth="laugh", blush=0.5)
    pose = Pose(mood, (-84, 62 - 20 * up), (84, 62 - 20 * up), tail=24 * swing(t))
    stage.show(0, pose, 0, 192 - 26 * up)
    for x, y, beat in ((-140, 90, 1.0), (144, 130, -1.0), (118, 46, 1.0)):
        with stage.at(x, y, 1 + 0.25 * beat * swing(t), 40 * t * beat):
            draw_flower(stage, GOLD if beat < 0 else CRIMSON, 17)


def laugh(stage: Stage, t: float) -> None:
    """Shake with laughter, holding the belly."""
    shake = swing(t, 3)
    mood = Mood(eyes="squeezed", mouth="laugh", blush=0.5)
    pose = Pose(mood, (-14, 146), (16, 150), (0, 5 * shake), tilt=5 * swing(t), tail=10 * shake)
    stage.show(0, pose, 0, 206, 1.18)
    sweat(stage, -118, 190 + 8 * shake, 20)
    for side in (-1, 1):
        for y in (70, 110):
            stage.stroke(
                [(side * (126 + 8 * shake), y), (side * (156 + 8 * shake), y - 8)], 7, GOLD
            )


def nope(stage: Stage, t: float) -> None:
    """Shake the head with crossed arms."""
    mood = Mood(eyes="shut", mouth="frown", brow=0.5, blush=0.2)
    turn = swing(t)
    stage.show(0, Pose(mood, (24, 118), (-24, 118), turn=turn, tilt=2 * turn), 0, 210, 1.22)
    size = 26 + 4 * pulse(t, 2)
    for slope in (-1, 1):
        stage.stroke(
            [(126 - size, 76 - size * slope), (126 + size, 76 + size * slope)], 13, CRIMSON
        )


def pout(stage: Stage, t: float) -> None:
    """Puff the cheeks and look away."""
    puffed = pulse(t)
    mood = Mood(mouth="pout", brow=0.6, blush=0.6, gaze=(-7, 0))
    stage.show(0, Pose(mood, (26, 136), (-26, 138), turn=-0.5), 0, NEAR_Y, NEAR)
    who = stage.cast[0]
    for side in (-1, 1):
        tone = who.skin
        stage.fill(
            oval(side * 92 - 6, 288, 16 + 9 * puffed, 18 + 7 * puffed), tone, line=shade(tone)
        )
    puff(stage, -150 - 16 * puffed, 268, 12 + 6 * puffed)


def shocked(stage: Stage, t: float) -> None:
    """Start back with small pupils."""
    jump = pulse(t, 2)
    spokes(stage, 0, 180, 150 + 10 * jump, 240, 14)
    mood = Mood(eyes="wide", mouth="yawn", brow=-1.1, blush=0.1)
    stage.show(0, Pose(mood, (-66, 70), (66, 70)), 0, 216 - 14 * jump, 1.16)
    exclamation(stage, 140, 70 - 8 * jump, 34)


def sleep(stage: Stage, t: float) -> None:
    """Breathe slowly under a blanket."""
    breath = pulse(t)
    pillow(stage, 0, 236, 178)
    mood = Mood(eyes="shut", mouth="smile", blush=0.45)
    stage.show(0, Pose(mood, tilt=6), -10, 214, 1.1)
    blanket(stage, 200, 306 - 9 * breath, stage.cast[0].accent)
    stage.fill(oval(16, 262, 8 + 14 * breath, 8 + 14 * breath), WHITE, line=SKY, alpha=0.7)
    for step in range(3):
        if t * 4 >= step:
            letter_z(stage, 88 + 30 * step, 108 - 36 * step, 10 + 4 * step)


def smile(stage: Stage, t: float) -> None:
    """Smile and blink once while petals fall."""
    blink = 0.3 < t < 0.5  # one frame of the loop
    mood = Mood(eyes="happy" if blink else "open", mouth="open", blush=0.5)
    stage.show(0, Pose(mood, tilt=5 * swing(t), tail=14 * swing(t)), 0, NEAR_Y, NEAR)
    for x, phase in ((-140, 0.1), (-96, 0.7), (130, 0.4), (150, 0.9)):
        with stage.at(x + 12 * swing(t + phase), 400 * ((t + phase) % 1), turn=360 * (t + phase)):
            stage.fill(oval(0, 0, 14, 7), rgb("f7a8c0"))


def smug(stage: Stage, t: float) -> None:
    """Look down with a crooked mouth."""
    mood = Mood(eyes="half", mouth="cat", brow=0.3, gaze=(5 * swing(t), 0))
    stage.show(
        0, Pose(mood, (-50, 140), (46, 94), tilt=-7 + 3 * swing(t), turn=0.4), 0, NEAR_Y, NEAR
    )
    sparkle(stage, 128, 96, 20 + 16 * pulse(t))
    sparkle(stage, -130, 150, 36 - 16 * pulse(t))


def stare(stage: Stage, t: float) -> None:
    """Come close without a word."""
    close = 1.45 + 0.25 * pulse(t)
    gaze = (5 * swing(t), 0.0)
    stage.show(0, Pose(Mood(mouth="flat", blush=0.2, gaze=gaze), tail=20 * swing(t)), 0, 216, close)


def teehee(stage: Stage, t: float) -> None:
    """Knock on one's own head and wink."""
    knock = pulse(t, 2)
    mood = Mood(eyes="wink", mouth="tongue", blush=0.5)
    stage.show(0, Pose(mood, (-50, 150), (70, -46 - 14 * knock), tilt=7), -10, 214, 1.15)
    sparkle(stage, 138, 84, 18 + 18 * knock)


def think(stage: Stage, t: float) -> None:
    """The chin while thoughts rise."""
    mood = Mood(mouth="flat", brow=-0.4, gaze=(6, -8), blush=0.2)
    stage.show(0, Pose(mood, (-10, 140), (26, 92), tilt=4 * swing(t)), -24, 214, 1.15)
    for step, (x, y, size) in enumerate(((86, 110, 9), (112, 82, 14), (146, 46, 30))):
        if t * 4 >= step:
            stage.shape(oval(x, y, size * 1.25, size), WHITE)
    if t > 0.6:  # the idea comes late in the loop
        question(stage, 146, 44, 19)


def yawn(stage: Stage, t: float) -> None:
    """Open the mouth wide and cover it."""
    wide = pulse(t)
    awake = wide < 0.4  # the yawn's ends
    mood = Mood(eyes="half" if awake else "shut", mouth="flat" if awake else "yawn", brow=-0.8)
    hand = (44.0, 150 - 62 * wide)
    stage.show(0, Pose(mood, (-52, 152), hand, (0, -6 * wide), tilt=5 * wide), 0, NEAR_Y, NEAR)
    if not awake:
        sweat(stage, -76, 252, 16)
        puff(stage, -118, 300 - 20 * wide, 15)


def wink(stage: Stage, t: float) -> None:
    """Close one eye and send a star."""
    closed = 0.25 < t < 0.8  # most of the loop
    mood = Mood(eyes="wink" if closed else "open", mouth="fang", blush=0.45)
    stage.show(0, Pose(mood, None, (62, 92), tilt=6 * pulse(t)), 0, NEAR_Y, NEAR)
    if closed:
        sparkle(stage, 104 + 70 * t, 180 - 110 * t, 32)


# fmt: off
FEELINGS: list[Scene] = [
    angry, baka, blush, bleh, bored, confused, cry, facepalm, happy, laugh, nope, pout, shocked,
    sleep, smile, smug, stare, teehee, think, yawn, wink,
]
# fmt: on
