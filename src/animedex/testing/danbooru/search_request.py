"""A request with its parameters and user, and the fields that its answer is trimmed to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

from animedex.testing.danbooru.login_check import authenticate_user

if TYPE_CHECKING:
    from starlette.requests import Request

    from animedex.testing.danbooru.image_store import User


class SearchRequest(NamedTuple):
    """A request: its parameters, its account, and the server's base URL."""

    query: Mapping[str, str]
    name: str
    """The value of ``{name}`` in the path, or an empty string."""
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


def trim(answer: object, only: str) -> object:
    """Keep the named fields of a row, or of every row in a list; no name keeps them all.

    >>> trim([{"id": 1, "score": 2, "tags": [3]}], "id,tags")
    [{'id': 1, 'tags': [3]}]
    >>> trim({"id": 1, "media_asset": {"id": 2, "md5": "x"}}, "media_asset[md5]")
    {'media_asset': {'md5': 'x'}}
    """
    names = _names(only)
    if isinstance(answer, list):
        return [trim(row, only) for row in cast("list[object]", answer)]
    if not names or not isinstance(answer, Mapping):
        return answer
    row = cast("Mapping[str, object]", answer)
    return {key: trim(value, names[key]) for key, value in row.items() if key in names}


def names_only(only: str, field: str) -> bool:
    """Return whether ``only`` contains a field.

    >>> names_only("id,urls[url]", "urls"), names_only("", "urls")
    (True, False)
    """
    return field in _names(only)


def _names(only: str) -> dict[str, str]:
    """Split ``a,b[c,d]`` into names, each with the content of its brackets.

    >>> _names("id, media_asset[md5,variants[url]]")
    {'id': '', 'media_asset': 'md5,variants[url]'}
    """
    parts, depth = [""], 0
    for letter in only:
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    split = [part.strip().partition("[") for part in parts]
    return {name: inside.removesuffix("]") for name, _, inside in split if name}
