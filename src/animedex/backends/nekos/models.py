"""The records of nekos.best v2: https://docs.nekos.best/getting-started/api-endpoints.html."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import msgspec

from animedex.models import ArtPost, PictureRecord, Rating, Record, SourceTag


class Dimensions(msgspec.Struct, frozen=True, kw_only=True):
    """A picture's size in pixels, as far as it is known."""

    width: int | None = None
    height: int | None = None


class NekosCategoryFormat(Record, frozen=True, kw_only=True):
    """Which file format a category's pictures have: `png` or `gif`."""

    backend: ClassVar[str] = "nekos"
    format: str


class NekosImage(PictureRecord, frozen=True, kw_only=True):
    """One picture of a category or a search: its file, size and artist.

    Still pictures name their artist, animations the show; any of that may be missing. `url` is
    always there and ends in `/<category>/<file name>`.
    """

    backend: ClassVar[str] = "nekos"
    url: str
    dimensions: Dimensions | None = None
    anime_name: str | None = None
    artist_name: str | None = None
    artist_href: str | None = None
    source_url: str | None = None

    @property
    def filename(self) -> str:
        """Return the file name: the last part of the URL, with the extension."""
        url = self.url
        if "?" in url or "#" in url or url.count("/") <= _SLASHES_OF_A_HOST:
            url = self._path()
        return url.rpartition("/")[2]

    @property
    def category(self) -> str | None:
        """Return the category: the part of the URL before the file name."""
        return self._path().rpartition("/")[0].rpartition("/")[2] or None

    @property
    def extension(self) -> str | None:
        """Return the extension in lower case, without the dot."""
        return self.filename.rpartition(".")[2].lower() or None if "." in self.filename else None

    @property
    def credit(self) -> str | None:
        """Return the artist, or else the show."""
        return self.artist_name or self.anime_name or None

    def to_common(self) -> ArtPost:
        """Project onto the shape shared by all services.

        The rating is general, as all of the service's pictures are, unless the category is named
        for another, such as `waifu-explicit`, or for none, as `waifu-unrated` and `own` are: the
        service has no such category, a gallery has.
        """
        size = self.dimensions or Dimensions()
        shows = [self.anime_name] if self.anime_name else []
        return ArtPost(
            id=f"nekos:{self.filename}",
            source_tag=self.source_tag,
            rating=_category_rating(self.category or ""),
            url=self.url or None,
            source_url=self.source_url or None,
            tags=shows,
            artists=[self.artist_name] if self.artist_name else [],
            copyrights=list(shows),
            width=size.width,
            height=size.height,
            extension=self.extension,
            animated=_ANIMATED.get(self.extension or ""),
        )

    def _path(self) -> str:
        bare = self.url.partition("#")[0].partition("?")[0]
        _, scheme, beyond = bare.partition("://")
        return beyond.partition("/")[2] if scheme else bare


_SLASHES_OF_A_HOST = 2
_ANIMATED = {"gif": True, "png": False}
_RATINGS: dict[str, Rating | None] = {
    "sensitive": Rating.SENSITIVE,
    "questionable": Rating.QUESTIONABLE,
    "explicit": Rating.EXPLICIT,
    "unrated": None,
    "own": None,
}


def _category_rating(category: str) -> Rating | None:
    """Return the rating that a category is named for, None where its pictures have none.

    >>> _category_rating("waifu-explicit"), _category_rating("neko"), _category_rating("own")
    (<Rating.EXPLICIT: 'e'>, <Rating.GENERAL: 'g'>, None)
    """
    return _RATINGS.get(category.rpartition("-")[2], Rating.GENERAL)


class NekosAsset(NamedTuple):
    """A fetched picture: its bytes or where they were written, and the credit sent with it.

    `body` is None where the bytes went to a file; `size` counts them either way. The four pieces
    of metadata are the service's own headers, decoded; None where it sent none.
    """

    url: str
    content_type: str
    size: int
    body: bytes | None
    path: str | None
    anime_name: str | None
    artist_name: str | None
    artist_href: str | None
    source_url: str | None
    source_tag: SourceTag


class Envelope(msgspec.Struct, frozen=True):
    """The rows of an answer, each still as its own bytes."""

    results: list[msgspec.Raw]
