"""Filters as a person writes them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from animedex import backends
from animedex.errors import BadArguments
from animedex.library.filter_sql import OWN, Filters
from animedex.models import Rating

_TIME = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_COMPARED = re.compile(r"(<=?|>=?)?\s*(.*)")
_MEGAPIXELS = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,6})?)\s*mp", re.IGNORECASE)
_PIXELS = re.compile(r"([0-9]{1,12})")
_SIDES = re.compile(r"([0-9]{1,6})\s*[x\u00d7]\s*([0-9]{1,6})", re.IGNORECASE)
_MILLION = 1_000_000
_SIZES = "write 2mp, 800000 or 1000x1500"
_TIMES = "write '>2026-01-31', '<=2026-01', 2025..2026-01-31, a day, a month or a year"


class DateRange(NamedTuple):
    """A time as seconds since 1970: when it begins, and when it is over; None is open."""

    start: float | None
    end: float | None


class FilterTexts(NamedTuple):
    """Filters as they are written; None asks for nothing."""

    source: str | None = None
    rating: str | None = None
    category: str | None = None
    artist: str | None = None
    added: str | None = None
    larger_than: str | None = None
    animated: bool | None = None


def parse_filters(texts: FilterTexts) -> Filters:
    """Read filters; raise `BadArguments` for what means nothing.

    >>> parse_filters(FilterTexts(source="Nekos", rating="general", larger_than="2mp")).where()[1]
    ('nekos', 'g', 2000000)
    """
    start, end = DateRange(None, None) if texts.added is None else parse_added(texts.added)
    return Filters(
        None if texts.source is None else parse_source(texts.source),
        None if texts.rating is None else parse_rating(texts.rating),
        None if texts.category is None else texts.category.strip(),
        texts.artist,
        start,
        end,
        None if texts.larger_than is None else parse_pixels(texts.larger_than),
        texts.animated,
    )


def parse_source(text: str) -> str:
    """Read the name of a service, or `own` for pictures of none.

    >>> parse_source("Danbooru"), parse_source("own")
    ('danbooru', 'own')
    """
    sources = (*backends.list_names(), OWN)
    name = text.strip().lower()
    if name not in sources:
        message = f"a source is a service's name or own, not {text!r:.80}"
        raise BadArguments(message, hint=f"one of {', '.join(sources)}")
    return name


def parse_rating(text: str) -> str:
    """Read a rating: its letter or its word.

    >>> parse_rating("g"), parse_rating("Explicit")
    ('g', 'e')
    """
    word = text.strip().lower()
    for rating in Rating:
        if word in {rating.value, rating.name.lower()}:
            return rating.value
    words = ", ".join(rating.name.lower() for rating in Rating)
    message = f"a rating is g, s, q or e, not {text!r:.80}"
    raise BadArguments(message, hint=f"or by its word: one of {words}")


def parse_pixels(text: str) -> int:
    """Read a number of pixels.

    >>> parse_pixels("2mp"), parse_pixels("1.5 MP"), parse_pixels("800000")
    (2000000, 1500000, 800000)
    >>> parse_pixels("1000x1500")
    1500000
    """
    stripped = text.strip()
    if match := _MEGAPIXELS.fullmatch(stripped):
        return round(float(match[1]) * _MILLION)
    if match := _SIDES.fullmatch(stripped):
        return int(match[1]) * int(match[2])
    if match := _PIXELS.fullmatch(stripped):
        return int(match[1])
    message = f"a size is in megapixels, pixels or sides, not {text!r:.80}"
    raise BadArguments(message, hint=_SIZES)


def parse_added(text: str) -> DateRange:
    """Read a day, a month or a year, a range of them, or what is before or after, in local time.

    Both ends of a range are in it, and may be left out. What is after a day begins when it is over.

    >>> parse_added("2026-01") == parse_added("2026-01-01..2026-01-31")
    True
    >>> parse_added(">2026-01-01") == parse_added(">=2026-01-02") == parse_added("2026-01-02..")
    True
    """
    first, dots, last = text.partition("..")
    if dots:
        return _parse_range(first.strip(), last.strip(), text)
    sign, moment = _parse_comparison(text)
    start, end = _parse_span(moment, text)
    bounds = {">": (end, None), ">=": (start, None), "<": (None, start), "<=": (None, end)}
    return DateRange(*bounds.get(sign, (start, end)))


def _parse_comparison(text: str) -> tuple[str, str]:
    match = _COMPARED.fullmatch(text.strip())
    return (match[1] or "", match[2]) if match else ("", text)


def _parse_range(first: str, last: str, text: str) -> DateRange:
    start = _parse_span(first, text)[0] if first else None
    end = _parse_span(last, text)[1] if last else None
    if (start is None and end is None) or (start is not None and end is not None and end <= start):
        message = f"a range of days goes from an earlier to a later one, not {text!r:.80}"
        raise BadArguments(message, hint=_TIMES)
    return DateRange(start, end)


def _parse_span(moment: str, text: str) -> tuple[float, float]:
    """Return when a day, a month or a year begins, and when it is over."""
    match = _TIME.fullmatch(moment)
    if match is None:
        message = f"a time is a day, a month or a year, not {text!r:.80}"
        raise BadArguments(message, hint=_TIMES)
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        first = 1 if month is None else month, 1 if day is None else day
        start = datetime(year, *first)  # noqa: DTZ001  local time is what is meant
        return start.timestamp(), _next(start, month, day).timestamp()
    except (ValueError, OverflowError, OSError):
        message = f"{text!r:.80} is not a valid date"
        raise BadArguments(message, hint=_TIMES) from None


def _next(start: datetime, month: int | None, day: int | None) -> datetime:
    """Return the beginning of the next day, month or year, which may be 23 or 25 hours away."""
    if day is not None:
        return datetime.fromordinal(start.toordinal() + 1)
    months = start.year * 12 + start.month - 1 + (12 if month is None else 1)
    return start.replace(year=months // 12, month=months % 12 + 1)
