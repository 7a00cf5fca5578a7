"""Who is let in, and what every answer says of itself."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from animedex.gallery.gallery_server import gallery_server
from tests.gallery.conftest import NEKO, PATIENCE, Page, ask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from animedex.asgi.loopback_server import LoopbackServer
    from tests.gallery.conftest import GalleryFixture, Visit

SECRET = "correct-horse-battery"
PATHS = ["/", "/picture/1", "/file/1", "/thumbnail/1", "/static/page.css", "/api/v2/endpoints"]
NOWHERE = [
    "/nothing",
    "/picture/99999",
    "/picture/x",
    "/api/v2/nope",
    "/static/none.css",
    "/?added=x",
]
POLICY = {
    "default-src 'none'",
    "base-uri 'none'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "img-src 'self'",
    "media-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
}


@pytest.fixture
def closed(filled: GalleryFixture, tmp_path: Path) -> Iterator[LoopbackServer]:
    """Serve the library to who has the token."""
    with gallery_server(filled.library, cache=str(tmp_path), token=SECRET) as server:
        yield server


@pytest.mark.parametrize("path", [*PATHS, *NOWHERE])
def test_every_answer_has_the_headers_that_keep_it_in(path: str, visit: Visit) -> None:
    headers = visit(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"] or path.startswith("/file/")


def test_a_page_may_only_use_what_comes_from_here(visit: Visit) -> None:
    assert set(visit("/").headers["Content-Security-Policy"].split("; ")) == POLICY


def test_a_file_may_use_nothing(visit: Visit) -> None:
    policy = visit("/file/1").headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "sandbox"} <= set(policy)


@pytest.mark.parametrize(
    "host", ["evil.example", "192.168.1.5:80", "localhost.evil.example", "0.0.0.0"]
)
@pytest.mark.parametrize("path", ["/", "/file/1", "/api/v2/endpoints", "/static/page.css"])
def test_another_name_is_not_answered(host: str, path: str, visit: Visit) -> None:
    answer = visit(path, headers={"Host": host})
    assert answer.status == 421
    assert b"neko" not in answer.body


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:99"])
def test_names_of_loopback_are_answered(host: str, visit: Visit) -> None:
    assert visit("/", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "hosts", [b"", b"Host: a b\r\n", b"Host: localhost\r\nHost: evil.example\r\n"]
)
def test_no_name_or_a_strange_one_is_not_answered(hosts: bytes, gallery: LoopbackServer) -> None:
    with socket.create_connection(("127.0.0.1", gallery.port), timeout=PATIENCE) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")
        assert connection.makefile("rb").readline().split()[1] == b"400"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/file/1", "/api/v2/neko"])
def test_nothing_but_get_and_head_is_answered(method: str, path: str, visit: Visit) -> None:
    answer = visit(path, method=method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", PATHS)
def test_head_is_get_without_a_body(path: str, visit: Visit) -> None:
    answer = visit(path, method="HEAD")
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("path", [*PATHS[:4], "/nothing", PATHS[5], f"/api/v2/neko/{NEKO}"])
def test_without_the_token_there_is_nothing(path: str, closed: LoopbackServer) -> None:
    answer = ask(closed, path)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert b"husbando" not in answer.body


def test_programs_bring_it_in_a_header(closed: LoopbackServer) -> None:
    signed = {"Authorization": f"Bearer {SECRET}"}
    assert ask(closed, "/api/v2/endpoints", headers=signed).status == 200
    wrong = {"Authorization": f"Bearer {SECRET}!"}
    answer = ask(closed, "/api/v2/endpoints", headers=wrong)
    assert (answer.status, answer.json) == (
        401,
        {"code": 401, "message": "This gallery needs an access token."},
    )


def test_a_form_asks_people_for_it(closed: LoopbackServer) -> None:
    page = Page(ask(closed, "/"))
    assert {"method": "get", "action": ""} in page.all("form")
    assert [each["name"] for each in page.all("input")] == ["token"]
    assert ask(closed, "/static/page.css").status == 200


def test_signing_in_keeps_what_was_asked_for(closed: LoopbackServer) -> None:
    page = Page(ask(closed, "/?q=a%26b+%22c%22&token=of-somebody-else&rating=g"))
    kept = [(each["name"], each.get("value")) for each in page.all("input")]
    assert kept == [("q", 'a&b "c"'), ("rating", "g"), ("token", None)]


def test_an_address_brings_it_once_and_a_cookie_from_then_on(closed: LoopbackServer) -> None:
    answer = ask(closed, f"/picture/1?token={SECRET}&rating=g")
    assert (answer.status, answer.headers["Location"]) == (303, "/picture/1?rating=g")
    cookie = answer.headers["Set-Cookie"]
    assert SECRET not in cookie
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} == attributes
    back = {"Cookie": cookie.partition(";")[0]}
    assert ask(closed, answer.headers["Location"], headers=back).status == 200


def test_a_wrong_one_in_an_address_is_said_and_not_repeated(closed: LoopbackServer) -> None:
    answer = ask(closed, "/?token=of-somebody-else")
    assert answer.status == 401
    assert "token is wrong" in answer.text
    assert "of-somebody-else" not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_name_is_checked_before_the_token(closed: LoopbackServer) -> None:
    headers = {"Host": "evil.example", "Authorization": f"Bearer {SECRET}"}
    assert ask(closed, "/", headers=headers).status == 421


def test_nothing_of_it_is_logged(closed: LoopbackServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    ask(closed, f"/?token={SECRET}")
    ask(closed, "/", headers={"Authorization": f"Bearer {SECRET}"})
    ask(closed, "/?token=wrong-but-secret")
    assert SECRET not in caplog.text
    assert "wrong-but-secret" not in caplog.text


def test_a_library_that_cannot_be_used_is_told_and_no_insides(
    filled: GalleryFixture, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from animedex.library.picture_library import Library

    newer = tmp_path / "library.db"
    newer.mkdir()
    with (
        Library(str(newer)) as library,
        gallery_server(library, cache=str(tmp_path)) as server,
    ):
        page, api = ask(server, "/"), ask(server, "/api/v2/endpoints")
    assert (page.status, api.status) == (503, 503)
    message = "The library cannot be read. See the terminal where the gallery runs for details."
    assert message in Page(page).text
    assert api.json == {"code": 503, "message": message}
    assert str(tmp_path) not in page.text + api.text
    assert f"{newer} cannot be used" in caplog.text
    assert "Traceback" not in page.text + caplog.text
