"""The call that fetches a picture's file, from any service.

What a file is to be like is not known here. Whoever takes it gives a sink, which is made from the
answer's head and finds there whether the whole file comes (200) or the rest of it (206).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from animedex.call import Call, SourceTag
from animedex.http_message import BodyWriter, Headers, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backend import Backend
    from animedex.http_message import Response

# zlib counts one byte more than the cap.
NO_CAP = sys.maxsize - 1


class FetchedFile(NamedTuple):
    """What became of a file: the head of the answer, and the sink or else the bytes."""

    url: str
    status: int
    headers: Headers
    sink: BodyWriter | None
    body: bytes
    source_tag: SourceTag

    def header(self, name: str) -> str | None:
        """Return the first header of that name, which is in lower case."""
        return next((value for key, value in self.headers if key == name), None)


def fetch_file(
    backend: Backend,
    url: str,
    sink: Callable[[Response], BodyWriter] | None = None,
    resume: Callable[[], Headers] | None = None,
    cap: int = NO_CAP,
) -> Call[FetchedFile]:
    """Fetch a file of a service from its API's own origin, or from a host that it declares.

    Without a `sink` the bytes stay in memory, decoded; a `sink` gets them as they come, compressed
    or not. `cap` bounds them either way. `resume` returns the headers that ask for the rest of a
    file, before each try. Raises `BadArguments` for a URL of another host.
    """
    request = Request("GET", url)
    return Call(
        backend,
        request,
        _parse_file,
        max_bytes=cap,
        gzip=False,
        open_writer=sink,
        resume_headers=resume,
    )


def _parse_file(response: Response, source: SourceTag) -> FetchedFile:
    return FetchedFile(
        response.url, response.status, response.headers, response.writer, response.body, source
    )
