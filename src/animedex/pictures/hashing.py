"""Fingerprints made of decoded frames."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from animedex.pictures.fingerprint import SIDE, TINT_SIDE, Fingerprint
from animedex.pictures.peeling import boxes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PIL import Image

    from animedex.pictures.peeling import Box

# A frame is looked at on as few pixels as these, or up to twice as many, on a side.
_COARSE = 160
_COLUMNS, _FEW = 6, 3
# Where nothing changes, noise would decide: a step is one that can be seen.
_STEP = 1.5
# Neighbouring bits are often alike, and are put far from each other, as searching likes it.
_SPREAD = 43


def coarse(image: Image.Image) -> Image.Image:
    """Reduce a decoded frame of any kind to a small one in luma and colour differences."""
    if "transparency" in image.info or image.mode in {"RGBA", "LA", "PA", "RGBa", "La"}:
        return _reduced(_on_white(image)).convert("YCbCr")
    if image.mode.startswith(("I", "F")):
        return _reduced(_eight_bits(image)).convert("YCbCr")
    plain = image if image.mode in {"YCbCr", "L", "RGB"} else image.convert("RGB")
    small = _reduced(plain)
    return small if small.mode == "YCbCr" else small.convert("YCbCr")


def _eight_bits(image: Image.Image) -> Image.Image:
    from PIL import Image

    values = np.asarray(image.convert("I"), np.int64)
    return Image.fromarray(np.clip(values >> 8, 0, 255).astype(np.uint8))


def _on_white(image: Image.Image) -> Image.Image:
    """Show what is transparent as white; its own colour would be anything."""
    from PIL import Image

    full = image.convert("RGBA")
    if full.getchannel("A").getextrema() == (255, 255):
        return full.convert("RGB")
    small = _reduced(full.convert("RGBa")).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB")


def _reduced(image: Image.Image) -> Image.Image:
    factors = max(1, image.width // _COARSE), max(1, image.height // _COARSE)
    return image if factors == (1, 1) else image.reduce(factors)


def fingerprint(frames: Sequence[Image.Image]) -> Fingerprint:
    """Make the fingerprint of small frames in luma and colour differences."""
    first, *further = frames
    hashes: list[int] = []
    looks: list[bytes] = []
    found = boxes(np.asarray(first.getchannel(0)))
    for box, inner in zip(found, [*found[1:], found[-1]], strict=True):
        cells = _cells(first, box)
        looks.append(_look(cells) + bytes([round(255 * (1 - _area(inner) / _area(box)))]))
        hashes += [
            _hash(one[..., 0]) for one in (cells, *(_cells(frame, box) for frame in further))
        ]
    return Fingerprint(tuple(hashes), b"".join(looks))


def _cells(frame: Image.Image, box: Box) -> NDArray[np.uint8]:
    """Average a part of a frame in so many cells a side."""
    from PIL import Image

    # Cut first: what lies beside the box must not shine through.
    part = frame if box == (0, 0, *frame.size) else frame.crop(box)
    return np.asarray(part.resize((SIDE, SIDE), Image.Resampling.BOX))


def _area(box: Box) -> int:
    left, top, right, bottom = box
    return (right - left) * (bottom - top)


def _look(cells: NDArray[np.uint8]) -> bytes:
    wide = SIDE // TINT_SIDE
    tints = cells[..., 1:].reshape(TINT_SIDE, wide, TINT_SIDE, wide, 2).mean((1, 3))
    planes: NDArray[np.uint8] = (tints + 0.5).astype(np.uint8).transpose(2, 0, 1)
    return cells[..., 0].tobytes() + planes.tobytes()


def _hash(cells: NDArray[np.uint8]) -> int:
    """Say where the picture gets darker, to the right and down: 60 bits, and 4 at large."""
    fine, large = (rows @ cells @ rows.T for rows in _averages())
    middle = _FEW // 2
    steps = (
        fine[:, :-1] - fine[:, 1:],
        fine[:-1] - fine[1:],
        large[middle, :-1] - large[middle, 1:],
        large[:-1, middle] - large[1:, middle],
    )
    falls = np.concatenate([step.ravel() for step in steps]) > _STEP
    return sum(1 << int(bit) * _SPREAD % 64 for bit in np.nonzero(falls)[0])


@cache
def _averages() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return _average(_COLUMNS), _average(_FEW)


def _average(count: int) -> NDArray[np.float64]:
    """Make what averages cells, by how much of each lies in every one of fewer."""
    width, cells = SIDE / count, np.arange(SIDE)
    start = np.arange(count)[:, None] * width
    overlap = np.minimum(start + width, cells + 1) - np.maximum(start, cells)
    both: NDArray[np.float64] = np.clip(overlap, 0, None) / width
    return both
