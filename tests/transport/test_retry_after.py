"""What headers say about coming back is taken with care: they are only text."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.http_message import Response
from animedex.transport.retry_after import backoff, exhausted_for, requested_delay

DATE = "Fri, 08 May 2026 09:08:30 GMT"
YEAR = 366 * 86_400.0


def answer(status: int = 429, **headers: str) -> Response:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(status, named, b"", "")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("3", 3.0),
        (" 0.25 ", 0.25),
        ("3600", 3600.0),
        ("-5", 0.0),
        ("nan", None),
        ("inf", None),
        ("1e400", None),
        ("", None),
        ("soon", None),
        ("1,5", None),
        ("1e300", YEAR),
        ("Fri, 08 May 2026 09:08:35 GMT", 5.0),
        ("Fri, 08 May 2026 11:08:35 +0200", 5.0),
        ("Friday, 08-May-26 09:08:35 GMT", 5.0),
        ("Fri, 08 May 2026 09:08:35 -0000", 5.0),
        ("Fri, 08 May 2026 09:08:20 GMT", 0.0),
        ("Fri, 31 Dec 9999 09:08:20 GMT", YEAR),
        ("Fri, 08 Mai 2026", None),
        ("Fri, 99 May 2026 09:08:35 GMT", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    assert requested_delay(answer(retry_after=text, date=DATE)) == seconds


def test_a_wrong_local_clock_does_no_harm() -> None:
    year_2000 = answer(
        date="Sat, 01 Jan 2000 00:00:00 GMT", retry_after="Sat, 01 Jan 2000 00:00:07 GMT"
    )
    assert requested_delay(year_2000) == 7.0


def test_without_a_date_the_local_clock_is_asked() -> None:
    far = format_datetime(datetime.fromtimestamp(time.time() + 5000, UTC), usegmt=True)
    pause = requested_delay(answer(retry_after=far))
    assert pause is not None
    assert 4000 < pause <= 5000


@pytest.mark.parametrize(
    ("reset", "limit", "seconds"),
    [
        ("2026-05-08T09:09:00.0000000Z", "1m", 30.0),
        ("2026-05-08T09:09:00.5000000Z", "1m", 30.5),
        ("2026-05-08T09:09:00+00:00", "1m", 30.0),
        ("2026-05-08T09:09:00", "1m", 30.0),
        ("2026-05-08T11:09:00+02:00", "1m", 30.0),
        (" 2026-05-08T09:09:00Z ", "1m", 30.0),
        ("2026-05-08T09:08:00Z", "1m", 0.0),
        ("2026-05-08T10:09:00Z", "1m", 60.0),
        ("2026-05-08T10:09:00Z", "10s", 10.0),
        ("2026-05-08T10:08:30Z", "2h", 3600.0),
        ("2026-05-10T09:08:30Z", "1d", 86_400.0),
        ("2026-05-08T10:09:00Z", "200", 60.0),
        ("2026-05-08T10:09:00Z", "", 60.0),
        ("9999-12-31T23:59:59Z", "1m", 60.0),
        ("soon", "1m", None),
        ("", "1m", None),
        ("2026-13-08T09:09:00Z", "1m", None),
    ],
)
def test_the_reset_of_a_window(reset: str, limit: str, seconds: float | None) -> None:
    result = answer(x_rate_limit_reset=reset, x_rate_limit_limit=limit, date=DATE)
    assert requested_delay(result) == seconds


def test_a_reset_without_a_date_or_with_a_bad_one_is_held_to_the_window() -> None:
    far = "9999-12-31T23:59:59Z"
    assert requested_delay(answer(x_rate_limit_reset=far)) == 60.0
    assert requested_delay(answer(x_rate_limit_reset=far, date="yesterday")) == 60.0


def test_retry_after_goes_before_the_reset() -> None:
    both = answer(retry_after="2", x_rate_limit_reset="2026-05-08T09:09:00Z", date=DATE)
    assert requested_delay(both) == 2.0
    assert requested_delay(
        answer(retry_after="?", x_rate_limit_reset="2026-05-08T09:09:00Z", date=DATE)
    )
    assert requested_delay(answer()) is None


SPENT = {"x_rate_limit_reset": "2026-05-08T09:09:00Z", "date": DATE}


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (200, {"x_rate_limit_remaining": "0"}, 30.0),
        (200, {"x_rate_limit_remaining": " 0 "}, 30.0),
        (200, {"x_rate_limit_remaining": "1"}, None),
        (200, {"x_rate_limit_remaining": "none"}, None),
        (200, {}, None),
        (200, {"retry_after": "9"}, None),
        (429, {"retry_after": "9"}, 9.0),
        (503, {"retry_after": "9", "x_rate_limit_remaining": "0"}, 9.0),
        (429, {}, None),
        (429, {"retry_after": "?", "x_rate_limit_remaining": "0"}, 30.0),
        (404, {"retry_after": "9"}, None),
    ],
)
def test_a_spent_path(status: int, headers: dict[str, str], seconds: float | None) -> None:
    assert exhausted_for(answer(status, **SPENT, **headers)) == seconds


def test_the_pause_grows_with_the_tries_and_varies_with_chance() -> None:
    assert [backoff(tries, jitter=0.0) for tries in range(3)] == [0.25, 0.5, 1.0]
    assert backoff(2, jitter=0.5) == 1.5


WORDS = st.sampled_from(
    [
        "Fri,",
        "08",
        "May",
        "2026",
        "09:08:30",
        "GMT",
        "+0000",
        "-",
        ":",
        "+",
        "-9999999999999",
        "99999999999999999999",
        ",",
        " ",
        "(",
        "x",
        "0",
        "12.30.40",
        "²",
        "٣",
        "-0000",
        "0001",
        "9999-12-31T23:59:59",
        "0001-01-01T00:00:00",
        "+23:59",
        "Z",
        "nan",
        "1e308",
        "9" * 400,
    ]
)
TEXT = (
    st.text(max_size=30)
    | st.builds("".join, st.lists(WORDS, max_size=7))
    | st.builds(" ".join, st.lists(WORDS, max_size=7))
)


@given(
    st.sampled_from([200, 429, 503]),
    st.fixed_dictionaries(
        {},
        optional={
            "retry_after": TEXT,
            "date": TEXT | st.just(DATE),
            "x_rate_limit_reset": TEXT,
            "x_rate_limit_limit": TEXT,
            "x_rate_limit_remaining": st.just("0") | TEXT,
        },
    ),
)
def test_no_header_makes_a_pause_that_cannot_be_waited(
    status: int, headers: dict[str, str]
) -> None:
    response = answer(status, **headers)
    for seconds in (requested_delay(response), exhausted_for(response)):
        assert seconds is None or (math.isfinite(seconds) and 0 <= seconds <= 999_999 * 86_400)
