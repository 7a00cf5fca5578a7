"""Fingerprints of pictures: perceptual hashes and thumbnails."""

from __future__ import annotations

from typing import NamedTuple

# Another way to make fingerprints gets another number: those made in different ways are never
# compared. Those of the first way began with how many hashes they have, which is less than 128.
_FIRST_VERSION = 128
VERSION = _FIRST_VERSION + 2
# In how many bits of 64 the hashes of two pictures may differ for a second look to be taken.
MAX_DISTANCE = 10
# A frame is reduced to so many pixels on a side, or up to twice as many, before it is hashed.
COARSE_SIDE = 160
# One view: 40 x 40 bytes of luma, then 20 x 20 of each of the two colour differences, and one for
# what kind of look it is.
SIDE, CHROMA_SIDE = 40, 20
PIXEL_BYTES = SIDE * SIDE + 2 * CHROMA_SIDE * CHROMA_SIDE
VIEW_BYTES = PIXEL_BYTES + 1
# Kinds of looks: a picture without transparency, or one laid on a white and on a black ground.
OPAQUE, ON_WHITE, ON_BLACK = 0, 1, 2
# Added to the kind of a look that shows too little to be compared by.
BLANK = 4
_HEAD, _HASH = 2, 8


class Fingerprint(NamedTuple):
    """Represent what a picture looks like: hashes, and thumbnails for a second look.

    A picture with a border is looked at with and without it, one with transparency on a white and
    on a black ground. `thumbnail` has a look of fixed length for each way, two for transparent
    pictures; `hashes` has for each look in turn that of the first frame that shows something, and
    those of further frames of an animation, as many each. The first hash of a blank look is a
    digest of the picture's pixels.
    """

    hashes: tuple[int, ...]
    thumbnail: bytes

    @property
    def views(self) -> list[bytes]:
        """Return the looks, that at the whole picture first."""
        ends = range(VIEW_BYTES, len(self.thumbnail) + 1, VIEW_BYTES)
        return [self.thumbnail[end - VIEW_BYTES : end] for end in ends]

    def ground(self, number: int) -> int:
        """Return the kind of a look: opaque, on white or on black."""
        return self._kind(number) & ~BLANK

    def is_blank(self, number: int) -> bool:
        """Return whether a look shows too little to be compared by."""
        return bool(self._kind(number) & BLANK)

    def hashes_by_view(self) -> list[tuple[int, ...]]:
        """Return the hashes of each look."""
        ways = max(1, len(self.thumbnail) // VIEW_BYTES)
        each = len(self.hashes) // ways
        return [self.hashes[way * each : (way + 1) * each] for way in range(ways)]

    def to_bytes(self) -> bytes:
        """Write it for a database.

        >>> one = Fingerprint((1, 2), b"seen")
        >>> Fingerprint.from_bytes(one.to_bytes()) == one
        True
        """
        packed = b"".join(value.to_bytes(_HASH, "little") for value in self.hashes)
        return bytes([VERSION, len(self.hashes)]) + packed + self.thumbnail

    @classmethod
    def from_bytes(cls, data: bytes) -> Fingerprint | None:
        """Read what `to_bytes` wrote; None for what another version wrote.

        >>> Fingerprint.from_bytes(bytes(10)) is None
        True
        """
        if data[:1] != bytes([VERSION]):
            return None
        end = _HEAD + _HASH * data[1]
        starts = range(_HEAD, end, _HASH)
        hashes = tuple(int.from_bytes(data[at : at + _HASH], "little") for at in starts)
        return cls(hashes, data[end:])

    def _kind(self, number: int) -> int:
        end = (number + 1) * VIEW_BYTES
        return self.thumbnail[end - 1] if end <= len(self.thumbnail) else OPAQUE


def is_old_format(data: bytes) -> bool:
    r"""Return whether an older version of this program wrote a fingerprint.

    >>> is_old_format(b"\x01" + bytes(8) + b"a thumbnail")
    True
    >>> is_old_format(Fingerprint((1,), b"").to_bytes())
    False
    """
    return 0 < (data[0] if data else 0) < _FIRST_VERSION and len(data) > 1 + _HASH * data[0]


def hamming_distance(a: int, b: int) -> int:
    """Count the bits in which two hashes differ.

    >>> hamming_distance(0b1100, 0b1010)
    2
    """
    return (a ^ b).bit_count()


def is_near_duplicate(one: Fingerprint, other: Fingerprint, within: int = MAX_DISTANCE) -> bool:
    """Return whether two pictures look the same: the hashes suspect it, the thumbnails confirm."""
    from animedex.images.thumbnail_comparison import confirm_pairs

    return bool(confirm_pairs([(one, other)], within)[0])


def find_candidate_views(
    one: Fingerprint, other: Fingerprint, within: int
) -> list[list[tuple[int, int]]]:
    """Return what is to be compared in a second look: pairs of looks, by number.

    The pictures look the same where all pairs of one of the lists do. An animation is suspected
    where its further frames are near as well, but for one of them: not every program keeps every
    frame. What stands still is never the same as what moves. Of transparent pictures the looks on
    both grounds have to be the same, and one ground is enough beside an opaque picture, as it may
    have been laid on that.
    """
    near = [
        (number, place)
        for number in range(len(one.views))
        for place in range(len(other.views))
        if _may_match(one, number, other, place, within)
    ]
    pairs = [pair for pair in near if OPAQUE in {one.ground(pair[0]), other.ground(pair[1])}]
    both = {(number & ~1, place & ~1) for number, place in near if (number, place) not in pairs}
    return [*([pair] for pair in pairs), *([(a, b), (a + 1, b + 1)] for a, b in sorted(both))]


def _may_match(one: Fingerprint, number: int, other: Fingerprint, place: int, within: int) -> bool:
    """Return whether the hashes of two looks suspect that they show the same."""
    kinds = one.ground(number), other.ground(place)
    if kinds[0] != kinds[1] and OPAQUE not in kinds:
        return False
    ours, theirs = one.hashes_by_view()[number], other.hashes_by_view()[place]
    blank = one.is_blank(number), other.is_blank(place)
    if any(blank):
        # Where there is nothing to see, only equal pixels are the same.
        return all(blank) and kinds[0] == kinds[1] and ours == theirs
    return _is_near(ours, theirs, within)


def _is_near(ours: tuple[int, ...], theirs: tuple[int, ...], within: int) -> bool:
    if not ours or not theirs or (len(ours) == 1) != (len(theirs) == 1):
        return False
    if hamming_distance(ours[0], theirs[0]) > within:
        return False
    few, many = sorted((ours[1:], theirs[1:]), key=len)
    far = sum(min(hamming_distance(one, other) for other in many) > within for one in few)
    return far <= 1 and (far < len(few) or not few)
