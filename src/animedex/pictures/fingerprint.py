"""What a picture looks like, in a few bytes."""

from __future__ import annotations

from typing import NamedTuple

# In how many bits of 64 the hashes of two pictures may differ for a second look to be taken.
WITHIN = 10
# One look: 40 x 40 bytes of luma, then 20 x 20 of each of the two colour differences; and one that
# tells which part of it is a border that the next look leaves out.
SIDE, TINT_SIDE = 40, 20
SEEN = SIDE * SIDE + 2 * TINT_SIDE * TINT_SIDE
LOOK = SEEN + 1
# Looks that have as much border, of 255, would resemble each other by that alone.
_MOST_BORDER = 40
_HASH = 8


class Fingerprint(NamedTuple):
    """Hold hashes of a picture, and thumbnails for a second look.

    A picture with a border is looked at with and without it. `thumbnail` has a look of fixed
    length for each way; `hashes` has for each way in turn that of the first frame, and those of
    some further frames of an animation, as many each.
    """

    hashes: tuple[int, ...]
    thumbnail: bytes

    @property
    def looks(self) -> list[bytes]:
        """Give the looks, that at the whole picture first."""
        ends = range(LOOK, len(self.thumbnail) + 1, LOOK)
        return [self.thumbnail[end - LOOK : end] for end in ends]

    def border(self, number: int) -> int:
        """Tell which part of a look is border, of 255."""
        end = (number + 1) * LOOK
        return self.thumbnail[end - 1] if end <= len(self.thumbnail) else 0

    def frames(self) -> list[tuple[int, ...]]:
        """Give the hashes of each look."""
        ways = max(1, len(self.thumbnail) // LOOK)
        each = len(self.hashes) // ways
        return [self.hashes[way * each : (way + 1) * each] for way in range(ways)]

    def to_bytes(self) -> bytes:
        """Write it for a database.

        >>> one = Fingerprint((1, 2), b"seen")
        >>> Fingerprint.from_bytes(one.to_bytes()) == one
        True
        """
        packed = b"".join(value.to_bytes(_HASH, "little") for value in self.hashes)
        return bytes([len(self.hashes)]) + packed + self.thumbnail

    @classmethod
    def from_bytes(cls, data: bytes) -> Fingerprint:
        """Read what `to_bytes` wrote."""
        end = 1 + _HASH * data[0]
        starts = range(1, end, _HASH)
        hashes = tuple(int.from_bytes(data[at : at + _HASH], "little") for at in starts)
        return cls(hashes, data[end:])


def distance(a: int, b: int) -> int:
    """Count the bits in which two hashes differ.

    >>> distance(0b1100, 0b1010)
    2
    """
    return (a ^ b).bit_count()


def resembles(one: Fingerprint, other: Fingerprint, within: int = WITHIN) -> bool:
    """Tell whether two pictures look the same: the hashes suspect it, the thumbnails confirm."""
    from animedex.pictures.looks import confirmed

    return bool(confirmed([(one, other)], within)[0])


def suspicious(one: Fingerprint, other: Fingerprint, within: int) -> list[tuple[int, int]]:
    """Give the pairs of looks, by number, whose hashes are near enough for a second look.

    An animation is suspected where its further frames are near as well, but for one of them: not
    every program keeps every frame. What stands still is never the same as what moves.
    """
    return [
        (number, place)
        for number, ours in enumerate(one.frames())
        for place, theirs in enumerate(other.frames())
        if _near(ours, theirs, within)
        and min(one.border(number), other.border(place)) < _MOST_BORDER
    ]


def _near(ours: tuple[int, ...], theirs: tuple[int, ...], within: int) -> bool:
    if not ours or not theirs or (len(ours) == 1) != (len(theirs) == 1):
        return False
    if distance(ours[0], theirs[0]) > within:
        return False
    few, many = sorted((ours[1:], theirs[1:]), key=len)
    far = sum(min(distance(one, other) for other in many) > within for one in few)
    return far <= 1 and (far < len(few) or not few)
