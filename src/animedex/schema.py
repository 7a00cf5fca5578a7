"""Describe records to JSON Schema and to pydantic, which is imported only when it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec

from animedex.errors import AnimedexError

if TYPE_CHECKING:
    from animedex.models import Record
    from animedex.wire import JsonObject, JsonValue


def json_schema(kind: type[Record]) -> JsonObject:
    """Give the JSON Schema of a record, with its references written out.

    Keys that the class does not know are allowed, as services add them.
    """
    (schema,), definitions = msgspec.json.schema_components((kind,), ref_template="{name}")
    return cast("JsonObject", _inline(schema, definitions))


def pydantic_core_schema(kind: type[Record]) -> object:
    """Give pydantic's core schema: rows in, records inside, payloads out."""
    from pydantic_core import core_schema

    def build(value: object) -> Record:
        if isinstance(value, kind):
            return value
        if not isinstance(value, dict):
            message = f"expected an object, got {type(value).__name__}"
            raise ValueError(message)  # noqa: TRY004  pydantic reports a ValueError, not a TypeError
        try:
            return kind.from_payload(cast("JsonObject", value))
        except AnimedexError as error:
            raise ValueError(error.message) from None

    return core_schema.no_info_plain_validator_function(
        build,
        serialization=core_schema.plain_serializer_function_ser_schema(_payload),
    )


def _payload(record: Record) -> JsonObject:
    return record.payload


def _inline(node: JsonValue, definitions: dict[str, JsonObject]) -> JsonValue:
    if isinstance(node, list):
        return [_inline(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str):
        return _inline(definitions[reference], definitions)
    return {key: _inline(value, definitions) for key, value in node.items()}
