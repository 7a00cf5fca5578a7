"""Decode and compare two picture files, before one of them is deleted as a duplicate.

A fingerprint suggests which pictures to compare. This decides whether a person would take one
file for the other: equal pixels, or the same picture scaled, recompressed or converted. A crop, a
border, a watermark, another brightness or a changed detail is a difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from animedex.images.open_image import StillImage, open_image
from animedex.images.perceptual_hash import digest_pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from animedex.images.open_image import Frame, OpenImage

    Planes: TypeAlias = NDArray[np.float32]

Sameness: TypeAlias = Literal["pixels", "same"]
# How a file keeps pixels: as they were, as they were in no more than 256 colours, or changed.
Storage: TypeAlias = Literal["exact", "palette", "lossy"]

# Pictures are compared at the size of the smaller one, where a small edit can be seen, and at half
# of that, where dithering and the noise of compression are averaged; never larger than this, in
# pixels on the longer side.
_MAX_SIDE = 512
_MIN_SIDE = 48
# So many frames of an animation are compared, from its beginning to its end.
_MAX_FRAMES = 40
# How much frames' durations may differ, in seconds: GIF counts in hundredths.
_MAX_SECONDS_APART = 0.02
# In no part of so many pixels a side may pictures differ by more than noise does, in levels of 255,
# plus a share of the part's own contrast. At half the size, resized and recompressed pictures stay
# below 0.9 of that; a changed eye, a watermark or another brightness makes more than 1 somewhere.
_PART = 8
# Compression blurs colours, by so many pixels to each side.
_SOFTNESS = 2
_NOISE, _OF_CONTRAST = 4.0, 0.52
# A picture of low contrast may differ by less: by this share of its contrast, and at least by the
# other number of levels.
_FAINT, _MIN_NOISE = 0.25, 1.0
# At full size, JPEG of quality 60 makes up to 1.2 of what noise does, a word changed in small text
# 1.3. Dithering adds noise everywhere, so that the median part shows how much there is.
_MAX_AT_FULL, _MAX_DITHERING = 1.28, 10.0
# The average of few pixels hardly changes with noise, whatever the contrast: up to 2.4 of it and of
# this share of contrast. Blush on a cheek of 8 pixels makes 3.
_SMALL_PART, _OF_CONTRAST_ON_AVERAGE, _MAX_ON_AVERAGE = 4, 0.2, 2.5
# In a picture of fewer pixels on its longer side, an edited eye or word is no larger than what
# compression and scaling change.
_MIN_COMPARABLE_SIDE = 72
# Conversion between colour spaces or depths rounds.
_ROUNDING = 1


class Pixels(NamedTuple):
    """What was decoded of a file: digests of all frames, and small copies of some.

    `digests` is empty where the picture costs too much to have all of its pixels.
    """

    size: tuple[int, int]
    digests: tuple[int, ...]
    seconds: tuple[float, ...]
    frames: tuple[Image, ...]
    storage: Storage = "lossy"


def read_pixels(path: str) -> Pixels:
    """Decode a file; raise what `open_image` does."""
    with open_image(path) as picture:
        first = picture.first_frame()
        if isinstance(picture, StillImage):
            return Pixels(picture.size, (), (), (_reduce_large(first.image),))
        frames = _FrameCollector()
        frames.add(first)
        storage = _storage(picture, first.image)
        for frame in picture.other_frames():
            frames.add(frame)
        return frames.to_pixels(picture.size, storage, moves=picture.is_animated)


class _FrameCollector:
    """Collects frames, and thins out the stored copies."""

    def __init__(self) -> None:
        self._digests: list[int] = []
        self._seconds: list[float] = []
        self._copies: dict[int, Image] = {}
        self._step = 1

    def add(self, frame: Frame) -> None:
        number = len(self._digests)
        self._digests.append(digest_pixels([frame.image]))
        self._seconds.append(frame.seconds)
        if number % self._step:
            return
        self._copies[number] = _reduce_large(frame.image)
        if len(self._copies) > _MAX_FRAMES:
            self._step *= 2
            self._copies = {at: copy for at, copy in self._copies.items() if not at % self._step}

    def to_pixels(self, size: tuple[int, int], storage: Storage, *, moves: bool) -> Pixels:
        seconds = tuple(self._seconds) if moves else ()
        return Pixels(size, tuple(self._digests), seconds, tuple(self._copies.values()), storage)


def compare_pixels(one: Pixels, other: Pixels) -> Sameness | None:
    """Return how two pictures are the same; None if a person may want to keep both."""
    if len(one.seconds) != len(other.seconds) or len(one.frames) != len(other.frames):
        return None
    pauses = zip(one.seconds, other.seconds, strict=True)
    if any(abs(ours - theirs) > _MAX_SECONDS_APART for ours, theirs in pauses):
        return None
    if one.size == other.size and one.digests and one.digests == other.digests:
        return "pixels"
    return "same" if _is_copy(one, other) else None


def _is_copy(one: Pixels, other: Pixels) -> bool:
    """Return whether pictures differ by no more than scaling, compressing or converting does."""
    frames = zip(one.frames, other.frames, strict=True)
    if one.size == other.size and one.storage == other.storage != "lossy":
        # Nothing but an edit changes pixels that are stored without loss.
        return all(_is_rounded(*both) for both in frames)
    scale = _smaller_size(one.size, other.size)
    if scale is None or max(scale) < _MIN_COMPARABLE_SIDE:
        return False
    sizes = [_common_size(scale, share) for share in (0.5, 1.0)]
    return all(_is_same(*both, *sizes) for both in frames)


def _storage(picture: OpenImage, image: Image) -> Storage:
    if not picture.is_lossless:
        return "lossy"
    is_soft = image.mode == "RGBA" and any(image.getchannel("A").histogram()[1:255])
    return "exact" if is_soft or image.getcolors(256) is None else "palette"


def _is_rounded(one: Image, other: Image) -> bool:
    """Return whether two frames of one size differ by no more than rounding does."""
    a, b = (np.asarray(image.convert("RGBA").convert("RGBa"), np.int16) for image in (one, other))
    return a.shape == b.shape and int(abs(a - b).max()) <= _ROUNDING


def _reduce_large(image: Image) -> Image:
    copy = image.convert("RGBA" if image.has_transparency_data else "RGB")
    factor = max(copy.size) // (2 * _MAX_SIDE)
    return _reduce(copy, factor) if factor > 1 else copy


def _reduce(image: Image, factor: int) -> Image:
    if image.mode == "RGBA":
        return image.convert("RGBa").reduce(factor).convert("RGBA")
    return image.reduce(factor)


def _smaller_size(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int] | None:
    """Return the smaller of two sizes; None for pictures of different proportions."""
    few, many = sorted((one, other), key=lambda size: size[0] * size[1])
    scale = (many[0] / few[0] + many[1] / few[1]) / 2
    if any(abs(large / scale - small) > 1 for small, large in zip(few, many, strict=True)):
        return None
    return few


def _common_size(smaller: tuple[int, int], share: float) -> tuple[int, int]:
    """Return the size to compare at, as a share of the smaller picture's."""
    longer = max(smaller)
    share = min(1.0, max(_MIN_SIDE, min(_MAX_SIDE, longer * share)) / longer)
    return max(1, round(smaller[0] * share)), max(1, round(smaller[1] * share))


