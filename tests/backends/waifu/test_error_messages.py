"""A block page is not a sign-in, wrong parameters are named, and a version is told of."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.waifu.backend import BACKEND
from animedex.backends.waifu.error_messages import check_version, explain_error
from animedex.errors import AnimedexError, AuthRequired, NotFound, Refused, UpstreamError
from animedex.http_message import Response
from tests.kit import transport

URL = "https://api.waifu.im/images"
PAGE = b"<!DOCTYPE html>\n<html><head><title>Access Denied</title></head><body>No.</body></html>"


def answer(status: int, body: object = b"", kind: str = "", url: str = URL) -> Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, (("content-type", kind),) if kind else (), raw, url)


def error_of(response: Response) -> AnimedexError:
    return transport.error_of(response, BACKEND)


@pytest.mark.parametrize(
    "response",
    [
        answer(403, PAGE, "text/html"),
        answer(403, PAGE, "text/HTML; charset=utf-8"),
        answer(403, PAGE),
        answer(403, b"", "text/html"),
    ],
)
def test_a_block_page_is_a_refusal_and_no_sign_in(response: Response) -> None:
    error = error_of(response)
    assert type(error) is Refused
    assert "protection" in error.message
    assert "signing in does not help" in error.message
    assert "Access Denied" not in error.message
    assert "Client(contact=" in (error.hint or "")
    assert "auth login" not in (error.hint or "")
    assert (error.status, error.backend) == (403, "waifu")


def test_a_refusal_in_json_is_told_in_the_service_s_words() -> None:
    response = answer(403, {"title": "Forbidden", "detail": "You are on a list."})
    assert explain_error(response) is None
    error = error_of(response)
    assert type(error) is Refused
    assert "You are on a list." in error.message


def test_who_is_not_known_is_told_to_sign_in() -> None:
    error = error_of(answer(401, {"title": "Unauthorized"}))
    assert type(error) is AuthRequired
    assert "animedex auth login waifu" in (error.hint or "")


@pytest.mark.parametrize("status", [400, 422])
def test_wrong_parameters_are_named(status: int) -> None:
    errors = {"Page": ["The value 'x' is not valid."], "IsNsfw": ["a.", "b."], "Width": []}
    problem = {"title": "Bad Request", "detail": "See errors.", "errors": errors}
    error = error_of(answer(status, problem))
    assert type(error) is UpstreamError
    assert error.message == (
        f"waifu: request rejected (HTTP {status}):"
        " Page: The value 'x' is not valid.; IsNsfw: a. b.; Width"
    )


@pytest.mark.parametrize("errors", [None, {}, [], "no", 3, [["Page", "no"]]], ids=repr)
def test_a_problem_that_names_no_parameter_is_told_by_its_detail(errors: object) -> None:
    response = answer(400, {"detail": "Something is wrong.", "errors": errors})
    assert explain_error(response) is None
    message = error_of(response).message
    assert message == "waifu: request rejected (HTTP 400): Something is wrong."


def test_errors_in_other_shapes_are_read_as_far_as_they_go() -> None:
    error = error_of(answer(400, {"errors": {"Page": "no", "Width": [1, "x"], "Height": None}}))
    assert error.message.endswith("(HTTP 400): Page: no; Width: x; Height")


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{", b"null", PAGE, b"[" * 100_000])
def test_what_is_no_problem_explains_nothing(body: bytes) -> None:
    assert explain_error(answer(400, body)) is None


def test_a_row_that_is_not_there_may_be_told_without_a_word() -> None:
    assert error_of(answer(404, url=f"{URL}/7")).message == "waifu: no such image (HTTP 404)"


@pytest.mark.parametrize(
    ("path", "kind", "command"),
    [
        ("images/7", "image", "waifu images"),
        ("tags/7", "tag", "waifu.tags()"),
        ("tags/by-slug/maid", "tag", "waifu.tags()"),
        ("artists/by-name/a%2Fb", "artist", "waifu.artists()"),
        ("artists/7?x=/images/8", "artist", "waifu.artists()"),
    ],
)
def test_a_row_that_is_not_there_is_told_with_where_to_look(
    path: str, kind: str, command: str
) -> None:
    url = f"https://api.waifu.im/{path}"
    error = error_of(answer(404, {"title": "Not Found", "detail": "No."}, url=url))
    assert type(error) is NotFound
    assert error.message == f"waifu: no such {kind} (HTTP 404): No."
    assert command in (error.hint or "")
    titled = error_of(answer(404, {"title": "Not Found", "detail": None}, url=url))
    assert titled.message == f"waifu: no such {kind} (HTTP 404): Not Found"


@pytest.mark.parametrize("path", ["images", "images/", "stats/public", "elsewhere?x=/tags/1"])
def test_a_path_that_is_not_there_is_told_as_in_general(path: str) -> None:
    assert explain_error(answer(404, url=f"https://api.waifu.im/{path}")) is None


@pytest.mark.parametrize("status", [402, 429, 500, 503])
def test_other_failures_mean_what_they_do_in_general(status: int) -> None:
    assert explain_error(answer(status, PAGE, "text/html")) is None


@given(st.integers(400, 599), st.binary(), st.text())
def test_any_failure_is_told_in_a_line(status: int, body: bytes, kind: str) -> None:
    message = error_of(answer(status, body, kind, f"{URL}/7")).message
    assert message.startswith("waifu: ")
    assert "\n" not in message
    assert len(message) < 400


@given(st.dictionaries(st.text(), st.lists(st.text())))
def test_what_a_service_says_of_parameters_is_left_to_be_cleaned(
    errors: dict[str, object],
) -> None:
    response = answer(400, {"errors": errors})
    assert (explain_error(response) is None) == (not errors)
    message = error_of(response).message
    assert "\n" not in message
    assert "\x1b" not in message
    assert len(message) < 400


@pytest.mark.parametrize("version", ["v7", "V7", " v7 "])
def test_the_version_that_was_asked_for_is_nothing_odd(version: str) -> None:
    assert check_version(Response(200, (("version", version),), b"", URL)) is None
    assert check_version(Response(200, (), b"", URL)) is None


@pytest.mark.parametrize(
    ("version", "shown"),
    [
        ("v8", "'v8'"),
        ("", "''"),
        ("v6\x1b[31m\u202e", "'v6\\x1b[31m\\u202e'"),
        ("8" * 99, f"'{'8' * 20}'"),
    ],
)
def test_another_version_is_told_of(version: str, shown: str) -> None:
    message = check_version(Response(200, (("version", version),), b"", URL))
    assert message == (f"waifu sent API version {shown} instead of v7: its responses may differ")
    assert str(message).isprintable()
