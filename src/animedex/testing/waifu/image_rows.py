"""Build the service's rows from partial ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypedDict, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EPOCH = datetime(2024, 1, 1, 11, 16, 19, 48_684, tzinfo=UTC)


class TagRow(TypedDict):
    """Describe a tag, as within an image."""

    id: int
    name: str
    slug: str
    description: str
    reviewStatus: str
    creatorId: int | None
    imageCount: int


class ArtistRow(TypedDict):
    """Describe an artist, as within an image."""

    id: int
    name: str
    patreon: str | None
    pixiv: str | None
    twitter: str | None
    deviantArt: str | None
    reviewStatus: str
    creatorId: int | None
    imageCount: int


class ImageRow(TypedDict):
    """An image; an empty ``url`` means that the sample server serves the file."""

    id: int
    perceptualHash: str
    extension: str
    dominantColor: str
    source: str | None
    artists: Sequence[ArtistRow]
    uploaderId: int | None
    uploadedAt: str
    isNsfw: bool
    isAnimated: bool
    width: int
    height: int
    byteSize: int
    url: str
    tags: Sequence[TagRow]
    reviewStatus: str
    favorites: int
    likedAt: str | None
    addedToAlbumAt: str | None
    albums: Sequence[object]


def tag_row(row: Mapping[str, object], number: int) -> TagRow:
    """Fill in the missing fields of a tag; ``slug`` is required.

    >>> tag_row({"slug": "long-hair", "description": "Hair below the waist."}, 3)["name"]
    'Long Hair'
    """
    base: TagRow = {
        "id": number,
        "name": str(row["slug"]).replace("-", " ").title(),
        "slug": "",
        "description": "",
        "reviewStatus": "Accepted",
        "creatorId": None,
        "imageCount": 0,
    }
    return cast("TagRow", {**base, **row})


def artist_row(row: Mapping[str, object], number: int) -> ArtistRow:
    """Fill in the missing fields of an artist; ``name`` is required.

    >>> artist_row({"name": "Miko"}, 5)["id"], artist_row({"name": "Miko", "id": 80}, 5)["id"]
    (5, 80)
    """
    base: ArtistRow = {
        "id": number,
        "name": "",
        "patreon": None,
        "pixiv": None,
        "twitter": None,
        "deviantArt": None,
        "reviewStatus": "Accepted",
        "creatorId": None,
        "imageCount": 0,
    }
    return cast("ArtistRow", {**base, **row})


def image_row(
    row: Mapping[str, object],
    number: int,
    *,
    artists: Sequence[ArtistRow],
    tags: Sequence[TagRow],
) -> ImageRow:
    """Fill in the missing fields of an image; keys that the service does not have stay at the end.

    >>> row = image_row({"isAnimated": True, "new": 1}, 7, artists=[], tags=[])
    >>> row["id"], row["perceptualHash"], row["extension"], list(row)[-1]
    (7, '0000000000000007', '.gif', 'new')
    """
    number = cast("int", row.get("id", number))
    base: ImageRow = {
        "id": number,
        "perceptualHash": f"{number:016x}",
        "extension": ".gif" if row.get("isAnimated") else ".png",
        "dominantColor": "#808080",
        "source": None,
        "artists": (),
        "uploaderId": None,
        "uploadedAt": written_time(number),
        "isNsfw": False,
        "isAnimated": False,
        "width": 1000,
        "height": 1500,
        "byteSize": 100_000,
        "url": "",
        "tags": (),
        "reviewStatus": "Accepted",
        "favorites": 0,
        "likedAt": None,
        "addedToAlbumAt": None,
        "albums": (),
    }
    return cast("ImageRow", {**base, **row, "artists": artists, "tags": tags})


def written_time(hours: int) -> str:
    """Write a moment so many hours into 2024 as the service does.

    >>> written_time(24)
    '2024-01-02T11:16:19.048684Z'
    """
    return f"{_EPOCH + timedelta(hours=hours):%Y-%m-%dT%H:%M:%S.%fZ}"
