"""What a terminal shows of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from animedex.backends.waifu.models import WaifuArtist, WaifuImage, WaifuStats, WaifuTag
    from animedex.render.text_output import Card

_GALLERY = "https://www.waifu.im/gallery"


def image_card(row: WaifuImage) -> Card:
    """Return the card of a picture."""
    from animedex.render.post_cards import join_few
    from animedex.render.text_output import Card

    whole = row.width and row.height
    return Card(
        title=_format_count(row.id) or "a picture",
        lines=(
            ("artist", join_few(row.artist_names)),
            ("tags", join_few(row.slugs)),
            ("rating", "safe" if row.is_nsfw is False else "not safe"),
            ("size", f"{row.width} x {row.height}" if whole else None),
            ("favorites", _format_count(row.favorites)),
            ("source", row.source),
            ("page", row.page_url),
        ),
        url=row.url or "no address was sent",
        source="waifu",
    )


def tag_card(row: WaifuTag) -> Card:
    """Return the card of a tag."""
    from animedex.render.text_output import Card

    return Card(
        title=row.slug or row.name or "a tag",
        lines=(
            ("name", row.name),
            ("id", _format_count(row.id)),
            ("images", _format_count(row.image_count or None)),
            ("means", row.description),
        ),
        url=f"{_GALLERY}?includedTags={quote(row.slug, safe='')}" if row.slug else _GALLERY,
        source="waifu",
    )


def artist_card(row: WaifuArtist) -> Card:
    """Return the card of an artist."""
    from animedex.render.text_output import Card

    return Card(
        title=row.name or "an artist",
        lines=(
            ("id", _format_count(row.id)),
            ("images", _format_count(row.image_count or None)),
            ("pixiv", row.pixiv),
            ("twitter", row.twitter),
            ("patreon", row.patreon),
            ("deviantart", row.deviant_art),
        ),
        url=_GALLERY if row.id is None else f"{_GALLERY}?includedArtists={row.id}",
        source="waifu",
    )


def stats_card(row: WaifuStats) -> Card:
    """Return the card of the statistics."""
    from animedex.render.text_output import Card

    return Card(
        title="Waifu.im",
        lines=(
            ("images", _format_count(row.total_images)),
            ("tags", _format_count(row.total_tags)),
            ("artists", _format_count(row.total_artists)),
            ("requests", _format_count(row.total_requests)),
        ),
        url=_GALLERY,
        source="waifu",
    )


def _format_count(number: int | None) -> str | None:
    return None if number is None else str(number)
