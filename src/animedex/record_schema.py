"""JSON Schemas of records, also for pydantic, which imports this module on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import msgspec

from animedex.errors import AnimedexError

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.http_message import JsonObject, JsonValue

T = TypeVar("T")


def json_schema(kind: object) -> JsonObject:
    """Return the JSON Schema of a type, its references replaced by what they refer to.

    Keys that a record's class does not have are allowed, as services add them.
    """
    (schema,), definitions = msgspec.json.schema_components((kind,), ref_template="{name}")
    return _unindent_descriptions(_inline(schema, definitions))


def post_schema(kind: object) -> JsonObject:
    """Return the JSON Schema of an art post as it is in JSON, without its source tag."""
    schema = json_schema(kind)
    properties = cast("JsonObject", schema["properties"])
    return {**schema, "properties": {k: v for k, v in properties.items() if k != "source_tag"}}


def core_schema(
    kind: type[T], build: Callable[[JsonObject], T], to_payload: Callable[[T], JsonObject]
) -> object:
    """Return pydantic's core schema: JSON objects in, instances inside, JSON objects out."""
    from pydantic_core import core_schema as pydantic_schema

    def read(value: object) -> T:
        if isinstance(value, kind):
            return value
        if not isinstance(value, dict):
            message = f"expected an object, got {type(value).__name__}"
            raise ValueError(message)  # noqa: TRY004  pydantic reports a ValueError, not a TypeError
        try:
            return build(cast("JsonObject", value))
        except AnimedexError as error:
            raise ValueError(error.message) from None

    serialization = pydantic_schema.plain_serializer_function_ser_schema(to_payload)
    return pydantic_schema.no_info_plain_validator_function(read, serialization=serialization)


def _unindent_descriptions(schema: object) -> JsonObject:
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
