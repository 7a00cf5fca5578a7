"""Pictures are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from animedex.library.entry import NewEntry
from animedex.library.filter_sql import Filters
from animedex.library.stats import collect_stats

if TYPE_CHECKING:
    from animedex.library.picture_library import Library
    from animedex.models import ArtPost
    from tests.library.conftest import Draw


def test_an_empty_library_counts_nothing(library: Library) -> None:
    assert collect_stats(library) == (0, 0, {}, {}, {}, {}, {}, {}, {})


def test_all_is_counted_the_most_frequent_first(
    library: Library, draw: Draw, post: ArtPost
) -> None:
    other = replace(post, id="nekos:2.png", artists=["Tove", "青葉ミオ"], copyrights=[])
    added = [
        library.add(NewEntry(str(draw("1.png", 1)), post, None, "neko")),
        library.add(NewEntry(str(draw("2.gif", 2)), other, None, "hug")),
        library.add(NewEntry(str(draw("3.png", 3)))),
    ]
    counted = collect_stats(library)
    assert (counted.pictures, counted.bytes) == (3, sum(entry.size for entry in added))
    assert list(counted.sources.items()) == [("nekos", 2), ("own", 1)]
    assert counted.ratings == {"g": 2}
    assert counted.categories == {"hug": 1, "neko": 1}
    assert counted.formats == {"png": 2, "gif": 1}
    assert list(counted.artists.items()) == [("青葉ミオ", 2), ("Tove", 1)]
    assert counted.shows == {"Lantern Street Diaries": 1}
    assert counted.months == {f"{added[0].added_at:%Y-%m}": 3}
    assert list(collect_stats(library, most=1).artists) == ["青葉ミオ"]
    assert collect_stats(library, Filters(source="own")).artists == {}
    assert collect_stats(library, Filters(category="hug")).artists == {"Tove": 1, "青葉ミオ": 1}
