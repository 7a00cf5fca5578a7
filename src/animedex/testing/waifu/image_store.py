"""The images that the routes serve, with their tags and artists."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from animedex.testing.waifu.image_rows import (
    ArtistRow,
    ImageRow,
    TagRow,
    artist_row,
    image_row,
    tag_row,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

_RowT = TypeVar("_RowT", TagRow, ArtistRow)


class WaifuCollection:
    """Images in memory; it never changes, so that servers may share it.

    A row is an image as the service writes it, but only what matters need be given. Tags may be
    told by their slugs and artists by their names; then they are numbered from 1 as they come.
    ``files`` leads from the number of an image to its file.

    >>> found = WaifuCollection([{"tags": ["maid"], "width": 1500}, {"artists": ["Miko"], "id": 7}])
    >>> [image["id"] for image in found.images], found.tags[0]["name"], found.artists[0]["name"]
    ([1, 7], 'Maid', 'Miko')
    """

    def __init__(
        self, rows: Iterable[Mapping[str, object]], files: Mapping[int, Path] | None = None
    ) -> None:
        tags: _Named[TagRow] = _Named("slug", tag_row)
        artists: _Named[ArtistRow] = _Named("name", artist_row)
        self.images: Sequence[ImageRow] = [
            image_row(
                row,
                number,
                artists=artists.rows(row.get("artists", ())),
                tags=tags.rows(row.get("tags", ())),
            )
            for number, row in enumerate(rows, 1)
        ]
        self.tags: Sequence[TagRow] = tags.count_images()
        """All tags, the most used first, with how many images have them."""
        self.artists: Sequence[ArtistRow] = artists.count_images()
        """All artists, the busiest first, with how many images are theirs."""
        self.files: Mapping[int, Path] = files or {}

    def find(self, number: int) -> ImageRow | None:
        """Look an image up."""
        return next((image for image in self.images if image["id"] == number), None)


class _Named(Generic[_RowT]):
    """Complete rows of one kind, of which each name has one, and count their uses."""

    def __init__(self, key: str, complete: Callable[[Mapping[str, object], int], _RowT]) -> None:
        self._key = key
        self._complete: Callable[[Mapping[str, object], int], _RowT] = complete
        self._rows: dict[str, _RowT] = {}
        self._uses: Counter[str] = Counter()

    def rows(self, items: object) -> list[_RowT]:
        return [self._row(item) for item in cast("Iterable[Mapping[str, object] | str]", items)]

    def count_images(self) -> list[_RowT]:
        used = [(count, self._rows[name]) for name, count in self._uses.items()]
        used.sort(key=lambda use: (-use[0], use[1]["id"]))
        return [cast("_RowT", {**row, "imageCount": count}) for count, row in used]

    def _row(self, item: Mapping[str, object] | str) -> _RowT:
        row = {self._key: item} if isinstance(item, str) else item
        name = str(row[self._key])
        self._uses[name] += 1
        if name not in self._rows:
            self._rows[name] = self._complete(row, len(self._rows) + 1)
        return self._rows[name]
