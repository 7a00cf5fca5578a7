from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from animedex.backends.nekos import BACKEND
from animedex.call import Call, SourceTag
from animedex.http_message import Request, Response


def status_of(response: Response, source: SourceTag) -> int:
    return response.status


CALL = Call(BACKEND, Request("GET", "/x"), status_of)


def test_the_first_header_of_a_name_counts_in_any_case() -> None:
    response = Response(200, (("via", "a"), ("via", "b"), ("age", "")), b"", "")
    assert [response.header(name) for name in ("VIA", "via", "Age", "x")] == ["a", "a", "", None]


@pytest.mark.parametrize(
    ("moment", "stamp"),
    [
        (datetime(2026, 5, 8, 9, 8, 7, 654321, UTC), "2026-05-08T09:08:07Z"),
        (
            datetime(2026, 5, 8, 9, 8, 7, tzinfo=timezone(timedelta(hours=9))),
            "2026-05-08T00:08:07Z",
        ),
        # In UTC these would be in years that there are none of.
        (
            datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))),
            "0001-01-01T00:00:00+09:00",
        ),
        (
            datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-9))),
            "9999-12-31T23:00:00-09:00",
        ),
    ],
)
def test_a_source_tag_is_a_flat_object_in_utc(moment: datetime, stamp: str) -> None:
    tag = SourceTag("nekos", moment, cached=True, rate_limited=False)
    assert tag.to_payload() == {
        "backend": "nekos",
        "fetched_at": stamp,
        "cached": True,
        "rate_limited": False,
    }


def test_a_tag_says_that_a_datum_was_kept_only_where_it_was() -> None:
    tag = SourceTag("nekos", datetime(2026, 5, 8, tzinfo=UTC), cached=False, rate_limited=False)
    assert "library" not in tag.to_payload()
    assert tag._replace(library=True).to_payload() == {**tag.to_payload(), "library": True}
