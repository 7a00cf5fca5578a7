"""What other programs wrote into files beside a picture: gallery-dl's JSON, and XMP.

https://gdl-org.github.io/docs/configuration.html#metadata-options
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, cast

from animedex.errors import AnimedexError
from animedex.images.foreign_credit.credit_fields import (
    CreditFields,
    clean_names,
    find_first_url,
    read_rating,
)
from animedex.images.foreign_credit.metadata_blocks import parse_foreign_xmp
from animedex.images.sidecar import read_small_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from animedex.http_message import JsonObject, JsonValue

_LONGEST = 16 * 1024 * 1024
# Where a site's rows name who made the picture, beside `artist` and `author`.
_ARTIST_KEYS = {
    **dict.fromkeys(("pixiv", "fanbox", "artstation", "weibo", "misskey"), "user"),
    **dict.fromkeys(("mastodon", "pawoo", "baraag"), "account"),
    "patreon": "creator",
    "nijie": "artist_name",
}
# On these the author of a post is whoever sent a picture there.
_POSTERS = {"reddit", "4chan", "imgur", "discord", "lemmy", "kemonoparty", "vk", "fourchan"}
_NAMES = ("name", "full_name", "username", "screen_name", "handle", "acct", "account", "nick")
_PAGES = {
    "pixiv": ("id", "https://www.pixiv.net/artworks/{}"),
    "twitter": ("tweet_id", "https://x.com/i/status/{}"),
    "danbooru": ("id", "https://danbooru.donmai.us/posts/{}"),
    "deviantart": ("index", "https://www.deviantart.com/deviation/{}"),
}


def sidecar_paths(path: str, ending: str) -> list[str]:
    """Return where a file beside a picture may be: `a.png.json`, and `a.json`."""
    stem = os.path.splitext(path)[0]
    return list(dict.fromkeys((path + ending, stem + ending)))


def read_sidecars(path: str) -> Iterator[CreditFields]:
    """Yield what each file beside a picture says; nothing of one that cannot be read."""
    for place in sidecar_paths(path, ".json"):
        row = read_row(place)
        if row is not None and _is_about(row, path):
            yield parse_row(row)
    for place in sidecar_paths(path, ".xmp"):
        yield parse_foreign_xmp(_read_content(place))


def read_row(place: str) -> JsonObject | None:
    """Return the object in a JSON file, which may be alone in an array; None for anything else."""
    try:
        content: object = json.loads(_read_content(place) or b"null")
    except (ValueError, RecursionError):
        return None
    rows = cast("list[object]", content) if isinstance(content, list) else [content]
    return cast("JsonObject", rows[0]) if len(rows) == 1 and isinstance(rows[0], dict) else None


def is_gallery_dl_row(row: JsonObject) -> bool:
    """Return whether a row is one of gallery-dl's, which names its site and part of it."""
    return isinstance(row.get("category"), str) and isinstance(row.get("subcategory"), str)


def parse_row(row: JsonObject) -> CreditFields:
    """Return what a row says, by the keys that gallery-dl and others use."""
    category = str(row.get("category") or "") if is_gallery_dl_row(row) else ""
    tags = row.get("tags")
    grouped: Mapping[str, JsonValue] = tags if isinstance(tags, dict) else {}
    number = row.get("id")
    has_id = category == "danbooru" and type(number) is int
    return CreditFields(
        artists=_find_artists(row, grouped, category),
        characters=_find_tags(row, grouped, "character"),
        copyrights=_find_tags(row, grouped, "copyright"),
        tags=_find_tags(row, grouped, "general")
        or _parse_tags(row.get("tag_string"))
        or _parse_tags(tags),
        source_url=_find_source(row) or _build_page_url(row, category),
        page_url=find_first_url(row.get(key) for key in ("page_url", "post_url", "permalink")),
        url=find_first_url([row.get("file_url")]),
        rating=read_rating(row.get("rating")),
        md5=next(iter(clean_names([row.get("md5")])), None),
        id=f"danbooru:{number}" if has_id else "",
    )


def _find_artists(
    row: JsonObject, grouped: Mapping[str, JsonValue], category: str
) -> tuple[str, ...]:
    keys = ["artists", "artist", *([] if category in _POSTERS else ["author", "authors"])]
    keys += [_ARTIST_KEYS[category]] if category in _ARTIST_KEYS else []
    candidates = (_parse_people(row.get(key)) for key in keys)
    return _find_tags(row, grouped, "artist") or next(
        (people for people in candidates if people), ()
    )


def _find_tags(row: JsonObject, grouped: Mapping[str, JsonValue], kind: str) -> tuple[str, ...]:
    """Return the tags of a kind, which sites write in several ways."""
    values = (row.get(f"tag_string_{kind}"), row.get(f"tags_{kind}"), grouped.get(kind))
    return next((tags for tags in map(_parse_tags, values) if tags), ())


def _parse_tags(value: JsonValue) -> tuple[str, ...]:
    """Return tags from a list, or from a text with blanks between them."""
    if isinstance(value, str):
        return clean_names(value.split())
    items = value if isinstance(value, list) else []
    return clean_names(item.get("name") if isinstance(item, dict) else item for item in items)


def _parse_people(value: JsonValue) -> tuple[str, ...]:
    people = value if isinstance(value, list) else [value]
    return clean_names(_person_name(one) if isinstance(one, dict) else one for one in people)


def _person_name(value: JsonObject) -> JsonValue:
    return next((value[key] for key in _NAMES if value.get(key)), None)


def _find_source(row: JsonObject) -> str | None:
    source, sources = row.get("source"), row.get("sources")
    candidates = [
        one
        for value in (source, sources)
        for one in (value if isinstance(value, list) else [value])
    ]
    return find_first_url([*candidates, row.get("source_url")])


def _build_page_url(row: JsonObject, category: str) -> str | None:
    """Return the address of the work on the site that shows it, by the number that the row has."""
    key, address = _PAGES.get(category, ("", ""))
    number = row.get(key)
    is_number = type(number) is int or (isinstance(number, str) and number.isdigit())
    return address.format(number) if is_number else None


def _is_about(row: JsonObject, path: str) -> bool:
    """Return whether a row is about this file, of several that differ in their extension."""
    extension = row.get("extension")
    ending = os.path.splitext(path)[1].lower().lstrip(".")
    return not isinstance(extension, str) or _SAME.get(extension, extension) == _SAME.get(
        ending, ending
    )


_SAME = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg"}


def _read_content(place: str) -> bytes:
    try:
        return read_small_file(place) or b""
    except AnimedexError:
        return b""
