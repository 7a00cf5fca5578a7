"""Groups of entries by how sure it is that their files show the same picture."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from animedex.errors import AnimedexError
from animedex.library.keep_policy import choose_keeper, is_intact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from animedex.images.file_comparison import Pixels
    from animedex.library.entry import Entry
    from animedex.library.keep_policy import Keep

# From the strongest to the weakest. Only the last is no reason to delete anything.
Evidence: TypeAlias = Literal["bytes", "pixels", "same", "similar"]
LEVELS: tuple[Evidence, ...] = ("bytes", "pixels", "same", "similar")
_REMEMBERED = 16


class DuplicateGroup(NamedTuple):
    """Represent files that show the same picture, or similar ones.

    `evidence` is the weakest of all. `reference` is what every other one was compared with, and
    `levels` says, by number, how that went. Among similar pictures there is none.
    """

    evidence: Evidence
    entries: list[Entry]
    reference: Entry | None
    levels: Mapping[int, Evidence]


def sort_by_evidence(entries: Sequence[Entry], keep: Keep = "best") -> Iterator[DuplicateGroup]:
    """Yield groups of entries that are suspected to show the same picture.

    Files are read and decoded for it. Every member of a group is compared with the one to keep, so
    that a chain of likenesses joins nothing. What is left comes last, as similar.
    """
    files = _FileComparer()
    rest = list(entries)
    left: list[Entry] = []
    while (keeper := choose_keeper(rest, keep)) is not None:
        others = [entry for entry in rest if entry.id != keeper.id]
        levels = files.compare_all(keeper, others)
        if levels:
            members = [entry for entry in rest if entry.id == keeper.id or entry.id in levels]
            yield DuplicateGroup(_weakest_evidence(levels.values()), members, keeper, levels)
        left.append(keeper)
        rest = [entry for entry in others if entry.id not in levels]
    left = sorted([*left, *rest], key=lambda entry: entry.id)
    if len(left) > 1:
        yield DuplicateGroup("similar", left, None, {})


def _weakest_evidence(levels: Iterable[Evidence]) -> Evidence:
    return max(levels, key=LEVELS.index)


class _FileComparer:
    """Compare files, and remember what was decoded of some."""

    def __init__(self) -> None:
        self._pixels: OrderedDict[int, Pixels | None] = OrderedDict()

    def compare_all(self, keeper: Entry, others: Iterable[Entry]) -> dict[int, Evidence]:
        """Return the evidence for those that show the same as the one to keep, by number."""
        levels: dict[int, Evidence] = {}
        for entry in others:
            level = self.compare(keeper, entry)
            if level is not None:
                levels[entry.id] = level
        return levels

    def compare(self, keeper: Entry, entry: Entry) -> Evidence | None:
        """Return the evidence that two files show the same; None where there is none."""
        if entry.sha256 == keeper.sha256:
            return "bytes" if is_intact(entry) else None
        if keeper.frames != entry.frames:
            return None
        one, other = self._decode(keeper), self._decode(entry)
        if one is None or other is None:
            return None
        from animedex.images.file_comparison import compare_pixels

        return compare_pixels(one, other)

    def _decode(self, entry: Entry) -> Pixels | None:
        if entry.id not in self._pixels:
            self._pixels[entry.id] = _decode(entry)
            if len(self._pixels) > _REMEMBERED:
                self._pixels.popitem(last=False)
        self._pixels.move_to_end(entry.id)
        return self._pixels[entry.id]


def _decode(entry: Entry) -> Pixels | None:
    """Return the content of a file; None if it is damaged or changed since it was added."""
    from animedex.images.file_comparison import read_pixels

    try:
        pixels = read_pixels(entry.path)
    except AnimedexError:
        return None
    # Of an expensive animation, only the first frame is decoded.
    is_whole = entry.frames == max(1, len(pixels.seconds))
    return pixels if is_whole and is_intact(entry) else None
