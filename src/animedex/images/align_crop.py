"""Find the crop of one thumbnail that shows what another one shows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from animedex.images.fingerprint import CHROMA_SIDE, SIDE

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.floating]
    Places: TypeAlias = NDArray[np.intp]
    Truths: TypeAlias = NDArray[np.bool_]

# Thumbnails are compared on a coarser grid than their own, so that a crop by a fraction of a cell
# makes little difference.
GRID = 16
# An edge may have moved by as many hundredths of a picture's side, either way. A way to cut a side
# is a number: of the step at its start, and of that at its end.
_MAX_PERCENT = 10
_STEPS = 2 * _MAX_PERCENT + 1
_COARSE_STEP = 3
_MAX_CUT = 0.17
_ROUNDING = 1e-6
_REFINEMENTS = 3


class _SideCrops:
    """The results of each way to cut a side.

    `rows` and `tints` make cells of the grid out of those of a thumbnail; `valid` is which of
    them lie in the picture. `wide` are ways that differ by much, `near` those beside each.
    """

    def __init__(self, grid: int) -> None:
        starts, ends = np.divmod(np.arange(_STEPS * _STEPS), _STEPS)
        left, right = (starts - _MAX_PERCENT) / 100, (ends - _MAX_PERCENT) / 100
        width = ((1 - left - right) / grid)[:, None]
        lower = left[:, None] + np.arange(grid) * width
        valid = (lower > -_ROUNDING) & (lower + width < 1 + _ROUNDING)
        rows = _overlaps(lower, width) * valid[..., None]
        self.rows = rows.astype(np.float32)
        self.tints = rows.reshape(*valid.shape, CHROMA_SIDE, -1).sum(-1).astype(np.float32)
        self.valid = valid.astype(np.float32)
        round_ = ((starts - _MAX_PERCENT) % _COARSE_STEP == 0) & (
            (ends - _MAX_PERCENT) % _COARSE_STEP == 0
        )
        self.wide: Places = np.nonzero(round_ & (abs(left) + abs(right) < _MAX_CUT))[0]
        moved = [
            np.clip(side[:, None] + moves, 0, _STEPS - 1)
            for side, moves in ((starts, np.repeat([-1, 0, 1], 3)), (ends, np.tile([-1, 0, 1], 3)))
        ]
        self.near: Places = moved[0] * _STEPS + moved[1]


def _overlaps(lower: NDArray[np.float64], width: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return which part of each cell of the grid each cell of a thumbnail is."""
    start, wide, cells = lower[..., None] * SIDE, width[..., None] * SIDE, np.arange(SIDE)
    overlap = np.minimum(start + wide, cells + 1) - np.maximum(start, cells)
    parts: NDArray[np.float64] = np.clip(overlap, 0, None) / wide
    return parts


@cache
def _side_crops(grid: int = GRID) -> _SideCrops:
    return _SideCrops(grid)


class Crop(NamedTuple):
    """How thumbnails are cut, across and down: a way for each, or one for all of them."""

    across: Places
    down: Places

    def select(self, which: Places) -> Crop:
        """Choose some of them."""
        return Crop(self.across[which], self.down[which])

    def luma(self, planes: Floats, grid: int = GRID) -> Floats:
        """Return what is seen on a grid, the coarse one by default."""
        rows = _side_crops(grid).rows
        seen: Floats = rows[self.down] @ planes @ rows[self.across].swapaxes(-1, -2)
        return seen

    def chroma(self, planes: Floats) -> Floats:
        """Return what is seen on the grid of a plane that is half as fine."""
        tints = _side_crops().tints
        seen: Floats = tints[self.down] @ planes @ tints[self.across].swapaxes(-1, -2)
        return seen

    def inside(self, grid: int = GRID) -> Truths:
        """Return which cells of a grid lie in the picture."""
        valid = _side_crops(grid).valid
        both = valid[self.down][:, :, None] * valid[self.across][:, None, :]
        return both.reshape(len(both), -1) > 0


_NO_CROP = np.array([_MAX_PERCENT * _STEPS + _MAX_PERCENT])
FULL = Crop(_NO_CROP, _NO_CROP)


def find_coarse_crop(ones: Floats, others: Floats) -> tuple[Crop, Floats]:
    """Return the coarse crop of one picture that correlates best with another, and how well."""
    columns, rows = _prepare_axes(ones, others)
    wide = _side_crops().wide[None]
    across, _ = _find_best(*columns, np.repeat(_NO_CROP, len(ones)), wide)
    down, _ = _find_best(*rows, across, wide)
    across, score = _find_best(*columns, down, wide)
    return Crop(across, down), score


def refine_crop(ones: Floats, others: Floats, crop: Crop) -> Crop:
    """Find better ways near to rough ones, step by step."""
    columns, rows = _prepare_axes(ones, others)
    near = _side_crops().near
    across, down = crop
    for _ in range(_REFINEMENTS):
        down, _ = _find_best(*rows, across, near[down])
        across, _ = _find_best(*columns, down, near[across])
    return Crop(across, down)


def _prepare_axes(
    ones: Floats, others: Floats
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return the picture to cut and the other on the grid; then both transposed."""
    target = FULL.luma(others)
    return (ones, target), (ones.swapaxes(1, 2), target.swapaxes(1, 2))


def _find_best(
    ones: Floats, others: Floats, fixed: Places, choices: Places
) -> tuple[Places, Floats]:
    """Choose how to cut across, by what correlates best, of planes cut down in a fixed way."""
    ways = _side_crops()
    count, several = len(ones), choices.shape[1]
    rows = ways.rows[choices].reshape(len(choices), several * GRID, SIDE).swapaxes(1, 2)
    cut = (ways.rows[fixed] @ ones @ rows).reshape(count, GRID, several, GRID)
    fixed_valid, choice_valid = ways.valid[fixed], ways.valid[choices]
    inside = others * fixed_valid[:, :, None]
    total = fixed_valid.sum(1)[:, None] * choice_valid.sum(-1)
    mean_cut = cut.sum((1, 3)) / total
    spread_cut = np.einsum("prkc,prkc->pk", cut, cut) / total - mean_cut**2
    mean = (inside.sum(1)[:, None] * choice_valid).sum(-1) / total
    spread = ((inside * others).sum(1)[:, None] * choice_valid).sum(-1) / total - mean**2
    both = np.einsum("prkc,prc->pk", cut, inside) / total - mean_cut * mean
    score = both / np.sqrt(np.clip(spread_cut, 0, None) * np.clip(spread, 0, None) + 1)
    which, best = np.arange(count), score.argmax(1)
    chosen: Places = np.broadcast_to(choices, (count, several))[which, best]
    return chosen, score[which, best]
