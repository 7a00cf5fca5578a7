"""What a URL's host tells: pure questions, asked before anything is sent."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit


@lru_cache(maxsize=64)
def is_loopback(url: str) -> bool:
    """Return whether a URL leads to this very machine, by name or by number.

    >>> is_loopback("http://127.0.0.1:8080/api"), is_loopback("http://[::1]/")
    (True, True)
    >>> is_loopback("https://127.0.0.1.example/"), is_loopback("https://nekos.best/")
    (False, False)
    """
    host = urlsplit(url).hostname or ""
    if host in {"localhost", "::1"} or host.endswith(".localhost"):
        return True
    parts = host.split(".")
    numeric = len(parts) == _IPV4_PARTS and all(part.isascii() and part.isdigit() for part in parts)
    return numeric and parts[0] == "127"


@lru_cache(maxsize=64)
def origin(url: str) -> str:
    """Return scheme, host and port, in lower case and without a default port.

    >>> origin("HTTPS://Nekos.best:443/api/v2"), origin("http://[::1]:80/")
    ('https://nekos.best', 'http://[::1]')
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in {None, standard} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


_IPV4_PARTS = 4
