"""An answer as text for a model: short, and with artist and source of every picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

from animedex.models import ArtPost, PictureRecord, Record
from animedex.render.safe_text import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.tool import Tool

_MANY = 5


def format_answer(tool: Tool[Any], answer: Mapping[str, object]) -> str:
    """Format an answer, one line for each row; a service's text is escaped."""
    lines = [line for key, value in answer.items() for line in _lines(tool, key, value)]
    return "\n".join(map(escape_control_characters, lines))


def format_credits(post: ArtPost) -> str:
    """Write one picture in a line, with all that its credit needs.

    >>> from animedex.models import Rating
    >>> post = ArtPost(id="a:1", rating=Rating.GENERAL, url="https://x/1.png", artists=["Mio"])
    >>> format_credits(post)
    'a:1: https://x/1.png | artist: Mio | source: unknown | rating: g'
    """
    by_name = {
        "artist": _few(post.artists) or "unknown",
        "characters": _few(post.characters),
        "series": _few(post.copyrights),
        "source": post.source_url or post.page_url or "unknown",
        "rating": post.rating and post.rating.value,
    }
    parts = [f"{name}: {value}" for name, value in by_name.items() if value]
    return " | ".join([f"{post.id}: {post.url or 'withheld'}", *parts])


def to_art_post(value: object) -> ArtPost | None:
    """Return the art post of a row that shows a picture."""
    if isinstance(value, PictureRecord):
        return value.to_common()
    return value if isinstance(value, ArtPost) else None


def _lines(tool: Tool[Any], key: str, value: object) -> list[str]:
    if value is None or (value == [] and key != "rows"):
        return []
    if not isinstance(value, list):
        return [f"{key}: {value}"]
    items = cast("list[object]", value)
    if all(isinstance(item, str) for item in items) and items:
        return [f"{key}: {', '.join(map(str, items))}"]
    return [_line(tool, item) for item in items] or ["nothing was found"]


def _line(tool: Tool[Any], item: object) -> str:
    post = to_art_post(item)
    if post is not None:
        tag = item.source_tag if isinstance(item, Record | ArtPost) else None
        return format_credits(post) + (f" [src: {tag.backend}]" if tag else "")
    if isinstance(item, Record):
        return f"{tool.line(item)} [src: {item.backend}]"
    return msgspec.json.encode(item).decode()


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    return ", ".join(names[:_MANY]) + more
