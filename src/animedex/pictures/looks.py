"""The second look: small thumbnails compared, wherever a crop has moved what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from animedex.pictures.brightness import difference
from animedex.pictures.cutting import UNCUT, Cut, finely, roughly
from animedex.pictures.fingerprint import LOOK, SEEN, SIDE, TINT_SIDE, suspicious

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.pictures.cutting import Floats, Truths
    from animedex.pictures.fingerprint import Fingerprint

# What two pictures may differ by, as a share of their contrast. Of ten thousand suspected pairs of
# variants of different pictures, in one style, the nearest have 0.118 and most more than 0.3; of
# variants of the same, 95 of 100 have less than 0.111.
_MOST = 0.116
_SAME_BYTES = 2.0
# No crop that is found makes so much of a difference: one look is enough.
_UNRELATED, _TOO_DIFFERENT, _LOST_CAUSE = 0.3, 0.7, 0.7
_BATCH = 128


def confirmed(pairs: Sequence[tuple[Fingerprint, Fingerprint]], within: int) -> Truths:
    """Tell of each pair whether hashes suspect that they look the same, and a look confirms it."""
    owners: list[int] = []
    ones: list[bytes] = []
    others: list[bytes] = []
    for number, pair in enumerate(pairs):
        # In one order always, so that it makes no difference which of them is asked about.
        one, other = sorted(pair, key=lambda it: it.thumbnail)
        ours, theirs = one.looks, other.looks
        for mine, its in suspicious(one, other, within):
            if mine < len(ours) and its < len(theirs):
                owners.append(number)
                ones.append(ours[mine])
                others.append(theirs[its])
    found = np.zeros(len(pairs), np.bool_)
    if owners:
        found[np.array(owners)[same(ones, others)]] = True
    return found


def same(ones: Sequence[bytes], others: Sequence[bytes]) -> Truths:
    """Tell of looks, by pairs, whether they show the same picture."""
    parts = [
        _same(_unpacked(ones[at : at + _BATCH]), _unpacked(others[at : at + _BATCH]))
        for at in range(0, len(ones), _BATCH)
    ]
    return np.concatenate(parts)


def _unpacked(looks: Sequence[bytes]) -> Floats:
    packed = np.frombuffer(b"".join(looks), np.uint8).reshape(-1, LOOK)
    # Far from zero, sums of squares would lose what they are to tell.
    return packed[:, :SEEN].astype(np.float32) - 128


def _same(ones: Floats, others: Floats) -> Truths:
    """Compare as they are first, and search how they are cut only where that leaves a doubt."""
    found: Truths = np.abs(ones - others).mean(1) < _SAME_BYTES
    (left,) = np.nonzero(~found)
    if len(left):
        far = difference(_colours(ones[left], UNCUT), _colours(others[left], UNCUT))
        found[left] = far < _MOST
        left = left[(far >= _MOST) & (far < _TOO_DIFFERENT)]
    if len(left):
        left = left[_correlation(_luma(ones[left]), _luma(others[left])) > _UNRELATED]
    if len(left):
        found[left] = _same_cut(ones[left], others[left])
    return found


def _same_cut(ones: Floats, others: Floats) -> Truths:
    """Compare looks where one may be cut to show what the other does."""
    found = np.zeros(len(ones), np.bool_)
    cut, score = roughly(_luma(ones), _luma(others))
    (left,) = np.nonzero(score > _LOST_CAUSE)
    if len(left):
        ours, theirs = ones[left], others[left]
        cut = finely(_luma(ours), _luma(theirs), cut.of(left))
        seen = _colours(ours, cut)
        found[left] = difference(seen, _colours(theirs, UNCUT), cut.inside()) < _MOST
    return found


def _luma(looks: Floats) -> Floats:
    return looks[:, : SIDE * SIDE].reshape(-1, SIDE, SIDE)


def _correlation(ones: Floats, others: Floats) -> Floats:
    """Tell how alike two kinds of luma are, whatever their brightness and contrast."""
    a, b = (luma.reshape(len(luma), -1) for luma in (ones, others))
    a, b = a - a.mean(1, keepdims=True), b - b.mean(1, keepdims=True)
    both: Floats = (a * b).sum(1) / np.sqrt((a * a).sum(1) * (b * b).sum(1) + 1)
    return both


def _colours(looks: Floats, cut: Cut) -> Floats:
    """Give red, green and blue of each cell of the grid, from 0 to 255, of looks cut so."""
    tints = looks[:, SIDE * SIDE :].reshape(-1, 2, TINT_SIDE, TINT_SIDE)
    luma = cut.luma(_luma(looks)) + 128
    blue, red = cut.tint(tints[:, 0]), cut.tint(tints[:, 1])
    # As JPEG has it.
    channels = (luma + 1.402 * red, luma - 0.344 * blue - 0.714 * red, luma + 1.772 * blue)
    return np.stack(channels, 1).reshape(len(looks), 3, -1)
