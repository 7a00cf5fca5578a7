from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.gallery.category_counts import CategoryCounts, Kind
from animedex.library.picture_library import Library
from tests.gallery.conftest import post

if TYPE_CHECKING:
    from tests.gallery.conftest import GalleryFixture


def test_entries_are_counted_by_kind(own: GalleryFixture) -> None:
    first = own.add(own.draw("a.png"), post(1))
    second = own.add(own.draw("b.png", colour="red"), post(2))
    third = own.add(own.draw("c.jpg"), None, "cats")
    census = CategoryCounts(own.library)
    danbooru, cats = Kind(None, "danbooru", "g", "png"), Kind("cats", None, None, "jpeg")
    assert census.kinds() == {danbooru: 2, cats: 1}
    assert census.ids(danbooru) == [first.id, second.id]
    assert census.ids(cats) == [third.id]
    assert census.ids(Kind("dogs", None, None, "jpeg")) == []


def test_they_are_counted_again_only_when_something_has_changed(own: GalleryFixture) -> None:
    census = CategoryCounts(own.library)
    empty = census.kinds()
    assert census.kinds() is empty
    own.add(own.draw("a.png"))
    one = census.kinds()
    assert list(one.values()) == [1]
    assert census.kinds() is one
    with Library(own.library.path) as other:
        own._replace(library=other).add(own.draw("b.png", colour="red"))
    assert list(census.kinds().values()) == [2]
    assert len(census.ids(next(iter(one)))) == 2
