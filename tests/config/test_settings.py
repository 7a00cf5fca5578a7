from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.config.settings import (
    SETTINGS,
    read_choice,
    read_contact,
    read_proxy,
    read_timeout,
    read_url,
)
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Callable

READERS = [setting.read for setting in SETTINGS.values()] + [read_url]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30", 30.0), (" 0.5 ", 0.5), ("1e2", 100.0), ("none", None), (" NONE ", None)],
)
def test_timeouts(text: str, seconds: float | None) -> None:
    assert read_timeout(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "nan", "inf", "-inf", "1e400", "1e14", "3e7x", "soon", "None.", "1 2"]
)
def test_times_that_are_none(text: str) -> None:
    with pytest.raises(BadArguments, match="seconds"):
        read_timeout(text)


@pytest.mark.parametrize(
    "text", ["you@example.org", "https://example.org/you", "me (no)", "Mio <mio@example.org>"]
)
def test_contacts(text: str) -> None:
    if "(" in text:
        with pytest.raises(BadArguments):
            read_contact(text)
    else:
        assert read_contact(f" {text}\n") == text


@pytest.mark.parametrize(
    "text",
    ["", " ", "me", "ünal@example.org", "a@b\r\nx: y", "a@b\x00", "a@b) evil (", "a  @b", "a\t@b"],
)
def test_contacts_that_are_none(text: str) -> None:
    with pytest.raises(BadArguments, match="e-mail address"):
        read_contact(text)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:8080/api/v2/", "http://127.0.0.1:8080/api/v2"),
        (" https://mirror.example ", "https://mirror.example"),
        ("http://[::1]:80//", "http://[::1]:80"),
    ],
)
def test_base_urls(text: str, url: str) -> None:
    assert read_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mirror.example",
        "ftp://mirror.example",
        "http://",
        "http:///api",
        "http://mirror.example:port",
        "http://mirror.example:99999",
        "http://[::1",
        "http://mirror.example/a b",
        "http://spiegel.exämple",
        "http://mirror.example/\x1b[31m",
        "http://mirror.example/api?key=1",
        "http://mirror.example/api#v2",
        "http://mirror.example\\.elsewhere.example",
    ],
)
def test_base_urls_that_are_none(text: str) -> None:
    with pytest.raises(BadArguments, match="is not a URL"):
        read_url(text)


def test_a_base_url_holds_no_password_and_the_error_does_not_repeat_it() -> None:
    for text in ("https://me:hunter2@mirror.example", "ftp://me:hunter2@mirror.example:x"):
        with pytest.raises(BadArguments, match="cannot contain a user") as caught:
            read_url(text)
        assert "hunter2" not in str(caught.value.to_payload())


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("proxy.example:3128", "http://proxy.example:3128"),
        (" socks5h://me:secret@proxy.example ", "socks5h://me:secret@proxy.example"),
        ("https://proxy.example", "https://proxy.example"),
    ],
)
def test_proxies(text: str, url: str) -> None:
    assert read_proxy(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://",
        "ftp://me:hunter2@proxy.example",
        "me:hunter2@proxy.example:port",
        "http://me:hunter2 @proxy.example",
        "http://me:hunter2@[::1",
    ],
)
def test_proxies_that_are_none_are_not_repeated(text: str) -> None:
    with pytest.raises(BadArguments, match="the proxy is not a URL") as caught:
        read_proxy(text)
    assert "hunter2" not in str(caught.value.to_payload())


def test_choices() -> None:
    choices = ("on", "off")
    assert [read_choice(text, choices) for text in (" ON ", "off")] == ["on", "off"]
    with pytest.raises(BadArguments, match=r"'yes' is not one of on, off"):
        read_choice("yes", choices)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_default_reads_as_itself(name: str) -> None:
    setting = SETTINGS[name]
    assert setting.default is None or setting.read(str(setting.default)) == setting.default
    assert setting.help


@pytest.mark.parametrize("read", READERS)
@given(text=st.text(st.characters(exclude_categories=())))
def test_any_text_is_read_or_refused(read: Callable[[str], object], text: str) -> None:
    try:
        value = read(text)
    except BadArguments as error:
        assert str(error).isprintable() or "\\" in repr(text)  # noqa: PT017  either will do
    else:
        assert value is None or read(str(value)) == value