def _is_same(one: Image, other: Image, half: tuple[int, int], full: tuple[int, int]) -> bool:
    """Return whether no part of one frame differs from the other."""
    if float(_measure_difference(one, other, half).max()) > 1:
        return False
    return _is_same_everywhere(_to_planes(one, full), _to_planes(other, full))


def _is_same_everywhere(a: Planes, b: Planes) -> bool:
    """Return whether no part differs, wherever it begins."""
    error = np.sqrt(_sliding_means((a - b) ** 2, _PART).mean(2))
    contrast = np.maximum(_sliding_contrast(a), _sliding_contrast(b))
    noise = _noise(a, b)
    dithering = float(np.clip(np.median(error), noise, max(noise, _MAX_DITHERING)))
    if float((error / (dithering + _OF_CONTRAST * contrast)).max()) > _MAX_AT_FULL:
        return False
    margin = (_PART - _SMALL_PART) // 2
    shift = abs(_sliding_means(a - b, _SMALL_PART)).max(2)[margin:-margin, margin:-margin]
    on_average = shift / (dithering + _OF_CONTRAST_ON_AVERAGE * contrast)
    return float(on_average.max()) <= _MAX_ON_AVERAGE


def _sliding_means(planes: Planes, part: int) -> Planes:
    """Return the averages of all parts, at each place where one can begin."""
    sums = np.pad(planes, ((1, 0), (1, 0), (0, 0))).cumsum(0, np.float64).cumsum(1)
    both = sums[part:, part:] - sums[:-part, part:] - sums[part:, :-part] + sums[:-part, :-part]
    means: Planes = (both / part**2).astype(np.float32)
    return means


