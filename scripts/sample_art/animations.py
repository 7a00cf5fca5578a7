"""Cast and film the scenes: one animated picture for a category and an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .cast import animal, person
from .colours import PASTELS
from .scenes_feelings import FEELINGS
from .scenes_gestures import GESTURES
from .scenes_pairs import PAIRS
from .stage import Stage

if TYPE_CHECKING:
    from random import Random

    from PIL import Image

    from .cast import Character, Ears

ALONE = [(120, 120), (128, 132), (124, 128), (132, 124)]
TOGETHER = [(156, 116), (148, 112), (152, 118)]
FRAMES = {"spin": 8, "run": 6, "yeet": 6, "tableflip": 6, "think": 6}
USUAL_FRAMES = 5  # an odd count, so that even quick shivers do not fall between frames
MILLISECONDS = {"sleep": 240, "bored": 220, "stare": 220, "smug": 180, "run": 80, "spin": 90}
NEEDS_HANDS = {"kabedon", "lappillow", "carry", "dance", "kick", "run", "spin", "thumbsup"}
EARS: dict[int, Ears] = {2: "cat", 5: "fox"}

SCENES = {scene.__name__: scene for scene in [*FEELINGS, *GESTURES, *PAIRS]}


def animation(category: str, index: int, rng: Random) -> list[Image.Image]:
    """Draw the frames of one animated picture."""
    number = sorted(SCENES).index(category) + index
    sizes = TOGETHER if SCENES[category] in PAIRS else ALONE
    size = sizes[number % len(sizes)]
    cast = [_player(category, number, rng), _player(category, number + 3, rng)]
    wall = PASTELS[(number * 3 + index) % len(PASTELS)]
    count = FRAMES.get(category, USUAL_FRAMES)
    return [_frame(Stage(size, cast, wall), category, step / count) for step in range(count)]


def _frame(stage: Stage, category: str, t: float) -> Image.Image:
    SCENES[category](stage, t)
    return stage.finished()


def _player(category: str, number: int, rng: Random) -> Character:
    """Choose a player so that neighbouring pictures are of different kinds."""
    part = number % 6
    if category == "nya" and part % 2:
        return animal(rng, "cat")
    if category == "nya":
        return person(rng, boyish=False, ears="cat")
    if category == "wag":  # short hair, that the tail be seen
        return person(rng, boyish=False, ears="fox")._replace(back="bob")
    if part in (1, 4) and category not in NEEDS_HANDS:
        return animal(rng, "cat" if part == 1 else "fox")
    return person(rng, boyish=part in (3, 5), ears=EARS.get(part, "none"))
