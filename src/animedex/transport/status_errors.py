"""What a status means: one table from HTTP to this package's errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from animedex.errors import (
    AnimedexError,
    AuthRequired,
    NotFound,
    RateLimited,
    Refused,
    UpstreamError,
)
from animedex.transport.retry_after import told_pause
from animedex.transport.turns import rate_limited, spoken

if TYPE_CHECKING:
    from animedex.backends.backend import Backend
    from animedex.backends.error_explanation import Meaning
    from animedex.call import Response

STATUSES: dict[int, tuple[type[AnimedexError], str]] = {
    400: (UpstreamError, "did not accept the request"),
    401: (AuthRequired, "wants a sign-in"),
    403: (Refused, "refused the request"),
    404: (NotFound, "has no such thing"),
    410: (NotFound, "does not have that any more"),
    429: (RateLimited, "is asked too often"),
    451: (Refused, "may not show that here"),
}
_SUCCESS, _UNKNOWN_USER, _FORBIDDEN, _TROUBLE = 2, 401, 403, 500
_SAID = 160
# None of these looks beyond the next `<`, so that no page takes long to read.
_SCRIPT = re.compile(r"<(/?)(?:script|style)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_TITLE = re.compile(r"<title[^<>]*>([^<]*[^<\s])", re.IGNORECASE)
# Controls, and what turns the direction of writing around or ends a line in other ways.
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]+"
)
_WORDS = ("message", "detail", "error", "title")


def check_status(response: Response, backend: Backend, user_agent: str) -> None:
    """Raise the error that a status stands for, or that the body of a success reports."""
    if not is_success(response.status) or _reports_failure(response.body):
        raise status_error(response, backend, user_agent)


def _reports_failure(body: bytes) -> bool:
    """Return whether a body is a JSON object that says `"success": false`.

    >>> _reports_failure(b'{"success": false, "error": "x"}'), _reports_failure(b'{"success": {}}')
    (True, False)
    """
    if b'"success"' not in body or body.lstrip()[:1] != b"{":
        return False
    import msgspec

    try:
        value: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return False
    return isinstance(value, dict) and cast("dict[str, object]", value).get("success") is False


def request_id(response: Response) -> str | None:
    """Return what the service calls the request, None where it does not say.

    >>> from animedex.call import Response
    >>> request_id(Response(500, (("x-request-id", "0af7-65"),), b"", ""))
    '0af7-65'
    """
    return shortened(response.header("x-request-id") or "") or None


def is_success(status: int) -> bool:
    """Tell whether a status is a 2xx.

    >>> is_success(204), is_success(304)
    (True, False)
    """
    return status // 100 == _SUCCESS


def status_error(response: Response, backend: Backend, user_agent: str) -> AnimedexError:
    """Make the error that a status stands for, as the service means it or else as all do."""
    own = backend.explain(response) if backend.explain else None
    meaning = own or _general(response)
    words = said(response) if meaning.words is None else shortened(meaning.words)
    message = f"{backend.name} {meaning.what} ({response.status})"
    message = f"{message}: {words}" if words else message
    if meaning.kind is RateLimited:
        error: AnimedexError = _too_often(message.rstrip("."), response)
    else:
        error = meaning.kind(message)
    error.hint = meaning.hint or error.hint or _hint(response, backend, user_agent)
    error.backend, error.status = backend.name, response.status
    error.request_id = request_id(response)
    return error


def _general(response: Response) -> Meaning:
    """Look a status up in the table; whoever is asked too often has no more to say than that."""
    from animedex.backends.error_explanation import Meaning

    if is_success(response.status):
        return _reported(response)
    default = (UpstreamError, "has trouble" if response.status >= _TROUBLE else "answered oddly")
    kind, what = STATUSES.get(response.status, default)
    return Meaning(kind, what, "" if kind is RateLimited else None)


def _reported(response: Response) -> Meaning:
    """Return what a failure means that came with the status of a success."""
    from animedex.backends.error_explanation import Meaning

    if "rate limit" in said(response).lower():
        return Meaning(RateLimited, "refused the request, as its rate limit is exceeded", "")
    return Meaning(UpstreamError, "reported a failure")


def said(response: Response) -> str:
    """Give a short, clean piece of an error's body, whether it is JSON, HTML or text."""
    text = response.body[:65_536].decode("utf-8", errors="replace")
    return shortened(_from_json(text) or _from_markup(text))


def shortened(text: str) -> str:
    r"""Give a service's words on one line, without what could steer a terminal.

    >>> shortened("a  b\x1b[1m\nc")
    'a b [1m c'
    """
    words = " ".join(_CONTROL.sub(" ", text[: 16 * _SAID]).split())
    return words if len(words) <= _SAID else f"{words[: _SAID - 1]}…"


def _from_json(text: str) -> str | None:
    import msgspec

    try:
        value: object = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    fields = cast("dict[str, object]", value)
    found = (fields.get(name) for name in _WORDS)
    return next((word for word in found if isinstance(word, str) and word.strip()), None)


def _from_markup(text: str) -> str:
    if "<" not in text:
        return text
    from html import unescape

    title = _TITLE.search(text)
    first, *rest = _SCRIPT.split(text)
    after_end = (part for slash, part in zip(rest[::2], rest[1::2], strict=True) if slash)
    return unescape(title[1] if title else _TAG.sub(" ", " ".join([first, *after_end])))


def _too_often(message: str, response: Response) -> RateLimited:
    pause = told_pause(response)
    return RateLimited(message) if pause is None else rate_limited(message, pause)


def _hint(response: Response, backend: Backend, user_agent: str) -> str | None:
    if response.status == _UNKNOWN_USER and backend.sign_in is not None:
        return (
            f"sign in with `animedex auth login {backend.name}`; `animedex auth status` tells"
            " which key is used, if any"
        )
    if response.status == _FORBIDDEN:
        if "(" in user_agent:
            return (
                f'the User-Agent was "{user_agent}"; should it be that,'
                " `animedex config set contact` sets another"
            )
        return (
            f'the User-Agent was "{user_agent}"; services want one with a contact:'
            " `animedex config set contact you@example.org`"
        )
    if response.status >= _TROUBLE:
        pause = told_pause(response)
        return "try again later" if pause is None else f"try again in {spoken(pause)}"
    return None
