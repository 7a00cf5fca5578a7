"""What is asked, for the functions that answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from animedex.testing.danbooru.login_check import authenticate_user

if TYPE_CHECKING:
    from starlette.requests import Request

    from animedex.testing.danbooru.image_store import User


class SearchRequest(NamedTuple):
    """Describe a request: its arguments, who is asking, and by what name the server is known."""

    query: Mapping[str, str]
    name: str
    """What stands in the path in place of ``{name}``, or nothing."""
    user: User | None
    origin: str


Answer = Callable[[SearchRequest], object]
"""A function that returns what to send as JSON, or raises ``RequestRefused``."""


def read_request(request: Request, users: Mapping[str, User]) -> SearchRequest:
    """Read a request; one with a wrong key is ``Refused``."""
    return SearchRequest(
        query=request.query_params,
        name=request.path_params.get("name", ""),
        user=authenticate_user(request, users),
        origin=f"{request.url.scheme}://{request.url.netloc}",
    )
