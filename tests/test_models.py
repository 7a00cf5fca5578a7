"""A record gives back what it was made from, whatever that was."""

from __future__ import annotations

import copy
import pickle
import types
from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.call import SourceTag
from animedex.errors import BadArguments, UpstreamDecode, UpstreamShape
from animedex.models import (
    ArtPost,
    Rating,
    Record,
    decode_exactly,
    is_json,
    parse_json,
    parse_record,
    text_or_none,
    url_or_none,
    with_match,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from animedex.http_message import JsonObject, JsonValue

TAG = SourceTag("shelf", datetime(2026, 5, 8, tzinfo=UTC), cached=False, rate_limited=True)


class Size(msgspec.Struct, frozen=True):
    width: int | None = None


class Item(Record, frozen=True, kw_only=True):
    backend: ClassVar[str] = "shelf"
    url: str
    size: Size | None = None
    label: str | None = None


class Other(Record, frozen=True, kw_only=True):
    url: str


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**60), 10**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
ATTRIBUTES = st.sampled_from(
    ["payload", "raw", "match", "source_tag", "backend", "from_payload", "_source", "__dict__"]
)
KNOWN = st.fixed_dictionaries(
    {"url": TEXT},
    optional={
        "size": st.none() | st.fixed_dictionaries({}, optional={"width": st.integers()}),
        "label": st.none() | TEXT,
    },
)

# Rows are costly to invent, and every one has many keys.


def joined(unknown: JsonObject, known: JsonObject) -> JsonObject:
    return {**unknown, **known}


ROWS = st.builds(
    joined,
    st.dictionaries(TEXT | ATTRIBUTES, JSON, max_size=6).map(
        lambda row: {key: row[key] for key in row if key not in {"size", "label"}}
    ),
    KNOWN,
)


def identical(one: object, other: object) -> bool:
    """Compare JSON values as JSON does, where 1, 1.0 and true are three things."""
    if isinstance(one, dict) and isinstance(other, dict):
        ones, others = cast("JsonObject", one), cast("JsonObject", other)
        return ones.keys() == others.keys() and all(identical(ones[k], others[k]) for k in ones)
    if isinstance(one, list) and isinstance(other, list):
        first, second = cast("list[object]", one), cast("list[object]", other)
        return len(first) == len(second) and all(map(identical, first, second))
    return repr(one) == repr(other)  # pyright: ignore[reportUnknownArgumentType]  nothing is known


@given(ROWS)
def test_the_payload_is_the_row(row: JsonObject) -> None:
    assert identical(Item.from_payload(row).payload, row)


@given(ROWS)
def test_the_payload_of_a_parsed_row_is_the_row(row: JsonObject) -> None:
    raw = msgspec.json.format(msgspec.json.encode(row), indent=3)
    record = parse_record(Item, raw, "results[0]", TAG, 0.5)
    assert identical(record.payload, row)
    assert record.raw == raw


@given(ROWS)
def test_what_is_known_is_typed(row: JsonObject) -> None:
    record = Item.from_payload(row)
    size = row.get("size")
    assert record.url == row["url"]
    assert record.label == row.get("label")
    assert record.size == (Size(**cast("dict[str, Any]", size)) if isinstance(size, dict) else None)


@given(ROWS, st.randoms())
def test_equal_rows_make_equal_records_whatever_their_order(row: JsonObject, random: Any) -> None:
    keys = list(row)
    random.shuffle(keys)
    one, other = Item.from_payload(row), Item.from_payload({key: row[key] for key in keys})
    assert one == other
    assert not one != other  # noqa: SIM202  `==` is another question
    assert hash(one) == hash(other)


@given(ROWS, ROWS)
def test_records_are_equal_exactly_when_their_rows_are(row: JsonObject, twin: JsonObject) -> None:
    one, other = Item.from_payload(row), Item.from_payload(twin)
    assert (one == other) is identical(row, twin)
    assert (one != other) is not identical(row, twin)


