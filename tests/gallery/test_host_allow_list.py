from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.gallery.host_allow_list import HostAllowList, request_host


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_on_loopback_only_loopback_is_answered(host: str) -> None:
    hosts = HostAllowList(host)
    assert {"127.0.0.1", "localhost", "::1"} <= {name for name in ALL if name in hosts}
    assert not {"gallery.example", "192.168.1.5", "0.0.0.0", "evil.localhost"} & {
        name for name in ALL if name in hosts
    }


ALL = (
    *("127.0.0.1", "localhost", "::1", "gallery.example", "192.168.1.5", "0.0.0.0"),
    *("evil.localhost", "localhost.example", "fe80::1"),
)


def test_the_name_that_is_given_is_answered_as_well() -> None:
    hosts = HostAllowList("Gallery.Example")
    assert "gallery.example" in hosts
    assert "localhost" in hosts
    assert "192.168.1.5" not in hosts


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_on_all_addresses_any_address_is_answered_but_no_name(host: str) -> None:
    hosts = HostAllowList(host)
    assert {"192.168.1.5", "fe80::1", "localhost"} <= {name for name in ALL if name in hosts}
    assert "gallery.example" not in hosts
    assert "localhost.example" not in hosts
    assert None not in hosts


def test_an_address_is_known_in_any_spelling() -> None:
    assert request_host([(b"host", b"[0:0::0:1]:80")]) in HostAllowList("::1")


@given(st.binary(max_size=40))
def test_whatever_is_asked_for_names_at_most_one_plain_host(value: bytes) -> None:
    result = request_host([(b"host", value)])
    assert result is None or not set(result) & set("/\\@?#% \t\r\n[]")


@given(st.sampled_from(ALL), st.integers(0, 65535))
def test_a_port_does_not_matter(host: str, port: int) -> None:
    written = f"[{host}]" if ":" in host else host
    assert request_host([(b"host", f"{written}:{port}".encode())]) == host
