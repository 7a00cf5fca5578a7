"""Two picture files decoded and compared, as is asked before one of them is deleted.

A fingerprint tells which pictures are worth comparing. This tells whether a person would take one
file for the other: equal pixels, or the same picture scaled, recompressed or converted. A crop, a
border, a watermark, another brightness or a changed detail is a difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from animedex.pictures.hashing import pixel_digest
from animedex.pictures.open_image import StillImage, open_image

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from animedex.pictures.open_image import Frame

Sameness: TypeAlias = Literal["pixels", "same"]

# Pictures are compared at half the size of the smaller one, so that dithering and the noise of
# compression are averaged, and never larger than this, in pixels on the longer side.
_MAX_SIDE = 512
_LEAST_SIDE = 48
# So many frames of an animation are compared, from its beginning to its end.
_MAX_FRAMES = 40
# How much frames' durations may differ, in seconds: GIF counts in hundredths.
_SAME_SECONDS = 0.02
# In no part of so many pixels a side may pictures differ by more than noise does, in levels of 255,
# plus a share of the part's own contrast. Resized and recompressed pictures stay below 0.9 of that;
# a changed eye, a watermark or another brightness makes more than 1 somewhere, and mostly more
# than 2.
_PART = 8
# Compression blurs colours, by so many pixels to each side.
_SOFTNESS = 2
_NOISE, _OF_CONTRAST = 4.0, 0.52


class Pixels(NamedTuple):
    """What was decoded of a file: digests of all frames, and small copies of some.

    `digests` is empty where the picture costs too much to have all of its pixels.
    """

    size: tuple[int, int]
    digests: tuple[int, ...]
    seconds: tuple[float, ...]
    frames: tuple[Image, ...]


def read_pixels(path: str) -> Pixels:
    """Decode a file; raise what `open_image` does."""
    with open_image(path) as picture:
        first = picture.first()
        if isinstance(picture, StillImage):
            return Pixels(picture.size, (), (), (_small(first.image),))
        frames = _Frames()
        frames.add(first)
        for frame in picture.rest():
            frames.add(frame)
        return frames.pixels(picture.size, moves=picture.moves)


class _Frames:
    """Collect frames, and thin out the copies that are kept of them."""

    def __init__(self) -> None:
        self._digests: list[int] = []
        self._seconds: list[float] = []
        self._copies: dict[int, Image] = {}
        self._step = 1

    def add(self, frame: Frame) -> None:
        number = len(self._digests)
        self._digests.append(pixel_digest([frame.image]))
        self._seconds.append(frame.seconds)
        if number % self._step:
            return
        self._copies[number] = _small(frame.image)
        if len(self._copies) > _MAX_FRAMES:
            self._step *= 2
            self._copies = {at: copy for at, copy in self._copies.items() if not at % self._step}

    def pixels(self, size: tuple[int, int], *, moves: bool) -> Pixels:
        seconds = tuple(self._seconds) if moves else ()
        return Pixels(size, tuple(self._digests), seconds, tuple(self._copies.values()))


def compare(one: Pixels, other: Pixels) -> Sameness | None:
    """Return how two pictures are the same; None where a person may want to keep both."""
    if len(one.seconds) != len(other.seconds) or len(one.frames) != len(other.frames):
        return None
    pauses = zip(one.seconds, other.seconds, strict=True)
    if any(abs(ours - theirs) > _SAME_SECONDS for ours, theirs in pauses):
        return None
    if one.size == other.size and one.digests and one.digests == other.digests:
        return "pixels"
    size = _common_size(one.size, other.size)
    if size is None:
        return None
    frames = zip(one.frames, other.frames, strict=True)
    return "same" if all(_is_same(*both, size) for both in frames) else None


def _small(image: Image) -> Image:
    copy = image.convert("RGBA" if image.has_transparency_data else "RGB")
    factor = max(copy.size) // (2 * _MAX_SIDE)
    return _reduce(copy, factor) if factor > 1 else copy


def _reduce(image: Image, factor: int) -> Image:
    if image.mode == "RGBA":
        return image.convert("RGBa").reduce(factor).convert("RGBA")
    return image.reduce(factor)


def _common_size(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int] | None:
    """Return the size to compare at; None for pictures of different proportions."""
    few, many = sorted((one, other), key=lambda size: size[0] * size[1])
    scale = (many[0] / few[0] + many[1] / few[1]) / 2
    if any(abs(large / scale - small) > 1 for small, large in zip(few, many, strict=True)):
        return None
    longer = max(few)
    share = min(1.0, max(_LEAST_SIDE, min(_MAX_SIDE, longer / 2)) / longer)
    return max(1, round(few[0] * share)), max(1, round(few[1] * share))


def _is_same(one: Image, other: Image, size: tuple[int, int]) -> bool:
    """Return whether no part of one frame differs from the other's."""
    return bool((difference(one, other, size) <= 1).all())


def difference(one: Image, other: Image, size: tuple[int, int]) -> NDArray[np.float32]:
    """Return by how much parts differ, over what compression may change in them."""
    a, b = _planes(one, size), _planes(other, size)
    error = np.sqrt(_averages((a - b) ** 2).mean(2))
    contrast = np.maximum(_contrast(a), _contrast(b))
    found: NDArray[np.float32] = error / (_NOISE + _OF_CONTRAST * contrast)
    return found


def _contrast(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    spread = _averages(planes**2) - _averages(planes) ** 2
    found: NDArray[np.float32] = np.sqrt(np.clip(spread.mean(2), 0, None))
    return found


def _planes(image: Image, size: tuple[int, int]) -> NDArray[np.float32]:
    """Return a frame in red, green and blue on white, and on black as well, at a size."""
    from PIL.Image import Resampling, alpha_composite, new

    small = image.convert("RGBa").resize(size, Resampling.BOX).convert("RGBA")
    grounds = [
        np.asarray(_soften(alpha_composite(new("RGBA", size, ground), small)), np.float32)
        for ground in ("white", "black")
    ]
    return np.concatenate(grounds, 2)


def _soften(image: Image) -> Image:
    """Return an image in RGB with its colours, not its light, as soft as JPEG makes them."""
    from PIL.Image import merge
    from PIL.ImageFilter import BoxBlur

    luma, blue, red = image.convert("RGB").convert("YCbCr").split()
    blur = BoxBlur(_SOFTNESS)
    return merge("YCbCr", (luma, blue.filter(blur), red.filter(blur))).convert("RGB")


def _averages(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the averages of parts; the last of a row or column may have fewer pixels."""
    height, width = planes.shape[0], planes.shape[1]
    rows, heights = _parts(height)
    columns, widths = _parts(width)
    sums = np.add.reduceat(np.add.reduceat(planes, rows, 0), columns, 1)
    averages: NDArray[np.floating] = sums / (heights[:, None, None] * widths[:, None])
    return averages.astype(np.float32)


def _parts(side: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Return where the parts of a side begin, and how many pixels each has."""
    starts = np.arange(0, side, _PART, dtype=np.intp)
    return starts, (np.minimum(starts + _PART, side) - starts).astype(np.float32)
