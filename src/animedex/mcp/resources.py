"""Resources for clients: lists, the schema of art posts, the limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from animedex import backends
from animedex.errors import NotFound
from animedex.mcp.tool_result import build_result
from animedex.models import ArtPost
from animedex.record_schema import post_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from animedex.client import AsyncClient
    from animedex.http_message import JsonObject
    from animedex.tool import Tool

_SCHEME = "animedex://"
SCHEMA = f"{_SCHEME}schema/art-post"
LIMITS = f"{_SCHEME}limits"


class Readable(NamedTuple):
    """Name one resource; all are JSON."""

    uri: str
    title: str
    description: str


def list_resources(tools: Mapping[str, Tool[Any]]) -> Iterator[Readable]:
    """Name all resources: a tool that needs no arguments is one as well."""
    yield Readable(SCHEMA, "The shape of an art post", "JSON Schema of what all services share.")
    yield Readable(LIMITS, "The limits of all services", "Budgets, as numbers and in words.")
    for tool in _lists(tools):
        yield Readable(f"{_SCHEME}{tool.name}", tool.title, tool.guidance)


async def read_resource(
    client: AsyncClient, tools: Mapping[str, Tool[Any]], uri: str
) -> JsonObject:
    """Read one resource; raise `NotFound` if there is none, or `AnimedexError`."""
    if uri == SCHEMA:
        return post_schema(ArtPost)
    if uri == LIMITS:
        return limits()
    for tool in _lists(tools):
        if uri == f"{_SCHEME}{tool.name}":
            return (await build_result(client, tool, tool.arguments())).content
    uris = ", ".join(one.uri for one in list_resources(tools))
    message = f"there is no resource {uri!r:.80}"
    raise NotFound(message, hint=f"there are {uris}")


def limits() -> JsonObject:
    """Return what every service declares of its limits."""
    return {name: _limits(name) for name in backends.list_names()}


def _limits(name: str) -> JsonObject:
    backend = backends.find_backend(name)
    bucket, windows, per_path = backend.limits
    return {
        "title": backend.title,
        "note": backend.limits_note,
        "bucket": {"per_second": bucket.rate, "burst": bucket.burst},
        "windows": {
            path: {"calls": window.calls, "seconds": window.seconds}
            for path, window in windows.items()
        },
        "refusals_are_per_path": per_path,
    }


def _lists(tools: Mapping[str, Tool[Any]]) -> Iterator[Tool[Any]]:
    return (tool for tool in tools.values() if not tool.arguments.__struct_fields__)
