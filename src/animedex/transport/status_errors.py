"""HTTP statuses, translated into this package's errors by one table."""

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
from animedex.transport.retry_after import format_duration, rate_limited, requested_delay

if TYPE_CHECKING:
    from animedex.backend import Backend, ErrorExplanation
    from animedex.http_message import Account, Response

STATUSES: dict[int, tuple[type[AnimedexError], str]] = {
    400: (UpstreamError, "request rejected"),
    401: (AuthRequired, "authentication required"),
    403: (Refused, "access refused"),
    404: (NotFound, "not found"),
    410: (NotFound, "no longer available"),
    429: (RateLimited, "rate limit exceeded"),
    451: (Refused, "not available for legal reasons"),
}
_UNAUTHORIZED, _FORBIDDEN, _SERVER_ERROR = 401, 403, 500
_MAX_TEXT = 160
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
    """Raise the error of a status, or of a success whose body reports a failure."""
    may_report = b'"success"' in response.body
    if not response.is_success or (may_report and _is_failure_report(response.body)):
        raise status_error(response, backend, user_agent)


def _is_failure_report(body: bytes) -> bool:
    """Return whether a body is a JSON object with `"success": false`.

    >>> _is_failure_report(b'{"success": false}'), _is_failure_report(b'{"success": {}}')
    (True, False)
    """
    if body.lstrip()[:1] != b"{":
        return False
    import msgspec

    try:
        value: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return False
    return isinstance(value, dict) and cast("dict[str, object]", value).get("success") is False


def redact_response(response: Response, account: Account) -> Response:
    """Replace the key in an answer's headers, and in the body of a failure.

    Only a part of a failure's body is quoted, and half a key would not be recognised there. Rows
    stay as they are.
    """
    headers = tuple((name, account.redact(value)) for name, value in response.headers)
    body = response.body
    if not response.is_success:
        body = account.redact(body.decode("latin-1")).encode("latin-1")
    return response._replace(headers=headers, body=body)


def request_id(response: Response) -> str | None:
    """Return the service's id of the request, None if there is none.

    >>> from animedex.http_message import Response
    >>> request_id(Response(500, (("x-request-id", "0af7-65"),), b"", ""))
    '0af7-65'
    """
    return shorten_text(response.header("x-request-id") or "") or None


def status_error(response: Response, backend: Backend, user_agent: str) -> AnimedexError:
    """Return the error of a status, explained by the service's own table or the common one."""
    own = backend.explain_error(response) if backend.explain_error else None
    meaning = own or _explain_status(response)
    words = error_text(response) if meaning.words is None else shorten_text(meaning.words)
    message = f"{backend.name}: {meaning.what} (HTTP {response.status})"
    message = f"{message}: {words}" if words else message
    if meaning.kind is RateLimited:
        error: AnimedexError = _too_many_requests(message.rstrip("."), response)
    else:
        error = meaning.kind(message)
    error.hint = meaning.hint or error.hint or _hint(response, backend, user_agent)
    error.backend, error.status = backend.name, response.status
    error.request_id = request_id(response)
    return error


def _explain_status(response: Response) -> ErrorExplanation:
    """Return what a status means by the table; a 429 is not quoted."""
    from animedex.backend import ErrorExplanation

    if response.is_success:
        return _explain_report(response)
    default = (
        UpstreamError,
        "server error" if response.status >= _SERVER_ERROR else "unexpected status",
    )
    kind, what = STATUSES.get(response.status, default)
    return ErrorExplanation(kind, what, "" if kind is RateLimited else None)


def _explain_report(response: Response) -> ErrorExplanation:
    """Return the meaning of a failure with the status of a success."""
    from animedex.backend import ErrorExplanation

    if "rate limit" in error_text(response).lower():
        return ErrorExplanation(RateLimited, "rate limit exceeded", "")
    return ErrorExplanation(UpstreamError, "request failed")


def error_text(response: Response) -> str:
    """Return a short, clean piece of an error's body, whether it is JSON, HTML or text."""
    text = response.body[:65_536].decode("utf-8", errors="replace")
    return shorten_text(_from_json(text) or _from_markup(text))


def shorten_text(text: str) -> str:
    r"""Return a service's text on one line, without control characters.

    >>> shorten_text("a  b\x1b[1m\nc")
    'a b [1m c'
    """
    words = " ".join(_CONTROL.sub(" ", text[: 16 * _MAX_TEXT]).split())
    return words if len(words) <= _MAX_TEXT else f"{words[: _MAX_TEXT - 1]}…"


def _from_json(text: str) -> str | None:
    import msgspec

    try:
        value: object = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    fields = cast("dict[str, object]", value)
    words = (fields.get(name) for name in _WORDS)
    return next((word for word in words if isinstance(word, str) and word.strip()), None)


def _from_markup(text: str) -> str:
    if "<" not in text:
        return text
    from html import unescape

    title = _TITLE.search(text)
    first, *rest = _SCRIPT.split(text)
    after_end = (part for slash, part in zip(rest[::2], rest[1::2], strict=True) if slash)
    return unescape(title[1] if title else _TAG.sub(" ", " ".join([first, *after_end])))


def _too_many_requests(message: str, response: Response) -> RateLimited:
    pause = requested_delay(response)
    return RateLimited(message) if pause is None else rate_limited(message, pause)


def _hint(response: Response, backend: Backend, user_agent: str) -> str | None:
    if response.status == _UNAUTHORIZED and backend.sign_in is not None:
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
    if response.status >= _SERVER_ERROR:
        pause = requested_delay(response)
        return "try again later" if pause is None else f"try again in {format_duration(pause)}"
    return None
