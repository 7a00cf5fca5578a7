"""Pictures as terminal text: sixel, kitty's protocol, half-blocks or shades.

The library that knows the protocols would ask the terminal itself, and at its first import: it is
kept from that, and told what it wants to know.
"""

from __future__ import annotations

import io
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Generator

    from PIL.Image import Image
    from rich.console import Console, RenderableType
    from rich.segment import Segment

Manner: TypeAlias = Literal["kitty", "sixel", "truecolor", "256", "standard", "shades"]
Colors: TypeAlias = Literal["truecolor", "256", "standard"] | None

# Kitty finds the picture that letters belong to by their colour.
_COLORS: dict[Manner, Colors] = {
    "kitty": "truecolor",
    "sixel": None,
    "truecolor": "truecolor",
    "256": "256",
    "standard": "standard",
    "shades": None,
}
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
# Ink darker than this cannot be told from a black ground.
_DARK = 64
_ENOUGH_INK = 1 / 255
# Kitty counts the cells of a picture by marks, of which there are no more.
_MOST_CELLS = 297


class Size(NamedTuple):
    """A width and a height, in pixels or in cells."""

    width: int
    height: int


class Screen(NamedTuple):
    """What a terminal supports: its size in cells, a cell's size in pixels, its protocol.

    `moves` tells whether the cursor can be sent back to where something was drawn.
    """

    size: Size
    cell: Size
    protocol: Manner
    moves: bool = True

    @property
    def has_graphics(self) -> bool:
        """Return whether it is drawn in pixels, and not in characters."""
        return self.protocol in {"kitty", "sixel"}


class DrawnPicture(NamedTuple):
    """A picture as text: a prefix, and its lines or else its graphics.

    `lines` are each as wide as the picture. `graphics` is written where its first cell is to be.
    `number` is the one under which the terminal keeps it, and `before` brings it there.
    """

    size: Size
    lines: tuple[str, ...] = ()
    graphics: str = ""
    before: str = ""
    number: int | None = None


def fit_size(picture: Size, room: Size, screen: Screen) -> Size:
    """Return a picture's size in cells: the largest that fits, in its own proportions.

    It is not drawn larger than it is.

    >>> screen = Screen(Size(80, 24), Size(10, 20), "truecolor")
    >>> fit_size(Size(1000, 1500), Size(80, 22), screen), fit_size(Size(4, 4), Size(80, 22), screen)
    (Size(width=29, height=22), Size(width=4, height=2))
    >>> fit_size(Size(100, 100), Size(80, 22), screen._replace(protocol="sixel"))
    Size(width=10, height=5)
    """
    across, down = _dots(screen)
    room = Size(min(room.width, _MOST_CELLS), min(room.height, _MOST_CELLS))
    scale = min(
        room.width * screen.cell.width / picture.width,
        room.height * screen.cell.height / picture.height,
        screen.cell.width / across,
        screen.cell.height / down,
    )
    width = round(picture.width * scale / screen.cell.width)
    height = round(picture.height * scale / screen.cell.height)
    return Size(max(1, min(width, room.width)), max(1, min(height, room.height)))


def count_dots(cells: Size, screen: Screen) -> Size:
    """Return the number of dots in so many cells."""
    across, down = _dots(screen)
    return Size(cells.width * across, cells.height * down)


def draw_picture(image: Image, cells: Size, screen: Screen) -> DrawnPicture:
    """Draw a picture in so many cells."""
    scaled = _scale(image, count_dots(cells, screen))
    with _isolate_library(screen.cell) as output:
        renderable = _renderable(_flatten_alpha(scaled), cells, screen)
        segments = _segments(renderable, cells)
    output.seek(0)
    number: int | None = getattr(renderable, "terminal_image_id", None)
    if screen.protocol == "sixel":
        graphics = "".join(one.text for one in segments if one.text.startswith("\x1bP"))
        return DrawnPicture(cells, graphics=graphics)
    lines = _style_segments(segments, cells, screen).split("\n")[: cells.height]
    return DrawnPicture(cells, tuple(lines), before=output.read(), number=number)


def delete_picture(picture: DrawnPicture) -> str:
    """Return the escape that deletes a picture which the terminal stores."""
    return "" if picture.number is None else f"\x1b_Ga=d,d=I,i={picture.number},q=2;\x1b\\"


def _dots(screen: Screen) -> tuple[int, int]:
    """Return the dots of a cell, across and down."""
    if screen.has_graphics:
        return screen.cell
    return (1, 1) if screen.protocol == "shades" else (1, 2)


def _scale(image: Image, size: Size) -> Image:
    """Scale a picture to its size in dots, with its transparency."""
    from PIL.Image import Resampling

    converted = image if image.mode in {"RGB", "RGBA"} else image.convert(_mode(image))
    return (
        converted
        if converted.size == size
        else converted.resize(size, Resampling.LANCZOS, reducing_gap=3.0)
    )


def _mode(image: Image) -> str:
    return "RGBA" if image.has_transparency_data else "RGB"


def _flatten_alpha(image: Image) -> Image:
    """Put a transparent picture on black, or on white if it is dark itself."""
    if image.mode != "RGBA":
        return image
    from PIL import ImageStat
    from PIL.Image import alpha_composite, new

    alpha = image.getchannel("A")
    ink = ImageStat.Stat(image.convert("L"), alpha.point(lambda depth: 255 if depth else 0))
    dark = ink.count[0] > 0 and ink.mean[0] < _DARK
    ground = new("RGBA", image.size, _WHITE if dark else _BLACK)
    return alpha_composite(ground, image).convert("RGB")


def _renderable(image: Image, cells: Size, screen: Screen) -> RenderableType:
    from textual_image import renderable

    if screen.protocol == "kitty":
        return renderable.TGPImage(image, *cells)
    if screen.protocol == "sixel":
        return renderable.SixelImage(image, *cells)
    if screen.protocol == "shades":
        return renderable.UnicodeImage(image, *cells)
    return renderable.HalfcellImage(image, *cells)


def _segments(renderable: RenderableType, cells: Size) -> list[Segment]:
    return list(_console(cells, None).render(renderable))


def _style_segments(segments: list[Segment], cells: Size, screen: Screen) -> str:
    """Return the characters of a picture with colours, which may be few."""
    from rich.segment import Segment, Segments

    console = _console(cells, _COLORS[screen.protocol])
    console.print(Segments(Segment.simplify(segments)), end="", soft_wrap=True)
    return cast("io.StringIO", console.file).getvalue()


def _console(cells: Size, colors: Colors) -> Console:
    from rich.console import Console

    return Console(
        file=io.StringIO(),
        force_terminal=True,
        color_system=colors,
        width=cells.width,
        height=cells.height,
        legacy_windows=False,
    )


@contextmanager
def _isolate_library(cell: Size) -> Generator[io.TextIOWrapper]:
    """Stop the library from querying a terminal, set the size of a cell, and catch its output.

    It looks for the terminal where the process has it, so no other thread may print meanwhile.
    """
    output = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    real, sys.__stdout__ = sys.__stdout__, output  # type: ignore[misc]  # it is meant to stay
    try:
        with warnings.catch_warnings():
            # It calls what the next Pillow but one will not have any more.
            warnings.simplefilter("ignore", DeprecationWarning)
            # Nothing public tells it the size.
            from textual_image import _terminal

            vars(_terminal.get_cell_size)["_result"] = _terminal.CellSize(*cell)
            yield output
    finally:
        sys.__stdout__ = real  # type: ignore[misc]  # it is meant to stay
