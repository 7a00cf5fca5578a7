"""Host allow-list: the defence against DNS rebinding."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_HOST_HEADER = re.compile(
    r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9](?:[A-Za-z0-9._-]{0,251})))(?::\d{1,5})?"
)


class HostAllowList:
    """The host names that a gallery answers to: those of loopback, and its `--host`.

    If it listens on all addresses of the machine, any IP address is allowed, but no name: the owner
    of a name can point it to this machine and send requests from a visitor's browser.
    """

    def __init__(self, host: str) -> None:
        self._host = _plain(host)
        self._any_address = is_any_address(host)

    def __contains__(self, host: object) -> bool:
        """Return whether a host from `request_host` is on the list."""
        if not isinstance(host, str):
            return False
        ours = host == self._host or is_loopback(host)
        return ours or (self._any_address and _address(host) is not None)


def request_host(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the host that a request names, without its port; None where it names none or two.

    >>> request_host([(b"host", b"LocalHost:8080")]), request_host([(b"host", b"[::1]:80")])
    ('localhost', '::1')
    >>> request_host([]), request_host([(b"host", b"a"), (b"host", b"b")])
    (None, None)
    >>> request_host([(b"host", b"localhost/../x")]), request_host([(b"host", b"me@localhost")])
    (None, None)
    """
    named = [value.decode("latin-1") for name, value in headers if name.lower() == b"host"]
    match = _HOST_HEADER.fullmatch(named[0]) if len(named) == 1 else None
    return _plain(match[1] or match[2]) if match else None


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a host.

    >>> [is_loopback(host) for host in ("localhost", "127.0.0.1", "::1", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    address = _address(host)
    return _plain(host) == "localhost" if address is None else address.is_loopback


def is_any_address(host: str) -> bool:
    """Return whether a host stands for all addresses of this machine.

    >>> [is_any_address(host) for host in ("0.0.0.0", "::", "127.0.0.1", "")]
    [True, True, False, False]
    """
    address = _address(host)
    return address is not None and address.is_unspecified


def _plain(host: str) -> str:
    """Write an address in its one way, and a name in small letters.

    >>> _plain("0:0:0:0:0:0:0:1"), _plain("Gallery.Example")
    ('::1', 'gallery.example')
    """
    address = _address(host)
    return host.lower() if address is None else str(address)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
