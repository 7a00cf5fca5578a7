"""Where a request is sent, and the headers that it may carry there: pure functions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from animedex.errors import BadArguments, UpstreamError
from animedex.http_message import is_loopback, origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.backend import Backend
    from animedex.call import Call
    from animedex.http_message import Account, Headers, Response

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What a parameter is called that holds a secret, or a part of it.
_SECRET = re.compile("auth|credential|key|login|passw|secret|session|sign|token", re.IGNORECASE)
# Everything that may stand in a path and query as it is; the percent sign, since it is quoted.
_SAFE_CHARACTERS = "/%:?#[]@!$&'()*+,;=~"


def base_url(backend: Backend, base_urls: Mapping[str, str]) -> str:
    """Return the configured base URL, without a slash at its end."""
    return base_urls.get(backend.name, backend.base_url).rstrip("/")


def resolve_url(call: Call[Any], base_urls: Mapping[str, str]) -> str:
    """Return the URL of a call; raise `BadArguments` if it is not the service's."""
    base = base_url(call.backend, base_urls)
    path, params = call.request.path, call.request.params
    # A query may well hold a URL.
    whole = "://" in path.partition("?")[0]
    url = _rebase_url(path, base, call.backend) if whole else f"{base}/{path.lstrip('/')}"
    try:
        url = quote(url.partition("#")[0], safe=_SAFE_CHARACTERS)
        if params:
            url += ("&" if "?" in url else "?") + urlencode(params)
    except UnicodeEncodeError:
        message = f"{path!r} or a parameter is not text"
        raise BadArguments(message, backend=call.backend.name) from None
    return url


def _rebase_url(url: str, base: str, backend: Backend) -> str:
    """Return an absolute URL of the service below the configured base URL.

    A file on one of the service's other hosts stays where it is.
    """
    hint = f"give a path, or a URL that begins with {base}"
    try:
        parts, here = urlsplit(url), origin(url)
    except ValueError:
        parts, here = urlsplit(""), ""
    # What `urlsplit` passes over in silence, such as tabs, others might read in another way.
    if not here or not url.isprintable() or url.startswith(" "):
        message = "that is not a URL in plain text: no request was sent"
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
    message = f"{parts.hostname or 'that'} is not {backend.name}: no request was sent"
    raise BadArguments(message, backend=backend.name, hint=hint)


def redirect_target(call: Call[Any], response: Response) -> str | None:
    """Return where an answer redirects to, None if it does not.

    Raises `UpstreamError` for a host that the backend does not declare.
    """
    location = response.header("location")
    if response.status not in _REDIRECTS or not location:
        return None
    try:
        url = urljoin(response.url, location)
        if _is_declared(url, response.url, call.backend):
            return url
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    place = host[:80] if host.isprintable() and host else "another place"
    message = f"the service redirected to {place}, which is not one of its own hosts"
    raise UpstreamError(message, backend=call.backend.name, status=response.status)


def _is_declared(url: str, before: str, backend: Backend) -> bool:
    parts = urlsplit(url)
    if "@" in parts.netloc:
        return False
    if origin(url) == origin(before):
        return True
    own = urlsplit(backend.base_url).hostname
    secure = parts.scheme == "https" or is_loopback(url)
    return secure and parts.hostname in {own, *backend.hosts}


def is_api_origin(url: str, backend: Backend, base_urls: Mapping[str, str]) -> bool:
    """Return whether a URL is on the origin of the service's API, which its keys are for."""
    return origin(url) == origin(base_url(backend, base_urls))


def require_loopback(url: str) -> None:
    """Raise `BadArguments` for a real service: its limits cannot be switched off."""
    if not is_loopback(url):
        message = f"budgets can be switched off for a loopback server only, not for {origin(url)}"
        raise BadArguments(message, hint="leave `limits` on")


def require_secure(url: str, backend: Backend) -> None:
    """Raise `BadArguments` for a URL that would send a key unencrypted."""
    if not (origin(url).startswith("https:") or is_loopback(url)):
        message = f"keys are sent only over https, not to {origin(url)}: no request was sent"
        hint = f"use a base URL with https, or no key: `animedex auth status {backend.name}`"
        raise BadArguments(message, backend=backend.name, hint=hint)


def request_headers(
    call: Call[Any], url: str, first_url: str, account: Account | None, user_agent: str
) -> Headers:
    """Return the headers to send; those of a caller or an account stay with the first origin."""
    headers = {
        "user-agent": user_agent,
        "accept": "*/*" if call.is_raw or call.open_writer else "application/json",
        "accept-encoding": "gzip" if call.gzip else "identity",
    }
    headers.update(call.backend.headers)
    if url == first_url or origin(url) == origin(first_url):
        if account is not None:
            if account.user:
                headers["user-agent"] = f"{user_agent} {account.user}"
            headers.update((name.lower(), value) for name, value in account.headers)
        headers.update((name.lower(), value) for name, value in call.request.headers)
    return (*headers.items(), *(call.resume_headers() if call.resume_headers else ()))


def cache_key(call: Call[Any], url: str, account: Account | None = None) -> str:
    """Return the cache key of a call by one user."""
    return f"{call.backend.name} {url}" + (f" {account.mark}" if account else "")


def redact_url(url: str) -> str:
    """Return a URL without secrets, for logs.

    >>> redact_url("https://x.example/posts?tags=cat&api_key=abc")
    'https://x.example/posts?tags=cat&api_key=***'
    """
    # Nearly no URL has a secret; one that certainly has none is not taken apart.
    if not ("@" in url or "%" in url or _SECRET.search(url)):
        return url
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True) if parts.query else []
    if "@" not in parts.netloc and not any(_SECRET.search(key) for key, _ in pairs):
        return url
    query = "&".join(
        f"{quote(key)}={'***' if _SECRET.search(key) else quote(value)}" for key, value in pairs
    )
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))
