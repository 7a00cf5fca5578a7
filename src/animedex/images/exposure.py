"""Measure how much colours differ between two exposures of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from animedex.images.align_crop import Floats, Truths

# The last cells are where a watermark is: the twentieth part that differs most does not count.
_TRIMMED_SHARE = 19 / 20
# Of pictures with next to no contrast all would be alike.
_MIN_CONTRAST = 30.0
# Which part of what brightening may at most have cost is forgiven.
_CLIPPING_TOLERANCE = 0.2
# Nearly white or black pixels do not show how much brighter a picture is.
_BRIGHT, _DARK = 225.0, 12.0
_MIN_SHARE = 0.1
_MIN_SLOPE, _MAX_SLOPE = 0.6, 2.5
# By how much compression changes colours where nothing is made up for, over all three channels.
_TOLERANCE = 2.6
_UNCHANGED = [(np.ones((1, 1, 1), np.float32), np.zeros((1, 1, 1), np.float32))]


def measure_difference(
    ones: Floats, others: Floats, inside: Truths | None = None, *, allow_brightening: bool = True
) -> Floats:
    """Return the colour difference relative to the contrast, apart from brightness.

    Pictures are given by channels and cells, from 0 to 255; only what is inside counts. The darker
    one is made brighter in some likely ways, and the nearest counts. What was as bright as can be
    did not get brighter: where part of a cell may have been so, it may be darker than expected.
    """
    if inside is None:
        inside = np.ones((len(ones), ones.shape[2]), np.bool_)
    weights = inside[:, None].astype(np.float32)
    swap = ((ones * weights).sum((1, 2)) > (others * weights).sum((1, 2)))[:, None, None]
    dark, light = np.where(swap, others, ones), np.where(swap, ones, others)
    spread, contrast = _variance(dark, weights), _variance(light, weights)
    least = np.full(len(ones), np.inf, np.float32)
    ways = _exposure_candidates(dark, light, inside) if allow_brightening else _UNCHANGED
    for gain, lift in ways:
        brightened = np.clip(gain * dark + lift, 0, 255)
        lost = np.clip(gain * 255 + lift - 255, 0, None) * dark / 255 * _CLIPPING_TOLERANCE
        error = brightened - light
        error = np.where(error > 0, np.clip(error - lost, 0, None), error)
        squares = np.where(inside, (error * error).sum(1), np.inf)
        scale = (
            np.sqrt(spread * np.maximum(contrast, _variance(brightened, weights))) + _MIN_CONTRAST
        )
        far = np.clip(_trimmed_mean(squares) - (0 if allow_brightening else _TOLERANCE**2), 0, None)
        least = np.minimum(least, np.sqrt(far / scale))
    return least


def _variance(colours: Floats, weights: Floats) -> Floats:
    amount = weights.sum(2)
    mean = (colours * weights).sum(2) / amount
    both: Floats = ((colours**2 * weights).sum(2) / amount - mean**2).sum(1)
    return np.clip(both, 0, None)


def _trimmed_mean(squares: Floats) -> Floats:
    """Average the least of them; infinite ones are none."""
    ordered = np.sort(squares, 1)
    counted = (np.isfinite(ordered).sum(1) * _TRIMMED_SHARE).astype(np.float32)
    places: Floats = np.arange(1, ordered.shape[1] + 1, dtype=np.float32)
    keep: Truths = places[None] <= counted[:, None]
    both: Floats = np.where(keep, ordered, 0).sum(1) / np.maximum(np.floor(counted), 1)
    return both


def _exposure_candidates(
    dark: Floats, light: Floats, inside: Truths
) -> list[tuple[Floats, Floats]]:
    """Return likely changes of brightness, each as a factor and an offset."""
    every = np.broadcast_to(inside[:, None], dark.shape)
    informative = every & (light < _BRIGHT) & (dark > _DARK)
    few = informative.sum((1, 2)) < _MIN_SHARE * every.sum((1, 2))
    informative = np.where(few[:, None, None], every, informative).reshape(len(dark), -1)
    a, b = dark.reshape(len(dark), -1), light.reshape(len(light), -1)
    slope, lift = _fit_line(a, b, informative.astype(np.float32))
    one, zero = np.ones_like(slope), np.zeros_like(slope)
    ways = [
        (slope, lift),
        *((factor, zero) for factor in _quantiles(b / np.maximum(a, 1), informative)),
        *((one, added) for added in _quantiles(b - a, informative)),
    ]
    return [(gain[:, None, None], added[:, None, None]) for gain, added in ways]


def _fit_line(a: Floats, b: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Fit a line by least squares."""
    amount = weights.sum(1)
    mean_a, mean_b = (a * weights).sum(1) / amount, (b * weights).sum(1) / amount
    off = (a - mean_a[:, None]) * weights
    slope = ((off * (b - mean_b[:, None])).sum(1) + 1) / ((off * off).sum(1) + 1)
    slope = np.clip(slope, _MIN_SLOPE, _MAX_SLOPE)
    return slope, mean_b - slope * mean_a


def _quantiles(values: NDArray[np.floating], informative: Truths) -> list[Floats]:
    """Return the median and the upper quartile of the informative values."""
    amount = informative.sum(1)
    ordered = np.sort(np.where(informative, values, np.inf), 1).astype(np.float32)
    which = np.arange(len(values))
    return [ordered[which, amount * share // 4] for share in (2, 3)]
