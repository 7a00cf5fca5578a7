"""A sidecar for the Hydrus network: a tag on each line.

https://hydrusnetwork.github.io/hydrus/advanced_sidecars.html. It takes what is before the first
colon for a namespace; a tag that has none but a colon of its own begins with one more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.images.sidecars.text_sidecar import to_one_line
from animedex.images.xmp.credit_text import Credit
from animedex.models import ArtPost, Rating

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPENING = re.compile(r"id:[a-z0-9_-]+:.*")
_RATINGS = {rating.name.lower(): rating for rating in Rating}


def format_sidecar(post: ArtPost, row: bytes | None) -> bytes:
    """Write the tags, each once; it has no place for a row."""
    del row
    lines = (f"{namespace}:{to_one_line(value)}" for namespace, value in _namespaced_tags(post))
    return "".join(f"{line}\n" for line in dict.fromkeys([*lines, *_plain_tags(post)])).encode()


def parse_sidecar(data: bytes) -> Credit | None:
    """Read tags back; None where the first names no picture of a service, as ours does."""
    lines = data.decode("utf-8-sig", "replace").splitlines()
    if not lines or not _OPENING.fullmatch(lines[0]):
        return None
    tags: dict[str, list[str]] = {}
    for line in lines:
        namespace, divide, name = line.strip().partition(":")
        if namespace or divide:
            tags.setdefault(namespace if divide else "", []).append(name if divide else namespace)
    post = ArtPost(
        id=tags["id"][0],
        rating=_RATINGS.get(tags.get("rating", [""])[0]),
        source_url=tags.get("source", [None])[0],
        page_url=tags.get("page url", [None])[0],
        tags=tags.get("", []),
        artists=tags.get("creator", []),
        characters=tags.get("character", []),
        copyrights=tags.get("series", []),
    )
    return Credit(post)


def _namespaced_tags(post: ArtPost) -> Iterator[tuple[str, str]]:
    """Return what has a namespace; `page` alone would be a page's number."""
    yield "id", post.id
    lists = {"creator": post.artists, "series": post.copyrights, "character": post.characters}
    for namespace, names in lists.items():
        yield from ((namespace, name) for name in names)
    if post.rating is not None:
        yield "rating", post.rating.name.lower()
    links = {"source": post.source_url, "page url": post.page_url}
    yield from ((namespace, link) for namespace, link in links.items() if link)


def _plain_tags(post: ArtPost) -> Iterator[str]:
    """Return the tags that are not a creator, a series or a character."""
    namespaced = {*post.artists, *post.copyrights, *post.characters}
    for tag in post.tags:
        name = to_one_line(tag)
        if tag not in namespaced and name:
            yield f":{name}" if ":" in name else name
