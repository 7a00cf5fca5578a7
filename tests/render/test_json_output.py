"""Values as JSON: jq's layout, provenance beside the row, picked keys."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.nekos.models import NekosCategoryFormat, NekosImage
from animedex.call import SourceTag
from animedex.errors import UnknownField
from animedex.models import parse_record
from animedex.render.json_output import (
    format_json,
    format_raw,
    pick_fields,
    row_payload,
    to_plain_value,
)

if TYPE_CHECKING:
    from animedex.http_message import JsonObject, JsonValue

TAG = SourceTag("nekos", datetime(2026, 5, 8, 9, 8, 3, tzinfo=UTC), cached=True, rate_limited=False)
URL = "https://nekos.best/api/v2/neko/a.png"
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
DOCUMENTS: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def image(match: float | None = None, tag: SourceTag | None = TAG) -> NekosImage:
    return parse_record(NekosImage, b'{"url":"%s","new":[1.0]}' % URL.encode(), "", tag, match)


def _standard(value: JsonValue) -> str:
    """Write what the standard library writes, which lays out alike but for empty containers."""
    return json.dumps(value, ensure_ascii=False, indent=2).replace("\x7f", "\\u007f")


@given(DOCUMENTS)
def test_the_layout_is_the_usual_one(value: JsonValue) -> None:
    text = format_json(value)
    assert json.loads(text) == value
    assert text.count("\n") == _standard(value).count("\n")


@given(DOCUMENTS)
def test_a_compact_layout_is_one_line(value: JsonValue) -> None:
    text = format_json(value, compact=True)
    assert json.loads(text) == value
    assert "\n" not in text


LAYOUTS: list[tuple[JsonValue, str]] = [
    ({}, "{}"),
    ([], "[]"),
    ([[]], "[\n  []\n]"),
    ({"a": {"b": [1]}}, '{\n  "a": {\n    "b": [\n      1\n    ]\n  }\n}'),
    ("é青/\u2603", '"é青/☃"'),
    ("\x1b\x7f\x9b\u202e", '"\\u001b\\u007f\\u009b\\u202e"'),
    (1.0, "1.0"),
    (None, "null"),
]


@pytest.mark.parametrize(("value", "expected"), LAYOUTS)
def test_the_layout(value: JsonValue, expected: str) -> None:
    assert format_json(value) == expected


def test_numbers_of_raw_json_stay_as_they_stand() -> None:
    assert format_raw("[1.0,1E5,0.10,12345678901234567890]", compact=True) == (
        "[1.0,1E5,0.10,12345678901234567890]"
    )


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_the_layout_is_jq_s_own() -> None:
    value: JsonValue = {"b": ["é", 1, {}], "a": {"c": None, "d": []}, "": [[1], [True, "x\ty\\"]]}
    given = json.dumps(value).encode()
    told = subprocess.run(["jq", "."], input=given, capture_output=True, check=True, timeout=120)
    assert f"{format_json(value)}\n" == told.stdout.decode()


def test_a_row_names_its_source_last() -> None:
    assert row_payload(image(match=0.5)) == {
        "url": URL,
        "new": [1.0],
        "_match": 0.5,
        "_source": {
            "backend": "nekos",
            "fetched_at": "2026-05-08T09:08:03Z",
            "cached": True,
            "rate_limited": False,
        },
    }


def test_a_row_without_its_source_is_what_was_sent() -> None:
    assert row_payload(image(match=0.5), source=False) == {"url": URL, "new": [1.0]}


def test_a_row_that_was_not_fetched_has_no_source() -> None:
    assert row_payload(image(tag=None)) == {"url": URL, "new": [1.0]}


def test_a_mapping_goes_without_sources() -> None:
    kept = parse_record(NekosCategoryFormat, b'{"format":"png"}', "", TAG)
    assert to_plain_value({"neko": kept}) == {"neko": {"format": "png"}}
    assert to_plain_value([image(), 3]) == [row_payload(image()), 3]


ROWS: list[JsonObject] = [{"a": 1, "b": None}, {"b": 2, "_source": {"backend": "x"}}]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["b", "a"], [{"b": None, "a": 1}, {"b": 2, "a": None, "_source": {"backend": "x"}}]),
        (["known"], [{"known": None}, {"known": None, "_source": {"backend": "x"}}]),
        (["_match"], [{"_match": None}, {"_match": None, "_source": {"backend": "x"}}]),
    ],
)
def test_keys_are_picked(fields: list[str], expected: list[JsonObject]) -> None:
    result = pick_fields(ROWS, fields, ["known"])
    assert result == expected
    assert [list(one)[: len(fields)] for one in result] == [fields, fields]


@pytest.mark.parametrize(("field", "hint"), [("knwon", "known?"), ("zzz", "there are _match, ")])
def test_a_key_that_nobody_knows_is_told(field: str, hint: str) -> None:
    with pytest.raises(UnknownField) as caught:
        pick_fields(ROWS, ["a", field], ["known"])
    assert hint in (caught.value.hint or "")


def test_no_rows_know_only_what_the_model_knows() -> None:
    assert pick_fields([], ["known"], ["known"]) == []
    with pytest.raises(UnknownField):
        pick_fields([], ["a"], ["known"])
