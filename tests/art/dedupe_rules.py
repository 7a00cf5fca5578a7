"""Rows as plain values, and the rules of `art dedupe` written plainly, to compare with."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from animedex.art.dedupe import KeepPolicy, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from animedex.http_message import JsonObject

SERVICES = ("danbooru", "nekos", "waifu")
MD5S = ("0" * 32, "1" * 32, "2" * 32)
HASHES = (0xFFFF, 0xFFFE, 0xFFF0, 0xFF00, 0xFFFF << 48, 0xFFF7 << 48, 0xAAAA << 20)
KEEPS: tuple[KeepPolicy, ...] = ("best", "first")


class Description(NamedTuple):
    """What a row tells; `work` is None, or the number of a work on pixiv."""

    id: str
    md5: str | None = None
    work: int | None = None
    page: int | None = None
    hash: int | None = None
    pixels: int = 0

    @property
    def service(self) -> str:
        return self.id.partition(":")[0]

    @property
    def row(self) -> JsonObject:
        """Return the row as `--common` prints it."""
        return {
            "id": self.id,
            "md5": self.md5,
            "source_url": self._url(),
            "perceptual_hash": None if self.hash is None else f"{self.hash:016x}",
            "width": self.pixels,
            "height": 1,
        }

    def _url(self) -> str | None:
        if self.work is None:
            return None
        if self.page is None:
            return f"https://www.pixiv.net/artworks/{self.work}"
        return (
            f"https://i.pximg.net/img-original/img/2020/01/31/09/00/00/{self.work}_p{self.page}.png"
        )


class Plain:
    """Follow the rules as they are written, comparing every row with every other."""

    def __init__(
        self, told: Sequence[Description], distance: int | None, *, same_work: bool
    ) -> None:
        self.told = told
        self.distance = distance
        self.groups = [{row} for row in range(len(told))]
        self.refused = False
        self.several = {
            one.work
            for one, other in combinations(told, 2)
            if (one.service, one.work) == (other.service, other.work)
            and one.page is other.page is None
            and one.work
            and one.id != other.id
        }
        for reason in (Reason.ID, Reason.MD5, Reason.WORK, Reason.HASH):
            for row in range(len(told)):
                for other in range(row):
                    if self.related(told[row], told[other], reason):
                        self.unite(row, other)
        unsettled = [row for row in range(len(told)) if self.is_unsettled(row)]
        for place, row in enumerate(unsettled):
            for other in unsettled[:place]:
                if told[row].work == told[other].work:
                    self.unite(row, other)
        if same_work:
            for row, other in self.same_work():
                self.unite(row, other)

    def related(self, one: Description, other: Description, reason: Reason) -> bool:
        if reason is Reason.ID:
            return one.id == other.id
        if reason is Reason.MD5:
            return one.md5 is not None and one.md5 == other.md5
        if reason is Reason.WORK:
            return one.page is not None and (one.work, one.page) == (other.work, other.page)
        if self.distance is None or one.hash is None or other.hash is None:
            return False
        return (one.hash ^ other.hash).bit_count() <= self.distance

    def is_unsettled(self, row: int) -> bool:
        """Return whether a row names a work without a page, and nothing else tells its page."""
        work, page = self.told[row].work, self.told[row].page
        if work is None or page is not None or work in self.several:
            return False
        group = [self.told[n] for n in self.groups[row]]
        return all(one.page is None for one in group if one.work == work)

    def unite(self, row: int, other: int) -> None:
        ours, theirs = self.groups[row], self.groups[other]
        together = ours | theirs
        pages = defaultdict[int | None, set[int]](set)
        for one in together:
            page = self.told[one].page
            if page is not None:
                pages[self.told[one].work].add(page)
        if any(len(known) > 1 for known in pages.values()):
            self.refused = True
        else:
            for one in together:
                self.groups[one] = together

    def same_work(self) -> Iterator[tuple[int, int]]:
        """Return the rows that are only the same work, and the row that they go to."""
        for row, one in enumerate(self.told):
            if one.work is None or one.page is not None:
                continue
            others = [n for n, other in enumerate(self.told) if other.work == one.work]
            paged = [(self.told[n].page or 0, n) for n in others if self.told[n].page is not None]
            if paged:
                target = min(paged)[1]
            elif one.work in self.several:
                target = others[0]
            else:
                continue
            settled = any(
                self.told[n].work == one.work and self.told[n].page is not None
                for n in self.groups[row]
            )
            if not settled and target not in self.groups[row]:
                yield row, target

    def partition(self) -> set[frozenset[int]]:
        return {frozenset(group) for group in self.groups}
