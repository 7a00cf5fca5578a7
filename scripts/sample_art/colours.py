"""Mix colours and name the palettes the pictures choose from."""

from __future__ import annotations

from typing import NamedTuple

Colour = tuple[int, int, int]


class Gradient(NamedTuple):
    """Run from one colour at a shape's top to another at its bottom."""

    top: Colour
    bottom: Colour


Paint = Colour | Gradient


def rgb(code: str) -> Colour:
    """Read six hexadecimal digits.

    >>> rgb("ff8000")
    (255, 128, 0)
    """
    return int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend two colours; a share of 0 is the first, of 1 the second.

    >>> mix((0, 0, 0), (200, 100, 50), 0.5)
    (100, 50, 25)
    """
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def ink(colour: Colour) -> Colour:
    """Return the outline that suits a fill: dark, but of the same family."""
    return mix(colour, rgb("35203f"), 0.62)


def shade(colour: Colour) -> Colour:
    """Return the fill's colour in shadow."""
    return mix(colour, rgb("4a2f78"), 0.22)


def flush(skin: Colour) -> Colour:
    """Return the skin's colour in shadow, which is warmer than a cloth's."""
    return mix(skin, rgb("b8504e"), 0.2)


def tint(colour: Colour, share: float = 0.4) -> Colour:
    """Return the fill's colour in the light."""
    return mix(colour, WHITE, share)


def palette(codes: str) -> list[Colour]:
    """Read colours parted by spaces.

    >>> palette("000000 0000ff")
    [(0, 0, 0), (0, 0, 255)]
    """
    return [rgb(code) for code in codes.split()]


WHITE = rgb("ffffff")
NIGHT = rgb("2b2140")
ROSE = rgb("f2788f")
CRIMSON = rgb("d94560")
SKY = rgb("6db8ee")
GOLD = rgb("ffcf5a")
LEAF = rgb("7fbf6a")
WOOD = rgb("b98252")
CREAM = rgb("fff4e3")

SKINS = palette("ffe6d6 ffdcc6 f9d0b4 e9b58f c68a64 fff0e6")
HAIRS = palette(
    "3a3550 5b3b34 8a5a3c c98f4e f0cf82 e9e4ef f3a6bd b79ae0 6fb7c4 c9503f 44619c 8fcdb0 2c2b36"
)
EYES = palette("3f7fd0 3d9a6a c98522 8458c4 c8475a 2a9aa3 8a5f36")
TOPS = palette("f6f3ff 3d5a99 d9566e 5f9e8f f0b54a 8a6cc0 4b4560 e88f6a 7cc0e0 f4c4d2")
BOTTOMS = palette("3a3f63 5a4a58 7a4a4a 40605c 8c7a66 4a4f8a")
ACCENTS = palette("e2475c f5b83d 4f8fe0 58b88a 9a6ad6 f08a5c")
PASTELS = palette("ffe3ea e3f0ff e6f7ea fff1d6 efe6ff ffe8d8 dff5f5 fbe4f6")
CAT_FURS = palette("4a4456 f0a65c b9b3bd fdf3e6 8d6f5a d8b48a")
FOX_FURS = palette("ee8a3e d96b33 f2f0f6 f0a350 6d6a80 b5563a")
