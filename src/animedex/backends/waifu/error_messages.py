"""What Waifu.im's failures and headers mean, where that is not what they mean in general.

https://docs.waifu.im/docs/api
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from animedex.backend import ErrorExplanation
from animedex.errors import NotFound, Refused, UpstreamError

if TYPE_CHECKING:
    from animedex.http_message import Response

VERSION = "v7"
_INVALID, _FORBIDDEN, _MISSING = {400, 422}, 403, 404
_KIND = re.compile(r"/(image|tag|artist)s/[^/]")
_LISTS = {
    "image": "see the ids with `animedex waifu images --jq '.[].id'`",
    "tag": "list them with `animedex waifu tags`",
    "artist": "list them with `animedex waifu artists`",
}
_BLOCKED = ErrorExplanation(
    Refused,
    "access refused",
    "the service's protection against abuse blocked it; signing in does not help",
)


def explain_error(response: Response) -> ErrorExplanation | None:
    """Return what a block page means, parameters that are wrong, and a row that is not there.

    The block page is HTML and has nothing to do with who is signed in.
    """
    if response.status == _FORBIDDEN and _is_html(response):
        return _BLOCKED
    if response.status in _INVALID:
        return _explain_invalid(response)
    return _explain_missing(response) if response.status == _MISSING else None


def check_version(response: Response) -> str | None:
    """Return a warning if the service answers as another version than the requested one."""
    version = response.header("version")
    if version is None or version.strip().lower() == VERSION:
        return None
    return f"waifu sent API version {version[:20]!r} instead of {VERSION}: its responses may differ"


def _is_html(response: Response) -> bool:
    kind = (response.header("content-type") or "").lower()
    return kind.startswith("text/html") or response.body.lstrip()[:1] == b"<"


def _explain_invalid(response: Response) -> ErrorExplanation | None:
    """Explain which parameters a problem (RFC 9457) reports; None if it names none."""
    import msgspec

    try:
        problem = msgspec.json.decode(response.body, type=dict[str, object])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    errors = problem.get("errors")
    if not isinstance(errors, dict) or not errors:
        return None
    explanations = [
        _explain_field(name, messages)
        for name, messages in cast("dict[str, object]", errors).items()
    ]
    return ErrorExplanation(UpstreamError, "request rejected", "; ".join(explanations))


def _explain_field(name: str, messages: object) -> str:
    texts = cast("list[object]", messages) if isinstance(messages, list) else [messages]
    words = " ".join(text for text in texts if isinstance(text, str))
    return f"{name}: {words}" if words else name


def _explain_missing(response: Response) -> ErrorExplanation | None:
    kind = _KIND.search(response.url.partition("?")[0])
    if kind is None:
        return None
    return ErrorExplanation(NotFound, f"no such {kind[1]}", hint=_LISTS[kind[1]])
