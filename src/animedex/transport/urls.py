"""Where a request really goes, and what it may carry there: pure functions of URLs and headers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from animedex.errors import BadArguments, UpstreamError
from animedex.origins import is_loopback, origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.backends.backend import Backend
    from animedex.call import Account, Call, Headers, Response, T
    from animedex.transport.run import Manner

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What a parameter is called that holds a secret, or a part of it.
_SECRET = re.compile("auth|credential|key|login|passw|secret|session|sign|token", re.IGNORECASE)
# Nearly no URL has one; a URL that certainly has none is not taken apart.
_SUSPICIOUS = re.compile(f"[@%]|{_SECRET.pattern}", re.IGNORECASE)
# Everything that may stand in a path and query as it is; the percent sign, since it is quoted.
_KEPT = "/%:?#[]@!$&'()*+,;=~"


def base_of(backend: Backend, base_urls: Mapping[str, str]) -> str:
    """Give the base URL in force, without a slash at its end."""
    return base_urls.get(backend.name, backend.base_url).rstrip("/")


def resolved(call: Call[object], base_urls: Mapping[str, str]) -> str:
    """Give the URL that a call is to be sent to; raise `BadArguments` if it is somebody else's."""
    base = base_of(call.backend, base_urls)
    path, params = call.request.path, call.request.params
    # A query may well hold a URL.
    whole = "://" in path.partition("?")[0]
    url = _adopted(path, base, call.backend) if whole else f"{base}/{path.lstrip('/')}"
    try:
        url = quote(url.partition("#")[0], safe=_KEPT)
        if params:
            url += ("&" if "?" in url else "?") + urlencode(params)
    except UnicodeEncodeError:
        message = f"a request is made of text, and {path!r} or a parameter is not"
        raise BadArguments(message, backend=call.backend.name) from None
    return url


def _adopted(url: str, base: str, backend: Backend) -> str:
    """Take an absolute URL that is the service's, and move it below the base URL in force.

    A file on one of the service's other hosts is where it is, whatever the base URL.
    """
    hint = f"give a path, or a URL that begins with {base}"
    try:
        parts, here = urlsplit(url), origin(url)
    except ValueError:
        parts, here = urlsplit(""), ""
    # What `urlsplit` passes over in silence, such as tabs, others might read in another way.
    if not here or not url.isprintable() or url.startswith(" "):
        message = "that is no URL in plain text: nothing was sent"
        raise BadArguments(message, backend=backend.name, hint=hint)
    rest = f"{parts.path}?{parts.query}" if parts.query else parts.path
    home = urlsplit(backend.base_url).path
    if "@" not in parts.netloc:
        if here == origin(base):
            return here + rest
        if here == origin(backend.base_url) and f"{parts.path}/".startswith(f"{home}/"):
            return base + rest[len(home) :]
        if here in {f"https://{host}" for host in backend.hosts}:
            return here + rest
    message = f"{parts.hostname or 'that'} is not {backend.name}: nothing was sent"
    raise BadArguments(message, backend=backend.name, hint=hint)


def redirected(call: Call[object], response: Response) -> str | None:
    """Give where an answer redirects to, None where it does not.

    Raises `UpstreamError` where that is a host that the backend does not declare.
    """
    location = response.header("location")
    if response.status not in _REDIRECTS or not location:
        return None
    try:
        url = urljoin(response.url, location)
        if _declared(url, response.url, call.backend):
            return url
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    place = host[:80] if host.isprintable() and host else "another place"
    message = f"the service redirected to {place}, which is not one of its own hosts"
    raise UpstreamError(message, backend=call.backend.name, status=response.status)


def _declared(url: str, before: str, backend: Backend) -> bool:
    parts = urlsplit(url)
    if "@" in parts.netloc:
        return False
    if origin(url) == origin(before):
        return True
    own = urlsplit(backend.base_url).hostname
    secure = parts.scheme == "https" or is_loopback(url)
    return secure and parts.hostname in {own, *backend.hosts}


def is_at_home(url: str, backend: Backend, base_urls: Mapping[str, str]) -> bool:
    """Tell whether a URL is on the origin that the service's API is on, and its keys are for."""
    return origin(url) == origin(base_of(backend, base_urls))


def require_loopback(url: str) -> None:
    """Raise `BadArguments` for a URL of a real service, whose budgets are never switched off."""
    if not is_loopback(url):
        message = f"budgets can be switched off for a loopback server only, not for {origin(url)}"
        raise BadArguments(message, hint="leave `limits` on")


def require_secure(url: str, backend: Backend) -> None:
    """Raise `BadArguments` for a URL on whose way others could read a key."""
    if not (origin(url).startswith("https:") or is_loopback(url)):
        message = f"a key is sent over https, and {origin(url)} is without: nothing was sent"
        hint = f"use a base URL with https, or no key: `animedex auth status {backend.name}`"
        raise BadArguments(message, backend=backend.name, hint=hint)


def wire_headers(call: Call[object], url: str, manner: Manner) -> Headers:
    """Give the headers to send; what a caller added stays with the service it was meant for."""
    headers = {
        "user-agent": manner.user_agent,
        "accept": "*/*" if call.raw or call.sink else "application/json",
        "accept-encoding": "gzip" if call.gzip else "identity",
    }
    headers.update(call.backend.headers)
    added = call.request.headers
    if added and origin(url) == origin(resolved(call, manner.base_urls)):
        headers.update((name.lower(), value) for name, value in added)
    return tuple(headers.items())


def signed(call: Call[T], account: Account, user_agent: str) -> Call[T]:
    """Give the call as its user's: what it carries stays with the service, as all added headers."""
    named = f"{user_agent} {account.user}" if account.user else user_agent
    headers = (("user-agent", named), *account.headers, *call.request.headers)
    return call._replace(request=call.request._replace(headers=headers))


def cache_key(call: Call[object], url: str, account: Account | None = None) -> str:
    """Name an answer in the cache: the same request by the same user has the same name."""
    return f"{call.backend.name} {url}" + (f" {account.mark}" if account else "")


def shown(url: str) -> str:
    """Give a URL fit for a log: without a secret, should one stand in it.

    >>> shown("https://x.example/posts?tags=cat&api_key=abc")
    'https://x.example/posts?tags=cat&api_key=***'
    """
    if not _SUSPICIOUS.search(url):
        return url
    parts = urlsplit(url)
    pairs = _pairs(parts.query)
    if "@" not in parts.netloc and not any(_SECRET.search(key) for key, _ in pairs):
        return url
    query = "&".join(
        f"{quote(key)}={'***' if _SECRET.search(key) else quote(value)}" for key, value in pairs
    )
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True) if query else []
