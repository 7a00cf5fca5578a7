"""A status becomes one error, with a short and harmless piece of what the service said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backend import ErrorExplanation, SignIn
from animedex.backends.nekos import BACKEND
from animedex.errors import (
    AnimedexError,
    AuthRequired,
    NotFound,
    RateLimited,
    Refused,
    UpstreamError,
)
from animedex.http_message import Response
from animedex.transport.status_errors import check_status, error_text, status_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.http_message import Headers

AGENT = "tester/1.0"


def answer(status: int, body: bytes | str = b"", **headers: str) -> Response:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(status, named, body if isinstance(body, bytes) else body.encode(), "")


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (400, UpstreamError, "request rejected"),
        (401, AuthRequired, "authentication required"),
        (403, Refused, "access refused"),
        (404, NotFound, "not found"),
        (410, NotFound, "no longer available"),
        (429, RateLimited, "rate limit exceeded"),
        (451, Refused, "not available for legal reasons"),
        (418, UpstreamError, "unexpected status"),
        (405, UpstreamError, "unexpected status"),
        (304, UpstreamError, "unexpected status"),
        (101, UpstreamError, "unexpected status"),
        (500, UpstreamError, "server error"),
        (503, UpstreamError, "server error"),
        (520, UpstreamError, "server error"),
        (999, UpstreamError, "server error"),
    ],
)
def test_each_status_is_an_error(status: int, kind: type[AnimedexError], words: str) -> None:
    with pytest.raises(AnimedexError) as caught:
        check_status(answer(status, "why not"), BACKEND, AGENT)
    error = caught.value
    assert type(error) is kind
    assert (error.backend, error.status) == ("nekos", status)
    assert error.message.startswith(f"nekos: {words} (HTTP {status})")
    assert ("why not" in error.message) == (status != 429)
    assert status_error(answer(status), BACKEND, AGENT).message == f"nekos: {words} (HTTP {status})"


def test_who_gave_a_contact_is_not_told_to_give_one() -> None:
    hint = status_error(answer(403), BACKEND, "animedex/1 (me@example.org)").hint or ""
    assert "animedex/1 (me@example.org)" in hint
    assert "sets another" in hint


@pytest.mark.parametrize("status", [200, 201, 204, 206, 299])
def test_success_is_no_error(status: int) -> None:
    check_status(answer(status, b"anything"), BACKEND, AGENT)
    assert answer(status).is_success
    assert not answer(status + 100).is_success


def test_a_refusal_names_the_user_agent_and_how_to_set_the_contact() -> None:
    hint = status_error(answer(403), BACKEND, AGENT).hint or ""
    assert AGENT in hint
    assert "Client(contact=" in hint


def test_too_often_says_when_to_come_back() -> None:
    error = status_error(answer(429, retry_after="3600"), BACKEND, AGENT)
    assert isinstance(error, RateLimited)
    assert error.message == "nekos: rate limit exceeded (HTTP 429): try again in 1 h"
    assert error.retry_after == 3600.0
    assert error.hint
    silent = status_error(answer(429), BACKEND, AGENT)
    assert isinstance(silent, RateLimited)
    assert (silent.retry_after, silent.hint) == (None, None)


@pytest.mark.parametrize(
    ("status", "headers", "hint"),
    [
        (500, {}, "try again later"),
        (503, {"retry_after": "90"}, "try again in 1 min 30 s"),
        (503, {"retry_after": "1234567.5"}, "try again in 14 d 6 h"),
        (404, {"retry_after": "9"}, None),
    ],
)
def test_trouble_says_when_to_try_again(
    status: int, headers: dict[str, str], hint: str | None
) -> None:
    assert status_error(answer(status, **headers), BACKEND, AGENT).hint == hint


def no_headers(fields: Mapping[str, str]) -> Headers:
    return ()


KEY = SignIn(("api_key",), "api_key", no_headers, "/me", "https://nekos.example/keys")


def test_who_is_unknown_is_told_how_to_sign_in_where_that_is_possible() -> None:
    assert status_error(answer(401), BACKEND, AGENT).hint is None
    hint = status_error(answer(401), BACKEND._replace(sign_in=KEY), AGENT).hint or ""
    assert "animedex auth login nekos" in hint
    assert "animedex auth status" in hint


def own_meaning(response: Response) -> ErrorExplanation | None:
    """Mean by a 418 what nobody else does."""
    if response.status != 418:
        return None
    return ErrorExplanation(NotFound, "no teapot", response.body.decode() or None, "brew")


def test_a_service_may_mean_something_else_by_a_status() -> None:
    backend = BACKEND._replace(explain_error=own_meaning)
    error = status_error(answer(418, "short"), backend, AGENT)
    told = (NotFound, "nekos: no teapot (HTTP 418): short", "brew")
    assert (type(error), error.message, error.hint) == told
    assert (error.backend, error.status) == ("nekos", 418)
    assert type(status_error(answer(404), backend, AGENT)) is NotFound
    assert status_error(answer(404), backend, AGENT).message == "nekos: not found (HTTP 404)"


def test_what_a_service_leaves_unsaid_is_said_in_general() -> None:
    def too_long(response: Response) -> ErrorExplanation:
        return ErrorExplanation(UpstreamError, "took too long")

    backend = BACKEND._replace(explain_error=too_long)
    error = status_error(answer(500, '{"detail": "it\\ttook"}', retry_after="90"), backend, AGENT)
    assert error.message == "nekos: took too long (HTTP 500): it took"
    assert error.hint == "try again in 1 min 30 s"
    check_status(answer(200), backend, AGENT)


def test_whoever_is_asked_too_often_may_say_so_in_words() -> None:
    def slower(response: Response) -> ErrorExplanation:
        return ErrorExplanation(
            RateLimited, "rate limit exceeded", "Slow\x1b down." * 99, "ask less"
        )

    backend = BACKEND._replace(explain_error=slower)
    error = status_error(answer(429, retry_after="2"), backend, AGENT)
    assert isinstance(error, RateLimited)
    assert error.message.startswith("nekos: rate limit exceeded (HTTP 429): Slow down.Slow")
    assert error.message.endswith("…: try again in 2 s")
    assert (error.retry_after, error.hint) == (2.0, "ask less")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", ""),
        ("  \n", ""),
        ("plain  words\n\nin lines", "plain words in lines"),
        ('{"message": "no such category"}', "no such category"),
        ('{"code": 7, "detail": "too\\nlong"}', "too long"),
        ('{"error": "e", "message": " ", "title": "t"}', "e"),
        ('{"error": {"code": 1}}', '{"error": {"code": 1}}'),
        ('["a", "b"]', '["a", "b"]'),
        ('"just text"', '"just text"'),
        ("{broken", "{broken"),
        ("<html><title> Attention\n Required! </title><p>x", "Attention Required!"),
        ("<h1>Access &lt;denied&gt;</h1><p>by &amp;co", "Access <denied> by &co"),
        ("<style>p {color: red}</style><p>shown<script>alert(1)</script>", "shown"),
        ("<p>shown<script>never closed", "shown"),
        ("<p>shown</script> too <", "shown too <"),
        ("<title> </title><p>words", "words"),
        ("a < b", "a < b"),
        ("\x1b[31mred\x07\x9b0m", "[31mred 0m"),
        ("&#27;&#155;[31m&#x202e;x<br>", "›[31m x"),
        ("a\u202eb\u2066c\u200fd\u2028e", "a b c d e"),
        (b"\xff\xfe\x00\x01", "\ufffd\ufffd"),
    ],
)
def test_what_the_service_said(body: str | bytes, words: str) -> None:
    assert error_text(answer(500, body)) == words


def test_long_words_are_cut() -> None:
    for body in ("猫" * 5000, json.dumps({"message": "x" * 5000}), "<p>" + "y " * 5000):
        words = error_text(answer(500, body))
        assert len(words) == 160
        assert words.endswith("…")
    assert error_text(answer(500, "z" * 160)) == "z" * 160


@pytest.mark.parametrize(
    "piece",
    ["<", "<script", "<script>", "<title", "<title>", "<!--", "</script", "[", '{"a":', "&#", " "],
)
def test_no_body_takes_long_to_read(piece: str) -> None:
    body = piece * 400_000
    assert len(error_text(answer(500, body))) <= 160


@given(
    st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "ignore"))
)
def test_any_body_becomes_one_short_and_harmless_line(body: bytes) -> None:
    words = error_text(answer(500, body))
    assert len(words) <= 160
    assert words == " ".join(words.split())
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in words)


@pytest.mark.parametrize("status", [200, 400, 404, 429, 500])
def test_an_error_keeps_the_service_s_request_id(status: int) -> None:
    body = '{"success": false, "message": "no"}'
    response = answer(status, body, x_request_id="0af7 \x1b[1m65")
    assert status_error(response, BACKEND, AGENT).request_id == "0af7 [1m65"
    assert status_error(answer(status, body), BACKEND, AGENT).request_id is None


@pytest.mark.parametrize(
    "body",
    [
        '{"success": false, "error": "Rate limit exceeded"}',
        b"""
    {"error": "rate limit exceeded", "success" : false}""",
    ],
)
def test_a_success_may_report_that_the_rate_limit_is_exceeded(body: bytes | str) -> None:
    with pytest.raises(RateLimited, match="nekos: rate limit exceeded") as caught:
        check_status(answer(200, body, retry_after="3"), BACKEND, AGENT)
    assert (caught.value.status, caught.value.retry_after) == (200, 3.0)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"success": false, "error": "Oops", "message": "No luck today"}', ": No luck today"),
        ('{"success": false}', ': {"success": false}'),
        ('{"message": "out of order", "success": false}', ": out of order"),
    ],
)
def test_a_success_may_report_another_failure(body: str, words: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        check_status(answer(200, body), BACKEND, AGENT)
    assert caught.value.message == f"nekos: request failed (HTTP 200){words}"


@pytest.mark.parametrize(
    "body",
    [
        b'{"success": true}',
        b'{"success": {"format": "png"}}',
        b'[{"success": false}]',
        b'{"results": [{"success": false}]}',
        b'"success"',
        b'{"success": false',
        b'{"success": false, "x": "\xff"}',
        b"",
    ],
)
def test_most_successes_are_some(body: bytes) -> None:
    check_status(answer(200, body), BACKEND, AGENT)


@pytest.mark.parametrize("agent", ["animedex/1.0", "animedex/1.0 (you@example.org)"])
@pytest.mark.parametrize("body", ['{"code": "NB-BXIUA"}', "<html><p>Error: NB-BXIUA</p></html>"])
def test_a_user_agent_that_nekos_does_not_accept_is_explained(agent: str, body: str) -> None:
    error = status_error(answer(403, body), BACKEND, agent)
    assert type(error) is Refused
    assert error.message == (
        "nekos: User-Agent rejected (HTTP 403): NB-BXIUA: it must name the program and a"
        " contact, an e-mail address or a public URL"
    )
    assert agent in (error.hint or "")
    assert "Client(contact=" in (error.hint or "")


def test_another_refusal_of_nekos_is_one_as_any() -> None:
    assert status_error(answer(403, "no"), BACKEND, AGENT).message.startswith("nekos: access")
    assert status_error(answer(500, "NB-BXIUA"), BACKEND, AGENT).message.startswith("nekos: server")