@given(ROWS, st.none() | st.just(TAG), st.none() | st.floats(0, 1))
def test_records_survive_pickling_and_copying(
    row: JsonObject, tag: SourceTag | None, match: float | None
) -> None:
    record = parse_record(Item, msgspec.json.encode(row), "", tag, match)
    twins = [copy.copy(record), copy.deepcopy(record)]
    twins += [pickle.loads(pickle.dumps(record, version)) for version in range(2, 6)]
    for twin in twins:
        assert twin == record
        assert identical(twin.payload, row)
        assert (twin.source_tag, twin.match) == (tag, match)


def test_numbers_that_python_holds_equal_are_different_rows() -> None:
    records = [Item.from_payload({"url": "a", "n": value}) for value in (1, 1.0, True, "1")]
    assert len(set(records)) == 4


def test_nested_keys_in_another_order_are_the_same_row() -> None:
    one = parse_record(Item, b'{"url":"a","x":{"p":[{"q":1,"r":2}],"s":3}}')
    other = parse_record(Item, b'{"x": {"s": 3, "p": [{"r": 2, "q": 1}]}, "url": "\\u0061"}')
    assert (one, hash(one)) == (other, hash(other))


@pytest.mark.parametrize("other", [Other.from_payload({"url": "a"}), {"url": "a"}, "a", None])
def test_what_is_of_another_class_is_never_equal(other: object) -> None:
    item = Item.from_payload({"url": "a"})
    assert item != other
    assert not item == other  # noqa: SIM201  `!=` is another question


def test_what_stands_beside_the_row_does_not_count() -> None:
    raw = b'{"url":"a"}'
    assert parse_record(Item, raw) == parse_record(Item, raw, "", TAG, 0.9)
    assert "match" not in parse_record(Item, raw, "", TAG, 0.9).payload


def test_a_payload_is_fresh_on_each_access() -> None:
    record = Item.from_payload({"url": "a", "deep": {"list": [1]}})
    cast("dict[str, Any]", record.payload)["deep"]["list"].append(2)
    record.payload["url"] = "b"
    assert record.payload == {"url": "a", "deep": {"list": [1]}}


def test_the_row_that_a_record_is_made_from_may_change_later() -> None:
    row: JsonObject = {"url": "a"}
    record = Item.from_payload(row)
    row["url"] = "b"
    assert record.payload == {"url": "a"}


@pytest.mark.parametrize("name", ["url", "label", "payload", "raw", "source_tag", "match", "new"])
def test_records_are_frozen(name: str) -> None:
    record = Item.from_payload({"url": "a"})
    with pytest.raises(AttributeError):
        setattr(record, name, "b")


def test_any_mapping_is_a_row() -> None:
    row: Mapping[str, JsonValue] = types.MappingProxyType({"url": "a", "n": 1})
    assert Item.from_payload(row).payload == {"url": "a", "n": 1}


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        -float("inf"),
        b"bytes",
        (1, 2),
        {3: 4},
        {1, 2},
        datetime(2026, 5, 8, tzinfo=UTC),
        object(),
        "\ud800",
        10**5000,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_json_is_refused_rather_than_changed(value: Any) -> None:
    with pytest.raises(BadArguments, match="Item is built from JSON values") as caught:
        Item.from_payload({"url": "a", "x": [value]})
    assert caught.value.backend == "shelf"


@pytest.mark.parametrize("row", [None, 17, "url", ["url"], [1]])
def test_a_row_is_an_object(row: Any) -> None:
    with pytest.raises(BadArguments, match="Item is built from JSON values"):
        Item.from_payload(row)


def test_a_row_that_contains_itself_is_refused() -> None:
    row: dict[str, Any] = {"url": "a"}
    row["row"] = row
    with pytest.raises(BadArguments):
        Item.from_payload(row)


