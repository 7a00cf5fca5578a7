"""Rank pictures by how near their credits come to a query, as a service that never says no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process, utils

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.testing.nekos.image_store import Picture


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
    found = process.extract(
        query,
        [" ".join(picture.credits.values()) for picture in pictures],
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=amount,
    )
    return [pictures[index] for _, _, index in found]
