from __future__ import annotations

import gzip
import json
import socket
from typing import TYPE_CHECKING, cast

import pytest

from animedex.testing import SampleServer

if TYPE_CHECKING:
    import http.client

    from animedex.testing.samples.sample_images import SampleCollection
    from tests.testing.conftest import Ask

JSON_TYPE = "application/json; charset=utf-8"


def payload(answer: http.client.HTTPResponse) -> dict[str, object]:
    return cast("dict[str, object]", json.loads(answer.read()))


def rows(answer: http.client.HTTPResponse) -> list[dict[str, object]]:
    result = payload(answer)
    assert list(result) == ["results"]
    return cast("list[dict[str, object]]", result["results"])


def test_endpoints_map_categories_to_formats(server: SampleServer, ask: Ask) -> None:
    answer = ask(server, "/endpoints")
    assert answer.headers["Content-Type"] == JSON_TYPE
    assert payload(answer) == {
        "neko": {"format": "png"},
        "kitsune": {"format": "png"},
        "hug": {"format": "gif"},
    }


def test_an_image_row_is_the_services(server: SampleServer, ask: Ask) -> None:
    (row,) = rows(ask(server, "/kitsune"))
    assert list(row.items()) == [
        ("artist_name", "Tove Lindgaard"),
        ("url", f"{server.url}/kitsune/0b6c1f3a-0003-4c1e-9d51-5a3d8a1c0003.png"),
        ("dimensions", {"width": 60, "height": 80}),
    ]


def test_rows_carry_what_is_known(server: SampleServer, ask: Ask) -> None:
    result = rows(ask(server, "/hug?amount=20")) + rows(ask(server, "/neko?amount=20"))
    assert {tuple(row) for row in result} == {
        ("anime_name", "url", "dimensions"),
        ("anime_name", "url"),
        ("artist_name", "artist_href", "source_url", "url", "dimensions"),
        ("url", "dimensions"),
    }


def test_urls_name_the_server_as_the_visitor_does(server: SampleServer, ask: Ask) -> None:
    (row,) = rows(ask(server, "/kitsune", headers={"Host": f"localhost:{server.port}"}))
    assert str(row["url"]).startswith(f"http://localhost:{server.port}/api/v2/kitsune/")


def test_a_rows_url_leads_to_the_picture(server: SampleServer, ask: Ask) -> None:
    (row,) = rows(ask(server, "/hug"))
    assert ask(server, str(row["url"]).removeprefix(server.url)).status == 200


@pytest.mark.parametrize(
    ("amount", "count"),
    [
        ("", 1),
        ("?amount=1", 1),
        ("?amount=20", 20),
        ("?amount=21", 20),
        ("?amount=0", 1),
        ("?amount=-4", 1),
        ("?amount=99999999", 20),
    ],
)
def test_the_amount_is_clamped(server: SampleServer, ask: Ask, amount: str, count: int) -> None:
    assert len(rows(ask(server, f"/neko{amount}"))) == count


@pytest.mark.parametrize("amount", ["x", "", "1.5", "1e1", "٣", "+3", "0x2", "9" * 5000])
@pytest.mark.parametrize("path", ["/neko?amount=", "/search?query=a&type=1&amount="])
def test_an_amount_that_is_no_number_is_400(
    server: SampleServer, ask: Ask, path: str, amount: str
) -> None:
    answer = ask(server, path + amount.replace("٣", "%D9%A3").replace("+", "%2B"))
    assert (answer.status, answer.headers["Content-Type"]) == (400, JSON_TYPE)
    assert payload(answer) == {
        "code": 400,
        "message": "The amount must be a whole number from 1 to 20.",
    }


def test_random_rows_repeat(server: SampleServer, ask: Ask) -> None:
    urls = [row["url"] for row in rows(ask(server, "/neko?amount=20"))]
    assert len(set(urls)) == 2


def test_a_seed_makes_the_rows_repeatable(collection: SampleCollection, ask: Ask) -> None:
    def drawn(seed: int) -> list[object]:
        with SampleServer(collection, seed=seed) as server:
            result = [row for _ in range(3) for row in rows(ask(server, "/neko?amount=20"))]
            return [str(row["url"]).removeprefix(server.url) for row in result]

    assert drawn(1) == drawn(1) != drawn(2)


