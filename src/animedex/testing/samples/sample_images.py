"""The drawn collection: pictures in a folder, described by its ``manifest.json``.

The manifest is ``{"pictures": [row, …]}``; a row has ``category``, ``file``, ``width``, ``height``
and what is known of ``anime_name``, ``artist_name``, ``artist_href`` and ``source_url``. The files
lie in a folder per category.
"""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process, utils

from animedex.testing.nekos.image_store import ANIMATED_FORMAT, CREDITS, Picture, Size

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from random import Random


DRAWN = Path(__file__).parent / "collection"


class SampleCollection:
    """Pictures in memory; it never changes, so that servers may share it."""

    def __init__(self, pictures: Iterable[Picture]) -> None:
        by_category: defaultdict[str, list[Picture]] = defaultdict(list)
        for picture in pictures:
            by_category[picture.category].append(picture)
        self._by_category = dict(by_category)
        self._pictures = [p for pictures in by_category.values() for p in pictures]
        self._found = {(p.category, p.filename): p for p in self._pictures}
        self._formats = {name: _format(first) for name, (first, *_) in by_category.items()}

    @classmethod
    def load(cls, folder: Path) -> SampleCollection:
        """Read a folder's manifest; one that cannot be read is an ``OSError`` or ``ValueError``."""
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return cls(_picture(folder, row) for row in manifest["pictures"])

    @property
    def pictures(self) -> Sequence[Picture]:
        """List the pictures, category by category."""
        return self._pictures

    def formats(self) -> Mapping[str, str]:
        """Map every category to the extension of its first picture."""
        return self._formats

    def draw(self, category: str, amount: int, random: Random) -> Sequence[Picture]:
        """Pick pictures of a category at random, the same one twice perhaps."""
        return random.choices(self._by_category[category], k=amount)

    def search(
        self, query: str, *, animated: bool, category: str | None, amount: int
    ) -> Sequence[Picture]:
        """Pick the pictures nearest to a query, none of them twice.

        Fewer than ``amount`` come only where the category and the sort have no more to choose from.
        """
        pool = self._pictures if category is None else self._by_category[category]
        sort = [p for p in pool if (_format(p) == ANIMATED_FORMAT) == animated]
        return nearest(query, sort, amount)

    def find(self, category: str, filename: str) -> Picture | None:
        """Look a picture up."""
        return self._found.get((category, filename))


@cache
def sample_collection() -> SampleCollection:
    """Return the collection that comes with the package, read once."""
    return SampleCollection.load(DRAWN)


def _picture(folder: Path, row: Mapping[str, str | int]) -> Picture:
    category, filename = str(row["category"]), Path(str(row["file"])).name
    measured = "width" in row and "height" in row
    return Picture(
        category=category,
        filename=filename,
        path=folder / category / filename,
        credits={key: str(row[key]) for key in CREDITS if key in row},
        size=Size(int(row["width"]), int(row["height"])) if measured else None,
    )


def _format(picture: Picture) -> str:
    return picture.path.suffix.removeprefix(".")


def nearest(query: str, pictures: Sequence[Picture], amount: int) -> list[Picture]:
    """Return the pictures that come nearest, the best first, even where none comes near.

    >>> from pathlib import Path
    >>> from animedex.testing.nekos.image_store import Picture
    >>> names = "Sora Weaver", "Lantern Street", "Miko Days"
    >>> shows = [Picture("hug", n, Path(n), {"anime_name": n}, None) for n in names]
    >>> [picture.filename for picture in nearest("lanternstreet", shows, 1)]
    ['Lantern Street']
    >>> len(nearest("zzzz", shows, 20))
    3
    """
    matches = process.extract(
        query,
        [" ".join(picture.credits.values()) for picture in pictures],
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=amount,
    )
    return [pictures[index] for _, _, index in matches]
