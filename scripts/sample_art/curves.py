"""Make the outlines that pictures are built of, as lists of points."""

from __future__ import annotations

from itertools import pairwise
from math import cos, hypot, pi, sin
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]
Path = list[Point]


def mirrored(half: Sequence[Point]) -> Path:
    """Close a left half, listed from top to bottom, with its mirror image.

    >>> mirrored([(0, -1), (-2, 0), (0, 1)])
    [(0, -1), (-2, 0), (0, 1), (2, 0)]
    """
    return [*half, *((-x, y) for x, y in reversed(half) if x)]


def oval(  # noqa: PLR0913, PLR0917 - as many as an arc of an ellipse has
    x: float, y: float, rx: float, ry: float, start: float = 0, end: float = 360
) -> Path:
    """Follow an ellipse; degrees run clockwise from three o'clock.

    >>> [(round(x), round(y)) for x, y in oval(0, 0, 2, 1)][12]
    (0, 1)
    """
    angles = (pi * (start + (end - start) * step / 48) / 180 for step in range(49))
    return [(x + rx * cos(angle), y + ry * sin(angle)) for angle in angles]


def smooth(points: Sequence[Point], *, closed: bool = False, steps: int = 8) -> Path:
    """Run a Catmull-Rom curve through every point.

    >>> smooth([(0, 0), (1, 0), (2, 0)], steps=1)
    [(0, 0), (1, 0), (2, 0)]
    """
    count = len(points)
    path: Path = []
    for index in range(count if closed else count - 1):
        near = [_neighbour(points, index + shift, closed=closed) for shift in (-1, 0, 1, 2)]
        path += [_catmull(near, step / steps) if step else near[1] for step in range(steps)]
    return path if closed else [*path, points[-1]]


def _neighbour(points: Sequence[Point], index: int, *, closed: bool) -> Point:
    last = len(points) - 1
    return points[index % len(points)] if closed else points[min(max(index, 0), last)]


def _catmull(near: Sequence[Point], t: float) -> Point:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = near

    def blend(a: float, b: float, c: float, d: float) -> float:
        return b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))) / 2

    return blend(ax, bx, cx, dx), blend(ay, by, cy, dy)


def locks(points: Sequence[Point], bulge: float = 0.12) -> Path:
    """Join points by bowed sides, as tufts of hair and fur have.

    >>> len(locks([(0, 0), (10, 0)]))
    7
    """
    path: Path = []
    for (ax, ay), (bx, by) in pairwise(points):
        px, py = (ay - by) * bulge, (bx - ax) * bulge
        for step in range(6):
            t = step / 6
            bow = 4 * t * (1 - t)
            path.append((ax + (bx - ax) * t + px * bow, ay + (by - ay) * t + py * bow))
    return [*path, points[-1]]


def ribbon(spine: Sequence[Point], widths: Sequence[float]) -> Path:
    """Outline a band along a spine; the widths are spread evenly along it.

    >>> ribbon([(0, 0), (10, 0)], [2, 4])
    [(0.0, 1.0), (10.0, 2.0), (10.0, -2.0), (0.0, -1.0)]
    """
    left: Path = []
    right: Path = []
    last = len(spine) - 1
    for index, (x, y) in enumerate(spine):
        (ax, ay), (bx, by) = spine[max(index - 1, 0)], spine[min(index + 1, last)]
        length = hypot(bx - ax, by - ay) or 1.0
        half = _spread(widths, index / last) / 2
        nx, ny = (ay - by) / length * half, (bx - ax) / length * half
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return left + right[::-1]


def _spread(values: Sequence[float], share: float) -> float:
    place = share * (len(values) - 1)
    low = min(int(place), len(values) - 2)
    return values[low] + (values[low + 1] - values[low]) * (place - low)


def star(x: float, y: float, radius: float, rays: int = 5, depth: float = 0.45) -> Path:
    """Outline a star whose inner radius is `depth` of the outer one."""
    path: Path = []
    for step in range(rays * 2):
        reach = radius * (depth if step % 2 else 1)
        angle = pi * step / rays - pi / 2
        path.append((x + reach * cos(angle), y + reach * sin(angle)))
    return path


def heart(x: float, y: float, size: float) -> Path:
    """Outline a heart about `size` high."""
    path: Path = []
    for step in range(40):
        a = 2 * pi * step / 40
        up = 13 * cos(a) - 5 * cos(2 * a) - 2 * cos(3 * a) - cos(4 * a)
        path.append((x + size * 16 * sin(a) ** 3 / 30, y - size * up / 30))
    return path
