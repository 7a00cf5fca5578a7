"""Nico Nico Seiga: every picture has one number, in the page's address and in the files'."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.art.source_url import build_work, find_field, parse_number

if TYPE_CHECKING:
    from animedex.art.source_url import Reader, SourceUrl, SourceWork

_THUMB = re.compile(r"([0-9]+)[a-z]{0,2}")


def _seiga(work_id: str) -> SourceWork | None:
    return build_work("seiga", parse_number(work_id), 0)


def _page(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case ["seiga", name] if name.startswith("im"):
            return _seiga(name[2:])
        case ["image", "source", image]:
            return _seiga(image)
        case ["image", "source" | "redirect"]:
            return _seiga(find_field(link.query, "id"))
        case _:
            return None


def _short(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case [name] if name.startswith("im"):
            return _seiga(name[2:])
        case _:
            return None


def _image(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case ["priv" | "o", image] | [*_, "priv" | "o", _, _, image]:
            return _seiga(image)
        case ["thumb", name] if match := _THUMB.fullmatch(name):
            return _seiga(match[1])
        case _:
            return None


READERS: dict[str, Reader] = {
    **dict.fromkeys(("seiga.nicovideo.jp", "sp.seiga.nicovideo.jp"), _page),
    "nico.ms": _short,
    **dict.fromkeys(("lohas.nicoseiga.jp", "dcdn.cdn.nimg.jp"), _image),
}
