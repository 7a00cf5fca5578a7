"""Check access tokens from a header, a URL or a cookie."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from animedex.errors import BadArguments

if TYPE_CHECKING:
    from starlette.requests import Request

PARAMETER = "token"
COOKIE = "animedex_gallery"
SHORTEST, LONGEST = 16, 512
_USABLE = re.compile(rf"[!-~]{{{SHORTEST},{LONGEST}}}")
_HINT = "--token=new makes one, or set ANIMEDEX_SERVE_TOKEN"


class Token:
    """An access token, with the check whether a request has it.

    Raises `BadArguments` for a token that is easily guessed or not allowed in a header. The cookie
    contains a digest, not the token itself.
    """

    def __init__(self, text: str) -> None:
        if not _USABLE.fullmatch(text):
            message = f"a token is {SHORTEST} to {LONGEST} characters of plain ASCII without blanks"
            raise BadArguments(message, hint=_HINT)
        self._text = text
        self.cookie = hmac.new(text.encode(), b"gallery cookie", hashlib.sha256).hexdigest()

    def is_in_request(self, request: Request) -> bool:
        """Return whether a request has the token in a header, or the cookie that it once got."""
        scheme, _, credential = request.headers.get("authorization", "").partition(" ")
        by_header = scheme.lower() == "bearer" and _same(credential.strip(), self._text)
        return by_header or _same(request.cookies.get(COOKIE, ""), self.cookie)

    def is_in_url(self, request: Request) -> bool:
        """Return whether a request has the token in its address."""
        return _same(request.query_params.get(PARAMETER, ""), self._text)


def new_token() -> str:
    """Make a token that nobody guesses.

    >>> len(new_token()), new_token() == new_token()
    (32, False)
    """
    return secrets.token_urlsafe(24)


def url_without_token(request: Request) -> str:
    """Return the requested URL path without the token.

    Its path begins with one slash: two would name another server.
    """
    other_params = [
        (name, value) for name, value in request.query_params.multi_items() if name != PARAMETER
    ]
    path = "/" + quote(str(request.scope["path"]).lstrip("/\\"), safe="/")
    return f"{path}?{urlencode(other_params)}" if other_params else path


def _same(candidate: str, expected: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(candidate.encode("utf-8", "surrogatepass"), expected.encode())
