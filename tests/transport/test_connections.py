"""How connections come about: TLS, proxies, and what is told where they do not."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from typing import TYPE_CHECKING

import pytest
import trustme
from pyreqwest.client import SyncClientBuilder

from animedex.errors import ClientUnusable, Unreachable
from animedex.testing import SampleServer
from animedex.transport.effects import Send
from animedex.transport.http import (
    FILE_READ_TIMEOUT,
    READ_TIMEOUT,
    AsyncHttp,
    ClientPool,
    SyncHttp,
    configure_client,
    prepare_request,
)
from animedex.transport.proxies import Proxies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.kit.raw_server import StartRawServer
    from tests.transport.conftest import Exchange


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with SampleServer(limits=False, seed=1) as running:
        yield running


def get(url: str) -> Send:
    headers = (("user-agent", "tester/1.0 (tests@example.org)"),)
    return Send("GET", url, headers, 20.0, 1_000_000)


class TlsServer:
    """One thing to whoever completes a handshake."""

    def __init__(self, authority: trustme.CA, name: str) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with authority.issue_cert(name).private_key_and_cert_chain_pem.tempfile() as path:
            self._context.load_cert_chain(path)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=120)

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                try:
                    with self._context.wrap_socket(connection, server_side=True) as secured:
                        secured.recv(65536)
                        secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")
                except OSError:
                    continue  # The client did not like the certificate.


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_server(authority: trustme.CA) -> Iterator[Callable[[str], TlsServer]]:
    running: list[TlsServer] = []

    def start(name: str) -> TlsServer:
        running.append(TlsServer(authority, name))
        return running[-1]

    yield start
    for server in running:
        server.close()


def test_a_certificate_that_nobody_vouches_for_is_refused(
    exchange: Exchange, tls_server: Callable[[str], TlsServer]
) -> None:
    with pytest.raises(Unreachable, match="certificate is not trusted") as raised:
        exchange(get(tls_server("127.0.0.1").url))
    assert not raised.value.transient
    assert "SSL_CERT_FILE" in str(raised.value.hint)


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))


@pytest.mark.usefixtures("trusted")
def test_a_certificate_can_be_vouched_for(
    exchange: Exchange, tls_server: Callable[[str], TlsServer]
) -> None:
    assert exchange(get(tls_server("127.0.0.1").url)).body == b"secret"


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_name_is_refused(
    exchange: Exchange, tls_server: Callable[[str], TlsServer]
) -> None:
    with pytest.raises(Unreachable, match="certificate is not trusted"):
        exchange(get(tls_server("nekos.example").url))


def test_a_server_that_speaks_no_tls_is_told(
    exchange: Exchange, raw_server: StartRawServer
) -> None:
    url = raw_server(b"HTTP/1.1 400 Bad Request\r\n\r\n").url
    with pytest.raises(Unreachable, match="TLS"):
        exchange(get(url.replace("http:", "https:")))


# Proxies


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_never_proxied(
    exchange: Exchange, server: SampleServer, host: str, closed_url: str
) -> None:
    proxies = Proxies(closed_url, closed_url, closed_url)
    url = f"http://{host}:{server.port}{server.base}/endpoints"
    assert exchange(get(url), proxies).status == 200


@pytest.mark.usefixtures("own_environment")
def test_the_variables_are_left_to_the_program(
    exchange: Exchange,
    server: SampleServer,
    monkeypatch: pytest.MonkeyPatch,
    closed_url: str,
) -> None:
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, closed_url)
    assert exchange(get(f"{server.url}/endpoints")).status == 200


SAYS_PROXY = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy"


@pytest.mark.parametrize("field", ["http", "every"])
def test_elsewhere_a_proxy_is_asked(
    exchange: Exchange, raw_server: StartRawServer, field: str
) -> None:
    proxy = raw_server(SAYS_PROXY)
    proxies = Proxies(http=proxy.url) if field == "http" else Proxies(every=proxy.url)
    assert exchange(get("http://pictures.invalid/neko"), proxies).body == b"proxy"
    assert proxy.requests[0].startswith(b"GET http://pictures.invalid/neko HTTP/1.1\r\n")


def test_a_proxy_is_asked_for_a_tunnel_to_https(
    exchange: Exchange, raw_server: StartRawServer
) -> None:
    proxy = raw_server(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(Unreachable):
        exchange(get("https://pictures.invalid/neko"), Proxies(https=proxy.url))
    assert proxy.requests[0].startswith(b"CONNECT pictures.invalid:443 HTTP/1.1\r\n")


def test_hosts_can_be_kept_from_the_proxy(exchange: Exchange, raw_server: StartRawServer) -> None:
    proxy = raw_server(SAYS_PROXY)
    proxies = Proxies(http=proxy.url, direct="other.example,.invalid")
    with pytest.raises(Unreachable, match="does not resolve"):
        exchange(get("http://pictures.invalid/neko"), proxies)
    assert proxy.requests == []


def test_what_is_closed_opens_nothing(server: SampleServer) -> None:
    server.arrivals.clear()
    http = SyncHttp(Proxies())
    http.close()
    with pytest.raises(ClientUnusable, match="closed"):
        http.send(get(f"{server.url}/here"))

    async def main() -> None:
        later = AsyncHttp(Proxies())
        await later.close()
        with pytest.raises(ClientUnusable, match="closed"):
            await later.send(get(f"{server.url}/here"))

    asyncio.run(main())
    assert len(server.arrivals) == 0


@pytest.mark.parametrize(
    ("is_open_ended", "seconds"), [(False, READ_TIMEOUT), (True, FILE_READ_TIMEOUT)]
)
def test_how_long_a_server_may_be_silent(*, is_open_ended: bool, seconds: float) -> None:
    built: list[tuple[str, float]] = []
    clients = ClientPool(lambda url, silence: built.append((url, silence)))
    for _ in range(2):
        clients.get("http://127.0.0.1/", is_open_ended=is_open_ended)
    assert built == [("http://127.0.0.1/", seconds)]
    assert (READ_TIMEOUT, FILE_READ_TIMEOUT) == (120.0, 30.0)


def test_an_open_ended_exchange_ends_when_the_server_is_silent(raw_server: StartRawServer) -> None:
    """The library is told what `ClientPool` tells it: it ends an exchange by silence alone."""

    def stall(connection: socket.socket, over: threading.Event) -> None:
        over.wait()

    server = raw_server(stall)
    builder = configure_client(SyncClientBuilder(), server.url, Proxies(), 0.2)
    step = get(server.url)._replace(timeout=None, is_open_ended=True)
    with (
        builder.build() as client,
        pytest.raises(Exception, match="timed out"),
        prepare_request(client.request("GET", server.url), step).build_streamed(),
    ):
        pytest.fail("the server answered")
