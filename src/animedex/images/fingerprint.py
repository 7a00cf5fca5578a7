"""Fingerprints of pictures: perceptual hashes and thumbnails."""

from __future__ import annotations

from typing import NamedTuple

# Another way to make fingerprints gets another number: those made in different ways are never
# compared. Those of the first way began with how many hashes they have, which is less than 128.
_FIRST_VERSION = 128
VERSION = _FIRST_VERSION + 2
# The Hamming distance up to which thumbnails of two pictures are compared, in bits of 64.
MAX_DISTANCE = 10
# A frame is reduced to so many pixels on a side, or up to twice as many, before it is hashed.
COARSE_SIDE = 160
# One view: 40 x 40 bytes of luma, then 20 x 20 of each of the two colour differences, and one for
# its ground.
SIDE, CHROMA_SIDE = 40, 20
PIXEL_BYTES = SIDE * SIDE + 2 * CHROMA_SIDE * CHROMA_SIDE
VIEW_BYTES = PIXEL_BYTES + 1
# Grounds of views: a picture without transparency, or one laid on a white and on a black ground.
OPAQUE, ON_WHITE, ON_BLACK = 0, 1, 2
# Added to the ground of a view that has too little detail to be compared by.
BLANK = 4
_HEAD, _HASH = 2, 8


class Fingerprint(NamedTuple):
    """What a picture looks like: perceptual hashes, and thumbnails to confirm a match.

    A picture has a view as it is, and further ones without its borders. With transparency, each is
    laid on white and on black. `thumbnail` has so many bytes for each view; `hashes` has for each
    view the hash of the first frame with detail, and those of further frames of an animation, as
    many each. The first hash of a blank view is a digest of the picture's pixels.
    """

    hashes: tuple[int, ...]
    thumbnail: bytes

    @property
    def views(self) -> list[bytes]:
        """Return the thumbnail of each view; the first is of the whole picture."""
        ends = range(VIEW_BYTES, len(self.thumbnail) + 1, VIEW_BYTES)
        return [self.thumbnail[end - VIEW_BYTES : end] for end in ends]

    def ground(self, number: int) -> int:
        """Return the ground of a view: opaque, on white or on black."""
        return self._kind(number) & ~BLANK

    def is_blank(self, number: int) -> bool:
        """Return whether a view has too little detail to be compared by."""
        return bool(self._kind(number) & BLANK)

    def hashes_by_view(self) -> list[tuple[int, ...]]:
        """Return the hashes of each view."""
        ways = max(1, len(self.thumbnail) // VIEW_BYTES)
        each = len(self.hashes) // ways
        return [self.hashes[way * each : (way + 1) * each] for way in range(ways)]

    def to_bytes(self) -> bytes:
        """Return it in bytes, as the library stores it.

        >>> one = Fingerprint((1, 2), b"seen")
        >>> Fingerprint.from_bytes(one.to_bytes()) == one
        True
        """
        packed = b"".join(value.to_bytes(_HASH, "little") for value in self.hashes)
        return bytes([VERSION, len(self.hashes)]) + packed + self.thumbnail

    @classmethod
    def from_bytes(cls, data: bytes) -> Fingerprint | None:
        """Parse what `to_bytes` returned; return None for another version.

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


def is_near_duplicate(
    one: Fingerprint, other: Fingerprint, max_distance: int = MAX_DISTANCE
) -> bool:
    """Return whether two pictures look the same by their hashes and their thumbnails."""
    from animedex.images.thumbnail_comparison import confirm_pairs

    return bool(confirm_pairs([(one, other)], max_distance)[0])


def find_candidate_views(
    one: Fingerprint, other: Fingerprint, max_distance: int
) -> list[list[tuple[int, int]]]:
    """Return lists of pairs of views, by number, whose thumbnails must be compared.

    The pictures look the same if all pairs of one of the lists do. An animation is a candidate if
    its further frames are near as well, but for one: not every program keeps every frame. A still
    picture never matches an animation. Of two transparent pictures the views on both grounds must
    match; beside an opaque picture one ground is enough, as it may have been laid on that.
    """
    near = [
        (number, place)
        for number in range(len(one.views))
        for place in range(len(other.views))
        if _may_match(one, number, other, place, max_distance)
    ]
    pairs = [pair for pair in near if OPAQUE in {one.ground(pair[0]), other.ground(pair[1])}]
    both = {(number & ~1, place & ~1) for number, place in near if (number, place) not in pairs}
    return [*([pair] for pair in pairs), *([(a, b), (a + 1, b + 1)] for a, b in sorted(both))]


def _may_match(
    one: Fingerprint, number: int, other: Fingerprint, place: int, max_distance: int
) -> bool:
    """Return whether two views may show the same, by their hashes."""
    kinds = one.ground(number), other.ground(place)
    if kinds[0] != kinds[1] and OPAQUE not in kinds:
        return False
    ours, theirs = one.hashes_by_view()[number], other.hashes_by_view()[place]
    blank = one.is_blank(number), other.is_blank(place)
    if any(blank):
        # Where there is nothing to see, only equal pixels are the same.
        return all(blank) and kinds[0] == kinds[1] and ours == theirs
    return _is_near(ours, theirs, max_distance)


def _is_near(ours: tuple[int, ...], theirs: tuple[int, ...], max_distance: int) -> bool:
    if not ours or not theirs or (len(ours) == 1) != (len(theirs) == 1):
        return False
    if hamming_distance(ours[0], theirs[0]) > max_distance:
        return False
    few, many = sorted((ours[1:], theirs[1:]), key=len)
    far = sum(min(hamming_distance(one, other) for other in many) > max_distance for one in few)
    return far <= 1 and (far < len(few) or not few)
