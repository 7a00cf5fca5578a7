"""Pixiv, Pixiv Sketch and Fanbox, which share hosts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.art.source_url import (
    build_work,
    find_field,
    parse_number,
    parse_one_based_page,
    parse_zero_based_page,
)

if TYPE_CHECKING:
    from animedex.art.source_url import Reader, SourceUrl, SourceWork

_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2})?")
_STORES = {"img-original", "img-master", "img-zip-ugoira", "img-inf", "custom-thumb"}
_STORE_HOST = re.compile(r"i(?:mg)?[0-9]{1,3}\.")
_ENDING = r"\.(?:gif|jpe?g|mp4|png|webm|webp|zip)"
_FILE = re.compile(
    r"([0-9]+)(?:(?:_big)?_p([0-9]{1,4})|(_ugoira[0-9]{1,4}(?:x[0-9]{1,4})?))?"
    r"(_(?:(?:custom|master|square)1200|[0-9]{1,4}x[0-9]{1,4}|[0-9]{1,4}mw|[ms]))?" + _ENDING
)
_PROXY_FILE = re.compile("([0-9]+)(?:-([0-9]+))?" + _ENDING)


def _page(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case ["artworks" | "i", illust]:
            return build_work("pixiv", parse_number(illust))
        case [language, "artworks", illust] if _LANGUAGE.fullmatch(language):
            return build_work("pixiv", parse_number(illust))
        case ["member_illust.php"]:
            match = parse_number(find_field(link.query, "illust_id"))
            return build_work("pixiv", match, _manga_page(link.query))
        case ["fanbox", "creator", _, "post", post]:
            return build_work("fanbox", parse_number(post))
        case _:
            return None


def _phixiv(link: SourceUrl) -> SourceWork | None:
    """Read a page of phixiv, which may name a picture of the work and counts them from 1."""
    match link.segments:
        case [*_, "artworks" | "i", illust, page]:
            match = _page(link._replace(segments=link.segments[:-1]))
            return match and build_work("pixiv", parse_number(illust), parse_one_based_page(page))
        case _:
            return _page(link) or _image(link)


def _manga_page(query: str) -> int | None:
    # Where the mode is another, the field means nothing.
    manga = find_field(query, "mode") in {"manga", "manga_big"}
    return parse_zero_based_page(find_field(query, "page")) if manga else None


def _read_embed(link: SourceUrl) -> SourceWork | None:
    if link.segments not in (["decorate.php"], ["artwork.php"]):
        return None
    return build_work("pixiv", parse_number(find_field(link.query, "illust_id")))


def _image(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case [*_, store, "img", _, _, _, _, _, _, name] if store in _STORES:
            return _file(name)
        case _:
            return None


def _old_image(link: SourceUrl) -> SourceWork | None:
    if not _STORE_HOST.match(link.host):
        return None
    match link.segments:
        case ["img", _, name] | [_, "img", _, name]:
            return _file(name)
        case _:
            return _image(link)


def _file(name: str) -> SourceWork | None:
    match = _FILE.fullmatch(name)
    if not match:
        return None
    illust, page, ugoira, size = match.groups("")
    # A ugoira has one page, and the old stores numbered files only where there were several.
    only = 0 if ugoira or not size else None
    return build_work("pixiv", parse_number(illust), int(page) if page else only)


def _read_proxy_url(link: SourceUrl) -> SourceWork | None:
    match = _PROXY_FILE.fullmatch("/".join(link.segments))
    if not match:
        return None
    illust, page = match.groups("1")
    return build_work("pixiv", parse_number(illust), parse_one_based_page(page))


def _sketch(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case ["items", item]:
            return build_work("pixiv-sketch", parse_number(item))
        case _:
            return None


def _fanbox(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        # The number alone tells the post; under another creator's name the site redirects.
        case ["posts", post]:
            return build_work("fanbox", parse_number(post))
        case [creator, "posts", post] if creator.startswith("@"):
            return build_work("fanbox", parse_number(post))
        # A cover is not one of the post's pictures.
        case ["images", "post", post, *rest] if rest[:1] != ["cover"]:
            return build_work("fanbox", parse_number(post))
        case _:
            return None


_MIRRORS = ("i.pixiv.cat", "i.pixiv.re", "i.pixiv.nl", "i.pixiv.shojo.cn")
READERS: dict[str, Reader] = {
    **dict.fromkeys(("pixiv.net", "touch.pixiv.net"), _page),
    **dict.fromkeys(("phixiv.net", "*.phixiv.net"), _phixiv),
    "embed.pixiv.net": _read_embed,
    **dict.fromkeys(("i.pximg.net", "i-f.pximg.net", "i-cf.pximg.net"), _image),
    **dict.fromkeys(("tc-pximg01.techorus-cdn.com", *_MIRRORS), _image),
    "*.pixiv.net": _old_image,
    **dict.fromkeys(("pixiv.cat", "pixiv.re", "pixiv.nl"), _read_proxy_url),
    "sketch.pixiv.net": _sketch,
    **dict.fromkeys(("fanbox.cc", "*.fanbox.cc", "fanbox.pixiv.net"), _fanbox),
}
