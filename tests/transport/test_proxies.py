from __future__ import annotations

import pytest

from animedex.errors import BadArguments
from animedex.transport.proxies import Proxies, read_proxies


def test_no_variable_is_no_proxy() -> None:
    assert read_proxies({}) == Proxies(None, None, None, None)
    assert read_proxies({"HTTP_PROXY": "", "no_proxy": "", "PATH": "/bin"}) == Proxies()


def test_each_variable_has_its_scheme() -> None:
    result = read_proxies(
        {
            "HTTPS_PROXY": "http://a.example:1",
            "http_proxy": "b.example:2",
            "ALL_PROXY": "socks5h://c.example",
            "NO_PROXY": "localhost,.example.org",
        }
    )
    assert result == Proxies(
        https="http://a.example:1",
        http="http://b.example:2",
        every="socks5h://c.example",
        direct="localhost,.example.org",
    )


def test_lower_case_wins_where_it_says_something() -> None:
    both = {"HTTPS_PROXY": "upper.example", "https_proxy": "lower.example"}
    assert read_proxies(both).https == "http://lower.example"
    assert read_proxies({**both, "https_proxy": ""}).https == "http://upper.example"


def test_the_environment_is_asked_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "late.example")
    assert read_proxies().every == "http://late.example"


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "http_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    "value", ["http://me:hunter2@proxy.example:port", "ftp://me:hunter2@p", " "]
)
def test_an_unreadable_proxy_is_told_and_its_secret_is_not(variable: str, value: str) -> None:
    with pytest.raises(BadArguments, match=f"^{variable.upper()}: ") as caught:
        read_proxies({variable: value})
    assert "hunter2" not in str(caught.value.to_payload())
