"""Nijie, by its pages and by the names of its files."""

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

_FILE = re.compile(
    r"([0-9]+)_(?:[0-9]+_[0-9]+_[0-9]{14}|[0-9]+_[0-9]{14}_[0-9]+|[0-9]+_[0-9a-f]{16}_[0-9a-f]{6})"
    r"\.[a-z0-9]{3,4}"
)


def _page(link: SourceUrl) -> SourceWork | None:
    if link.segments not in (["view.php"], ["view_popup.php"]):
        return None
    return build_work(
        "nijie", parse_number(find_field(link.query, "id")), _difference(link.fragment)
    )


def _difference(fragment: str) -> int | None:
    # The main picture comes first, and then the differences from it, which are counted from 1.
    name, _, page = fragment.partition("_")
    is_number = name == "diff" and parse_one_based_page(page) is not None
    return parse_zero_based_page(page) if is_number else None


def _image(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case [*_, "nijie_picture", "diff", "main", name] | [*_, "illust", name]:
            match = _FILE.fullmatch(name)
            # The number after the work's counts files, not always from the same one.
            return build_work("nijie", parse_number(match[1])) if match else None
        case _:
            return None


READERS: dict[str, Reader] = {
    **dict.fromkeys(("nijie.info", "sp.nijie.info"), _page),
    **dict.fromkeys(("*.nijie.info", "pic.nijie.net"), _image),
}
