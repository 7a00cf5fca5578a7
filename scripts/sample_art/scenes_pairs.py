"""Act what two do together."""

from __future__ import annotations

from .cast import Mood, Pose
from .colours import mix, rgb, shade, tint
from .curves import oval
from .props import (
    blanket,
    burst,
    dumplings,
    exclamation,
    glove,
    hammer,
    heart,
    sparkle,
    spokes,
    sweat,
    whoosh,
)
from .stage import HEAD_Y, Scene, Stage, pulse, swing

FOND = Mood(eyes="happy", mouth="smile", blush=0.6)
TENDER = Mood(eyes="shut", mouth="smile", blush=0.65)
GLAD = Mood(eyes="happy", mouth="open", blush=0.5)
HURT = Mood(eyes="squeezed", mouth="wavy", brow=-0.8, blush=0.3)
SHY = Mood(mouth="wavy", brow=-0.6, blush=0.8, gaze=(-4, 3))
KEEN = Mood(mouth="grin", brow=0.6)
LOW = HEAD_Y + 4


def bite(stage: Stage, t: float) -> None:
    """Nibble at a friend's cheek."""
    near = pulse(t, 2)
    stage.show(1, Pose(HURT if near > 0.5 else SHY, tilt=6 * near), 84, LOW)
    pose = Pose(Mood(eyes="happy", mouth="fang"), None, (60, 130), tilt=9, turn=1)
    stage.show(0, pose, -88 + 18 * near, LOW)
    if near > 0.5:  # the teeth meet
        exclamation(stage, 196, 70, 26)


def bonk(stage: Stage, t: float) -> None:
    """Bring a squeaky hammer down on a head."""
    down = pulse(t)
    hit = down > 0.7  # the hammer lands
    y = LOW + 20 * down
    stage.show(1, Pose(HURT if hit else Mood(mouth="round"), tilt=5 * down), 92, y)
    stage.show(0, Pose(KEEN, None, (76, 50 + 12 * down), turn=0.7), -100, LOW)
    hammer(stage, -18, 238 + 12 * down, -32 + 98 * down)
    if hit:
        burst(stage, 66, 92, 40)


def carry(stage: Stage, t: float) -> None:
    """Carry a friend overhead."""
    step = swing(t)
    bob = 258 - 8 * abs(step)
    feet = ((16 * step, -12 * max(0.0, step)), (-16 * step, -12 * max(0.0, -step)))
    rider = Pose(Mood(eyes="happy", mouth="laugh"), (-60, 60), (70, 60 + 10 * step), tilt=14)
    stage.show(1, rider, -86, bob - 146, 0.62, turn=-78 + 3 * step)
    pose = Pose(Mood(mouth="grin", brow=0.4), (-78, -72), (78, -72), feet=feet, tail=12 * step)
    stage.show(0, pose, 0, bob, 0.76)


def cuddle(stage: Stage, t: float) -> None:
    """Rest head to head under one blanket."""
    sway = 3 * swing(t)
    stage.show(1, Pose(TENDER, tilt=-11), 84 + sway, LOW + 10)
    stage.show(0, Pose(TENDER, tilt=11), -84 + sway, LOW + 16)
    blanket(stage, 230, 300 + 4 * pulse(t), tint(stage.cast[0].accent, 0.2))
    heart(stage, 0, 74 - 16 * pulse(t), 30 + 10 * pulse(t))


def feed(stage: Stage, t: float) -> None:
    """Sweet dumplings to a friend's mouth."""
    near = pulse(t)
    eating = near > 0.6  # the skewer is at the mouth
    mood = Mood(eyes="happy" if eating else "open", mouth="chew" if eating else "open", blush=0.6)
    stage.show(1, Pose(mood, turn=-0.7), 104, LOW)
    stage.show(0, Pose(FOND, None, (64, 100), turn=0.7), -112, LOW)
    dumplings(stage, -6 + 34 * near, 268, 2 if eating else 3)


def handhold(stage: Stage, t: float) -> None:
    """Swing joined hands."""
    beat = swing(t)
    hand = 150 - 10 * abs(beat)
    stage.show(0, Pose(SHY, None, (94 + 5 * beat, hand), tilt=2 * beat), -96, LOW)
    stage.show(1, Pose(FOND, (-94 + 5 * beat, hand), None, tilt=-2 * beat), 96, LOW)
    heart(stage, 0, 110 - 16 * pulse(t), 34)


