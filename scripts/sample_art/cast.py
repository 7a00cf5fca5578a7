"""What a character looks like and how it holds itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from . import colours

if TYPE_CHECKING:
    from random import Random

    from .colours import Colour
    from .curves import Point

Kind = Literal["person", "cat", "fox"]
Ears = Literal["none", "cat", "fox"]
Fringe = Literal["swept", "straight", "parted", "messy", "side"]
Back = Literal["short", "bob", "long", "wavy", "twin", "pony", "buns", "spiky"]
Extra = Literal["none", "glasses", "ribbon", "flower", "hairpin", "headphones", "strand"]
Eyes = Literal["open", "happy", "shut", "half", "wink", "wide", "squeezed", "spiral", "starry"]
Smiling = Literal["smile", "open", "laugh", "cat", "fang", "grin"]
Sulking = Literal["frown", "pout", "flat", "wavy"]
Mouth = Smiling | Sulking | Literal["round", "tongue", "kiss", "yawn", "chew"]

GIRL_BACKS: list[Back] = ["bob", "long", "wavy", "twin", "pony", "buns"]
BOY_BACKS: list[Back] = ["short", "spiky"]
GIRL_FRINGES: list[Fringe] = ["swept", "straight", "parted", "side"]
BOY_FRINGES: list[Fringe] = ["swept", "messy", "parted", "side"]
GIRL_EXTRAS: list[Extra] = ["none", "glasses", "ribbon", "flower", "hairpin", "strand"]
BOY_EXTRAS: list[Extra] = ["none", "none", "glasses", "headphones", "strand"]


class Character(NamedTuple):
    """Describe a character; for animals `hair` is the fur and `skin` its pale parts."""

    kind: Kind
    boyish: bool
    skin: Colour
    hair: Colour
    eyes: Colour
    top: Colour
    bottom: Colour
    accent: Colour
    fringe: Fringe
    back: Back
    ears: Ears
    extra: Extra
    marking: int


class Mood(NamedTuple):
    """Describe a face; a positive brow frowns, a negative one worries."""

    eyes: Eyes = "open"
    mouth: Mouth = "smile"
    brow: float = 0.0
    blush: float = 0.35
    gaze: Point = (0.0, 0.0)


class Pose(NamedTuple):
    """Describe a stance; hands and feet in units of the figure, angles in degrees.

    The head's middle is the origin and its half width about 90 units. `turn` in -1..1 looks
    to the left or right; hands that are None hang down.
    """

    mood: Mood = Mood()
    left: Point | None = None
    right: Point | None = None
    head: Point = (0.0, 0.0)
    tilt: float = 0.0
    turn: float = 0.0
    tail: float = 0.0
    feet: tuple[Point, Point] = ((0.0, 0.0), (0.0, 0.0))
    away: bool = False


def person(rng: Random, *, boyish: bool, ears: Ears = "none") -> Character:
    """Draw a person by lot."""
    hair = rng.choice(colours.FOX_FURS[:4] if ears == "fox" else colours.HAIRS)
    return Character(
        kind="person",
        boyish=boyish,
        skin=rng.choice(colours.SKINS),
        hair=hair,
        eyes=rng.choice(colours.EYES),
        top=rng.choice(colours.TOPS),
        bottom=rng.choice(colours.BOTTOMS),
        accent=rng.choice(colours.ACCENTS),
        fringe=rng.choice(BOY_FRINGES if boyish else GIRL_FRINGES),
        back=rng.choice(BOY_BACKS if boyish else GIRL_BACKS),
        ears=ears,
        extra=rng.choice(BOY_EXTRAS if boyish else GIRL_EXTRAS),
        marking=rng.randrange(4),
    )


def animal(rng: Random, kind: Literal["cat", "fox"]) -> Character:
    """Draw a cat or a fox by lot."""
    fur = rng.choice(colours.CAT_FURS if kind == "cat" else colours.FOX_FURS)
    return person(rng, boyish=False, ears=kind)._replace(
        kind=kind, hair=fur, skin=colours.mix(fur, colours.CREAM, 0.85)
    )