def test_a_record_that_was_not_made_from_a_row_says_so() -> None:
    with pytest.raises(BadArguments, match="from_payload"):
        _ = Item(url="a").payload
    with pytest.raises(BadArguments, match="from_payload"):
        _ = msgspec.structs.replace(Item.from_payload({"url": "a"}), url="b").payload


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({}, "the answer: object missing required field `url`"),
        ({"url": None}, "url: expected `str`, got `null`"),
        ({"url": "a", "size": {"width": "9"}}, "size.width: expected `int | null`, got `str`"),
        ({"url": "a", "size": {"width": 1.5}}, "size.width: expected `int | null`, got `float`"),
        ({"url": "a", "label": ["b"]}, "label: expected `str | null`, got `array`"),
    ],
)
def test_a_wrong_type_is_told_with_its_path(row: JsonObject, message: str) -> None:
    with pytest.raises(UpstreamShape) as caught:
        Item.from_payload(row)
    assert (caught.value.message, caught.value.backend) == (message, "shelf")
    assert caught.value.hint


def test_a_score_goes_beside_a_row_without_changing_it() -> None:
    record = parse_record(Item, b'{"url": "a"}', "", TAG)
    scored = with_match(record, 0.25)
    assert (record.match, scored.match) == (None, 0.25)
    assert (scored.raw, scored.source_tag) == (record.raw, TAG)
    assert Item.from_payload({"url": "a", "match": 9}).match is None


BODIES: list[tuple[bytes, str]] = [
    (b"", "it is empty"),
    (b" \n", "it is empty"),
    (b"<!DOCTYPE html><p>Busy</p>", "HTML"),
    (b" \n<html>", "HTML"),
    (b'{"a": [1', "truncated"),
    (b"\xef\xbb\xbf[]", "malformed"),
    ("[]".encode("utf-16"), "malformed"),
    (b"[" * 100_000, "nested too deeply"),
    (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
    (b'{"a":' * 100_000, "nested too deeply"),
    (b'["\xff"]', "utf-8"),
    (b'["\xed\xa0\x80"]', "utf-8"),
    (b'["\\ud800, a half"]', "surrogate"),
    (b"[NaN]", "malformed"),
    (b"[] []", "trailing"),
]


@pytest.mark.parametrize(("body", "message"), BODIES, ids=[body[:12].hex() for body, _ in BODIES])
def test_what_is_no_json_is_told_so(body: bytes, message: str) -> None:
    for kind in (list[int], msgspec.Raw, list[msgspec.Raw]):
        with pytest.raises(UpstreamDecode, match=message) as caught:
            parse_json(body, cast("type[Any]", kind), "shelf")
        assert (caught.value.backend, caught.value.exit_code) == ("shelf", 7)
        assert len(caught.value.message) < 200


def test_numbers_without_bounds_are_told_so() -> None:
    for body in (b'{"a": 1e400}', b'{"a": ' + b"1" * 5000 + b"}"):
        with pytest.raises(UpstreamShape, match="out of range"):
            parse_json(body, dict[str, float], "shelf")


def test_bad_utf8_under_an_unknown_key_is_found() -> None:
    with pytest.raises(UpstreamDecode):
        parse_json(b'{"width": 1, "else": "\xff"}', Size)


def test_of_two_equal_keys_the_last_one_counts() -> None:
    assert parse_json(b'{"width": 1, "width": 2}', Size).width == 2


@given(st.binary(max_size=60) | TEXT.map(str.encode))
def test_any_body_is_either_read_or_an_error_of_ours(body: bytes) -> None:
    try:
        assert isinstance(parse_json(body, dict[str, int]), dict)
    except (UpstreamDecode, UpstreamShape) as error:
        assert error.message  # noqa: PT017  both outcomes are right


def post(**fields: Any) -> ArtPost:
    known: dict[str, Any] = {"id": "shelf:1", "rating": Rating.GENERAL, **fields}
    return ArtPost(**known)


@pytest.mark.parametrize("name", ["id", "tags", "url"])
def test_posts_are_frozen(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(post(), name, "x")


def test_posts_are_compared_by_all_they_hold() -> None:
    assert post(tags=["a"]) == post(tags=["a"])
    assert post(tags=["a"]) != post(tags=["a", "b"])
    assert post(source_tag=TAG) != post()


def test_posts_share_no_lists() -> None:
    one, other = post(), post()
    one.tags.append("a")
    assert other.tags == []
    assert isinstance(other.artists, list)


def test_the_first_artist_is_the_artist() -> None:
    assert post(artists=["Ruri Hoshikawa", "Tove Lindgaard"]).artist == "Ruri Hoshikawa"
    assert post().artist is None


def test_a_post_is_a_json_object_without_its_source() -> None:
    payload = post(source_tag=TAG, rating=Rating.EXPLICIT, tags=["a"], width=3).to_payload()
    assert "source_tag" not in payload
    assert set(payload) == set(ArtPost.__struct_fields__) - {"source_tag"}
    assert (payload["rating"], payload["tags"], payload["url"]) == ("e", ["a"], None)
    assert type(payload["rating"]) is str
    assert msgspec.json.decode(msgspec.json.encode(payload)) == payload


def test_posts_survive_pickling_and_copying() -> None:
    whole = post(source_tag=TAG, tags=["a"], created_at="2026-05-08T09:08:07Z")
    copiers: list[Callable[[ArtPost], ArtPost]] = [copy.copy, copy.deepcopy]
    assert all(copier(whole) == whole for copier in copiers)
    assert pickle.loads(pickle.dumps(whole)) == whole


def test_ratings_are_their_letters() -> None:
    assert [str(rating) for rating in Rating] == ["g", "s", "q", "e"]
    assert Rating("g") is Rating.GENERAL


@pytest.mark.parametrize(
    "text", ["https://example.org/a?b=1#c", "HTTP://example.org", "https://例え.jp/猫"]
)
def test_an_address_is_given_as_it_is(text: str) -> None:
    assert url_or_none(text) == url_or_none(f" {text}\n") == text


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", " ", "a book", "//example.org/", "ftp://example.org/", "https://"),
        *("javascript:alert(1)", "https://a.example/ b", "https://a.example/\x1b[2J"),
    ],
)
def test_other_texts_are_no_address(text: str | None) -> None:
    assert url_or_none(text) is None


