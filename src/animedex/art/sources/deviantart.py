"""DeviantArt: one number, in base 36 where it is short."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.art.source_url import build_work, parse_base36, parse_number

if TYPE_CHECKING:
    from animedex.art.source_url import Reader, SourceUrl, SourceWork

_HASH = re.compile(r"[0-9a-f]{32}")
_ID_AT_END = re.compile(r"d([0-9a-z]{6})\.[a-z0-9]{3,4}")
_STORED = re.compile(r"d([0-9a-z]{6})-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[a-z0-9]{3,4}")


def _page(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case ["art", slug] | [_, "art", slug]:
            hyphen = slug.rpartition("-")
            return build_work("deviantart", parse_number(hyphen[2]) if hyphen[1] else None)
        case ["deviation" | "view", deviation] | ["download", deviation, _]:
            return build_work("deviantart", parse_number(deviation))
        case _:
            return None


def _read_embed(link: SourceUrl) -> SourceWork | None:
    """Read a page of an embedder, which takes the number without a title, too."""
    match link.segments:
        case ["art", found] | [_, "art", found] if found.isdigit():
            return build_work("deviantart", parse_number(found))
        case _:
            return _page(link)


def _short(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case [short] if short[0] in "dD":
            return build_work("deviantart", parse_base36(short[1:]))
        case _:
            return None


def _file(link: SourceUrl) -> SourceWork | None:
    if not link.segments:
        return None
    stem, _, end = link.segments[-1].rpartition("-")
    match = _ID_AT_END.fullmatch(end)
    # Hyphens of a user's name are underscores here, so the last one divides the id from it.
    by = "_by_" in stem.rpartition("-")[2]
    is_number = match and (by or _HASH.fullmatch(stem))
    return build_work("deviantart", parse_base36(match[1])) if match and is_number else None


def _read_stored_file(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case ["f" | "i", _, name, *_] | ["intermediary", "f", _, name, *_]:
            match = _STORED.fullmatch(name)
            return build_work("deviantart", parse_base36(match[1])) if match else None
        case _:
            return None


_WIXMP = "wixmp-ed30a86b8c4ca887773594c2.wixmp.com"
READERS: dict[str, Reader] = {
    **dict.fromkeys(("deviantart.com", "*.deviantart.com"), _page),
    **dict.fromkeys(("fxdeviantart.com", "*.fxdeviantart.com"), _read_embed),
    **dict.fromkeys(("fixdeviantart.com", "*.fixdeviantart.com"), _read_embed),
    "fav.me": _short,
    "*.deviantart.net": _file,
    **dict.fromkeys((_WIXMP, f"images-{_WIXMP}"), _read_stored_file),
}
