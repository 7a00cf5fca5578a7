"""The records of Danbooru: https://danbooru.donmai.us/wiki_pages/help:api.

Any key of a row may be missing; a withheld picture has neither `md5` nor the three addresses.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from animedex.models import (
    ArtPost,
    PictureFile,
    PictureRecord,
    Rating,
    Record,
    positive_or_zero,
    text_or_none,
    url_or_none,
)

HOME = "https://danbooru.donmai.us"
KINDS = {0: "general", 1: "artist", 3: "copyright", 4: "character", 5: "meta"}
_MOVING = {"mp4", "webm", "zip"}
_STILL = {"jpg", "jpeg", "png", "webp", "avif"}


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """One size of a picture: `180x180`, `360x360`, `720x720`, `sample` or `original`."""

    type: str | None = None
    url: str | None = None
    width: int | None = None
    height: int | None = None
    file_ext: str | None = None


class MediaAsset(msgspec.Struct, frozen=True, kw_only=True):
    """The file of a post; `duration` is in seconds, and None of a still picture.

    `pixel_hash` is a digest of the pixels, not a perceptual hash.
    """

    id: int | None = None
    created_at: str | None = None
    updated_at: str | None = None
    md5: str | None = None
    file_ext: str | None = None
    file_size: int | None = None
    image_width: int | None = None
    image_height: int | None = None
    duration: float | None = None
    status: str | None = None
    file_key: str | None = None
    is_public: bool | None = None
    pixel_hash: str | None = None
    variants: list[Variant] | None = None


class DanbooruPost(PictureRecord, frozen=True, kw_only=True):
    """One post: a picture with its tags, its rating and its source.

    `rating` is a letter: g, s, q or e. `tag_string` holds all tags in alphabetical order; the
    properties `artists`, `characters`, `copyrights`, `general_tags` and `meta_tags` list them by
    kind. `source` is an address, any other text, or empty.
    """

    backend: ClassVar[str] = "danbooru"
    id: int | None = None
    created_at: str | None = None
    updated_at: str | None = None
    uploader_id: int | None = None
    approver_id: int | None = None
    parent_id: int | None = None
    pixiv_id: int | None = None
    rating: str | None = None
    score: int | None = None
    up_score: int | None = None
    down_score: int | None = None
    fav_count: int | None = None
    source: str | None = None
    md5: str | None = None
    file_ext: str | None = None
    file_size: int | None = None
    image_width: int | None = None
    image_height: int | None = None
    file_url: str | None = None
    large_file_url: str | None = None
    preview_file_url: str | None = None
    has_large: bool | None = None
    media_asset: MediaAsset | None = None
    tag_string: str | None = None
    tag_string_artist: str | None = None
    tag_string_character: str | None = None
    tag_string_copyright: str | None = None
    tag_string_general: str | None = None
    tag_string_meta: str | None = None
    tag_count: int | None = None
    tag_count_artist: int | None = None
    tag_count_character: int | None = None
    tag_count_copyright: int | None = None
    tag_count_general: int | None = None
    tag_count_meta: int | None = None
    has_children: bool | None = None
    has_active_children: bool | None = None
    has_visible_children: bool | None = None
    is_pending: bool | None = None
    is_flagged: bool | None = None
    is_deleted: bool | None = None
    is_banned: bool | None = None
    bit_flags: int | None = None
    last_comment_bumped_at: str | None = None
    last_commented_at: str | None = None
    last_noted_at: str | None = None

    @property
    def tags(self) -> list[str]:
        """List all tags."""
        return _split_names(self.tag_string)

    @property
    def artists(self) -> list[str]:
        """List the tags that name artists."""
        return _split_names(self.tag_string_artist)

    @property
    def characters(self) -> list[str]:
        """List the tags that name characters."""
        return _split_names(self.tag_string_character)

    @property
    def copyrights(self) -> list[str]:
        """List the tags that name series."""
        return _split_names(self.tag_string_copyright)

    @property
    def general_tags(self) -> list[str]:
        """List the tags that describe what is seen."""
        return _split_names(self.tag_string_general)

    @property
    def meta_tags(self) -> list[str]:
        """List the tags that describe the file or the post."""
        return _split_names(self.tag_string_meta)

    @property
    def page_url(self) -> str | None:
        """Return the post's page."""
        number = positive_or_zero(self.id)
        return f"{HOME}/posts/{number}" if number else None

    @property
    def source_url(self) -> str | None:
        """Return the source where it is an address; it may be any text."""
        return url_or_none(self.source)

    @property
    def animated(self) -> bool | None:
        """Return whether the picture is animated; None if the row does not say.

        A GIF is known to move by its tag `animated` or its duration, and not known to stand still.
        """
        extension = (self.file_ext or "").lower()
        length = self.media_asset.duration if self.media_asset else None
        if extension in _MOVING or length or "animated" in self.tags:
            return True
        return False if extension in _STILL and self.tag_string is not None else None

    def file(self) -> PictureFile | None:
        """Return the file of the picture; for an ugoira, whose frames are a zip, its video.

        https://danbooru.donmai.us/wiki_pages/ugoira
        """
        film = url_or_none(self.large_file_url)
        if (self.file_ext or "").lower() != "zip" or film is None:
            return super().file()
        return PictureFile(film, extension=film.partition("?")[0].rpartition(".")[2].lower())

    def to_common(self) -> ArtPost:
        """Project onto the shape shared by all services.

        A rating that is missing or not known counts as explicit, the strictest.
        """
        return ArtPost(
            id=f"danbooru:{positive_or_zero(self.id) or ''}",
            source_tag=self.source_tag,
            rating=_RATINGS.get(self.rating or "", Rating.EXPLICIT),
            url=url_or_none(self.file_url),
            preview_url=url_or_none(self.preview_file_url),
            sample_url=url_or_none(self.large_file_url),
            page_url=self.page_url,
            source_url=self.source_url,
            tags=self.tags,
            artists=self.artists,
            characters=self.characters,
            copyrights=self.copyrights,
            score=self.score,
            width=self.image_width,
            height=self.image_height,
            byte_size=self.file_size,
            extension=text_or_none(self.file_ext),
            animated=self.animated,
            md5=text_or_none(self.md5),
            created_at=text_or_none(self.created_at),
        )


