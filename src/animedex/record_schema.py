"""Describe records to JSON Schema and to pydantic, which is imported only when it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import msgspec

from animedex.errors import AnimedexError

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.http_message import JsonObject, JsonValue
    from animedex.models import ArtPost, Record

T = TypeVar("T")


def json_schema(kind: type[Record]) -> JsonObject:
    """Return the JSON Schema of a record, with its references written out.

    Keys that the class does not know are allowed, as services add them.
    """
    return inline_references(kind)


def inline_references(kind: object) -> JsonObject:
    """Return the JSON Schema of a type, with its references written out."""
    (schema,), definitions = msgspec.json.schema_components((kind,), ref_template="{name}")
    return _described(_inline(schema, definitions))


def post_schema(kind: type[ArtPost]) -> JsonObject:
    """Return the JSON Schema of an art post as JSON has it, which is without its source tag."""
    (schema,), definitions = msgspec.json.schema_components((kind,), ref_template="{name}")
    whole = cast("dict[str, JsonObject]", _inline(schema, definitions))
    known = {name: one for name, one in whole["properties"].items() if name != "source_tag"}
    return _described({**whole, "properties": known})


def record_core_schema(kind: type[Record]) -> object:
    """Return pydantic's core schema: rows in, records inside, payloads out."""

    def build(row: JsonObject) -> Record:
        try:
            return kind.from_payload(row)
        except AnimedexError as error:
            raise ValueError(error.message) from None

    return _core_schema(kind, build, lambda record: record.payload)


def post_core_schema(kind: type[ArtPost]) -> object:
    """Return pydantic's core schema: JSON objects in, art posts inside, JSON objects out."""
    return _core_schema(
        kind, lambda value: msgspec.convert(value, kind), lambda post: post.to_payload()
    )


def _core_schema(
    kind: type[T], build: Callable[[JsonObject], T], payload: Callable[[T], JsonObject]
) -> object:
    from pydantic_core import core_schema

    def read(value: object) -> T:
        if isinstance(value, kind):
            return value
        if not isinstance(value, dict):
            message = f"expected an object, got {type(value).__name__}"
            raise ValueError(message)  # noqa: TRY004  pydantic reports a ValueError, not a TypeError
        return build(cast("JsonObject", value))

    return core_schema.no_info_plain_validator_function(
        read, serialization=core_schema.plain_serializer_function_ser_schema(payload)
    )


def _described(schema: object) -> JsonObject:
    """Take the indentation of docstrings out of a schema's description."""
    from inspect import cleandoc

    whole = cast("JsonObject", schema)
    text = whole.get("description")
    return {**whole, "description": cleandoc(text)} if isinstance(text, str) else whole


def _inline(node: JsonValue, definitions: dict[str, JsonObject]) -> JsonValue:
    if isinstance(node, list):
        return [_inline(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str):
        return _inline(definitions[reference], definitions)
    return {key: _inline(value, definitions) for key, value in node.items()}
