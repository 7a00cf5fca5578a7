from __future__ import annotations

import gzip
import http.client
from typing import TYPE_CHECKING

import pytest

from animedex.testing import SampleServer

if TYPE_CHECKING:
    from animedex.testing.samples.sample_images import SampleCollection
    from tests.testing.conftest import Ask, Clock


@pytest.mark.parametrize("body", [b"[]", b"null", b"\xef\xbb\xbf{}", b"\xff", b""])
def test_an_answer_is_given_exactly(server: SampleServer, ask: Ask, body: bytes) -> None:
    server.answer("/neko", status=207, headers={"X-Note": "hi"}, body=body)
    answer = ask(server, "/neko", headers={"Accept-Encoding": "gzip"})
    assert answer.status == 207
    assert answer.headers["X-Note"] == "hi"
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Content-Length"] == str(len(body))
    assert answer.headers["Content-Encoding"] is None
    assert answer.read() == body
    assert ask(server, "/neko").status == 200


def test_answers_come_in_the_order_they_were_laid_down(server: SampleServer, ask: Ask) -> None:
    server.faults.add("/neko:503")
    server.answer("/neko", body=b"1", times=2)
    server.answer("/neko", body=b"2")
    assert [ask(server, "/neko").read() for _ in range(3)] == [b"1", b"1", b"2"]
    assert ask(server, "/neko").status == 503


def test_an_answer_may_last(server: SampleServer, ask: Ask) -> None:
    server.answer("*", body=b"17", times=None)
    assert [ask(server, path).read() for path in ("/neko", "/hug", "/x/y")] == [b"17"] * 3


def test_an_answer_is_given_at_least_once(server: SampleServer) -> None:
    with pytest.raises(ValueError, match="times must be at least 1"):
        server.answer("/neko", times=0)


def test_compressed_bytes_go_through_as_they_are(server: SampleServer, ask: Ask) -> None:
    body = gzip.compress(bytes(100_000))
    server.answer("/neko", headers={"Content-Encoding": "gzip"}, body=body)
    answer = ask(server, "/neko", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.read() == body


def test_a_header_may_hold_any_bytes(server: SampleServer, ask: Ask) -> None:
    server.answer("/neko", headers={"artist_name": "青葉", "x-latin": b"\xe9"}, body=b"{}")
    headers = ask(server, "/neko").headers
    assert headers["artist_name"].encode("latin-1").decode() == "青葉"
    assert headers["x-latin"] == "é"


def test_a_body_shorter_than_promised_is_cut(server: SampleServer, ask: Ask) -> None:
    server.answer("/neko", headers={"Content-Length": "100"}, body=b"{}")
    with pytest.raises(http.client.IncompleteRead):
        ask(server, "/neko").read()


def test_a_head_gets_no_body(server: SampleServer, ask: Ask) -> None:
    server.answer("/neko", body=b"[1]")
    answer = ask(server, "/neko", method="HEAD")
    assert answer.headers["Content-Length"] == "3"
    assert answer.read() == b""


def test_date_follows_the_clock(collection: SampleCollection, ask: Ask, clock: Clock) -> None:
    with SampleServer(collection, clock=clock) as server:
        server.answer("/hug", headers={"Date": "yesterday"})
        assert ask(server, "/neko").headers["Date"] == "Fri, 08 May 2026 09:08:03 GMT"
        assert ask(server, "/hug").headers.get_all("Date") == ["yesterday"]


def test_the_base_url_is_the_apis(server: SampleServer) -> None:
    assert server.origin == f"http://127.0.0.1:{server.port}"
    assert server.url == f"{server.origin}/api/v2"
