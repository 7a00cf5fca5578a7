"""What Danbooru's failures mean, in its own words, and what to try next.

https://danbooru.donmai.us/wiki_pages/help:api
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from animedex.backends.danbooru.query import free_metatags
from animedex.errors import (
    AnimedexError,
    AuthRequired,
    NotFound,
    RateLimited,
    Refused,
    UpstreamError,
)

if TYPE_CHECKING:
    from animedex.wire import Response

_READ = 65_536
_SAID = 160
_LONGEST_PAUSE = 86_400.0
_LOGIN = "`animedex auth login danbooru`"


class Meaning(NamedTuple):
    """Hold what a failure is called here; without a hint, the general one is given."""

    kind: type[AnimedexError]
    what: str
    hint: str | None = None


_ERRORS = {
    "PostQuery::TagLimitError": Meaning(
        UpstreamError,
        "did not accept the search",
        f"{free_metatags()}; who is signed in ({_LOGIN}) may use more terms",
    ),
    "ActiveRecord::QueryCanceled": Meaning(
        UpstreamError,
        "gave the search up, as it took too long",
        "narrow it: put a rarer tag first, add a range such as id:>9000000 or date:2026-01-01..,"
        " use fewer wildcards, leave the order out",
    ),
}
_STATUSES = {
    401: Meaning(
        AuthRequired,
        "does not know this sign-in",
        f"sign in again with {_LOGIN}, or look at `animedex auth status danbooru`",
    ),
    403: Meaning(Refused, "refused the request", f"some things are for who is signed in: {_LOGIN}"),
    404: Meaning(NotFound, "has no such thing"),
    406: Meaning(
        UpstreamError, "does not answer in that form", "ask for a path that ends in .json"
    ),
    410: Meaning(
        NotFound,
        "does not page so far",
        "page by id: give --page b<id> with the id of the last post you have"
        " (`--jq '.[-1].id'`), or ask for --all --max N",
    ),
    422: Meaning(UpstreamError, "did not accept the search"),
    429: Meaning(RateLimited, "is asked too often"),
    451: Meaning(Refused, "may not show that"),
    500: Meaning(UpstreamError, "has trouble"),
    503: Meaning(UpstreamError, "is out of order for now"),
}


def explain(response: Response) -> AnimedexError | None:
    """Make the error of an answer that carries Danbooru's own words; None of any other.

    >>> from animedex.wire import Response
    >>> body = b'{"success": false, "message": "That record was not found.", "backtrace": ["x"]}'
    >>> explain(Response(404, (), body, "")).message
    'danbooru has no such thing (404): That record was not found.'
    """
    name, words = _told(response)
    if words is None:
        return None
    meaning = _ERRORS.get(name) or _STATUSES.get(response.status)
    if meaning is None:
        return None
    message = f"danbooru {meaning.what} ({response.status}): {words}"
    error = meaning.kind(message, hint=meaning.hint)
    if isinstance(error, RateLimited):
        error.retry_after = _pause(response)
        error.hint = "animedex keeps to 1 request per second: is something else asking as well?"
        if error.retry_after is not None:
            error.hint = f"come back in {error.retry_after:.0f} s; {error.hint}"
    return error


def _told(response: Response) -> tuple[str, str | None]:
    """Read the name of an error and its message; nothing else of the body is shown."""
    import msgspec

    try:
        found: object = msgspec.json.decode(response.body[:_READ])
    except (ValueError, RecursionError):
        return "", None
    if not isinstance(found, dict):
        return "", None
    fields = cast("dict[str, object]", found)
    name = fields.get("error")
    said = (fields.get(key) for key in ("message", "reason", "error"))
    words = next((_harmless(word) for word in said if isinstance(word, str) and word.strip()), None)
    return name if isinstance(name, str) else "", words


def _harmless(text: str) -> str:
    r"""Give a short text on one line, without what could steer a terminal.

    >>> _harmless("a\x1b[31m \u202e\n b")
    'a [31m b'
    """
    printable = "".join(letter if letter.isprintable() else " " for letter in text[:_READ])
    words = " ".join(printable.split())
    return words if len(words) <= _SAID else f"{words[: _SAID - 1]}…"


def _pause(response: Response) -> float | None:
    """Read how many seconds to wait, where the service says so in seconds."""
    try:
        seconds = float(response.header("retry-after") or "")
    except ValueError:
        return None
    return min(seconds, _LONGEST_PAUSE) if seconds >= 0 else None
