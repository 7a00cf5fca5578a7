"""Pixiv, Pixiv Sketch and Fanbox, which share hosts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.art.source_ids import number, page_from_one, page_from_zero
from animedex.art.source_url import field
from animedex.art.source_work import name_work

if TYPE_CHECKING:
    from animedex.art.source_url import Link
    from animedex.art.source_work import Reader, Work

_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2})?")
_STORES = {"img-original", "img-master", "img-zip-ugoira", "img-inf", "custom-thumb"}
_STORE_HOST = re.compile(r"i(?:mg)?[0-9]{1,3}\.")
_ENDING = r"\.(?:gif|jpe?g|mp4|png|webm|webp|zip)"
_FILE = re.compile(
    r"([0-9]+)(?:(?:_big)?_p([0-9]{1,4})|(_ugoira[0-9]{1,4}(?:x[0-9]{1,4})?))?"
    r"(_(?:(?:custom|master|square)1200|[0-9]{1,4}x[0-9]{1,4}|[0-9]{1,4}mw|[ms]))?" + _ENDING
)
_PROXY_FILE = re.compile("([0-9]+)(?:-([0-9]+))?" + _ENDING)


def _page(link: Link) -> Work | None:
    match link.segments:
        case ["artworks" | "i", illust]:
            return name_work("pixiv", number(illust))
        case [language, "artworks", illust] if _LANGUAGE.fullmatch(language):
            return name_work("pixiv", number(illust))
        case ["member_illust.php"]:
            found = number(field(link.query, "illust_id"))
            return name_work("pixiv", found, _manga_page(link.query))
        case ["fanbox", "creator", _, "post", post]:
            return name_work("fanbox", number(post))
        case _:
            return None


def _phixiv(link: Link) -> Work | None:
    """Read a page of phixiv, which may name a picture of the work and counts them from 1."""
    match link.segments:
        case [*_, "artworks" | "i", illust, page]:
            found = _page(link._replace(segments=link.segments[:-1]))
            return found and name_work("pixiv", number(illust), page_from_one(page))
        case _:
            return _page(link) or _image(link)


def _manga_page(query: str) -> int | None:
    # Where the mode is another, the field means nothing.
    manga = field(query, "mode") in {"manga", "manga_big"}
    return page_from_zero(field(query, "page")) if manga else None


def _embedded(link: Link) -> Work | None:
    if link.segments not in (["decorate.php"], ["artwork.php"]):
        return None
    return name_work("pixiv", number(field(link.query, "illust_id")))


def _image(link: Link) -> Work | None:
    match link.segments:
        case [*_, store, "img", _, _, _, _, _, _, name] if store in _STORES:
            return _file(name)
        case _:
            return None


def _old_image(link: Link) -> Work | None:
    if not _STORE_HOST.match(link.host):
        return None
    match link.segments:
        case ["img", _, name] | [_, "img", _, name]:
            return _file(name)
        case _:
            return _image(link)


def _file(name: str) -> Work | None:
    found = _FILE.fullmatch(name)
    if not found:
        return None
    illust, page, ugoira, size = found.groups("")
    # A ugoira has one page, and the old stores numbered files only where there were several.
    only = 0 if ugoira or not size else None
    return name_work("pixiv", number(illust), int(page) if page else only)


def _proxied(link: Link) -> Work | None:
    found = _PROXY_FILE.fullmatch("/".join(link.segments))
    if not found:
        return None
    illust, page = found.groups("1")
    return name_work("pixiv", number(illust), page_from_one(page))


def _sketch(link: Link) -> Work | None:
    match link.segments:
        case ["items", item]:
            return name_work("pixiv-sketch", number(item))
        case _:
            return None


def _fanbox(link: Link) -> Work | None:
    match link.segments:
        # The number alone tells the post; under another creator's name the site redirects.
        case ["posts", post]:
            return name_work("fanbox", number(post))
        case [creator, "posts", post] if creator.startswith("@"):
            return name_work("fanbox", number(post))
        # A cover is not one of the post's pictures.
        case ["images", "post", post, *rest] if rest[:1] != ["cover"]:
            return name_work("fanbox", number(post))
        case _:
            return None


_MIRRORS = ("i.pixiv.cat", "i.pixiv.re", "i.pixiv.nl", "i.pixiv.shojo.cn")
READERS: dict[str, Reader] = {
    **dict.fromkeys(("pixiv.net", "touch.pixiv.net"), _page),
    **dict.fromkeys(("phixiv.net", "*.phixiv.net"), _phixiv),
    "embed.pixiv.net": _embedded,
    **dict.fromkeys(("i.pximg.net", "i-f.pximg.net", "i-cf.pximg.net"), _image),
    **dict.fromkeys(("tc-pximg01.techorus-cdn.com", *_MIRRORS), _image),
    "*.pixiv.net": _old_image,
    **dict.fromkeys(("pixiv.cat", "pixiv.re", "pixiv.nl"), _proxied),
    "sketch.pixiv.net": _sketch,
    **dict.fromkeys(("fanbox.cc", "*.fanbox.cc", "fanbox.pixiv.net"), _fanbox),
}