@given(st.none() | st.text(max_size=9))
def test_a_text_is_filled_or_none(text: str | None) -> None:
    result = text_or_none(text)
    assert result is None or (result and result == result.strip())
    assert text_or_none(result) == result


ODD_NUMBERS = b"[1.10, 1E5, -0, -0.0, 1e400, 1e-400, 12345678901234567890123, %s]" % (b"1" * 5000)


def test_numbers_are_written_as_they_came() -> None:
    assert msgspec.json.encode(decode_exactly(ODD_NUMBERS)) == ODD_NUMBERS.replace(b" ", b"")
    plain = ODD_NUMBERS.replace(b" -0,", b"")
    assert msgspec.json.encode(decode_exactly(plain)) == plain.replace(b" ", b"")


def test_numbers_beyond_python_s_are_infinite() -> None:
    record = parse_record(Item, b'{"url": "a", "more": %s}' % ODD_NUMBERS)
    result = cast("list[float]", record.payload["more"])
    assert result[:7] == [1.1, 100000.0, 0, -0.0, inf, 0.0, 12345678901234567890123]
    assert result[7] == inf
    assert record == parse_record(Item, record.raw)
    assert hash(record) == hash(parse_record(Item, record.raw))


@pytest.mark.parametrize(
    "body", [b"[1e400", b"[1e400, NaN]", b"[1e400, \xff]", b"[1e400]]", b"1e400," + b"[" * 100_000]
)
def test_a_number_beyond_python_s_hides_no_fault(body: bytes) -> None:
    assert not is_json(body)
    with pytest.raises(UpstreamDecode):
        parse_json(body, object)


def test_any_value_may_hold_a_number_beyond_python_s() -> None:
    assert parse_json(b'{"width": 1, "else": 1e400}', Size).width == 1
    assert parse_json(b"[1e400]", object) == [inf]
    assert is_json(b"1e400")
