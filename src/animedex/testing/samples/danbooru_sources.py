"""Where the drawn posts come from, in all the ways in which the service's rows do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from animedex.testing.samples.danbooru_tags import is_animated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.testing.nekos.image_store import Picture

_ARTWORK = re.compile(r"/(?:en/)?artworks/([0-9]+)")


def with_lent_credits(pictures: Sequence[Picture]) -> list[Picture]:
    """Make three pictures of no known source parts of the works of others.

    Two are the second and third page of the first work on pixiv, one belongs to a status that
    shows another picture already.
    """
    complete = [picture.credits for picture in pictures if "source_url" in picture.credits]
    work = next(credit for credit in complete if pixiv_id(credit["source_url"]))
    status = next(credit for credit in complete if "/status/" in credit["source_url"])
    pages = [{**work, "source_url": page_url(work["source_url"], page)} for page in (1, 2)]
    lent = iter([*pages, status])
    return [
        picture._replace(credits=next(lent, picture.credits))
        if not is_animated(picture) and "source_url" not in picture.credits
        else picture
        for picture in pictures
    ]


def source_of(picture: Picture, place: int) -> str:
    """Return a picture's source: a page or a file of a site, a few words, or nothing."""
    source = picture.credits.get("source_url", "")
    if pixiv_id(source) is not None and place % 2 == 0:
        return page_url(source, 0) if "i.pximg.net" not in source else source
    if not source and place % 3:
        series = picture.credits.get("anime_name", "a sketchbook")
        has_source = place % 3 == 1
        return f"{series}, scanned by hand" if has_source else f"https://gallery.example/{place}"
    return source.replace("twitter.com", "x.com") if place % 4 == 0 else source


def page_url(source: str, page: int) -> str:
    """Write where a page of a work on pixiv lies.

    >>> page_url("https://www.pixiv.net/en/artworks/990000000", 2)
    'https://i.pximg.net/img-original/img/2026/02/03/04/05/06/990000000_p2.png'
    """
    day = "2026/02/03/04/05/06"
    return f"https://i.pximg.net/img-original/img/{day}/{pixiv_id(source)}_p{page}.png"


def pixiv_id(source: str) -> int | None:
    """Return the number of a work on pixiv.

    >>> pixiv_id("https://i.pximg.net/img-original/img/2026/02/03/04/05/06/77_p1.png")
    77
    """
    parts = urlsplit(source)
    if parts.hostname == "i.pximg.net":
        return int(parts.path.rpartition("/")[2].partition("_")[0])
    match = _ARTWORK.fullmatch(parts.path) if parts.hostname == "www.pixiv.net" else None
    return int(match[1]) if match else None
