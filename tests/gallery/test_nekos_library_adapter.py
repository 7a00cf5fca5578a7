"""Where the pictures of a library stand, for who asks as one asks nekos.best."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.gallery.category_counts import CategoryCounts
from animedex.gallery.entry_files import EntryFiles
from animedex.gallery.nekos_library_adapter import (
    NekosLibraryAdapter,
    category_path,
    file_name_for,
    place,
)
from animedex.models import Rating
from animedex.testing.samples.sample_images import sample_collection
from tests.gallery.conftest import NEKO, GalleryFixture, post

if TYPE_CHECKING:
    from animedex.testing.nekos.image_store import Picture


@pytest.fixture
def shelf(own: GalleryFixture) -> NekosLibraryAdapter:
    return shelf_of(own)


def shelf_of(library: GalleryFixture) -> NekosLibraryAdapter:
    return NekosLibraryAdapter(library.library, CategoryCounts(library.library), EntryFiles())


def drawn(shelf: NekosLibraryAdapter, category: str) -> set[str]:
    draws = (shelf.draw(category, 20, Random(seed)) for seed in range(5))
    return {each.filename for pictures in draws for each in pictures}


def test_a_download_stands_where_the_service_has_it(filled: GalleryFixture) -> None:
    formats = dict(shelf_of(filled).formats())
    assert formats.pop("own") == "jpg"
    assert formats == sample_collection().formats()


@pytest.mark.parametrize(
    ("category", "rating", "service", "expected"),
    [
        (None, None, None, "own"),
        ("cats", None, None, "cats"),
        (None, Rating.GENERAL, "danbooru", "danbooru-general"),
        (None, Rating.SENSITIVE, "danbooru", "danbooru-sensitive"),
        (None, Rating.EXPLICIT, "waifu", "waifu-explicit"),
        (None, None, "waifu", "waifu-unrated"),
        ("neko", Rating.GENERAL, "nekos", "neko"),
        ("neko", Rating.EXPLICIT, "danbooru", "neko-explicit"),
        ("endpoints", None, None, "own-endpoints"),
        ("../x/ y?", None, None, "x-y"),
        ("猫耳", None, None, "猫耳"),
        ("!!!", None, None, "own"),
    ],
)
def test_every_picture_stands_in_one_category(
    category: str | None,
    rating: Rating | None,
    service: str | None,
    expected: str,
    own: GalleryFixture,
) -> None:
    about = post(rating=rating, id=f"{service}:7") if service else None
    entry = own.add(own.draw("a.png"), about, category)
    shelf = shelf_of(own)
    assert shelf.formats() == {expected: "png"}
    (name,) = drawn(shelf, expected)
    result = shelf.find(expected, name)
    assert result is not None
    assert result.path.samefile(entry.path)


@given(
    st.none() | st.text(),
    st.none() | st.sampled_from(["nekos", "danbooru"]),
    st.none() | st.sampled_from(["g", "s", "q", "e"]),
)
def test_whatever_it_is_called_a_category_is_one_part_of_an_address(
    category: str | None, source: str | None, rating: str | None
) -> None:
    name = place(category, source, rating)
    assert name
    assert not set(name) & set("/\\?#%. ")
    assert name not in {"search", "endpoints"}
    assert rating in {None, "g"} or name.endswith(("sensitive", "questionable", "explicit"))


def test_only_who_asks_for_it_gets_what_is_not_for_everyone(
    own: GalleryFixture, shelf: NekosLibraryAdapter
) -> None:
    for number, rating in enumerate(Rating):
        path = own.draw(f"{number}.png", colour=["red", "green", "blue", "teal"][number])
        own.add(path, post(number + 1, rating, tags=["miko"]))
    general = search(shelf, "miko")
    assert [each.category for each in general] == ["danbooru-general"]
    explicit = search(shelf, "miko", "danbooru-explicit")
    assert [each.category for each in explicit] == ["danbooru-explicit"]


def test_a_search_without_a_category_finds_no_picture_without_a_rating(
    own: GalleryFixture, shelf: NekosLibraryAdapter
) -> None:
    own.add(own.draw("general.png", colour="red"), post(1, tags=["miko"]))
    own.add(own.draw("unrated.png", colour="blue"), post(2, None, tags=["miko"]))
    own.add(own.draw("miko.png", colour="teal"))
    assert [each.category for each in search(shelf, "miko")] == ["danbooru-general"]
    for category in ("danbooru-unrated", "own"):
        assert [each.category for each in search(shelf, "miko", category)] == [category]


def search(shelf: NekosLibraryAdapter, words: str, category: str | None = None) -> list[Picture]:
    return list(shelf.search(words, animated=False, category=category, amount=20))


def test_a_category_has_the_format_that_most_of_it_has(
    own: GalleryFixture, shelf: NekosLibraryAdapter
) -> None:
    names = ("1.jpg", "2.jpg", "3.png")
    added = [own.add(own.draw(name), None, "cats") for name in names]
    assert shelf.formats() == {"cats": "jpg"}
    added.append(own.add(own.draw("4.png", colour="red"), None, "cats"))
    assert shelf.formats() == {"cats": "jpg"}
    added.append(own.add(own.draw("5.png", colour="blue"), None, "cats"))
    assert shelf.formats() == {"cats": "png"}
    assert drawn(shelf, "cats") == {file_name_for(entry) for entry in added}


def test_what_was_added_or_removed_by_others_is_known_at_once(
    own: GalleryFixture, shelf: NekosLibraryAdapter
) -> None:
    from animedex.library.picture_library import Library

    assert shelf.formats() == {}
    assert shelf.draw("own", 1, Random(1)) == []
    with Library(own.library.path) as other:
        entry = own._replace(library=other).add(own.draw("a.png"))
    assert shelf.formats() == {"own": "png"}
    own.library.remove(entry.id)
    assert shelf.formats() == {}


def test_what_is_gone_is_not_drawn_nor_found(
    own: GalleryFixture, shelf: NekosLibraryAdapter
) -> None:
    there, gone = own.draw("a.png", colour="red"), own.draw("b.png", colour="blue")
    kept, lost = own.add(there), own.add(gone)
    gone.unlink()
    assert drawn(shelf, "own") == {file_name_for(kept)}
    assert shelf.find("own", file_name_for(lost)) is None


@pytest.mark.parametrize(
    ("category", "filename"),
    [
        ("own", NEKO),
        ("neko", "1.png"),
        ("own", "1-" + "0" * 16 + ".jpg"),
        ("neko", "0bfb0c80"),
        ("neko", "../" + NEKO),
        ("own", "0.png"),
        ("own", "159.gif"),
        ("own", "159"),
        ("own", "9" * 18 + ".png"),
        ("own", ""),
    ],
)
def test_a_picture_has_one_name_in_one_category(
    category: str, filename: str, filled: GalleryFixture
) -> None:
    assert shelf_of(filled).find(category, filename) is None
    assert shelf_of(filled).find("neko", NEKO) is not None


def test_what_came_from_another_gallery_is_not_taken_for_one_s_own(
    own: GalleryFixture, shelf: NekosLibraryAdapter
) -> None:
    mine = own.add(own.draw("a.png", colour="red"))
    theirs = file_name_for(mine._replace(sha256="0" * 64))
    entry = own.add(own.draw("b.png", colour="blue"), post(id=f"nekos:{theirs}"), "own")
    assert file_name_for(entry) == theirs
    assert drawn(shelf, "own") == {file_name_for(mine), theirs}
    result = shelf.find("own", theirs)
    assert result is not None
    assert result.path.samefile(entry.path)


def test_what_came_from_this_gallery_is_found_where_it_stands(
    own: GalleryFixture, shelf: NekosLibraryAdapter
) -> None:
    mine = own.add(own.draw("a.png"))
    again = own.folder / "again.png"
    again.write_bytes((own.folder / "a.png").read_bytes())
    entry = own.add(again, post(id=f"nekos:{file_name_for(mine)}"), "elsewhere")
    for each in (mine, entry):
        result = shelf.find(category_path(each), file_name_for(mine))
        assert result is not None
        assert result.path.samefile(each.path)


def test_a_service_s_credit_is_told_as_it_was(filled: GalleryFixture) -> None:
    expected = sample_collection().find("neko", NEKO)
    result = shelf_of(filled).find("neko", NEKO)
    assert expected is not None
    assert result is not None
    assert result.credits == expected.credits
    assert result.size == expected.size


def test_credit_of_other_services_is_told_in_the_same_words(
    own: GalleryFixture, shelf: NekosLibraryAdapter
) -> None:
    about = post(
        artists=["mio", "other"],
        copyrights=["Lantern Street"],
        source_url="javascript:alert(1)",
        page_url="https://danbooru.donmai.us/posts/1",
    )
    entry = own.add(own.draw("a.png"), about)
    result = shelf.find("danbooru-general", file_name_for(entry))
    assert result is not None
    assert result.credits == {"anime_name": "Lantern Street", "artist_name": "mio"}


@pytest.mark.parametrize("row", [b"", b"[]", b"nope", b'{"artist_name": 5}', b"[" * 100_000])
def test_a_row_that_makes_no_sense_gives_no_credit(row: bytes, own: GalleryFixture) -> None:
    from animedex.library.entry import NewEntry

    about = post(id=f"nekos:{NEKO}")
    own.library.add(NewEntry(str(own.draw("a.png")), about, row, "neko"))
    result = shelf_of(own).find("neko", NEKO)
    assert result is not None
    assert result.credits == {}
