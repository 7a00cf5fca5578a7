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
        "did not accept the search",
        hint=(
            f"{list_free_metatags()}; Gold accounts may use 6 terms, Platinum any number ({_LOGIN})"
        ),
    ),
    "ActiveRecord::RecordNotFound": ErrorExplanation(NotFound, "has no such thing"),
    "ActiveRecord::QueryCanceled": ErrorExplanation(
        UpstreamError,
        "gave the search up, as it took too long",
        hint="narrow it: put a rarer tag first, add a range such as id:>9000000 or"
        " date:2026-01-01.., use fewer wildcards, leave the order out",
    ),
}
_STATUSES = {
    400: ErrorExplanation(UpstreamError, "did not accept the request"),
    401: ErrorExplanation(
        AuthRequired,
        "does not know who asks",
        hint=f"`animedex auth status` shows which key is used, if any; {_LOGIN} sets another, and"
        " the environment goes before it",
    ),
    403: ErrorExplanation(
        Refused, "refused the request", hint=f"some content requires an account: {_LOGIN}"
    ),
    404: ErrorExplanation(NotFound, "has no such thing"),
    405: ErrorExplanation(NotFound, "has no such path"),
    406: ErrorExplanation(
        UpstreamError, "does not answer in that form", hint="ask for a path that ends in .json"
    ),
    410: ErrorExplanation(
        NotFound,
        "does not page so far",
        hint="page by id: use --page=b<id> with the id of the last post, or --all",
    ),
    422: ErrorExplanation(UpstreamError, "did not accept the search"),
    429: ErrorExplanation(
        RateLimited,
        "is asked too often",
        hint="animedex sends at most 1 request per second: does another program send requests too?",
    ),
    451: ErrorExplanation(Refused, "may not show that"),
    500: ErrorExplanation(UpstreamError, "has trouble"),
    501: ErrorExplanation(UpstreamError, "does not offer that"),
    503: ErrorExplanation(UpstreamError, "is out of order for now"),
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