def handshake(stage: Stage, t: float) -> None:
    """Shake hands."""
    y = 134 + 14 * swing(t, 2)
    stage.show(0, Pose(Mood(mouth="grin"), None, (104, y), turn=0.6), -106, LOW)
    stage.show(1, Pose(GLAD, (-104, y), None, turn=-0.6), 106, LOW)
    for side in (-1, 1):
        whoosh(stage, [(side * 26, 264), (side * 34, 250), (side * 26, 238)])


def highfive(stage: Stage, t: float) -> None:
    """Clap a raised hand against a friend's."""
    apart = pulse(t)
    reach = 104 - 34 * apart
    y = 40.0 + 20 * apart
    stage.show(0, Pose(GLAD, None, (reach, y), turn=0.6), -110, LOW + 8)
    stage.show(1, Pose(Mood(mouth="laugh"), (-reach, y), None, turn=-0.6), 110, LOW + 8)
    if apart < 0.3:  # the hands meet
        burst(stage, 0, 216, 44)


def hug(stage: Stage, t: float) -> None:
    """Each other close."""
    near = pulse(t)
    gap = 72 - 8 * near
    stage.show(1, Pose(TENDER, tilt=-9, tail=14 * swing(t)), gap, LOW)
    stage.show(0, Pose(FOND, None, (62, 130), tilt=9), -gap, LOW + 6)
    stage.shape(oval(-14 + gap * 0.5, 328, 15, 14), stage.cast[0].skin)
    for x, phase in ((-130, 0.0), (10, 0.4), (140, 0.7)):
        heart(stage, x, 90 - 50 * ((t + phase) % 1), 30)


def kabedon(stage: Stage, t: float) -> None:
    """Lean an arm on the wall beside a friend."""
    near = pulse(t)
    wall = [(150, -10), (300, -10), (300, 420), (150, 420)]
    stage.shape(wall, mix(stage.wall, rgb("9a86a8"), 0.45))
    mood = Mood(eyes="half", mouth="smile", brow=0.3)
    spokes(stage, 190, 196, 30, 48 + 10 * near)
    stage.show(0, Pose(mood, None, (280 - 16 * near, 12), turn=0.8, tilt=5), -90 + 16 * near, LOW)
    stage.show(1, Pose(SHY, (-20, 118), (20, 118), turn=-0.4), 78, LOW + 32, 0.86)


def kiss(stage: Stage, t: float) -> None:
    """Lean in for a kiss."""
    near = pulse(t)
    mood = Mood(eyes="shut", mouth="kiss", blush=0.7)
    gap = 104 - 24 * near
    stage.show(0, Pose(mood, None, (60, 136), tilt=4 + 8 * near, turn=1), -gap, LOW)
    stage.show(1, Pose(mood, (-60, 136), None, tilt=-4 - 8 * near, turn=-1), gap, LOW)
    heart(stage, 0, 80 - 10 * near, 20 + 40 * near)


def lappillow(stage: Stage, t: float) -> None:
    """Stroke a head that rests in one's lap."""
    stroke = 12 * swing(t)
    stage.show(0, Pose(Mood(eyes="shut", mouth="smile", blush=0.4), (-60, 140), None), 30, 150, 0.9)
    stage.fill(oval(14, 356, 176, 46), stage.cast[0].bottom)
    stage.fill(oval(-150, 356, 96, 38), stage.cast[1].top)
    sleeper = Pose(Mood(eyes="shut", mouth="cat", blush=0.6), (-20, 110), (20, 110))
    stage.show(1, sleeper, -10, 306 - 2 * pulse(t), 0.72, turn=76)
    stage.shape(oval(16 + stroke, 240 + abs(stroke) * 0.4, 17, 13), stage.cast[0].skin)
    heart(stage, -130, 150 - 24 * pulse(t), 30)


def pat(stage: Stage, t: float) -> None:
    """Pat a head."""
    beat = swing(t)
    stage.show(
        1, Pose(FOND, (-20, 130), (20, 130), (0, 3 * abs(beat)), tail=16 * beat), 84, LOW + 34, 0.9
    )
    stage.show(0, Pose(Mood(mouth="smile"), None, (160 + 20 * beat, -58), turn=0.6), -96, LOW)
    heart(stage, 190, 80 - 16 * pulse(t), 28)