def _sliding_contrast(planes: Planes) -> Planes:
    spread = _sliding_means(planes**2, _PART) - _sliding_means(planes, _PART) ** 2
    contrast: Planes = np.sqrt(np.clip(spread.mean(2), 0, None))
    return contrast


def _measure_difference(one: Image, other: Image, size: tuple[int, int]) -> Planes:
    """Return by how much parts differ, over what compression may change in them."""
    a, b = _to_planes(one, size), _to_planes(other, size)
    error = np.sqrt(_part_means((a - b) ** 2).mean(2))
    contrast = np.maximum(_contrast(a), _contrast(b))
    excess: Planes = (error / (_noise(a, b) + _OF_CONTRAST * contrast)).astype(np.float32)
    return excess


def _noise(a: Planes, b: Planes) -> float:
    """Return the noise that compression may add to pictures of this contrast, in levels."""
    contrast = max(float(planes.std((0, 1)).max()) for planes in (a, b))
    return min(_NOISE, max(_MIN_NOISE, _FAINT * contrast))


def _contrast(planes: Planes) -> Planes:
    spread = _part_means(planes**2) - _part_means(planes) ** 2
    contrast: Planes = np.sqrt(np.clip(spread.mean(2), 0, None))
    return contrast


def _to_planes(image: Image, size: tuple[int, int]) -> Planes:
    """Return a frame in red, green and blue on white, and on black as well, at a size."""
    from PIL.Image import Resampling, alpha_composite, new

    small = image.convert("RGBa").resize(size, Resampling.LANCZOS).convert("RGBA")
    grounds = [
        np.asarray(_soften(alpha_composite(new("RGBA", size, ground), small)), np.float32)
        for ground in ("white", "black")
    ]
    return np.concatenate(grounds, 2)


def _soften(image: Image) -> Image:
    """Return an RGB image whose colours, not its luminance, are as soft as JPEG makes them."""
    from PIL.Image import merge
    from PIL.ImageFilter import BoxBlur

    luma, blue, red = image.convert("RGB").convert("YCbCr").split()
    blur = BoxBlur(_SOFTNESS)
    return merge("YCbCr", (luma, blue.filter(blur), red.filter(blur))).convert("RGB")


def _part_means(planes: Planes) -> Planes:
    """Return the averages of parts; the last of a row or column may have fewer pixels."""
    height, width = planes.shape[0], planes.shape[1]
    rows, heights = _split_side(height)
    columns, widths = _split_side(width)
    sums = np.add.reduceat(np.add.reduceat(planes, rows, 0), columns, 1)
    means: Planes = (sums / (heights[:, None, None] * widths[:, None])).astype(np.float32)
    return means


def _split_side(side: int) -> tuple[NDArray[np.intp], Planes]:
    """Return where the parts of a side begin, and how many pixels each has."""
    starts = np.arange(0, side, _PART, dtype=np.intp)
    return starts, (np.minimum(starts + _PART, side) - starts).astype(np.float32)
