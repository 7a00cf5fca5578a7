"""Invent what belongs to the drawn posts: artists, pools and wiki pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.testing.danbooru.image_store import FOUNDED, artist_row
from animedex.testing.danbooru.partial_rows import Row, number, row_id, text
from animedex.testing.samples.danbooru_tags import tag_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from animedex.testing.nekos.image_store import Picture

_WIKI_PAGES: dict[str, tuple[str, list[str]]] = {
    "original": (
        "What [b]nobody[/b] had seen before. See [[cat girl]].",
        ["オリジナル"],
    ),
    "cat_girl": ("A girl with [[cat ears]] and a [[cat tail]].", ["猫娘", "ネコ娘"]),
    "animated_gif": ("A picture that moves.\r\n\r\nh4. See also\r\n* [[animated]]", []),
    "2000": ("A title of digits only.", []),
}


def sample_artists(pictures: Iterable[Picture]) -> list[Row]:
    """List the artists of some pictures, with the addresses that the pictures know of them."""
    urls: dict[str, set[str]] = {}
    for credit in (picture.credits for picture in pictures if "artist_name" in picture.credits):
        artist_urls = urls.setdefault(credit["artist_name"], set())
        artist_urls.update([credit["artist_href"]] if "artist_href" in credit else [])
    rows = [
        artist_row(500 + place, tag_name(name), [name.replace(" ", "_")], sorted(urls[name]))
        for place, name in enumerate(sorted(urls))
    ]
    gone = {**artist_row(499, "left_in_spring"), "is_deleted": True, "is_banned": True}
    return [gone, *rows]


def sample_pools(posts: Sequence[Row]) -> list[Row]:
    """List pools: a work of several pages, a theme, and an abandoned one."""
    family = {number(row, "parent_id") for row in posts} - {None}
    pages = [row_id(row) for row in posts if {row["id"], row["parent_id"]} & family]
    cats = [row_id(row) for row in posts if "cat_girl" in text(row, "tag_string").split()]
    return [
        pool_row(71, "Original_-_Three_Pages_of_Rain", "series", pages),
        pool_row(72, "Cats_Who_Look_at_You", "collection", cats),
        {**pool_row(70, "Given_Up", "series", []), "is_deleted": True, "is_active": False},
    ]


def pool_row(pool_id: int, name: str, category: str, post_ids: list[int]) -> Row:
    """Write a pool's row."""
    return {
        "id": pool_id,
        "name": name,
        "created_at": FOUNDED,
        "updated_at": FOUNDED,
        "description": "Drawn for a sample.",
        "is_active": True,
        "is_deleted": False,
        "post_ids": post_ids,
        "category": category,
        "post_count": len(post_ids),
    }


def wiki_page_row(page_id: int, title: str, body: str, other_names: Iterable[str] = ()) -> Row:
    """Write a wiki page's row."""
    return {
        "id": page_id,
        "created_at": FOUNDED,
        "updated_at": FOUNDED,
        "title": title,
        "body": body,
        "is_locked": False,
        "other_names": list(other_names),
        "is_deleted": False,
    }


def sample_wiki_pages() -> list[Row]:
    """List the sample's wiki pages."""
    return [
        wiki_page_row(300 + place, title, body, names)
        for place, (title, (body, names)) in enumerate(_WIKI_PAGES.items())
    ]