@pytest.mark.parametrize("path", ["/nosuch", "/search?query=a&type=1&category=nosuch", "/a/b/c"])
def test_what_does_not_exist_is_404_with_a_message(
    server: SampleServer, ask: Ask, path: str
) -> None:
    answer = ask(server, path)
    assert (answer.status, answer.headers["Content-Type"]) == (404, JSON_TYPE)
    assert set(payload(answer)) == {"code", "message"}


def test_a_slash_at_the_end_leads_nowhere(server: SampleServer, ask: Ask) -> None:
    assert ask(server, "/neko/").status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods_are_refused(server: SampleServer, ask: Ask, method: str) -> None:
    answer = ask(server, "/neko", method=method)
    assert (answer.status, answer.headers["Content-Type"]) == (405, JSON_TYPE)


def test_search_ranks_the_nearest_first(server: SampleServer, ask: Ask) -> None:
    gifs = rows(ask(server, "/search?query=lantern%20stret&type=2&amount=2"))
    assert [row["anime_name"] for row in gifs] == ["Lantern Street Diaries", "星屑カフェ"]
    images = rows(ask(server, "/search?query=%E9%9D%92%E8%91%89&type=1"))
    assert [row["artist_name"] for row in images] == ["青葉ミオ"]


def test_search_is_never_empty_and_never_scored(server: SampleServer, ask: Ask) -> None:
    result = rows(ask(server, "/search?query=zzzzzzzz-nothing&type=1&amount=3"))
    assert len({str(row["url"]) for row in result}) == 3
    assert all("score" not in key for row in result for key in row)


def test_search_keeps_to_a_category(server: SampleServer, ask: Ask) -> None:
    result = rows(ask(server, "/search?query=tove&type=1&category=neko&amount=20"))
    assert len(result) == 2
    assert all("/neko/" in str(row["url"]) for row in result)


def test_a_category_of_the_other_sort_has_nothing(server: SampleServer, ask: Ask) -> None:
    assert rows(ask(server, "/search?query=tove&type=2&category=neko")) == []


@pytest.mark.parametrize(
    "query", ["", "type=1", "query=&type=1", "query=a", "query=a&type=3", "query=a&type=gif"]
)
def test_search_needs_query_and_type(server: SampleServer, ask: Ask, query: str) -> None:
    answer = ask(server, f"/search?{query}")
    assert (answer.status, answer.headers["Content-Type"]) == (400, JSON_TYPE)
    assert payload(answer)["code"] == 400


@pytest.mark.parametrize("path", ["/endpoints", "/neko", "/search?query=a&type=1", "/nosuch"])
def test_json_is_compressed_when_asked_for(server: SampleServer, ask: Ask, path: str) -> None:
    answer = ask(server, path, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert isinstance(json.loads(gzip.decompress(answer.read())), dict)
    assert ask(server, path).headers["Content-Encoding"] is None


def test_json_comes_in_chunks_and_without_validators(server: SampleServer, ask: Ask) -> None:
    headers = ask(server, "/neko").headers
    assert headers["Transfer-Encoding"] == "chunked"
    for name in ("Content-Length", "ETag", "Cache-Control", "Last-Modified"):
        assert headers[name] is None


def test_http_1_0_is_told_the_length(server: SampleServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=120) as connection:
        connection.sendall(b"GET /api/v2/kitsune HTTP/1.0\r\nUser-Agent: tester/1.0\r\n\r\n")
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head
    assert b"chunked" not in head


def test_json_is_not_escaped(server: SampleServer, ask: Ask) -> None:
    assert "星屑カフェ".encode() in ask(server, "/hug?amount=20").read()


@pytest.mark.parametrize("path", ["/endpoints", "/neko", "/search?query=a&type=1", "/nosuch"])
def test_a_head_tells_what_a_get_would(server: SampleServer, ask: Ask, path: str) -> None:
    head, whole = ask(server, path, method="HEAD"), ask(server, path)
    assert head.status == whole.status
    assert head.headers["Content-Type"] == whole.headers["Content-Type"]
    assert head.read() == b""


def test_the_front_page_is_for_people(server: SampleServer, ask: Ask) -> None:
    server.base = ""  # asks for the server's own root
    answer = ask(server, "/", user_agent="Mozilla/5.0")
    assert (answer.status, answer.headers.get_content_type()) == (200, "text/html")
    assert b"/api/v2" in answer.read()
