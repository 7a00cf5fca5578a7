"""Compute perceptual hashes and thumbnails of decoded frames."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from animedex.images.block_structure import MIN_BLOCKS, count_blocks
from animedex.images.fingerprint import (
    BLANK,
    CHROMA_SIDE,
    COARSE_SIDE,
    ON_BLACK,
    ON_WHITE,
    OPAQUE,
    SIDE,
    Fingerprint,
)
from animedex.images.trim_borders import find_boxes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray
    from PIL import Image

    from animedex.images.trim_borders import Box

    Pixels: TypeAlias = Callable[[], Iterable[Image.Image]]

# A picture gets a view without its border only if at least so many of 25 blocks have detail:
# simple shapes, such as circles, are all alike once their margins are gone.
_MIN_BLOCKS_INSIDE = 18
_FINE, _COARSE_COUNT = 6, 3
# Where nothing changes, noise would decide: a step is one that can be seen.
_STEP = 1.5
# Neighbouring bits are often alike, and are put far from each other, as searching likes it.
_SPREAD = 43


class ReducedFrame(NamedTuple):
    """Represent a small frame in luma and colour differences, and a digest of all its pixels.

    `on_black` is None for a frame without transparency. The digest is 0 where the frame shows
    enough to be compared by.
    """

    on_white: Image.Image
    on_black: Image.Image | None = None
    digest: int = 0

    def grounds(self) -> list[Image.Image]:
        """Return the frame on each of its grounds."""
        return [self.on_white] if self.on_black is None else [self.on_white, self.on_black]


def reduce_frame(image: Image.Image, pixels: Pixels | None = None) -> ReducedFrame:
    """Reduce an upright frame of 8 bits in any mode.

    `pixels` yields all of its pixels in strips, where the frame has been reduced before.
    """
    frame = _lay_on_grounds(image)
    if any(_has_detail(_average_cells(ground, (0, 0, *ground.size))) for ground in frame.grounds()):
        return frame
    # Nothing else distinguishes it from others.
    return frame._replace(digest=digest_pixels([image] if pixels is None else pixels()))


def _lay_on_grounds(image: Image.Image) -> ReducedFrame:
    if "transparency" in image.info or image.mode in {"RGBA", "LA", "PA", "RGBa", "La"}:
        full = image.convert("RGBA")
        if full.getchannel("A").getextrema() != (255, 255):
            return ReducedFrame(*_lay_transparent(full))
        return _lay_on_grounds(full.convert("RGB"))
    plain = image if image.mode in {"YCbCr", "L", "RGB"} else image.convert("RGB")
    small = _reduce(plain)
    return ReducedFrame(small if small.mode == "YCbCr" else small.convert("YCbCr"))


def digest_pixels(strips: Iterable[Image.Image]) -> int:
    """Return 64 bits that depend on the pixels alone, whatever the file format."""
    digest = blake2b(digest_size=8)
    for strip in strips:
        pixels = np.array(strip.convert("RGBA"))
        # The colour of what cannot be seen is anything.
        pixels[pixels[..., 3] == 0] = 0
        digest.update(b"%dx%d" % strip.size)
        digest.update(pixels.tobytes())
    return int.from_bytes(digest.digest(), "little")


def _lay_transparent(full: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Put a transparent picture on white and on black, so that any ink is visible on one."""
    from PIL import Image

    small = _reduce(full.convert("RGBa")).convert("RGBA")
    white, black = (
        Image.alpha_composite(Image.new("RGBA", small.size, ground), small).convert("YCbCr")
        for ground in ("white", "black")
    )
    return white, black


