"""Measure the detail in a thumbnail, and compare it with another, block by block.

A thumbnail's luma is cut into blocks. From each block the averages of its rows and columns are
subtracted: what is left is detail that no layout, gradient or flat colour has. Two pages of text
with the same lines, or two screenshots with the same windows, agree in all but that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from animedex.images.fingerprint import SIDE

if TYPE_CHECKING:
    from animedex.images.align_crop import Floats, Truths

# Cells on each side of a block: 25 blocks in all.
_BLOCK = 8
_ACROSS = SIDE // _BLOCK
# The least detail that counts, in levels of 255: flat colours and gradients have up to 0.4 after
# rounding and compression, faint pencil on white has 2 to 4, a dark blue night about 1.
_VISIBLE = 0.8
# What compression adds to detail, in levels.
_NOISE = 0.5
# Blocks of two pictures agree where their details correlate by more than this. Of different
# pictures of twenty kinds (text, line art, sketches, night scenes) fewer than 4 in 10 blocks do, of
# variants of the same more than 8 in 10 (99 of 100 variants more than 0.88).
_MIN_CORRELATION = 0.5
# With fewer blocks that show something, a picture has no structure to compare it by: one flat
# colour, a gradient, a page with nothing but its number.
MIN_BLOCKS = 4
_MIN_INSIDE = 0.5
# Levels of luma that are one tone, and the least share of the cells that it takes to be one.
_TONE, _TONE_SHARE = 16, 0.03
_STEP = 4.0


def count_blocks(luma: Floats) -> int:
    """Return how many blocks of one thumbnail's luma have detail."""
    inside = np.ones((1, _ACROSS * _ACROSS, _BLOCK, _BLOCK), np.float32)
    return int((_measure_strength(_extract_detail(luma[None], inside)) > _VISIBLE).sum())


def measure_agreement(
    ones: Floats, others: Floats, inside: Truths | None = None
) -> tuple[Floats, Floats]:
    """Return the share of detailed blocks that agree, and the number of such blocks.

    Only blocks count half of which lies inside the picture.
    """
    if inside is None:
        inside = np.ones(ones.shape, np.bool_)
    parts = _split_blocks(inside.astype(np.float32))
    a, b = _extract_detail(ones, parts), _extract_detail(others, parts)
    strong, strong_too = _measure_strength(a), _measure_strength(b)
    counted = (np.maximum(strong, strong_too) > _VISIBLE) & (parts.mean((2, 3)) >= _MIN_INSIDE)
    both = (a * b).mean((2, 3))
    scale = np.sqrt((strong**2 + _NOISE**2) * (strong_too**2 + _NOISE**2))
    amount = counted.sum(1)
    shares: Floats = ((both > _MIN_CORRELATION * scale) & counted).sum(1) / np.maximum(amount, 1)
    return shares, amount


def count_tones(luma: Floats) -> Floats:
    """Return how many different tones take up a good part of each picture."""
    count, tone_limit = len(luma), 256 // _TONE
    levels = ((luma.reshape(count, -1) + 128) // _TONE).astype(np.int64)
    bins = (levels + tone_limit * np.arange(count)[:, None]).ravel()
    counts = np.bincount(bins, minlength=tone_limit * count).reshape(count, tone_limit)
    tone_counts: Floats = (counts >= _TONE_SHARE * levels.shape[1]).sum(1)
    return tone_counts


def measure_busyness(luma: Floats) -> Floats:
    """Return the share of the cells that differ from the next one by more than a little."""
    steps = np.maximum(abs(np.diff(luma, axis=1))[:, :, 1:], abs(np.diff(luma, axis=2))[:, 1:])
    shares: Floats = (steps > _STEP).mean((1, 2))
    return shares


def _split_blocks(luma: Floats) -> Floats:
    parts = luma.reshape(-1, _ACROSS, _BLOCK, _ACROSS, _BLOCK).swapaxes(2, 3)
    return parts.reshape(-1, _ACROSS * _ACROSS, _BLOCK, _BLOCK)


def _extract_detail(luma: Floats, inside: Floats) -> Floats:
    """Return what is left of blocks without the averages of their rows and columns."""
    parts = _split_blocks(luma)
    amount = np.maximum(inside.sum((2, 3), keepdims=True), 1)
    # What is outside is as bright as the block is on average, so that it has no edge there.
    parts = (parts - (parts * inside).sum((2, 3), keepdims=True) / amount) * inside
    rows, columns = parts.mean(3, keepdims=True), parts.mean(2, keepdims=True)
    detail: Floats = (parts - rows - columns + parts.mean((2, 3), keepdims=True)) * inside
    return detail


def _measure_strength(detail: Floats) -> Floats:
    strength: Floats = np.sqrt((detail * detail).mean((2, 3)))
    return strength
