"""Perceptual hashes that differ in a few bits."""

from __future__ import annotations

from itertools import combinations

BITS = 64
MAX_DISTANCE = 8
_BANDS = 4
_WIDTH = BITS // _BANDS
_SHIFTS = range(0, BITS, _WIDTH)
_MASK = (1 << _WIDTH) - 1


class NearHashes:
    """Find hashes of 64 bits that differ from another in at most `distance` bits, all of them.

    Hashes are cut into four bands. Of two hashes within a distance there is a band that differs in
    at most a quarter of it, rounded down: up to a distance of 3, a band that is equal. So only the
    hashes that share a band, or nearly, are looked at: few among any million that were not made to
    crowd together.

    >>> near = NearHashes(3)
    >>> near.add(0b1111)
    >>> near.find(0b0001), near.find(0b0000)
    ({15}, set())
    """

    def __init__(self, distance: int) -> None:
        self._distance = distance
        self._bands: tuple[dict[int, list[int]], ...] = tuple({} for _ in _SHIFTS)
        self._flips = _list_flips(distance // _BANDS)

    def add(self, value: int) -> None:
        """Keep a hash, which must not have been added before."""
        for band, shift in zip(self._bands, _SHIFTS, strict=True):
            band.setdefault(value >> shift & _MASK, []).append(value)

    def find(self, value: int) -> set[int]:
        """Return the hashes added so far that are within the distance, the same hash as well."""
        most = self._distance
        found: set[int] = set()
        for band, shift in zip(self._bands, _SHIFTS, strict=True):
            part = value >> shift & _MASK
            for flip in self._flips:
                others = band.get(part ^ flip)
                if others:
                    found.update([one for one in others if (one ^ value).bit_count() <= most])
        return found


def _list_flips(most: int) -> list[int]:
    """Return every way to change at most so many bits of a band.

    >>> len(_list_flips(0)), len(_list_flips(1)), len(_list_flips(2))
    (1, 17, 137)
    """
    bits = [1 << place for place in range(_WIDTH)]
    return [sum(few) for count in range(most + 1) for few in combinations(bits, count)]
