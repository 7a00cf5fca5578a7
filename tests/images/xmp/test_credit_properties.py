"""What is told under a standard name is what that name means."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from animedex.images.xmp.credit_properties import build_properties
from animedex.models import ArtPost, Rating, SourceTag

TAG = SourceTag("danbooru", datetime(2026, 5, 8, tzinfo=UTC), cached=False, rate_limited=False)


def written_properties(post: ArtPost, row: bytes | None = None) -> dict[str, tuple[str, ...]]:
    return {str(one.name): one.values for one in build_properties(post, row)}


def test_of_what_is_not_known_nothing_is_told() -> None:
    assert written_properties(ArtPost(id="waifu:7", rating=Rating.SENSITIVE)) == {
        "dc:identifier": ("waifu:7",),
        "photoshop:Source": ("waifu",),
        "animedex:service": ("waifu",),
        "animedex:rating": ("sensitive",),
        "animedex:post": ('{"id":"waifu:7","rating":"s"}',),
    }


@pytest.mark.parametrize(
    ("rating", "warning"),
    [
        (Rating.GENERAL, ("http://ns.useplus.org/ldf/vocab/CW-NRQ",)),
        (Rating.SENSITIVE, None),
        (Rating.QUESTIONABLE, None),
        (Rating.EXPLICIT, ("http://ns.useplus.org/ldf/vocab/CW-AWR",)),
    ],
)
def test_a_rating_is_a_warning_and_no_number_of_stars(
    rating: Rating, warning: tuple[str, ...] | None
) -> None:
    known = written_properties(ArtPost(id="a:1", rating=rating))
    assert known.get("plus:AdultContentWarning") == warning
    assert not any("xmp:" in name for name in known)


def test_the_source_is_the_artists_page_or_else_the_services() -> None:
    page = ArtPost(id="a:1", rating=Rating.GENERAL, page_url="p")
    assert (
        written_properties(page)["dc:source"]
        == written_properties(page)["xmpRights:WebStatement"]
        == ("p",)
    )
    both = ArtPost(id="a:1", rating=Rating.GENERAL, page_url="p", source_url="s")
    assert (
        written_properties(both)["dc:source"]
        == written_properties(both)["xmpRights:WebStatement"]
        == ("s",)
    )
    assert written_properties(both)["animedex:page"] == ("p",)


@pytest.mark.parametrize(
    ("characters", "shows", "artists", "title"),
    [
        ([], [], [], None),
        ([], [], ["yuzu"], "by yuzu"),
        ([], ["lanterns"], [], "lanterns"),
        (["mio", "tove"], ["lanterns"], ["yuzu", "aoba"], "mio, tove by yuzu, aoba"),
    ],
)
def test_a_title_says_what_is_seen(
    characters: list[str], shows: list[str], artists: list[str], title: str | None
) -> None:
    post = ArtPost(
        id="a:1",
        rating=Rating.GENERAL,
        characters=characters,
        copyrights=shows,
        artists=artists,
    )
    assert written_properties(post).get("dc:title") == (None if title is None else (title,))


def test_keywords_are_told_once_each() -> None:
    post = ArtPost(
        id="a:1", rating=Rating.GENERAL, tags=["a", "", "b"], characters=["b"], copyrights=["c"]
    )
    assert written_properties(post)["dc:subject"] == ("a", "b", "c")


def test_the_time_of_fetching_is_told_to_the_second() -> None:
    post = ArtPost(id="a:1", source_tag=TAG, rating=Rating.GENERAL)
    assert written_properties(post)["animedex:fetchedAt"] == ("2026-05-08T00:00:00Z",)


@pytest.mark.parametrize(
    ("row", "name"),
    [(b'{"a": 1}', "row"), (b"", "rowBase64"), (b" {}", "rowBase64"), (b"\xff", "rowBase64")],
)
def test_a_row_is_told_as_it_is_where_that_is_safe(row: bytes, name: str) -> None:
    known = written_properties(ArtPost(id="a:1", rating=Rating.GENERAL), row)
    assert [one for one in known if "row" in one] == [f"animedex:{name}"]
