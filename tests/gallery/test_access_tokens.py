from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from animedex.errors import BadArguments
from animedex.gallery.access_tokens import Token, new_token, url_without_token

SECRET = "correct-horse-battery"


def request(path: str = "/", query: str = "", **headers: str) -> Request:
    sent = [(name.encode(), value.encode("utf-8")) for name, value in headers.items()]
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": query.encode(),
            "headers": sent,
            "server": ("127.0.0.1", 80),
            "scheme": "http",
        }
    )


@pytest.mark.parametrize(
    "text", ["", "short", "x" * 15, "with blanks inside it", "x" * 513, "é" * 20]
)
def test_a_token_that_will_not_do_is_refused_with_the_next_step(text: str) -> None:
    with pytest.raises(BadArguments) as caught:
        Token(text)
    assert "`token='new'`" in str(caught.value)
    assert not text or text not in str(caught.value)


def test_a_new_token_will_do() -> None:
    assert Token(new_token()).cookie


@pytest.mark.parametrize(
    ("header", "let_in"),
    [
        (f"Bearer {SECRET}", True),
        (f"bearer  {SECRET} ", True),
        (f"Basic {SECRET}", False),
        (SECRET, False),
        ("Bearer", False),
        ("Bearer é", False),
        (f"Bearer {SECRET}x", False),
    ],
)
def test_a_header_brings_it(header: str, *, let_in: bool) -> None:
    assert Token(SECRET).is_in_request(request(authorization=header)) is let_in


def test_a_cookie_brings_what_follows_from_it() -> None:
    token = Token(SECRET)
    assert token.is_in_request(request(cookie=f"animedex_gallery={token.cookie}"))
    assert not token.is_in_request(request(cookie=f"animedex_gallery={SECRET}"))
    assert SECRET not in token.cookie
    assert not Token(SECRET + "2").is_in_request(request(cookie=f"animedex_gallery={token.cookie}"))


def test_an_address_names_it() -> None:
    assert Token(SECRET).is_in_url(request(query=f"q=a&token={SECRET}"))
    assert not Token(SECRET).is_in_url(request(query="q=a&token="))
    assert not Token(SECRET).is_in_url(request(query="q=a"))


def test_an_address_is_kept_but_for_the_token() -> None:
    asked = request("/picture/5", f"q=a%20b&token={SECRET}&rating=g")
    assert url_without_token(asked) == "/picture/5?q=a+b&rating=g"
    assert url_without_token(request("/", f"token={SECRET}")) == "/"


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "/\\/evil.example", "///x"])
def test_no_address_leads_to_another_server(path: str) -> None:
    assert url_without_token(request(path)) in {"/evil.example", "/x"}


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_whatever_the_path_the_address_stays_here(path: str, query: str) -> None:
    result = url_without_token(request(f"/{path}", query))
    assert result.startswith("/")
    assert not result.startswith(("//", "/\\"))
    assert urlsplit(result).netloc == ""
    assert result.isprintable()
