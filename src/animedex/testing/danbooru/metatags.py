"""Which posts a metatag means, such as ``rating:g`` or ``score:>100``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.testing.danbooru.number_ranges import (
    AGE,
    DATE,
    DECIMAL,
    RATIO,
    SIZE,
    WHOLE,
    ValueKind,
    clock_time,
    moment,
    range_test,
)
from animedex.testing.danbooru.partial_rows import (
    PartialPost,
    Row,
    flag,
    nested,
    number,
    row_id,
    text,
)
from animedex.testing.danbooru.search_query import Term, wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    Test = Callable[[PartialPost], bool]


class SearchData(NamedTuple):
    """What a search may ask about besides the posts."""

    now: float
    """The moment of asking, in seconds since the epoch."""
    aliases: Mapping[str, str]
    """Aliases of metatags."""
    pools: Callable[[str], Collection[int]]
    """Return the posts in the pools that a name, an id, ``any`` or a pattern names."""


def metatag_test(term: Term, data: SearchData) -> Test:
    """Build a filter from a metatag; an unsupported one matches no post."""
    if term.metatag in _IGNORED:
        return lambda _: True
    if term.metatag in {"pool", "ordpool"}:
        posts = data.pools(term.value)
        outside = term.value.lower() == "none"
        return lambda post: (row_id(post.row) in posts) != outside
    if term.metatag == "age":
        test = range_test(term.value, AGE)
        return lambda post: test(_age(post.row, data.now))
    if term.metatag in _MEASURES:
        return _measure_test(*_MEASURES[term.metatag], term.value)
    if term.metatag == "source" and term.quoted:
        return _source(term.value, quoted=True)
    make = _WORDS.get(term.metatag)
    return make(term.value.lower()) if make else lambda _: False


def _measure_test(measure: Callable[[Row], float | None], kind: ValueKind, value: str) -> Test:
    test = range_test(value, kind)
    return lambda post: test(measure(post.row))


def _age(row: Row, now: float) -> float | None:
    created = text(row, "created_at")
    return now - moment(created) if created else None


def _creation_time(row: Row) -> float | None:
    created = text(row, "created_at")
    return clock_time(created) if created else None


def _field(key: str) -> Callable[[Row], float | None]:
    return lambda row: number(row, key)


def _mpixels(row: Row) -> float:
    return (number(row, "image_width") or 0) * (number(row, "image_height") or 0) / 1e6


def _ratio(row: Row) -> float:
    return round((number(row, "image_width") or 0) / (number(row, "image_height") or 1), 2)


def _duration(row: Row) -> float | None:
    return number(nested(row, "media_asset"), "duration")


def _downvotes(row: Row) -> float:
    return -(number(row, "down_score") or 0)


def _one_of(key: str) -> Callable[[str], Test]:
    """Compare a text with a list such as ``jpg,png``."""

    def make(value: str) -> Test:
        values = set(value.replace(",", " ").split())
        return lambda post: text(post.row, key).lower() in values

    return make


def _rating(value: str) -> Test:
    # The service looks at the first letter: "safe" is sensitive, not general.
    ratings = {part[0] for part in value.split(",") if part}
    return lambda post: text(post.row, "rating") in ratings


def _source(value: str, *, quoted: bool = False) -> Test:
    if not value or (value == "none" and not quoted):
        return lambda post: not text(post.row, "source")
    pattern = wildcard(value, prefix=True)
    return lambda post: pattern.fullmatch(text(post.row, "source")) is not None


def _status(value: str) -> Test:
    flags = _STATUSES.get(value)
    if value == "active":
        return lambda post: not any(flag(post.row, key) for key in _STATUSES["inactive"])
    if flags is None:
        return lambda _: value in {"any", "all"}
    return lambda post: any(flag(post.row, key) for key in flags)


def _parent(value: str) -> Test:
    if value in {"any", "none"}:
        return lambda post: (number(post.row, "parent_id") is not None) == (value == "any")
    if not value.isdecimal():
        return lambda _: False
    parent = float(value)
    return lambda post: parent in {number(post.row, "id"), number(post.row, "parent_id")}


def _child(value: str) -> Test:
    if value not in {"any", "none"}:
        return lambda _: False
    return lambda post: flag(post.row, "has_children") == (value == "any")


def _is(value: str) -> Test:
    if value in _RATINGS:
        return _rating(value)
    if value in {"parent", "child"}:
        return _child("any") if value == "parent" else _parent("any")
    if value in {"sfw", "nsfw"}:
        return _rating("g,s" if value == "sfw" else "q,e")
    return _status(value) if value in _STATUSES or value == "active" else _one_of("file_ext")(value)


def _has(value: str) -> Test:
    if value == "source":
        return lambda post: bool(text(post.row, "source"))
    if value == "parent":
        return _parent("any")
    return _child("any") if value in {"child", "children"} else lambda _: False


def _notes_test(value: str) -> Test:
    # The second bit says that notes are drawn into the picture.
    expected = value in {"true", "t", "yes", "y", "on", "1"}
    return lambda post: bool(int(number(post.row, "bit_flags") or 0) & 2) == expected


# These say how the posts are to be shown.
_IGNORED = frozenset({"order", "limit", "random"})
_RATINGS = frozenset({"general", "sensitive", "questionable", "explicit"})
_STATUSES = {
    "pending": ("is_pending",),
    "flagged": ("is_flagged",),
    "modqueue": ("is_pending", "is_flagged"),
    "unmoderated": ("is_pending", "is_flagged"),
    "deleted": ("is_deleted",),
    "banned": ("is_banned",),
    "appealed": (),
    "inactive": ("is_pending", "is_flagged", "is_deleted"),
}
_MEASURES: dict[str, tuple[Callable[[Row], float | None], ValueKind]] = {
    "id": (_field("id"), WHOLE),
    "width": (_field("image_width"), WHOLE),
    "height": (_field("image_height"), WHOLE),
    "score": (_field("score"), WHOLE),
    "upvotes": (_field("up_score"), WHOLE),
    "downvotes": (_downvotes, WHOLE),
    "favcount": (_field("fav_count"), WHOLE),
    "pixiv_id": (_field("pixiv_id"), WHOLE),
    "pixiv": (_field("pixiv_id"), WHOLE),
    "tagcount": (_field("tag_count"), WHOLE),
    "gentags": (_field("tag_count_general"), WHOLE),
    "arttags": (_field("tag_count_artist"), WHOLE),
    "copytags": (_field("tag_count_copyright"), WHOLE),
    "chartags": (_field("tag_count_character"), WHOLE),
    "metatags": (_field("tag_count_meta"), WHOLE),
    "filesize": (_field("file_size"), SIZE),
    "mpixels": (_mpixels, DECIMAL),
    "duration": (_duration, DECIMAL),
    "ratio": (_ratio, RATIO),
    "date": (_creation_time, DATE),
}
_WORDS: dict[str, Callable[[str], Test]] = {
    "rating": _rating,
    "source": _source,
    "status": _status,
    "parent": _parent,
    "child": _child,
    "md5": _one_of("md5"),
    "filetype": _one_of("file_ext"),
    "is": _is,
    "has": _has,
    "embedded": _notes_test,
}
