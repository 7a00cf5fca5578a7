"""What is asked for is checked before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.danbooru import argument_checks as arguments
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("limit", [1, 20, 200])
def test_limits(limit: int) -> None:
    assert arguments.check_limit(limit) == str(limit)


@pytest.mark.parametrize("limit", [0, 201, -1, "x", "5", True, 1.5, 2.0, None, 10**30])
def test_limits_that_are_none(limit: Any) -> None:
    with pytest.raises(BadArguments, match="a limit is a whole number from 1 to 200") as caught:
        arguments.check_limit(limit)
    assert caught.value.backend == "danbooru"
    assert "`all=`" in (caught.value.hint or "")


@pytest.mark.parametrize("most", [0, 1001, -1, "x", True, 1.0, None])
def test_maximums_that_are_none(most: Any) -> None:
    with pytest.raises(BadArguments, match="a maximum is a whole number from 1 to 1000"):
        arguments.check_max(most)


@pytest.mark.parametrize(
    ("page", "sent"), [(1, "1"), ("7", "7"), (1000, "1000"), ("b500", "b500"), ("A0", "a0")]
)
def test_pages(page: int | str, sent: str) -> None:
    assert arguments.check_page(page) == sent


@pytest.mark.parametrize(
    "page",
    [0, -1, "0", "01", "", " 1", "1 ", "b", "b-1", "bb1", "c1", "b1\n", "٣", True, 1.0, None],
)
def test_pages_that_are_none(page: Any) -> None:
    with pytest.raises(BadArguments, match=r"a page is a number from 1, b<id> or a<id>") as caught:
        arguments.check_page(page)
    assert caught.value.hint


@pytest.mark.parametrize("number", [0, -1, True, "1", 1.0, None, 10**18])
def test_ids_that_are_none(number: Any) -> None:
    with pytest.raises(BadArguments, match="the id of a post is a positive whole number"):
        arguments.check_id("a post", number)


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("touhou", "touhou"),
        (" hatsune  miku ", "hatsune_miku"),
        ("Fate/Stay Night", "Fate/Stay_Night"),
        ("help:api", "help:api"),
        ("...a", "...a"),
        ("...", "..."),
        (". .", "._."),
    ],
)
def test_names_have_underscores(name: str, sent: str) -> None:
    assert arguments.check_name("a tag", name) == sent


@pytest.mark.parametrize("name", ["", " ", "\u3000", "a\nb", "\x7f", "\udcff", "a\x00"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(BadArguments) as caught:
        arguments.check_name("a wiki page", name)
    assert caught.value.message.isprintable()
    assert "a wiki page" in caught.value.message


@pytest.mark.parametrize("name", [3, None, b"cat", ["cat"]])
@pytest.mark.parametrize("check", [arguments.check_name, arguments.check_text])
def test_names_that_are_no_text(check: Callable[[str, str], str], name: Any) -> None:
    with pytest.raises(BadArguments, match="a tag is named by text, not by"):
        check("a tag", name)


def test_a_text_keeps_its_blanks() -> None:
    assert arguments.check_text("a tag", " cat  girl ") == "cat  girl"


@given(st.integers() | st.text(max_size=9) | st.none() | st.floats() | st.booleans())
def test_whatever_is_given_is_taken_or_refused(value: Any) -> None:
    for check in (arguments.check_limit, arguments.check_max, arguments.check_page):
        try:
            assert str(check(value)).isascii()
        except BadArguments as error:
            assert error.backend == "danbooru"  # noqa: PT017  either is right


@pytest.mark.parametrize("limit", [1, 201, 1000])
def test_limits_of_other_lists(limit: int) -> None:
    assert arguments.check_row_limit(limit) == str(limit)
    with pytest.raises(BadArguments, match="a limit is a whole number from 1 to 1000"):
        arguments.check_row_limit(limit * 1001)
