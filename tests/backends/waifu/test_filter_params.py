"""What the service would pass over in silence is refused before it is sent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.waifu import filter_params as filters
from animedex.backends.waifu.filter_params import parse_image_id
from animedex.errors import BadArguments
from animedex.testing.waifu.image_filter import parse_size

NUMBERS = st.integers(0, 10**18 - 1)
SIZES = st.tuples(st.sampled_from([">=", ">", "<=", "<", ""]), NUMBERS).map(
    lambda s: f"{s[0]}{s[1]}"
) | st.lists(NUMBERS, min_size=2, max_size=2).map(lambda s: f"{min(s)}..{max(s)}")


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (">=1500", ">=1500"),
        (">1500", ">1500"),
        ("<=1500", "<=1500"),
        ("<1500", "<1500"),
        ("1500", "1500"),
        (1500, "1500"),
        (0, "0"),
        ("1000..2000", "1000..2000"),
        ("1000..1000", "1000..1000"),
        (" >= 1500 ", ">=1500"),
        ("1000 .. 2000", "1000..2000"),
        ("9" * 18, "9" * 18),
        (None, None),
    ],
)
def test_sizes_are_sent_as_the_service_reads_them(given: str | int, sent: str | None) -> None:
    assert filters.parse_size("width", given) == sent


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("=>1500", "did you mean '>=1500'?"),
        ("=< 1500", "did you mean '<=1500'?"),
        ("≥1500", "did you mean '>=1500'?"),
        ("≤1500", "did you mean '<=1500'?"),
        ("2000..1000", "did you mean 1000..2000?"),
        ("", "in quotes"),
        (" ", "in quotes"),
        ("wide", "in quotes"),
        ("=1500", "in quotes"),
        ("!=1500", "in quotes"),
        ("1500px", "in quotes"),
        ("1.5", "in quotes"),
        ("1e3", "in quotes"),
        ("-1", "in quotes"),
        (-1, "in quotes"),
        (">=-1", "in quotes"),
        ("+1", "in quotes"),
        ("1..", "in quotes"),
        ("..2", "in quotes"),
        ("1...2", "in quotes"),
        ("1..2..3", "in quotes"),
        (">1..2", "in quotes"),
        ("1,500", "in quotes"),
        ("١٥", "in quotes"),
        ("9" * 19, "in quotes"),
        (10**18, "in quotes"),
        (True, "in quotes"),
        (1.5, "in quotes"),
        ([1500], "in quotes"),
    ],
)
def test_sizes_that_cannot_be_read_are_refused(given: Any, hint: str) -> None:
    with pytest.raises(BadArguments) as caught:
        filters.parse_size("height", given)
    assert "height" in caught.value.message
    assert hint in (caught.value.hint or "")
    assert caught.value.backend == "waifu"


@given(SIZES)
def test_every_size_that_is_written_rightly_passes_and_is_read_by_the_service(text: str) -> None:
    assert filters.parse_size("width", text) == text
    assert parse_size(text) is not None


@given(st.text("<>=. 0123456789-+", max_size=12) | st.text(max_size=8))
def test_no_size_passes_that_the_service_cannot_read(text: str) -> None:
    try:
        sent = filters.parse_size("width", text)
    except BadArguments:
        return
    assert sent is not None
    assert parse_size(sent) is not None


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("maid", ["maid"]),
        (["maid", "long-hair"], ["maid", "long-hair"]),
        (("2b",), ["2b"]),
        (12, ["12"]),
        ([12, "12"], ["12", "12"]),
        ((), []),
    ],
)
def test_tags_are_slugs_or_ids(given: Any, sent: list[str]) -> None:
    assert filters.parse_tags(given) == sent


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("Maid", "did you mean maid?"),
        ("Raiden Shogun", "did you mean raiden-shogun?"),
        (" long_hair ", "did you mean long-hair?"),
        ("maid,uniform", "give each tag by itself, such as maid and uniform"),
        ("猫", "list them with `waifu.tags()`"),
        ("", "list them with `waifu.tags()`"),
        ("maid\n", "did you mean maid?"),
        ("x" * 101, f"did you mean {'x' * 100}?"),
        (["maid", 1.5], "list them with `waifu.tags()`"),
        (True, "list them with `waifu.tags()`"),
        (-1, "list them with `waifu.tags()`"),
        ([None], "list them with `waifu.tags()`"),
    ],
)
def test_other_tags_are_refused_with_the_slug_that_was_meant(given: Any, hint: str) -> None:
    with pytest.raises(BadArguments, match="a tag is a slug") as caught:
        filters.parse_tags(given)
    assert caught.value.hint == hint


@given(st.text())
def test_a_slug_that_is_made_of_text_is_one(text: str) -> None:
    slug = filters.slugify(text)
    assert slug == "" or filters.parse_tag(slug) == slug
    assert filters.slugify(slug) == slug


@pytest.mark.parametrize("given", [None, 1.5, object()])
def test_what_is_neither_text_nor_a_list_is_refused(given: Any) -> None:
    for read in (filters.parse_tags, filters.parse_artists, filters.parse_ids):
        with pytest.raises(BadArguments, match="is text or a number, not"):
            read(given)


def test_artists_are_names_or_ids() -> None:
    assert filters.parse_artists(["GongHa", "80", 80, " えみょ "]) == ["GongHa", 80, 80, "えみょ"]
    assert filters.parse_artists("a/b") == ["a/b"]


@pytest.mark.parametrize("given", ["", " ", ".", "..", "a\nb", "\x00", "\udcff", True, -1, 1.5])
def test_artists_that_are_none_are_refused(given: Any) -> None:
    with pytest.raises(BadArguments) as caught:
        filters.parse_artist(given)
    assert "waifu.artists()" in (caught.value.hint or "")
    assert caught.value.message.isprintable()


def test_ids_are_whole_numbers() -> None:
    assert filters.parse_ids([7, "0008"]) == ["7", "0008"]
    assert filters.parse_id("7") == ["7"]
    assert filters.parse_id(()) == []


@pytest.mark.parametrize("given", ["", "x", "-1", "1.5", "٧", True, -7, 10**18, ["7", None]])
def test_other_ids_are_refused(given: Any) -> None:
    with pytest.raises(BadArguments, match="an id is a whole number"):
        filters.parse_ids(given)


def test_several_ids_are_refused_as_nothing_has_two() -> None:
    with pytest.raises(BadArguments, match="an image has one id") as caught:
        filters.parse_id([7, 8])
    assert "waifu.image(id)" in (caught.value.hint or "")


@pytest.mark.parametrize("given", [0, -1, 101, True, 1.0, "5", None])
def test_numbers_out_of_range_are_refused(given: Any) -> None:
    with pytest.raises(BadArguments, match="limit is a whole number from 1 to 100"):
        filters.parse_whole_number("limit", given, 100)


def test_numbers_in_range_are_taken() -> None:
    assert [filters.parse_whole_number("limit", n, 100) for n in (1, 100)] == [1, 100]


@pytest.mark.parametrize(
    ("given", "sent"), [("uploaded_at", "UploadedAt"), ("Uploaded-At", "UploadedAt")]
)
def test_a_choice_may_be_written_in_other_ways(given: str, sent: str) -> None:
    assert filters.parse_choice("order", given, filters.ORDERS) == sent


@pytest.mark.parametrize("given", ["", "newest", "uploaded at", None, 3, True])
def test_another_choice_is_refused(given: Any) -> None:
    with pytest.raises(
        BadArguments, match=re.escape("order is random, uploaded_at or favorites, not")
    ):
        filters.parse_choice("order", given, filters.ORDERS)


def test_a_flag_is_yes_no_or_unsaid() -> None:
    assert [filters.parse_flag("animated", given) for given in (True, False, None)] == [
        "True",
        "False",
        None,
    ]


@pytest.mark.parametrize("given", [1, 0, "yes", []])
def test_another_flag_is_refused(given: Any) -> None:
    with pytest.raises(BadArguments, match="animated is true or false"):
        filters.parse_flag("animated", given)


@pytest.mark.parametrize(
    "text",
    [
        "7256",
        " 7256\n",
        "007256",
        "https://cdn.waifu.im/7256.jpg",
        "http://cdn.waifu.im/7256.jpeg?width=200",
        "cdn.waifu.im/7256.gif#top",
        "HTTPS://CDN.WAIFU.IM/7256.PNG",
        "https://www.waifu.im/images/7256",
        "https://www.waifu.im/images/7256/",
        "https://waifu.im/images/7256?x=1",
        "https://www.waifu.im/preview/7256/",
        "https://api.waifu.im/images/7256",
        # A stand-in's file, written as if it were the service's.
        "https://api.waifu.im/cdn/7256.jpg",
    ],
)
def test_a_picture_s_id_is_found(text: str) -> None:
    assert parse_image_id(text) == 7256


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-1",
        "1.5",
        "٧",
        "1" * 19,
        "7256.jpg",
        "neko/7256",
        "https://cdn.waifu.im/",
        "https://cdn.waifu.im/7256",
        "https://cdn.waifu.im/a/7256.jpg",
        "https://cdn.waifu.im:8443/7256.jpg",
        "https://cdn.waifu.im@art.example/7256.jpg",
        "https://me@cdn.waifu.im/7256.jpg",
        "https://cdn.waifu.im.art.example/7256.jpg",
        "https://notcdn.waifu.im/7256.jpg",
        "https://cdn-waifu.im/7256.jpg",
        "https://art.example/https://cdn.waifu.im/7256.jpg",
        "https://www.waifu.im/images/",
        "https://www.waifu.im/images/maid",
        "https://www.waifu.im/gallery/7256",
        "https://www.waifu.im/images/7256/7257",
        "ftp://www.waifu.im/images/7256",
        "https://cdn.waifu.im/7256.jpg\nhttps://art.example/",
    ],
)
def test_other_text_has_none(text: str) -> None:
    assert parse_image_id(text) is None


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    result = parse_image_id(text)
    assert result is None or 0 <= result < 10**18


@given(st.integers(0, 10**18 - 1), st.sampled_from(["jpg", "png", "gif", "webp"]))
def test_every_address_of_a_picture_has_its_id(number: int, extension: str) -> None:
    for text in (
        str(number),
        f"https://cdn.waifu.im/{number}.{extension}",
        f"https://www.waifu.im/images/{number}",
    ):
        assert parse_image_id(text) == number