def _reduce(image: Image.Image) -> Image.Image:
    factors = max(1, image.width // COARSE_SIDE), max(1, image.height // COARSE_SIDE)
    return image if factors == (1, 1) else image.reduce(factors)


def create_fingerprint(frames: Sequence[ReducedFrame]) -> Fingerprint:
    """Return the fingerprint of reduced frames; its views show the first frame with detail."""
    first = next((frame for frame in frames if not frame.digest), frames[0])
    others = [frame for frame in frames if frame is not first]
    hashes: list[int] = []
    views: list[bytes] = []
    for box in _find_boxes(first):
        cells = [_average_cells(ground, box) for ground in first.grounds()]
        counts = [_count_blocks(view) for view in cells]
        blank = max(counts) < MIN_BLOCKS
        if views and max(counts) < _MIN_BLOCKS_INSIDE:
            break
        kinds = (OPAQUE,) if first.on_black is None else (ON_WHITE, ON_BLACK)
        for number, (kind, view) in enumerate(zip(kinds, cells, strict=True)):
            is_blank = counts[number] < MIN_BLOCKS
            views.append(_pack_view(view) + bytes([kind | BLANK if is_blank else kind]))
            hashes.append(first.digest if blank else _difference_hash(view[..., 0]))
            hashes += [
                _difference_hash(_average_cells(_get_ground(one, number), box)[..., 0])
                for one in others
            ]
    return Fingerprint(tuple(hashes), b"".join(views))


def _get_ground(frame: ReducedFrame, number: int) -> Image.Image:
    """Return a frame on one of the grounds; an opaque one is the same on all of them."""
    return frame.on_black if number and frame.on_black is not None else frame.on_white


def _find_boxes(frame: ReducedFrame) -> list[Box]:
    """Return the boxes to view, found on the ground with the most contrast."""
    planes = [np.asarray(ground.getchannel(0)) for ground in frame.grounds()]
    return find_boxes(max(planes, key=lambda plane: float(plane.std())))


def _has_detail(cells: NDArray[np.uint8]) -> bool:
    return _count_blocks(cells) >= MIN_BLOCKS


def _count_blocks(cells: NDArray[np.uint8]) -> int:
    return count_blocks(cells[..., 0].astype(np.float32))


def _average_cells(frame: Image.Image, box: Box) -> NDArray[np.uint8]:
    """Average a part of a frame in a square of cells."""
    from PIL import Image

    # Cut first: what lies beside the box must not shine through.
    part = frame if box == (0, 0, *frame.size) else frame.crop(box)
    return np.asarray(part.resize((SIDE, SIDE), Image.Resampling.BOX))


def _pack_view(cells: NDArray[np.uint8]) -> bytes:
    wide = SIDE // CHROMA_SIDE
    tints = cells[..., 1:].reshape(CHROMA_SIDE, wide, CHROMA_SIDE, wide, 2).mean((1, 3))
    planes: NDArray[np.uint8] = (tints + 0.5).astype(np.uint8).transpose(2, 0, 1)
    return cells[..., 0].tobytes() + planes.tobytes()


def _difference_hash(cells: NDArray[np.uint8]) -> int:
    """Return a difference hash: 60 bits for where it gets darker, and 4 coarse ones."""
    fine, large = (rows @ cells @ rows.T for rows in _averaging_matrices())
    middle = _COARSE_COUNT // 2
    steps = (
        fine[:, :-1] - fine[:, 1:],
        fine[:-1] - fine[1:],
        large[middle, :-1] - large[middle, 1:],
        large[:-1, middle] - large[1:, middle],
    )
    falls = np.concatenate([step.ravel() for step in steps]) > _STEP
    return sum(1 << int(bit) * _SPREAD % 64 for bit in np.nonzero(falls)[0])


@cache
def _averaging_matrices() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return _averaging_matrix(_FINE), _averaging_matrix(_COARSE_COUNT)


def _averaging_matrix(count: int) -> NDArray[np.float64]:
    """Return the matrix that averages cells, weighted by their overlap."""
    width, cells = SIDE / count, np.arange(SIDE)
    start = np.arange(count)[:, None] * width
    overlap = np.minimum(start + width, cells + 1) - np.maximum(start, cells)
    both: NDArray[np.float64] = np.clip(overlap, 0, None) / width
    return both
