"""Find borders of one colour: frames, letterboxes, margins."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Grey: TypeAlias = NDArray[np.uint8]

Box: TypeAlias = "tuple[int, int, int, int]"
# Compression leaves a border that is not quite of one colour.
_TOLERANCE = 14
_SHARE = 0.98
# A border about a border is found, and so is the picture's own margin within it.
_MAX_BORDERS = 2
_MIN_SHARE = 0.15


def find_boxes(grey: Grey) -> list[Box]:
    """Return the box of the whole picture, and those without borders.

    >>> grey = np.zeros((10, 10), np.uint8)
    >>> grey[2:8, 3:9] = np.arange(36).reshape(6, 6) * 7
    >>> find_boxes(grey)
    [(0, 0, 10, 10), (3, 2, 9, 8)]
    """
    height, width = grey.shape
    boxes: list[Box] = [(0, 0, width, height)]
    for _ in range(_MAX_BORDERS):
        left, top, right, bottom = inner = _trim(grey, boxes[-1])
        if inner == boxes[-1] or (right - left) * (bottom - top) < _MIN_SHARE * width * height:
            break
        boxes.append(inner)
    return boxes


def _trim(grey: Grey, box: Box) -> Box:
    """Return the box without one border; the same box without a border, or if all of it is one."""
    left, top, right, bottom = box
    whole = grey[top:bottom, left:right].astype(np.int16)
    colour = _border_colour(whole)
    if colour is None:
        return box
    like = np.abs(whole - colour) <= _TOLERANCE
    x0, y0, x1, y1 = 0, 0, whole.shape[1], whole.shape[0]
    while True:
        part = like[y0:y1, x0:x1]
        above, below = _count_border_lines(part.sum(1), part.shape[1])
        y0, y1 = y0 + above, y1 - below
        part = like[y0:y1, x0:x1]
        before, behind = _count_border_lines(part.sum(0), part.shape[0])
        x0, x1 = x0 + before, x1 - behind
        if not above + below + before + behind:
            return left + x0, top + y0, left + x1, top + y1
        if x1 - x0 <= 1 or y1 - y0 <= 1:
            return box


def _border_colour(part: NDArray[np.int16]) -> int | None:
    for line in (part[0], part[-1], part[:, 0], part[:, -1]):
        colour = int(np.sort(line)[len(line) // 2])
        if np.count_nonzero(np.abs(line - colour) <= _TOLERANCE) >= _SHARE * len(line):
            return colour
    return None


def _count_border_lines(counts: NDArray[np.intp], full: int) -> tuple[int, int]:
    """Count how many lines at either end are border; all of them at the first if all are."""
    (inner,) = np.nonzero(counts < _SHARE * full)
    if not len(inner):
        return len(counts), 0
    return int(inner[0]), len(counts) - 1 - int(inner[-1])
