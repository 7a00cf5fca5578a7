"""Paint smooth-edged shapes on a picture, in movable coordinates."""

from __future__ import annotations

from contextlib import contextmanager
from math import cos, radians, sin
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from .colours import Gradient, ink
from .curves import oval

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from .colours import Colour, Paint
    from .curves import Path, Point

OVERSAMPLING = 4
LINE = 3.2


class Canvas:
    """A picture drawn several times too large, and the coordinates in force."""

    def __init__(
        self, width: int, height: int, background: Colour, *, unit: float = 1, left: float = 0
    ) -> None:
        """Begin a picture of that many pixels, with the size of a unit and the left edge's x."""
        size = (width * OVERSAMPLING, height * OVERSAMPLING)
        scale = unit * OVERSAMPLING
        self.width, self.height = width, height
        self._image = Image.new("RGB", size, background)
        self._matrix = (scale, 0.0, 0.0, scale, -left * scale, 0.0)

    def finished(self) -> Image.Image:
        """Shrink the picture to its true size, which smooths its edges."""
        return self._image.reduce(OVERSAMPLING)

    @contextmanager
    def at(
        self, x: float, y: float, size: float = 1, turn: float = 0, *, stretch: float = 1
    ) -> Generator[None]:
        """Move the origin, then scale, turn (degrees, clockwise) and stretch what is drawn.

        A negative stretch mirrors left and right.
        """
        outer = self._matrix
        a, b, c, d, _, _ = outer
        cosine, sine = size * cos(radians(turn)), size * sin(radians(turn))
        across = ((a * cosine + c * sine) * stretch, (b * cosine + d * sine) * stretch)
        down = (c * cosine - a * sine, d * cosine - b * sine)
        self._matrix = (*across, *down, *self._place((x, y)))
        try:
            yield
        finally:
            self._matrix = outer

    @contextmanager
    def within(self, path: Sequence[Point]) -> Generator[None]:
        """Keep what is drawn meanwhile inside a shape."""
        before = self._image.copy()
        mask = Image.new("L", self._image.size)
        ImageDraw.Draw(mask).polygon(self._path(path), fill=255)
        yield
        self._image = Image.composite(self._image, before, mask)

    def fill(
        self,
        path: Sequence[Point],
        paint: Paint,
        *,
        line: Colour | None = None,
        width: float = LINE,
        alpha: float = 1,
    ) -> None:
        """Fill a closed shape, and draw its outline if a line colour is given."""
        places = self._path(path)
        if isinstance(paint, Gradient) or alpha < 1:
            self._blend(places, paint, alpha)
        else:
            ImageDraw.Draw(self._image).polygon(places, fill=paint)
        if line is not None:
            self.stroke([*path, *path[:2]], width, line)

    def shape(self, path: Sequence[Point], paint: Paint, width: float = LINE) -> None:
        """Fill a closed shape and outline it in the ink of its colour."""
        colour = paint.bottom if isinstance(paint, Gradient) else paint
        self.fill(path, paint, line=ink(colour), width=width)

    def disc(self, x: float, y: float, radius: float, paint: Paint, alpha: float = 1) -> None:
        """Fill a circle without an outline."""
        self.fill(oval(x, y, radius, radius), paint, alpha=alpha)

    def stroke(self, path: Sequence[Point], width: float, colour: Colour) -> None:
        """Draw an open line with round ends and joints."""
        places = self._path(path)
        thickness = max(round(width * self._scale()), 1)
        pen = ImageDraw.Draw(self._image)
        pen.line(places, fill=colour, width=thickness, joint="curve")
        half = thickness / 2
        for x, y in (places[0], places[-1]):
            pen.ellipse((x - half, y - half, x + half, y + half), fill=colour)

    def _blend(self, places: Path, paint: Paint, alpha: float) -> None:
        left, top = (int(min(axis)) for axis in zip(*places, strict=True))
        right, bottom = (int(max(axis)) + 1 for axis in zip(*places, strict=True))
        box = (max(right - left, 1), max(bottom - top, 1))
        mask = Image.new("L", box)
        shifted = [(x - left, y - top) for x, y in places]
        ImageDraw.Draw(mask).polygon(shifted, fill=round(255 * alpha))
        self._image.paste(_layer(box, paint), (left, top), mask)

    def _path(self, path: Sequence[Point]) -> Path:
        return [self._place(point) for point in path]

    def _place(self, point: Point) -> Point:
        a, b, c, d, e, f = self._matrix
        x, y = point
        return a * x + c * y + e, b * x + d * y + f

    def _scale(self) -> float:
        a, b, c, d, _, _ = self._matrix
        return float(abs(a * d - b * c) ** 0.5)


def _layer(box: tuple[int, int], paint: Paint) -> Image.Image:
    if not isinstance(paint, Gradient):
        return Image.new("RGB", box, paint)
    # Pillow types a size as a NumPy array also, and NumPy is not installed.
    ramp = Image.linear_gradient("L").resize(box)  # pyright: ignore[reportUnknownMemberType]
    return Image.composite(
        Image.new("RGB", box, paint.bottom), Image.new("RGB", box, paint.top), ramp
    )