def peck(stage: Stage, t: float) -> None:
    """Kiss a cheek quickly."""
    near = pulse(t)
    kissed = near > 0.6  # the lips touch
    stage.show(
        1,
        Pose(Mood(eyes="wide" if kissed else "open", mouth="round", blush=0.4 + near / 2)),
        90,
        LOW,
    )
    mood = Mood(eyes="shut", mouth="kiss", blush=0.5)
    stage.show(0, Pose(mood, tilt=10 * near, turn=1), -106 + 30 * near, LOW)
    if kissed:
        heart(stage, 12, 110, 34)


def poke(stage: Stage, t: float) -> None:
    """Poke a cheek."""
    near = pulse(t, 2)
    mood = Mood(eyes="half", mouth="pout", blush=0.5)
    stage.show(1, Pose(mood, turn=0.4, tilt=6 * near), 100 + 4 * near, LOW)
    stage.show(0, Pose(Mood(mouth="cat"), None, (82, 84), turn=0.8), -116 + 10 * near, LOW)
    x = -20 + 14 * near
    stage.stroke([(x - 12, 272), (x + 24, 264)], 16, shade(shade(stage.cast[0].skin)))
    stage.stroke([(x - 12, 272), (x + 24, 264)], 10, stage.cast[0].skin)


def punch(stage: Stage, t: float) -> None:
    """Land a boxing glove in play."""
    reach = pulse(t)
    hit = reach > 0.6  # the glove lands
    stage.show(
        1, Pose(HURT if hit else Mood(mouth="round"), tilt=10 * reach), 100 + 16 * reach, LOW
    )
    hand = (44 + 56 * reach, 104 - 16 * reach)
    stage.show(0, Pose(KEEN, (-30, 110), hand, turn=0.6), -112, LOW)
    if hit:
        burst(stage, 26, 258, 50)
    glove(stage, -106 + hand[0], LOW + hand[1])
    glove(stage, -142, LOW + 110)


def slap(stage: Stage, t: float) -> None:
    """Swing a hand across a cheek in play."""
    swung = pulse(t)
    hit = swung > 0.6  # the hand lands
    mood = HURT if hit else Mood(eyes="wide", mouth="round")
    stage.show(1, Pose(mood, turn=0.9 * swung, tilt=9 * swung), 96 + 8 * swung, LOW)
    hand = (50 + 58 * swung, 10 + 40 * swung)
    stage.show(0, Pose(Mood(mouth="frown", brow=0.9), None, hand, turn=0.6), -108, LOW)
    if hit:
        burst(stage, 22, 236, 36)
    whoosh(stage, [(-52, 150), (-20, 156), (10, 178)])


def tickle(stage: Stage, t: float) -> None:
    """Tickle a friend."""
    beat = swing(t, 3)
    mood = Mood(eyes="squeezed", mouth="laugh", blush=0.6)
    stage.show(1, Pose(mood, (-30, 110), (66, 90), tilt=8 * swing(t)), 92 + 4 * beat, LOW)
    pose = Pose(
        Mood(mouth="cat", eyes="happy"), (70, 152 - 8 * beat), (98, 138 + 8 * beat), turn=0.8
    )
    stage.show(0, pose, -94, LOW)
    sweat(stage, 190, 110 + 10 * beat, 20)


def yeet(stage: Stage, t: float) -> None:
    """Hurl a friend into the sky."""
    thrown = t > 0.15  # after the heave
    up = 60 if thrown else 0
    stage.show(0, Pose(KEEN, (-54, 150), (84, 120 - up * 1.5), turn=0.8), -130, LOW + 10, 0.95)
    x, y = -10 + 190 * t, 190 - 150 * t
    pose = Pose(Mood(eyes="spiral", mouth="laugh"), (-80, 60), (80, 60))
    stage.show(1, pose, x, y, 0.62 - 0.3 * t, turn=300 * t)
    whoosh(stage, [(x - 90, y + 110), (x - 60, y + 80), (x - 40, y + 56)])
    if t > 0.8:  # gone in a twinkle
        sparkle(stage, x + 30, y - 10, 34)


# fmt: off
PAIRS: list[Scene] = [
    bite, bonk, carry, cuddle, feed, handhold, handshake, highfive, hug, kabedon, kiss, lappillow,
    pat, peck, poke, punch, slap, tickle, yeet,
]
# fmt: on
