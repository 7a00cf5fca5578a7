"""Middleware for access: hosts, methods, tokens and security headers."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from animedex.gallery.access_tokens import COOKIE, PARAMETER, url_without_token
from animedex.gallery.host_allow_list import request_host

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from animedex.gallery.access_tokens import Token
    from animedex.gallery.host_allow_list import HostAllowList

_log = logging.getLogger("animedex")

STATIC = "/static/"
_METHODS = ("GET", "HEAD")
_OWN = "'self'"
_POLICY = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "connect-src": _OWN,
    "form-action": _OWN,
    "frame-ancestors": "'none'",
    "img-src": _OWN,
    "media-src": _OWN,
    "script-src": _OWN,
    "style-src": _OWN,
}
# An answer may say something else of itself, but never nothing.
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "private, no-cache",
}


class AccessError(NamedTuple):
    """Why a request is not answered."""

    status: HTTPStatus
    message: str
    signing_in: bool = False
    """Whether a token would help."""


class AccessMiddleware:
    """Pass on allowed requests, and add security headers to every response.

    `refuse` builds the response to other requests.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: HostAllowList,
        token: Token | None,
        refuse: Callable[[Request, AccessError], Response],
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._token = token
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or have the application answer."""
        request = Request(scope)
        answer = self._own_answer(request) or self._app
        if PARAMETER in request.query_params:
            # The server may have a log that addresses are written to.
            scope["query_string"] = url_without_token(request).partition("?")[2].encode()
        try:
            await answer(scope, receive, _add_headers(send))
        # A visitor has been answered by then, as far as that is possible.
        except Exception as error:  # noqa: BLE001
            _log.error("%s failed: %s: %s", scope["path"], type(error).__name__, error)

    def _own_answer(self, request: Request) -> Response | None:
        refusal = self._objection(request)
        if refusal is not None:
            answer = self._refuse(request, refusal)
            if refusal.status is HTTPStatus.METHOD_NOT_ALLOWED:
                answer.headers["Allow"] = ", ".join(_METHODS)
            return answer
        if self._token is None or request.url.path.startswith(STATIC):
            return None
        if self._token.is_in_url(request):
            return _redirect_with_cookie(request, self._token)
        if self._token.is_in_request(request):
            return None
        wrong = PARAMETER in request.query_params
        message = "The access token is wrong." if wrong else "This gallery needs an access token."
        answer = self._refuse(
            request, AccessError(HTTPStatus.UNAUTHORIZED, message, signing_in=True)
        )
        answer.headers["WWW-Authenticate"] = 'Bearer realm="animedex"'
        return answer

    def _objection(self, request: Request) -> AccessError | None:
        host = request_host(request.scope["headers"])
        if host is None:
            return AccessError(HTTPStatus.BAD_REQUEST, "The Host header is missing or invalid.")
        if host not in self._hosts:
            message = (
                "This host name is not allowed. Start the gallery with `--host` to allow another."
            )
            return AccessError(HTTPStatus.MISDIRECTED_REQUEST, message)
        if request.method not in _METHODS:
            return AccessError(
                HTTPStatus.METHOD_NOT_ALLOWED, "Only GET and HEAD requests are allowed."
            )
        return None


def _redirect_with_cookie(request: Request, token: Token) -> Response:
    """Return the cookie, and lead to the same address without the token.

    A link elsewhere may bring the cookie: only GET is answered, and nothing changes by it.
    """
    answer = RedirectResponse(url_without_token(request), HTTPStatus.SEE_OTHER)
    answer.set_cookie(COOKIE, token.cookie, httponly=True, samesite="lax", path="/")
    return answer


def _add_headers(send: Send) -> Send:
    """Add the headers that an answer lacks."""

    async def send_marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_marked
