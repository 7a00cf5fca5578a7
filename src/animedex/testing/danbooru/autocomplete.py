"""Suggest how a word of a search may go on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from animedex.testing.danbooru.partial_rows import Row, text, texts
from animedex.testing.danbooru.record_routes import normalize
from animedex.testing.danbooru.request_params import parse_amount, search_arguments
from animedex.testing.danbooru.search_query import wildcard

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.testing.danbooru.image_store import DanbooruCollection
    from animedex.testing.danbooru.search_request import SearchRequest

AMOUNT = 10
_LIKENESS = 60
_METATAG = re.compile(r"(?P<name>[a-z]+):(?P<value>.*)", re.IGNORECASE)
_WORDS = re.compile(r"[^\W_]+")
_VALUES = {
    "rating": ("explicit", "general", "questionable", "sensitive"),
    "status": ("active", "any", "banned", "deleted", "flagged", "modqueue", "pending"),
    "filetype": ("avif", "gif", "jpg", "mp4", "png", "swf", "webm", "webp", "zip"),
    "parent": ("any", "none"),
    "child": ("any", "none"),
    "order": ("favcount", "id", "id_desc", "landscape", "portrait", "random", "rank", "score"),
}


class Autocomplete:
    """Complete tags, and the values of metatags that have only a few."""

    def __init__(self, collection: DanbooruCollection) -> None:
        self._collection = collection

    def index(self, request: SearchRequest) -> list[Row]:
        """List what a word may become, the likeliest first."""
        arguments = search_arguments(request.query)
        query, kind = arguments.get("query", ""), arguments.get("type", "tag_query")
        most = parse_amount(request.query, AMOUNT)
        match = _METATAG.fullmatch(query) if kind == "tag_query" else None
        if match and match["name"].lower() in _VALUES:
            return _metatag_rows(match["name"].lower(), match["value"].lower())[:most]
        if kind not in {"tag_query", "tag"} or not query:
            return []
        return self._tag_rows(normalize(query.lstrip("-~")))[:most]

    def _tag_rows(self, query: str) -> list[Row]:
        if not query.isascii():
            return self._find_translations(query)
        if "*" in query:
            pattern = wildcard(query)
            return self._rows("tag", lambda name: bool(pattern.fullmatch(name)), "")
        words = _WORDS.findall(query)
        if not any(len(word) > 1 for word in words):
            return self._rows("tag", lambda name: name.startswith(query), "")
        rows = self._rows("tag-word", lambda name: _holds_words(name, words), query)
        return rows or self._find_corrections(query)

    def _rows(self, kind: str, suits: Callable[[str], bool], query: str) -> list[Row]:
        """List the tags whose name or alias matches, exact names first."""
        aliases = {tag: other for other, tag in self._collection.aliases.items() if suits(other)}
        rows = [
            _row(kind, tag, aliases.get(name) if not suits(name) else None)
            for tag in self._collection.used_tags
            if suits(name := text(tag, "name")) or name in aliases
        ]
        return sorted(rows, key=lambda row: _distance(row, query))

    def _find_translations(self, query: str) -> list[Row]:
        """List the tags whose artist or wiki page has another name with this prefix."""
        named = [(text(page, "title"), page) for page in self._collection.wiki_pages]
        named += [(text(artist, "name"), artist) for artist in self._collection.artists]
        names = {
            tag: other
            for tag, row in named
            for other in texts(row, "other_names")
            if other.lower().startswith(query)
        }
        return [
            _row("tag-other-name", tag, names[name])
            for tag in self._collection.used_tags
            if (name := text(tag, "name")) in names
        ]

    def _find_corrections(self, query: str) -> list[Row]:
        tags = self._collection.used_tags
        names = [text(tag, "name") for tag in tags]
        matches = process.extract(query, names, scorer=fuzz.ratio, score_cutoff=_LIKENESS)
        return [_row("tag-autocorrect", tags[place], query) for _, _, place in matches]


def _row(kind: str, tag: Row, antecedent: str | None) -> Row:
    """Write a suggestion; without an antecedent it has no such key."""
    name = text(tag, "name")
    row: dict[str, object] = {
        "type": kind,
        "label": name.replace("_", " "),
        "value": name,
        "category": tag.get("category"),
        "post_count": tag.get("post_count"),
    }
    return {**row, **({"antecedent": antecedent} if antecedent else {}), "tag": tag}


def _metatag_rows(name: str, begun: str) -> list[Row]:
    """List the values of a metatag.

    >>> _metatag_rows("rating", "g")
    [{'type': 'static', 'label': 'general', 'value': 'rating:general'}]
    """
    return [
        {"type": "static", "label": value, "value": f"{name}:{value}"}
        for value in _VALUES[name]
        if value.startswith(begun)
    ]


def _holds_words(name: str, words: list[str]) -> bool:
    """Return whether a name contains all words, in any order; the last may be a prefix.

    >>> _holds_words("long_hair", ["hair", "lo"]), _holds_words("long_hair", ["lo", "hair"])
    (True, False)
    """
    name_words = _WORDS.findall(name)
    *whole, last = words
    return all(word in name_words for word in whole) and any(
        word.startswith(last) for word in name_words
    )


def _distance(row: Row, query: str) -> tuple[bool, bool]:
    name = text(row, "antecedent") or text(row, "value")
    return name != query, query not in name
