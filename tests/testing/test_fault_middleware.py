from __future__ import annotations

import http.client
import json
import socket
from typing import TYPE_CHECKING

import pytest

from animedex.testing import SampleServer

if TYPE_CHECKING:
    from animedex.testing.samples.sample_images import SampleCollection
    from tests.testing.conftest import Ask

PICTURE = "/neko/0b6c1f3a-0001-4c1e-9d51-5a3d8a1c0001.png"
HEAD = "HTTP/1.1\r\nHost: localhost\r\nUser-Agent: tester/1.0\r\nConnection: close\r\n\r\n"


def raw_pieces(server: SampleServer, path: str) -> list[bytes]:
    """Ask on a bare socket and return what came, cut as it was received."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=120) as connection:
        connection.sendall(f"GET {server.base}{path} {HEAD}".encode())
        return list(iter(lambda: connection.recv(65536), b""))


def raw_answer(server: SampleServer, path: str) -> tuple[list[bytes], bytes]:
    head, _, body = b"".join(raw_pieces(server, path)).partition(b"\r\n\r\n")
    return head.split(b"\r\n"), body


def test_a_status_comes_as_often_as_asked_for(server: SampleServer, ask: Ask) -> None:
    server.faults.add("/neko:503x2")
    assert [ask(server, "/neko").status for _ in range(3)] == [503, 503, 200]
    assert ask(server, "/hug").status == 200


def test_a_fault_without_a_count_lasts(server: SampleServer, ask: Ask) -> None:
    server.faults.add("/search:429;retry-after=3600")
    answers = [ask(server, "/search?query=a&type=1") for _ in range(3)]
    assert [answer.status for answer in answers] == [429] * 3
    assert answers[0].headers["Retry-After"] == "3600"


def test_garbage_claims_to_be_json(server: SampleServer, ask: Ask) -> None:
    server.faults.add("/neko:garbage")
    answer = ask(server, "/neko")
    assert (answer.status, answer.headers["Content-Type"]) == (
        200,
        "application/json; charset=utf-8",
    )
    with pytest.raises(UnicodeDecodeError):
        answer.read().decode()


def test_a_page_comes_with_200(server: SampleServer, ask: Ask) -> None:
    server.faults.add("/endpoints:html")
    answer = ask(server, "/endpoints")
    assert (answer.status, answer.headers.get_content_type()) == (200, "text/html")
    assert answer.read().startswith(b"<!DOCTYPE html>")


def test_a_cut_picture_promises_more_than_comes(server: SampleServer) -> None:
    server.faults.add("/neko/*:cut")
    head, body = raw_answer(server, PICTURE)
    assert head[0] == b"HTTP/1.1 200 OK"
    assert b"content-length: 200" in head
    assert len(body) == 100


def test_cut_json_promises_more_than_comes(server: SampleServer, ask: Ask) -> None:
    server.faults.add("/neko:cutx1")
    answer = ask(server, "/neko")
    with pytest.raises(http.client.IncompleteRead):
        answer.read()
    assert json.loads(ask(server, "/neko").read())["results"]


def test_a_cut_error_is_cut_too(server: SampleServer, ask: Ask) -> None:
    server.faults.add("/neko:500html;cut")
    answer = ask(server, "/neko")
    assert answer.status == 500
    with pytest.raises(http.client.IncompleteRead):
        answer.read()


def test_cutting_is_no_error_of_the_server(
    server: SampleServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults.add("*:cut")
    raw_answer(server, PICTURE)
    server.close()
    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []


def test_a_drip_brings_the_whole_body_piece_by_piece(server: SampleServer) -> None:
    server.faults.add("/neko/*:drip=0.002")
    pieces = raw_pieces(server, PICTURE)
    assert len(pieces) > 10
    assert len(b"".join(pieces).partition(b"\r\n\r\n")[2]) == 200


def test_a_drip_without_pauses_is_the_same_answer(server: SampleServer, ask: Ask) -> None:
    whole = ask(server, PICTURE).read()
    server.faults.add("/neko/*:drip=0.0")
    assert ask(server, PICTURE).read() == whole


def test_a_delay_holds_the_head_back(server: SampleServer) -> None:
    server.faults.add("/neko:delay=3600")
    with socket.create_connection(("127.0.0.1", server.port), timeout=0.1) as connection:
        connection.sendall(f"GET {server.base}/neko {HEAD}".encode())
        with pytest.raises(TimeoutError):
            connection.recv(1)
        server.close()


def test_a_delayed_answer_is_the_real_one(server: SampleServer, ask: Ask) -> None:
    server.faults.add("/neko:delay=0.01x1")
    assert "results" in json.loads(ask(server, "/neko").read())
    assert server.arrivals[0].status == 200


def test_faults_may_be_given_at_the_start(collection: SampleCollection, ask: Ask) -> None:
    with SampleServer(collection, faults=["/neko:503", "/hug:404"]) as server:
        assert [ask(server, path).status for path in ("/neko", "/hug")] == [503, 404]
    with pytest.raises(ValueError, match="PATH:PART"):
        SampleServer(collection, faults=["nonsense"])
