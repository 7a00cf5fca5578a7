"""What a terminal shows of rows that are no pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from animedex.backends.danbooru.models import HOME, KINDS
from animedex.render.post_cards import join_few
from animedex.render.text_output import Card

if TYPE_CHECKING:
    from animedex.backends.danbooru.models import (
        DanbooruArtist,
        DanbooruPool,
        DanbooruRelatedTag,
        DanbooruSuggestion,
        DanbooruTag,
        DanbooruWikiPage,
    )

_MOST_TEXT = 600


def tag_card(row: DanbooruTag) -> Card:
    """Return the card of a tag."""
    deprecated = "yes" if row.is_deprecated else None
    lines = (
        ("kind", row.kind),
        ("posts", _format_number(row.post_count)),
        ("deprecated", deprecated),
    )
    return _build_card(row.name, lines, _posts_url(row.name))


def suggestion_card(row: DanbooruSuggestion) -> Card:
    """Return the card of a completion."""
    lines = (
        ("kind", row.kind),
        ("posts", _format_number(row.post_count)),
        ("found as", row.antecedent),
    )
    return _build_card(row.value, lines, _posts_url(row.value))


def related_card(row: DanbooruRelatedTag) -> Card:
    """Return the card of a related tag."""
    tag = row.tag
    category = tag.category if tag else None
    lines = (
        ("kind", None if category is None else KINDS.get(category)),
        ("posts", _format_number(tag.post_count if tag else None)),
        ("beside it", None if row.frequency is None else f"{row.frequency:.0%}"),
        ("similarity", None if row.cosine_similarity is None else f"{row.cosine_similarity:.2f}"),
    )
    name = tag.name if tag else None
    return _build_card(name, lines, _posts_url(name))


def artist_card(row: DanbooruArtist) -> Card:
    """Return the card of an artist."""
    lines = (
        ("other names", join_few(row.other_names or [])),
        ("group", row.group_name),
        ("banned", "yes" if row.is_banned else None),
        ("page", None if row.id is None else f"{HOME}/artists/{row.id}"),
    )
    return _build_card(row.name, lines, _posts_url(row.name))


def pool_card(row: DanbooruPool) -> Card:
    """Return the card of a pool."""
    lines = (
        ("kind", row.category),
        ("posts", _format_number(row.post_count)),
        ("first", join_few([str(number) for number in row.post_ids or []])),
        ("about", _shorten(row.description)),
    )
    return _build_card(row.name, lines, f"{HOME}/pools/{'' if row.id is None else row.id}")


def wiki_card(row: DanbooruWikiPage) -> Card:
    """Return the card of a wiki page, with its text on one line and shortened."""
    lines = (("other names", join_few(row.other_names or [])), ("text", _shorten(row.body)))
    return _build_card(row.title, lines, f"{HOME}/wiki_pages/{quote(row.title or '', safe='')}")


def _build_card(title: str | None, lines: tuple[tuple[str, str | None], ...], url: str) -> Card:
    return Card(title=title or "without a name", lines=lines, url=url, source="danbooru")


def _posts_url(tag: str | None) -> str:
    return f"{HOME}/posts?tags={quote(tag or '', safe='')}"


def _format_number(count: int | None) -> str | None:
    return None if count is None else str(count)


def _shorten(text: str | None) -> str | None:
    words = " ".join((text or "").split())
    return words if len(words) <= _MOST_TEXT else f"{words[: _MOST_TEXT - 1]}…"
