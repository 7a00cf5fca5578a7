"""Failures are told in Danbooru's own words, with what to try next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.danbooru import BACKEND
from animedex.backends.danbooru.error_messages import explain_error
from animedex.backends.danbooru.tag_query import FREE
from animedex.errors import (
    AnimedexError,
    AuthRequired,
    NotFound,
    RateLimited,
    Refused,
    UpstreamError,
)
from animedex.http_message import Response
from animedex.testing.danbooru import error_responses as refusals
from tests.kit import transport

if TYPE_CHECKING:
    from animedex.testing.danbooru.error_responses import ErrorBody


def answer(status: int, body: object, **headers: str) -> Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(status, named, raw, "")


def error_of_refusal(refusal: ErrorBody, **headers: str) -> AnimedexError:
    return error_of(answer(refusal.status, refusal.body(), **headers))


def error_of(response: Response) -> AnimedexError:
    return transport.error_of(response, BACKEND)


@pytest.mark.parametrize(
    ("refusal", "kind", "hint"),
    [
        (refusals.WRONG_KEY, AuthRequired, "animedex auth login danbooru"),
        (refusals.NOT_ALLOWED, Refused, "animedex auth login danbooru"),
        (refusals.NOT_FOUND, NotFound, None),
        (refusals.wrong_format("text/html"), UpstreamError, ".json"),
        (refusals.page_too_far(1000), NotFound, "`page='b<id>'`"),
        (refusals.too_many_tags(2), UpstreamError, "animedex auth login danbooru"),
        (refusals.wrong_search("'order:' can't be used twice."), UpstreamError, None),
        (refusals.TOO_FAST, RateLimited, "1 request per second"),
        (refusals.TAKEN_DOWN, Refused, None),
        (refusals.QUERY_CANCELED, UpstreamError, "a rarer tag first"),
        (refusals.DATABASE_DOWN, UpstreamError, "try again later"),
    ],
)
def test_what_a_failure_means(
    refusal: ErrorBody, kind: type[AnimedexError], hint: str | None
) -> None:
    error = error_of_refusal(refusal)
    assert type(error) is kind
    assert error.message.startswith("danbooru: ")
    words = f"(HTTP {refusal.status}): {refusal.message}".rstrip(".")
    assert error.message.rstrip(".").endswith(words)
    assert (error.backend, error.status) == ("danbooru", refusal.status)
    assert (hint in (error.hint or "")) if hint else error.hint is None


@pytest.mark.parametrize("refusal", [refusals.NOT_FOUND, refusals.QUERY_CANCELED])
def test_the_backtrace_is_never_shown(refusal: ErrorBody) -> None:
    assert b"backtrace" in refusal.body()
    error = error_of_refusal(refusal)
    assert "stand_in" not in f"{error}"
    assert "backtrace" not in f"{error}"


def test_too_many_terms_name_the_free_ones() -> None:
    hint = error_of_refusal(refusals.too_many_tags(6)).hint
    assert hint
    assert all(name in hint for name in FREE)


def test_a_search_that_took_too_long_says_how_to_narrow_it() -> None:
    error = error_of_refusal(refusals.QUERY_CANCELED)
    assert "search timed out" in error.message
    for way in ("rarer tag", "id:>", "date:", "wildcards", "order"):
        assert way in (error.hint or "")


def test_another_failure_of_that_status_is_no_slow_search() -> None:
    error = error_of(answer(500, {"error": "NoMethodError", "message": "undefined method"}))
    assert error.message == "danbooru: server error (HTTP 500): undefined method"
    assert error.hint == "try again later"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        ("0.25", 0.25),
        ("0", 0.0),
        ("Wed, 21 Oct 2026 07:28:10 GMT", 10.0),
        ("nan", None),
        ("", None),
    ],
)
def test_when_to_come_back(header: str, seconds: float | None) -> None:
    error = error_of_refusal(
        refusals.TOO_FAST, retry_after=header, date="Wed, 21 Oct 2026 07:28:00 GMT"
    )
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds
    assert ("try again: try again in" in error.message) == (seconds is not None)


def test_a_message_behind_a_long_backtrace_is_found() -> None:
    backtrace = ["app/logical/stand_in.rb:3:in 'StandIn#call'"] * 5000
    error = error_of(answer(404, {"backtrace": backtrace, "message": "That record was not found."}))
    assert error.message == "danbooru: not found (HTTP 404): That record was not found."


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"success": False, "reason": "access denied"}, "access denied"),
        ({"success": False, "message": "", "reason": "too many requests"}, "too many requests"),
        ({"error": "User::PrivilegeError"}, "User::PrivilegeError"),
        ({"message": "a\x1b[31mb\n\u202ec"}, "a [31mb c"),
        ({"message": "x" * 5000}, "x" * 159 + "…"),
        ({"message": ["no"], "reason": 3, "error": "odd"}, "odd"),
    ],
)
def test_the_words_are_short_and_harmless(body: object, words: str) -> None:
    error = error_of(answer(403, body))
    assert error.message == f"danbooru: access refused (HTTP 403): {words}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Just a moment</html>",
        b"[]",
        b"3",
        b"{}",
        b'{"message": ""}',
        b"[" * 70_000,
        b"\xff",
    ],
)
@pytest.mark.parametrize("status", [403, 404, 429, 500])
def test_what_is_not_danbooru_s_own_is_left_to_the_table_of_all(status: int, body: bytes) -> None:
    assert explain_error(answer(status, body)) is None


def test_a_status_without_a_meaning_of_its_own_is_left_to_the_table_of_all() -> None:
    assert explain_error(answer(418, {"message": "I'm a teapot"})) is None


@given(
    st.integers(400, 599),
    st.dictionaries(
        st.sampled_from(["message", "reason", "error", "backtrace", "success"]),
        st.none() | st.text(max_size=200) | st.integers() | st.lists(st.text(max_size=3)),
    ),
)
def test_any_answer_is_told_in_one_harmless_line(status: int, body: dict[str, object]) -> None:
    response = answer(status, body)
    meaning, error = explain_error(response), error_of(response)
    assert {category(letter) for letter in error.message}.isdisjoint({"Cc", "Zl", "Zp"})
    assert len(error.message) < 300
    assert meaning is None or type(error) is meaning.kind


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (400, UpstreamError, "danbooru: request rejected (HTTP 400): no"),
        (405, NotFound, "danbooru: no such path (HTTP 405): no"),
        (501, UpstreamError, "danbooru: not supported (HTTP 501): no"),
    ],
)
def test_rarer_failures(status: int, kind: type[AnimedexError], words: str) -> None:
    error = error_of(answer(status, {"success": False, "error": "X", "message": "no"}))
    assert (type(error), error.message) == (kind, words)


def test_a_missing_record_is_one_whatever_the_status() -> None:
    body = {"success": False, "error": "ActiveRecord::RecordNotFound", "message": "not there"}
    assert type(error_of(answer(200, body))) is NotFound
