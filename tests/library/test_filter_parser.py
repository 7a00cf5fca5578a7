"""Filters are read as a person writes them, or refused with an example."""

from __future__ import annotations

import time
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.errors import BadArguments
from animedex.library.filter_parser import (
    FilterTexts,
    parse_added,
    parse_filters,
    parse_pixels,
    parse_rating,
    parse_source,
)
from animedex.library.filter_sql import EVERYTHING, Filters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DAYS = st.dates(date(1971, 1, 1), date(2100, 1, 1))


def at(year: int, month: int = 1, day: int = 1) -> float:
    return datetime(year, month, day).timestamp()  # noqa: DTZ001  local time is what is meant


@pytest.fixture(params=["JST-9", "EST5EDT,M3.2.0,M11.1.0", "UTC0"])
def zone(request: pytest.FixtureRequest) -> Iterator[None]:
    """Live somewhere else."""
    if not hasattr(time, "tzset"):
        pytest.skip("the system has one time zone for all programs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", str(request.param))
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (">2026-01-01", (("2026", "01", "02"), None)),
        (">=2026-01-01", (("2026", "01", "01"), None)),
        ("<2026-01-01", (None, ("2026", "01", "01"))),
        ("<= 2026-01-01", (None, ("2026", "01", "02"))),
        (">2026-01", (("2026", "02", "01"), None)),
        (">2026", (("2027", "01", "01"), None)),
        ("<=2025-12", (None, ("2026", "01", "01"))),
        ("2026-03-08", (("2026", "03", "08"), ("2026", "03", "09"))),
        ("2026-12-31", (("2026", "12", "31"), ("2027", "01", "01"))),
        ("2024-02", (("2024", "02", "01"), ("2024", "03", "01"))),
        ("2026-1-9", (("2026", "01", "09"), ("2026", "01", "10"))),
        ("2026", (("2026", "01", "01"), ("2027", "01", "01"))),
        ("2025..2026-01-31", (("2025", "01", "01"), ("2026", "02", "01"))),
        (" 2026-01 .. ", (("2026", "01", "01"), None)),
        ("..2026-01", (None, ("2026", "02", "01"))),
        ("2026-01-01..2026-01-01", (("2026", "01", "01"), ("2026", "01", "02"))),
    ],
)
def test_times(
    zone: None, text: str, expected: tuple[tuple[str, ...] | None, tuple[str, ...] | None]
) -> None:
    assert parse_added(text) == tuple(
        None if told is None else at(*map(int, told)) for told in expected
    )


@given(DAYS)
def test_a_day_is_what_is_neither_before_nor_after_it(day: date) -> None:
    start, end = parse_added(f"{day}")
    assert parse_added(f"<{day}") == (None, start)
    assert parse_added(f">{day}") == (end, None)
    assert parse_added(f"{day}..{day}") == (start, end)
    noon = datetime(day.year, day.month, day.day, 12).timestamp()  # noqa: DTZ001  as above
    assert start is not None
    assert end is not None
    assert start < noon < end


@pytest.mark.parametrize(
    ("text", "pixels"),
    [
        ("2mp", 2_000_000),
        ("2 MP", 2_000_000),
        ("1.5MP", 1_500_000),
        ("0.3mp", 300_000),
        ("800000", 800_000),
        ("0", 0),
        ("1000x1500", 1_500_000),
        ("1920 X 1080", 2_073_600),
        ("1920×1080", 2_073_600),
    ],
)
def test_pixels(text: str, pixels: int) -> None:
    assert parse_pixels(text) == pixels


@pytest.mark.parametrize(
    ("parse", "texts", "hint"),
    [
        (
            parse_added,
            [
                *("", "yesterday", "2026-02-30", "2026-13", "2026-00", "2026-01-00", "26-01-01"),
                *("0000", "..", "2026..2025", "=2026", "<>2026", ">2026..2027", "2026..2027..2028"),
                *("9999", "2026-01-01T12:00", "2026-01-011", "\u0662\u0660\u0662\u0666", "\ud800"),
            ],
            ">2026-01-31",
        ),
        (
            parse_pixels,
            ["", "big", "-1", "2 megapixels", "1e6", "2mb", "1000x", "x1500", "9" * 13, "1,5mp"],
            "1000x1500",
        ),
        (parse_rating, ["", "x", "safe", "gs", "general "[:3]], "general, sensitive"),
        (parse_source, ["", "neko", "pixiv", "own,nekos"], "danbooru, nekos, waifu, own"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_can_be(
    parse: Callable[[str], object], texts: list[str], hint: str
) -> None:
    for text in texts:
        with pytest.raises(BadArguments) as refused:
            parse(text)
        assert refused.value.hint
        assert hint in refused.value.hint
        assert repr(text)[:10] in refused.value.message


@pytest.mark.parametrize("parse", [parse_added, parse_pixels, parse_rating, parse_source])
@given(st.text(max_size=20) | st.text("0123456789-.<>=xmpgsqe ", max_size=14))
def test_any_text_is_read_or_refused(parse: Callable[[str], object], text: str) -> None:
    error: BadArguments | None = None
    try:
        parse(text)
    except BadArguments as refused:
        error = refused
    assert error is None or error.hint


@pytest.mark.parametrize("text", ["9" * 5000, "<" * 5000, "." * 5000, "1" * 5000 + "x"])
def test_a_refusal_is_short_however_long_the_text(text: str) -> None:
    for parse in (parse_added, parse_pixels, parse_rating, parse_source):
        with pytest.raises(BadArguments) as refused:
            parse(text)
        assert len(str(refused.value)) < 300


def test_words_for_ratings_and_sources_are_read_in_any_case() -> None:
    assert [parse_rating(text) for text in ("G", "sensitive", " Questionable ", "e")] == [*"gsqe"]
    assert [parse_source(text) for text in ("Nekos", " own ")] == ["nekos", "own"]


def test_all_filters_are_read_together() -> None:
    assert parse_filters(FilterTexts()) == EVERYTHING
    texts = FilterTexts("waifu", "explicit", " hug ", "Miku", "2026..", "1mp", animated=False)
    expected = Filters("waifu", "e", "hug", "Miku", at(2026), None, 1_000_000, animated=False)
    assert parse_filters(texts) == expected
