"""The records of Waifu.im v7: https://docs.waifu.im/docs/api.

Any key may be missing from a row, or null; then its attribute is None.
"""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

import msgspec

from animedex.backends.waifu.filter_params import parse_image_id
from animedex.models import (
    ArtPost,
    PictureRecord,
    Rating,
    Record,
    positive_or_zero,
    text_or_none,
    url_or_none,
)

R = TypeVar("R", bound=Record)


class ImageTag(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A tag of an image."""

    id: int | None = None
    name: str | None = None
    slug: str | None = None
    description: str | None = None


class ImageArtist(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An artist of an image, with their profiles."""

    id: int | None = None
    name: str | None = None
    patreon: str | None = None
    pixiv: str | None = None
    twitter: str | None = None
    deviant_art: str | None = None


class WaifuImage(PictureRecord, frozen=True, kw_only=True, rename="camel"):
    """One picture: its file, tags, artists and size.

    `perceptual_hash` has 16 hexadecimal digits, `extension` its dot; `uploaded_at` is ISO 8601.
    """

    backend: ClassVar[str] = "waifu"
    id: int | None = None
    url: str | None = None
    source: str | None = None
    is_nsfw: bool | None = None
    is_animated: bool | None = None
    width: int | None = None
    height: int | None = None
    byte_size: int | None = None
    extension: str | None = None
    perceptual_hash: str | None = None
    dominant_color: str | None = None
    favorites: int | None = None
    uploaded_at: str | None = None
    tags: list[ImageTag] | None = None
    artists: list[ImageArtist] | None = None

    @property
    def slugs(self) -> list[str]:
        """Return the tags as `images(tags=…)` takes them; a tag without a slug by its name."""
        names = (tag.slug or tag.name for tag in self.tags or ())
        return [name for name in names if name]

    @property
    def artist_names(self) -> list[str]:
        """Return the artists."""
        return [artist.name for artist in self.artists or () if artist.name]

    @property
    def page_url(self) -> str | None:
        """Return the address of the picture's page at the service."""
        number = positive_or_zero(self.id)
        return f"https://www.waifu.im/images/{number}" if number else None

    def to_common(self) -> ArtPost:
        """Project onto the shape shared by all services.

        The service tells safe from not: the rating is general where it says safe, else explicit.
        The score is how many users have the picture among their favorites.
        """
        return ArtPost(
            id=common_id(self.id, self.url),
            source_tag=self.source_tag,
            rating=Rating.GENERAL if self.is_nsfw is False else Rating.EXPLICIT,
            url=url_or_none(self.url),
            page_url=self.page_url,
            source_url=url_or_none(self.source),
            tags=self.slugs,
            artists=self.artist_names,
            score=self.favorites,
            width=self.width,
            height=self.height,
            byte_size=self.byte_size,
            extension=(text_or_none(self.extension) or "").lstrip(".").lower() or None,
            animated=self.is_animated,
            perceptual_hash=_parse_hash(self.perceptual_hash),
            created_at=text_or_none(self.uploaded_at),
        )


def common_id(number: object, url: str | None) -> str:
    """Return a picture's id among those of all services: its number, or else its URL.

    >>> common_id(7, None), common_id(None, "https://cdn.waifu.im/7.png"), common_id(-7, "a file")
    ('waifu:7', 'waifu:7', 'waifu:')
    """
    link = url_or_none(url) or ""
    return f"waifu:{positive_or_zero(number) or parse_image_id(link) or link}"


def _parse_hash(perceptual_hash: str | None) -> str | None:
    """Return a hash; None for zeros, which mean that it has not been computed yet."""
    text = text_or_none(perceptual_hash)
    return text if text and text.strip("0") else None


class WaifuTag(Record, frozen=True, kw_only=True, rename="camel"):
    """A tag; `slug` is its name in requests.

    In a list `image_count` counts the images that have it; beside a single tag it is 0.
    """

    backend: ClassVar[str] = "waifu"
    id: int | None = None
    name: str | None = None
    slug: str | None = None
    description: str | None = None
    image_count: int | None = None


class WaifuArtist(Record, frozen=True, kw_only=True, rename="camel"):
    """An artist, with the places where they show their work."""

    backend: ClassVar[str] = "waifu"
    id: int | None = None
    name: str | None = None
    patreon: str | None = None
    pixiv: str | None = None
    twitter: str | None = None
    deviant_art: str | None = None
    image_count: int | None = None


class WaifuStats(Record, frozen=True, kw_only=True, rename="camel"):
    """The size of the collection, and the number of requests to it."""

    backend: ClassVar[str] = "waifu"
    total_requests: int | None = None
    total_images: int | None = None
    total_tags: int | None = None
    total_artists: int | None = None


class WaifuPage(list[R], Generic[R]):
    """The rows of one page of a list, and its place in the list.

    `page` counts from 1; what the service does not say is None.
    """

    page: int | None = None
    total_pages: int | None = None
    total_count: int | None = None
    has_next_page: bool = False


class Envelope(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The rows of an answer, each as its own bytes, and their place in the list."""

    items: list[msgspec.Raw]
    page_number: int | None = None
    total_pages: int | None = None
    total_count: int | None = None
    has_next_page: bool | None = None
