"""Comparison of candidates' thumbnails, also if one picture is a crop of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from animedex.images.align_crop import FULL, GRID, Crop, find_coarse_crop, refine_crop
from animedex.images.block_structure import (
    MIN_BLOCKS,
    count_tones,
    measure_agreement,
    measure_busyness,
)
from animedex.images.exposure import measure_difference
from animedex.images.fingerprint import (
    CHROMA_SIDE,
    PIXEL_BYTES,
    SIDE,
    VIEW_BYTES,
    find_candidate_views,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.images.align_crop import Floats, Truths
    from animedex.images.fingerprint import Fingerprint

# What two pictures may differ by, as a share of their contrast, beside how many of their blocks of
# detail must agree (see `structure`): the more agree, the more colours may differ. Of ten thousand
# suspected pairs of variants of different drawings in one style, the nearest have 0.110 with 0.87
# of the blocks; of variants of the same, 99 of 100 are within these.
_MAX_DIFFERENCE, _MIN_AGREEMENT = 0.1, 0.8
_MAX_DIFFERENCE_IN_FULL_AGREEMENT, _FULL_AGREEMENT = 0.16, 0.97
# Pictures with so many tones and blocks with detail may be brighter or darker than each other:
# drawings and photographs have at least 5 and 18. With fewer, such as silhouettes, icons and line
# art, another colour is another picture.
_RICH_TONES, _RICH_BLOCKS = 5, 16
_BUSY = 0.5
# Nearly all blocks agree in variants of such a picture; two faces of a few lines differ in their
# eyes.
_NEAR_FULL_AGREEMENT = 0.93
# How much the average colour of a part may differ there, in levels of 255: JPEG and WebP at low
# quality change it by up to 6.
_MAX_COLOR_SHIFT = 10.0
# With fewer blocks with detail than this, pictures are compared as they are, without a search for a
# crop, and must be nearly equal: variants of the same differ by up to 0.04 of their contrast, icons
# of different shapes by 0.17 and more. What compression does to faint pictures is forgiven, in
# levels.
_SIMPLE_BLOCKS, _MIN_SIMPLE_AGREEMENT = 10, 0.88
_MAX_SIMPLE_DIFFERENCE, _TOLERANCE = 0.1, 1.5
# In no part of so many cells a side may such pictures differ by more than these levels and this
# share of the part's contrast: scaled and compressed faces of a few lines make up to 1.7 of that,
# another mouth makes 2.5. Faint pictures may differ by fewer levels, by a share of their contrast.
_SPOT, _SPOT_NOISE, _OF_SPOT, _MAX_IN_SPOT = 3, 2.0, 0.5, 1.85
_FAINT, _MIN_SPOT_NOISE = 0.15, 1.0
# A part that is flat in both may be shifted by more, in noise: AVIF shifts flat colours of a wide
# gamut by 2.8. A changed detail is not flat at its edges.
_FLAT, _MAX_SHIFT = 1.5, 3.25
# No crop makes up for so much of a difference: a crop is not searched for.
_MIN_CORRELATION, _MAX_CROP_DIFFERENCE, _MIN_CROP_CORRELATION = 0.3, 0.7, 0.7
_BATCH = 128
_PARTS = 4


def confirm_pairs(pairs: Sequence[tuple[Fingerprint, Fingerprint]], max_distance: int) -> Truths:
    """Return for each pair whether its hashes are near and its thumbnails agree."""
    owners: list[int] = []
    ones: list[bytes] = []
    others: list[bytes] = []
    ways = 0
    of_way: list[int] = []
    for number, pair in enumerate(pairs):
        # In one order always, so that it makes no difference which of them is asked about.
        one, other = sorted(pair, key=lambda it: it.thumbnail)
        ours, theirs = one.views, other.views
        for views in find_candidate_views(one, other, max_distance):
            owners.append(number)
            ones += [ours[mine] for mine, _ in views]
            others += [theirs[its] for _, its in views]
            of_way += [ways] * len(views)
            ways += 1
    matches = np.zeros(len(pairs), np.bool_)
    if owners:
        way_agrees = np.ones(ways, np.bool_)
        np.logical_and.at(way_agrees, of_way, compare_views(ones, others))
        matches[np.array(owners)[way_agrees]] = True
    return matches


def compare_views(ones: Sequence[bytes], others: Sequence[bytes]) -> Truths:
    """Return for each pair of views whether they show the same picture."""
    parts = [
        _compare_batch(_unpack(ones[at : at + _BATCH]), _unpack(others[at : at + _BATCH]))
        for at in range(0, len(ones), _BATCH)
    ]
    return np.concatenate(parts)


def _unpack(views: Sequence[bytes]) -> Floats:
    packed = np.frombuffer(b"".join(views), np.uint8).reshape(-1, VIEW_BYTES)
    # Far from zero, sums of squares would lose precision.
    return packed[:, :PIXEL_BYTES].astype(np.float32) - 128


def _compare_batch(ones: Floats, others: Floats) -> Truths:
    """Compare views; equal ones are not compared further."""
    matches: Truths = (ones == others).all(1)
    (unequal,) = np.nonzero(~matches)
    if len(unequal):
        matches[unequal] = _compare_different(ones[unequal], others[unequal])
    return matches


def _compare_different(ones: Floats, others: Floats) -> Truths:
    """Compare views as they are first, and search for a crop only where that leaves a doubt."""
    a, b = _luma(ones), _luma(others)
    share, amount = measure_agreement(a, b)
    matches = np.zeros(len(ones), np.bool_)
    simple = amount < _SIMPLE_BLOCKS
    (few,) = np.nonzero(simple)
    if len(few):
        agrees = (share[few] >= _MIN_SIMPLE_AGREEMENT) | (amount[few] < MIN_BLOCKS)
        matches[few] = agrees & _is_nearly_equal(ones[few], others[few])
    rich = (amount >= _RICH_BLOCKS) & (np.maximum(count_tones(a), count_tones(b)) >= _RICH_TONES)
    rich |= np.minimum(measure_busyness(a), measure_busyness(b)) > _BUSY
    for brighter in (True, False):
        (group,) = np.nonzero(~simple & (rich == brighter))
        if len(group):
            matches[group] = _compare_detailed(
                ones[group], others[group], allow_brightening=brighter
            )
    return matches


def _is_nearly_equal(ones: Floats, others: Floats) -> Truths:
    """Compare shapes and colours as they are."""
    a, b = _luma(ones).reshape(len(ones), -1), _luma(others).reshape(len(others), -1)
    far = np.sqrt(((a - b) ** 2).mean(1)) - _TOLERANCE
    near: Truths = far <= _MAX_SIMPLE_DIFFERENCE * np.sqrt(a.std(1) * b.std(1))
    near &= _has_same_spots(_luma(ones), _luma(others))
    return near & _has_same_colors(_to_rgb(ones, FULL), _to_rgb(others, FULL))


def _compare_detailed(ones: Floats, others: Floats, *, allow_brightening: bool) -> Truths:
    """Compare views with enough detail, as they are and then with the best crop."""
    share, amount = measure_agreement(_luma(ones), _luma(others))
    colors, other_colors = _to_rgb(ones, FULL), _to_rgb(others, FULL)
    far = measure_difference(colors, other_colors, allow_brightening=allow_brightening)
    matches = _is_near(far, share, amount)
    if not allow_brightening:
        matches &= (share >= _NEAR_FULL_AGREEMENT) & _has_same_colors(colors, other_colors)
        matches &= _has_same_spots(_luma(ones), _luma(others))
    (rest,) = np.nonzero(~matches & (far < _MAX_CROP_DIFFERENCE))
    if len(rest):
        rest = rest[_correlate(_luma(ones[rest]), _luma(others[rest])) > _MIN_CORRELATION]
    if len(rest):
        matches[rest] = _compare_cropped(
            ones[rest], others[rest], allow_brightening=allow_brightening
        )
    return matches


def _is_near(far: Floats, share: Floats, amount: Floats) -> Truths:
    """Return whether colours are near enough for a share of agreeing detailed blocks."""
    near: Truths = (far < _MAX_DIFFERENCE) & (share >= _MIN_AGREEMENT)
    all_agree = (share >= _FULL_AGREEMENT) & (amount >= _RICH_BLOCKS)
    return near | (all_agree & (far < _MAX_DIFFERENCE_IN_FULL_AGREEMENT))


def _compare_cropped(ones: Floats, others: Floats, *, allow_brightening: bool) -> Truths:
    """Compare views of which one may be a crop of the other."""
    matches = np.zeros(len(ones), np.bool_)
    crop, score = find_coarse_crop(_luma(ones), _luma(others))
    (rest,) = np.nonzero(score > _MIN_CROP_CORRELATION)
    if not len(rest):
        return matches
    ours, theirs = ones[rest], others[rest]
    crop = refine_crop(_luma(ours), _luma(theirs), crop.select(rest))
    inside = crop.inside(SIDE).reshape(-1, SIDE, SIDE)
    cropped = crop.luma(_luma(ours), SIDE)
    share, amount = measure_agreement(cropped, _luma(theirs), inside)
    colors, other_colors, counted = _to_rgb(ours, crop), _to_rgb(theirs, FULL), crop.inside()
    far = measure_difference(colors, other_colors, counted, allow_brightening=allow_brightening)
    agrees = _is_near(far, share, amount) & (amount >= _SIMPLE_BLOCKS)
    if not allow_brightening:
        agrees &= (share >= _NEAR_FULL_AGREEMENT) & _has_same_colors(colors, other_colors, counted)
        agrees &= _has_same_spots(np.where(inside, cropped, _luma(theirs)), _luma(theirs))
    matches[rest] = agrees
    return matches


def _has_same_colors(ones: Floats, others: Floats, inside: Truths | None = None) -> Truths:
    """Return whether all parts have nearly the same average colour, but for those cut off."""
    apart = ones - others
    if inside is not None:
        apart = np.where(inside[:, None], apart, 0)
    parts = apart.reshape(len(apart), 3, _PARTS, GRID // _PARTS, _PARTS, GRID // _PARTS).mean(
        (3, 5)
    )
    near: Truths = np.abs(parts).max((1, 2, 3)) <= _MAX_COLOR_SHIFT
    return near


def _has_same_spots(ones: Floats, others: Floats) -> Truths:
    """Return whether no small part differs by much, as a changed detail does."""
    error = _spot_means((ones - others) ** 2)
    spread = [
        np.clip(_spot_means(luma**2) - _spot_means(luma) ** 2, 0, None) for luma in (ones, others)
    ]
    contrast = np.sqrt(np.maximum(*spread))
    deviation = np.minimum(ones.std((1, 2)), others.std((1, 2)))
    noise = np.clip(_FAINT * deviation, _MIN_SPOT_NOISE, _SPOT_NOISE)[:, None, None]
    detail: Floats = _MAX_IN_SPOT * (noise + _OF_SPOT * contrast)
    shift: Floats = np.where(contrast < _FLAT, _MAX_SHIFT * noise, 0)
    near = np.asarray(np.sqrt(error) <= np.maximum(detail, shift))
    matches: Truths = np.all(near, axis=(1, 2))
    return matches


def _spot_means(luma: Floats) -> Floats:
    """Return the average of each small part."""
    parts = np.lib.stride_tricks.sliding_window_view(luma, (_SPOT, _SPOT), (1, 2))
    means: Floats = parts.mean((3, 4))
    return means


def _luma(views: Floats) -> Floats:
    return views[:, : SIDE * SIDE].reshape(-1, SIDE, SIDE)


def _correlate(ones: Floats, others: Floats) -> Floats:
    """Return how alike two kinds of luma are, whatever their brightness and contrast."""
    a, b = (luma.reshape(len(luma), -1) for luma in (ones, others))
    a, b = a - a.mean(1, keepdims=True), b - b.mean(1, keepdims=True)
    both: Floats = (a * b).sum(1) / np.sqrt((a * a).sum(1) * (b * b).sum(1) + 1)
    return both


def _to_rgb(views: Floats, crop: Crop) -> Floats:
    """Return red, green and blue of each cell of the grid, from 0 to 255, of cropped views."""
    tints = views[:, SIDE * SIDE :].reshape(-1, 2, CHROMA_SIDE, CHROMA_SIDE)
    luma = crop.luma(_luma(views)) + 128
    blue, red = crop.chroma(tints[:, 0]), crop.chroma(tints[:, 1])
    # As JPEG has it.
    channels = (luma + 1.402 * red, luma - 0.344 * blue - 0.714 * red, luma + 1.772 * blue)
    return np.stack(channels, 1).reshape(len(views), 3, -1)