_RATINGS = {rating.value: rating for rating in Rating}


def _split_names(names: str | None) -> list[str]:
    return (names or "").split()


class DanbooruTag(Record, frozen=True, kw_only=True):
    """One tag; `kind` is the name of its `category`, which is a number."""

    backend: ClassVar[str] = "danbooru"
    id: int | None = None
    name: str | None = None
    post_count: int | None = None
    category: int | None = None
    created_at: str | None = None
    updated_at: str | None = None
    is_deprecated: bool | None = None
    words: list[str] | None = None

    @property
    def kind(self) -> str | None:
        """Return what the tag names: general, artist, copyright, character or meta."""
        return None if self.category is None else KINDS.get(self.category)


class DanbooruArtist(Record, frozen=True, kw_only=True):
    """One artist: the tag that is the name, and other names."""

    backend: ClassVar[str] = "danbooru"
    id: int | None = None
    name: str | None = None
    group_name: str | None = None
    other_names: list[str] | None = None
    is_banned: bool | None = None
    is_deleted: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None


class DanbooruPool(Record, frozen=True, kw_only=True):
    """One pool: posts that belong together, by their ids, in their order."""

    backend: ClassVar[str] = "danbooru"
    id: int | None = None
    name: str | None = None
    description: str | None = None
    category: str | None = None
    post_ids: list[int] | None = None
    post_count: int | None = None
    is_active: bool | None = None
    is_deleted: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None


class DanbooruWikiPage(Record, frozen=True, kw_only=True):
    """One page of the wiki, whose `body` is in DText, the site's own markup."""

    backend: ClassVar[str] = "danbooru"
    id: int | None = None
    title: str | None = None
    body: str | None = None
    other_names: list[str] | None = None
    is_locked: bool | None = None
    is_deleted: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None


class TagRow(msgspec.Struct, frozen=True, kw_only=True):
    """A tag within another row."""

    id: int | None = None
    name: str | None = None
    post_count: int | None = None
    category: int | None = None
    is_deprecated: bool | None = None


class DanbooruSuggestion(Record, frozen=True, kw_only=True):
    """A completion of a text: `value` is for searches, `label` for display.

    `antecedent` is the other spelling by which it was found.
    """

    backend: ClassVar[str] = "danbooru"
    type: str | None = None
    label: str | None = None
    value: str | None = None
    category: int | str | None = None
    post_count: int | None = None
    antecedent: str | None = None
    tag: TagRow | None = None

    @property
    def kind(self) -> str | None:
        """Return what the tag names; None for what is no tag."""
        return KINDS.get(self.category) if isinstance(self.category, int) else None


class DanbooruRelatedTag(Record, frozen=True, kw_only=True):
    """A tag that often occurs with another, and how often; all measures are in 0..1."""

    backend: ClassVar[str] = "danbooru"
    tag: TagRow | None = None
    cosine_similarity: float | None = None
    jaccard_similarity: float | None = None
    overlap_coefficient: float | None = None
    frequency: float | None = None


class Counts(msgspec.Struct, frozen=True):
    """A count, None if the service gave up counting."""

    posts: int | None = None


class CountResponse(msgspec.Struct, frozen=True):
    """The answer to a question for a count."""

    counts: Counts


class RelatedResponse(msgspec.Struct, frozen=True):
    """The tags of an answer, each still as its own bytes."""

    related_tags: list[msgspec.Raw]
