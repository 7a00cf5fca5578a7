"""Filters for tags, artists, pools and wiki pages."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from animedex.testing.danbooru.partial_rows import Row, nested_rows, number, text, texts
from animedex.testing.danbooru.record_routes import (
    TRUE,
    RecordRoutes,
    SearchFields,
    find_page,
    normalize,
)
from animedex.testing.danbooru.search_query import wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from animedex.testing.danbooru.image_store import DanbooruCollection

    Test = Callable[[Row], bool]


def tag_routes(collection: DanbooruCollection) -> RecordRoutes:
    """Answer about tags, the newest first."""
    fields = SearchFields(
        texts=["name"],
        numbers=["id", "category", "post_count"],
        flags=["is_deprecated"],
        special={
            "hide_empty": _hide_empty,
            "name_or_alias_matches": partial(_alias_test, collection.aliases),
        },
        orders={"name": _text("name"), "count": _number("post_count"), "date": _number("id")},
    )
    return RecordRoutes(collection.tags, fields)


def artist_routes(collection: DanbooruCollection) -> RecordRoutes:
    """Answer about artists, the newest first."""
    counts = {text(tag, "name"): number(tag, "post_count") or 0 for tag in collection.tags}
    fields = SearchFields(
        texts=["name", "group_name"],
        flags=["is_deleted", "is_banned"],
        special={
            "any_name_matches": _any_name,
            "any_other_name_like": _other_name,
            "any_name_or_url_matches": _name_or_url,
            "url_matches": _any_url,
        },
        orders={
            "name": _text("name"),
            "updated_at": _text("updated_at"),
            "post_count": partial(_count_of, counts),
        },
        hidden=["urls"],
    )
    return RecordRoutes(collection.artists, fields)


def pool_routes(collection: DanbooruCollection) -> RecordRoutes:
    """Answer about pools, those changed last first."""
    fields = SearchFields(
        texts=["name", "category"],
        numbers=["id", "post_count"],
        flags=["is_active", "is_deleted"],
        special={"name_matches": _name_holds, "name_contains": _name_holds},
        orders={
            "name": _text("name"),
            "created_at": _text("created_at"),
            "post_count": _number("post_count"),
            "updated_at": _text("updated_at"),
            "": _text("updated_at"),
        },
    )
    return RecordRoutes(collection.pools, fields)


def wiki_page_routes(collection: DanbooruCollection) -> RecordRoutes:
    """Answer about wiki pages, those changed last first."""
    fields = SearchFields(
        texts=["title"],
        flags=["is_deleted", "is_locked"],
        special={"title_normalize": _title},
        orders={"title": _text("title"), "": _text("updated_at")},
    )
    return RecordRoutes(collection.wiki_pages, fields, find_page)


def _text(key: str) -> Callable[[Row], str]:
    return lambda row: text(row, key)


def _number(key: str) -> Callable[[Row], float]:
    return lambda row: number(row, key) or 0


def _count_of(counts: Mapping[str, float], row: Row) -> float:
    return counts.get(text(row, "name"), 0)


def _hide_empty(value: str) -> Test:
    hidden = value.lower() in TRUE
    return lambda row: not hidden or (number(row, "post_count") or 0) > 0


def _alias_test(aliases: Mapping[str, str], value: str) -> Test:
    pattern = wildcard(normalize(value))
    meant = {tag for other, tag in aliases.items() if pattern.fullmatch(other)}
    return lambda row: text(row, "name") in meant or bool(pattern.fullmatch(text(row, "name")))


def _name_holds(value: str) -> Test:
    return _pattern_test(lambda row: [text(row, "name")], value if "*" in value else f"*{value}*")


def _title(value: str) -> Test:
    return _pattern_test(lambda row: [text(row, "title")], value)


def _any_name(value: str) -> Test:
    return _pattern_test(_names, value)


def _other_name(value: str) -> Test:
    return _pattern_test(lambda row: texts(row, "other_names"), value)


def _name_or_url(value: str) -> Test:
    return (
        _any_url(value) if value.strip().startswith(("http://", "https://")) else _any_name(value)
    )


def _any_url(value: str) -> Test:
    """Return a test that matches a URL, or a part of one."""
    url = value.strip().rstrip("/")
    whole = url.startswith(("http://", "https://")) or "*" in url
    pattern = wildcard(url if whole else f"*{url}*")
    return lambda row: any(
        pattern.fullmatch(text(nested, "url").rstrip("/")) for nested in nested_rows(row, "urls")
    )


def _names(row: Row) -> Sequence[str]:
    return [text(row, "name"), text(row, "group_name"), *texts(row, "other_names")]


def _pattern_test(texts_of: Callable[[Row], Iterable[str]], value: str) -> Test:
    pattern = wildcard(normalize(value))
    return lambda row: any(pattern.fullmatch(one) for one in texts_of(row))
