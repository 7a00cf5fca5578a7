"""Nijie, by its pages and by the names of its files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.art.source_ids import number, page_from_one, page_from_zero
from animedex.art.source_url import field
from animedex.art.source_work import name_work

if TYPE_CHECKING:
    from animedex.art.source_url import Link
    from animedex.art.source_work import Reader, Work

_FILE = re.compile(
    r"([0-9]+)_(?:[0-9]+_[0-9]+_[0-9]{14}|[0-9]+_[0-9]{14}_[0-9]+|[0-9]+_[0-9a-f]{16}_[0-9a-f]{6})"
    r"\.[a-z0-9]{3,4}"
)


def _page(link: Link) -> Work | None:
    if link.segments not in (["view.php"], ["view_popup.php"]):
        return None
    return name_work("nijie", number(field(link.query, "id")), _difference(link.fragment))


def _difference(fragment: str) -> int | None:
    # The main picture comes first, and then the differences from it, which are counted from 1.
    name, _, page = fragment.partition("_")
    known = name == "diff" and page_from_one(page) is not None
    return page_from_zero(page) if known else None


def _image(link: Link) -> Work | None:
    match link.segments:
        case [*_, "nijie_picture", "diff", "main", name] | [*_, "illust", name]:
            found = _FILE.fullmatch(name)
            # The number after the work's counts files, not always from the same one.
            return name_work("nijie", number(found[1])) if found else None
        case _:
            return None


READERS: dict[str, Reader] = {
    **dict.fromkeys(("nijie.info", "sp.nijie.info"), _page),
    **dict.fromkeys(("*.nijie.info", "pic.nijie.net"), _image),
}
