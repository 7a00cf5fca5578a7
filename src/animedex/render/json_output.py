"""Values as JSON in jq's layout, each record with its service."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec

from animedex.errors import UnknownField, suggest_name
from animedex.models import Record, decode_exactly
from animedex.render.safe_text import escape_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from animedex.http_message import JsonObject, JsonValue
    from animedex.models import ArtPost

SOURCE = "_source"
MATCH = "_match"


def row_payload(record: Record, *, source: bool = True, exact: bool = False) -> JsonObject:
    """Return a record's payload with `_source`, and with `_match` if it has a score.

    With `exact` it is only good for being written: its numbers come out as they came.
    """
    payload = cast("JsonObject", decode_exactly(record.raw)) if exact else record.payload
    if source and record.match is not None:
        payload[MATCH] = record.match
    if source and record.source_tag is not None:
        payload[SOURCE] = cast("JsonObject", record.source_tag.to_payload())
    return payload


def post_payload(post: ArtPost, *, source: bool = True) -> JsonObject:
    """Return an art post as a JSON object, with its `_source`."""
    payload = post.to_payload()
    if source and post.source_tag is not None:
        payload[SOURCE] = cast("JsonObject", post.source_tag.to_payload())
    return payload


def to_plain_value(value: object, *, source: bool = True, exact: bool = False) -> JsonValue:
    """Return records, and lists of them, as JSON values; in a mapping they have no `_source`.

    `exact` is for values that are only written, as in `row_payload`.
    """
    if isinstance(value, Record):
        return row_payload(value, source=source, exact=exact)
    if isinstance(value, list):
        items = cast("list[object]", value)
        return [to_plain_value(item, source=source, exact=exact) for item in items]
    if isinstance(value, dict):
        members = cast("dict[str, object]", value).items()
        return {key: to_plain_value(item, source=False, exact=exact) for key, item in members}
    return cast("JsonValue", value)


def pick_fields(
    rows: Sequence[JsonObject], fields: Sequence[str], keys: Iterable[str] = ()
) -> list[JsonObject]:
    """Keep some keys of each row, null where it lacks one, and `_source` if it has one.

    Raises `UnknownField` for a key that neither a row nor `keys` has.
    """
    every = {SOURCE, MATCH, *keys}.union(*rows)
    for field in fields:
        if field not in every:
            raise _unknown_field(field, every)
    return [_narrow(one, fields) for one in rows]


def format_json(value: JsonValue, *, compact: bool = False) -> str:
    """Format a value in jq's layout: two spaces, and only necessary escapes.

    >>> print(format_json({"a": ["é"], "b": []}))
    {
      "a": [
        "é"
      ],
      "b": []
    }
    """
    return format_raw(msgspec.json.encode(value), compact=compact)


def format_raw(raw: bytes | str, *, compact: bool = False) -> str:
    """Format JSON anew, with the digits of every number unchanged."""
    text = raw if isinstance(raw, str) else raw.decode()
    return escape_json(msgspec.json.format(text, indent=-1 if compact else 2))


def _narrow(one: Mapping[str, JsonValue], fields: Sequence[str]) -> JsonObject:
    selected = {field: one.get(field) for field in fields}
    if SOURCE in one:
        selected[SOURCE] = one[SOURCE]
    return selected


def _unknown_field(field: str, every: Iterable[str]) -> UnknownField:
    names = sorted(every)
    hint = suggest_name(field, names, f"there are {', '.join(names)}")
    return UnknownField(f"no row has a field {field!r}", hint=hint)
