from __future__ import annotations

import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.testing.waifu.image_filter import parse_size

numbers = st.integers(-(10**6), 10**6)
SIGNS = {
    "": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}


@given(sign=st.sampled_from(sorted(SIGNS)), bound=numbers, off=st.integers(-2, 2))
def test_a_sign_means_what_it_says(sign: str, bound: int, off: int) -> None:
    bounds = parse_size(f"{sign}{bound}")
    assert bounds is not None
    assert bounds.contains(bound + off) == SIGNS[sign](bound + off, bound)


@given(least=numbers, most=numbers, size=numbers)
def test_a_range_holds_both_its_ends(least: int, most: int, size: int) -> None:
    bounds = parse_size(f"{least}..{most}")
    assert bounds is not None
    assert bounds.contains(size) == (least <= size <= most)
    assert bounds.contains(least) == (least <= most)


@given(st.text() | st.lists(st.sampled_from(["<", ">", "=", "..", "1", "x", " "])).map("".join))
def test_whatever_is_written_it_is_bounds_or_nothing(text: str) -> None:
    bounds = parse_size(text)
    assert bounds is None or any(digit in text for digit in "0123456789")


@pytest.mark.parametrize("text", [" >= 5 ", ">=+5", "5 .. 9", "05..09"])
def test_blanks_and_signs_do_no_harm(text: str) -> None:
    bounds = parse_size(text)
    assert bounds is not None
    assert (bounds.contains(5), bounds.contains(4)) == (True, False)


@pytest.mark.parametrize("text", ["", ">", "=5", "=>5", "5px", "1.5", "1..", "..9", "1..2..3", "٣"])
def test_what_cannot_be_read_is_nothing(text: str) -> None:
    assert parse_size(text) is None


def test_a_number_that_is_too_long_is_none() -> None:
    assert parse_size(">=" + "9" * 5000) is None
