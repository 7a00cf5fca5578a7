"""TLS to a server: whom it trusts, and what is said where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trustme

from animedex.errors import BadArguments
from animedex.ratelimit.limits import Limits, TokenBucket
from animedex.ratelimit.rate_limiter import Proceed, Reservation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from animedex.ratelimit.redis_store import RedisStore
    from tests.kit.raw_server import StartRawServer
    from tests.kit.redis_server import Server

LIMITS = Limits(TokenBucket(rate=1000.0, burst=100), {})


@pytest.fixture
def secure(start_server: Callable[..., Server], tmp_path: Path) -> tuple[int, Path]:
    """Start a server with a certificate; give its port for TLS and its authority's certificate."""
    from tests.kit.redis_server import free_port

    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    certificate.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    port = free_port()
    files = {"cert": "cert.pem", "key": "key.pem", "ca-cert": "ca.pem"}
    named = [
        word
        for kind, name in files.items()
        for word in (f"--tls-{kind}-file", str(tmp_path / name))
    ]
    start_server("--tls-port", str(port), "--tls-auth-clients", "no", *named)
    return port, tmp_path / "ca.pem"


def test_a_trusted_certificate_will_do(
    secure: tuple[int, Path], store_at: Callable[[str], RedisStore]
) -> None:
    port, authority = secure
    store = store_at(f"rediss://127.0.0.1:{port}?ssl_ca_certs={authority}")
    verdict = store.reserve("https://shelf.example", LIMITS, Reservation("a", "/"))
    assert isinstance(verdict, Proceed)


def test_any_other_is_told_at_once(
    secure: tuple[int, Path], store_at: Callable[[str], RedisStore]
) -> None:
    store = store_at(f"valkeys://127.0.0.1:{secure[0]}")
    with pytest.raises(BadArguments, match="has a certificate that is not trusted"):
        store.reserve("https://shelf.example", LIMITS, Reservation("a", "/"))


def test_a_server_without_tls_is_told_at_once(
    raw_server: StartRawServer, store_at: Callable[[str], RedisStore]
) -> None:
    port = raw_server(b"-ERR Protocol error\r\n").port
    store = store_at(f"rediss://127.0.0.1:{port}")
    with pytest.raises(BadArguments, match="does not speak TLS"):
        store.reserve("https://shelf.example", LIMITS, Reservation("a", "/"))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("gone.pem", None, "which cannot be read"),
        ("odd.pem", "no certificate", "is given a file that holds no certificate"),
    ],
)
def test_a_file_that_will_not_do_is_told_at_once(  # noqa: PLR0913, PLR0917  what it is made of
    name: str,
    content: str | None,
    told: str,
    secure: tuple[int, Path],
    store_at: Callable[[str], RedisStore],
    tmp_path: Path,
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    store = store_at(f"rediss://127.0.0.1:{secure[0]}?ssl_ca_certs={path}")
    with pytest.raises(BadArguments, match=told) as caught:
        store.reserve("https://shelf.example", LIMITS, Reservation("a", "/"))
    assert caught.value.hint
