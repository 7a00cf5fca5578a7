"""The meaning of Danbooru's failures, by its own messages, and what to try next.

https://danbooru.donmai.us/wiki_pages/help:api
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from animedex.backend import ErrorExplanation
from animedex.backends.danbooru.tag_query import list_free_metatags
from animedex.errors import (
    AuthRequired,
    NotFound,
    RateLimited,
    Refused,
    UpstreamError,
)

if TYPE_CHECKING:
    from animedex.http_message import Response

_LOGIN = "`animedex auth login danbooru`"
_ERRORS = {
    "PostQuery::TagLimitError": ErrorExplanation(
        UpstreamError,
        "search rejected",
        hint=(
            f"{list_free_metatags()}; Gold accounts may use 6 terms, Platinum any number ({_LOGIN})"
        ),
    ),
    "ActiveRecord::RecordNotFound": ErrorExplanation(NotFound, "not found"),
    "ActiveRecord::QueryCanceled": ErrorExplanation(
        UpstreamError,
        "search timed out",
        hint="narrow it: put a rarer tag first, add a range such as id:>9000000 or"
        " date:2026-01-01.., use fewer wildcards, leave the order out",
    ),
}
_STATUSES = {
    400: ErrorExplanation(UpstreamError, "request rejected"),
    401: ErrorExplanation(
        AuthRequired,
        "login or API key not accepted",
        hint=f"`animedex auth status` shows which key is used, if any; {_LOGIN} sets another, and"
        " the environment goes before it",
    ),
    403: ErrorExplanation(
        Refused, "access refused", hint=f"some content requires an account: {_LOGIN}"
    ),
    404: ErrorExplanation(NotFound, "not found"),
    405: ErrorExplanation(NotFound, "no such path"),
    406: ErrorExplanation(
        UpstreamError, "format not available", hint="ask for a path that ends in .json"
    ),
    410: ErrorExplanation(
        NotFound,
        "page number too high",
        hint="page by id: use --page=b<id> with the id of the last post, or --all",
    ),
    422: ErrorExplanation(UpstreamError, "search rejected"),
    429: ErrorExplanation(
        RateLimited,
        "rate limit exceeded",
        hint="animedex sends at most 1 request per second: does another program send requests too?",
    ),
    451: ErrorExplanation(Refused, "not available for legal reasons"),
    500: ErrorExplanation(UpstreamError, "server error"),
    501: ErrorExplanation(UpstreamError, "not supported"),
    503: ErrorExplanation(UpstreamError, "temporarily unavailable"),
}


def explain_error(response: Response) -> ErrorExplanation | None:
    """Return the meaning of an answer with one of Danbooru's messages; None for any other.

    >>> from animedex.http_message import Response
    >>> body = b'{"success": false, "message": "That record was not found.", "backtrace": ["x"]}'
    >>> explain_error(Response(404, (), body, "")).words
    'That record was not found.'
    """
    name, words = _read_message(response)
    meaning = _ERRORS.get(name) or _STATUSES.get(response.status)
    return None if words is None or meaning is None else meaning._replace(words=words)


def _read_message(response: Response) -> tuple[str, str | None]:
    """Return the name of an error and its message; the rest of the body is ignored."""
    import msgspec

    # All of it, as a long backtrace may stand before the message.
    try:
        values: object = msgspec.json.decode(response.body)
    except (ValueError, RecursionError):
        return "", None
    if not isinstance(values, dict):
        return "", None
    fields = cast("dict[str, object]", values)
    name = fields.get("error")
    text = (fields.get(key) for key in ("message", "reason", "error"))
    words = next((word for word in text if isinstance(word, str) and word.strip()), None)
    return name if isinstance(name, str) else "", words
