from __future__ import annotations

import pytest

from animedex.http_message import is_loopback, origin


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "app.localhost",
        "127.0.0.1",
        "127.255.0.3",
        "[::1]",
        "me@127.0.0.1",
    ],
)
def test_this_machine(host: str) -> None:
    assert is_loopback(f"http://{host}:8080/x")


@pytest.mark.parametrize(
    "host",
    [
        "nekos.best",
        "localhost.example",
        "notlocalhost",
        "127.0.0.1.example",
        "127.0.0.1.2",
        "127.0.0.x",
        "127.0.0.١",
        "127.1",
        "128.0.0.1",
        "0.0.0.0",
        "[::2]",
        "[::ffff:127.0.0.1]",
        "127.0.0.1@nekos.best",
        "localhost.",
        "",
    ],
)
def test_other_machines(host: str) -> None:
    assert not is_loopback(f"http://{host}/localhost")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://nekos.best/api", "https://nekos.best"),
        ("HTTPS://NEKOS.BEST:443/", "https://nekos.best"),
        ("http://nekos.best:443", "http://nekos.best:443"),
        ("http://me:secret@nekos.best:80", "http://nekos.best"),
        ("http://[::1]:8080/x", "http://[::1]:8080"),
        ("https://nekos.best:0", "https://nekos.best:0"),
        ("nowhere", "://"),
    ],
)
def test_origins(url: str, found: str) -> None:
    assert origin(url) == found
