"""Reject requests whose User-Agent does not name a program.

nekos.best requires a User-Agent that names the program (https://docs.nekos.best/); one that names
only a library or a browser, or nothing, may be blocked.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

LIBRARIES = frozenset(
    {
        "aiohttp",
        "apache-httpclient",
        "axios",
        "bun",
        "curl",
        "dalvik",
        "dart",
        "deno",
        "dio",
        "faraday",
        "go-http-client",
        "got",
        "guzzlehttp",
        "httpie",
        "httpx",
        "java",
        "java-http-client",
        "libcurl",
        "libwww-perl",
        "lwp-request",
        "lwp::simple",
        "node",
        "node-fetch",
        "node-superagent",
        "okhttp",
        "php",
        "postmanruntime",
        "powershell",
        "pycurl",
        "pyreqwest",
        "python",
        "reqwest",
        "rest-client",
        "ruby",
        "scrapy",
        "typhoeus",
        "undici",
        "unirest",
        "ureq",
        "wget",
    }
)
BROWSERS = frozenset({"mozilla", "opera"})
_NOBODY = re.compile(r"(?:bot|test)(?:/\S*)?", re.IGNORECASE)
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Access denied</title></head>
<body><main>
<h1>Sorry, this door stays closed</h1>
<p>The security service of this site did not let your request through. Its <code>User-Agent</code>
does not say which program is asking and whom to write to about it.</p>
<p>Send one such as <code>myprogram/1.0 (me@example.org)</code>.</p>
<footer>Status 403</footer>
</main></body></html>
"""


def is_browser(user_agent: str | None) -> bool:
    """Return whether a User-Agent is a web browser's.

    >>> is_browser("Mozilla/5.0 (X11; Linux x86_64)"), is_browser("myprogram/1.0")
    (True, False)
    """
    return _first_product(user_agent) in BROWSERS


def is_generic(user_agent: str | None) -> bool:
    """Return whether a User-Agent leaves open which program is asking.

    >>> is_generic("myprogram/1.0"), is_generic("myprogram"), is_generic("botanist/2 (b@c.org)")
    (False, False, False)
    >>> is_generic("curl/8.5.0"), is_generic("python-requests/2.32"), is_generic("Bot/1.0")
    (True, True, True)
    >>> is_generic("Opera/9.80"), is_generic(" "), is_generic(None)
    (True, True, True)
    """
    product = _first_product(user_agent)
    return (
        not product
        or product in BROWSERS
        or product in LIBRARIES
        or product.startswith("python-")
        or _NOBODY.fullmatch((user_agent or "").strip()) is not None
    )


class UserAgentFilter:
    """Answer unknown visitors with an HTML page and 403; browsers may be let in.

    With ``pages`` those are let in that ask for a web page, as their ``Origin`` says.
    """

    def __init__(self, app: ASGIApp, *, browsers: bool = False, pages: bool = False) -> None:
        self.app = app
        self.browsers = browsers
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass requests with an accepted User-Agent to the application."""
        headers = Headers(scope=scope)
        user_agent = headers.get("user-agent")
        browsers = self.browsers or (self.pages and "origin" in headers)
        welcome = not is_generic(user_agent) or (browsers and is_browser(user_agent))
        answer = self.app if welcome else HTMLResponse(_PAGE, HTTPStatus.FORBIDDEN)
        await answer(scope, receive, send)


def _first_product(user_agent: str | None) -> str:
    """Take the name of the first product, in small letters.

    >>> _first_product("Go-http-client/1.1 (x)"), _first_product(None)
    ('go-http-client', '')
    """
    first = re.match(r"\s*([^\s/(;,]*)", user_agent or "")
    return first[1].lower() if first else ""
