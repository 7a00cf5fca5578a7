"""Calls and answers that tests of the pipeline share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.http_message import Response
from animedex.transport.pipeline import ClientConfig

if TYPE_CHECKING:
    from animedex.call import SourceTag
    from animedex.errors import Unreachable

USER_AGENT = "tester/1.0"


class Read(NamedTuple):
    body: bytes
    source: SourceTag


def read(response: Response, source: SourceTag) -> Read:
    return Read(response.body, source)


def answer(body: bytes = b"{}", status: int = 200, **headers: str) -> Response:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(status, named, body, "")


def config(
    *, timeout: float | None = 30.0, cached: bool = True, refresh: bool = False
) -> ClientConfig:
    return ClientConfig(USER_AGENT, {}, timeout, cached, refresh)


def final(error: Unreachable) -> Unreachable:
    error.transient = False
    return error
