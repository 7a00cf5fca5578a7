"""Limit, visitors, versions, compression, files and faults."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from animedex.testing.samples.waifu_sample import WaifuSample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.testing.waifu.image_store import WaifuCollection
    from tests.testing.conftest import Ask, Clock

JSON_TYPE = "application/json; charset=utf-8"
PROBLEM_TYPE = "application/problem+json; charset=utf-8"


@pytest.fixture
def limited(images: WaifuCollection, clock: Clock) -> Iterator[WaifuSample]:
    with WaifuSample(images, clock=clock) as running:
        yield running


def test_the_31st_request_at_once_is_refused(limited: WaifuSample, ask: Ask, clock: Clock) -> None:
    paths = ["/images", "/tags", "/nosuch"]
    statuses = [ask(limited, paths[turn % 3]).status for turn in range(30)]
    refused = ask(limited, "/artists")
    assert statuses == [200, 200, 404] * 10
    assert (refused.status, refused.headers["Content-Type"]) == (429, PROBLEM_TYPE)
    assert refused.headers["Retry-After"] == "0.050"
    assert refused.headers["Version"] == "v7"
    assert json.loads(refused.read())["title"] == "Too Many Requests"
    clock.now += 0.25
    assert [ask(limited, "/images").status for _ in range(6)] == [200] * 5 + [429]


def test_whoever_waits_as_told_is_let_in(limited: WaifuSample, ask: Ask, clock: Clock) -> None:
    for _ in range(30):
        ask(limited, "/images")
    for _ in range(5):
        refused = ask(limited, "/images")
        assert refused.status == 429
        clock.now += float(refused.headers["Retry-After"])
        assert ask(limited, "/images").status == 200


def test_no_more_than_the_burst_is_saved_up(limited: WaifuSample, ask: Ask, clock: Clock) -> None:
    ask(limited, "/images")
    clock.now += 3600
    statuses = [ask(limited, "/images").status for _ in range(31)]
    assert statuses == [200] * 30 + [429]


def test_files_are_not_counted(limited: WaifuSample, ask: Ask) -> None:
    assert {ask(limited, "/cdn/1.png").status for _ in range(31)} == {200}
    assert ask(limited, "/images").status == 200


def test_without_limits_nothing_is_refused(server: WaifuSample, ask: Ask) -> None:
    assert {ask(server, "/images").status for _ in range(31)} == {200}


@pytest.mark.parametrize("path", ["/images", "/users/me", "/nosuch"])
@pytest.mark.parametrize("user_agent", ["curl/8.5.0", "Mozilla/5.0 (X11)", None])
def test_unknown_visitors_get_a_page_before_anything_else(
    server: WaifuSample, ask: Ask, path: str, user_agent: str | None
) -> None:
    answer = ask(server, path, user_agent=user_agent)
    assert (answer.status, answer.headers["Content-Type"]) == (403, "text/html; charset=utf-8")
    assert answer.headers["Version"] == "v7"
    assert answer.read().startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("asked", [{}, {"Accept-Version": "v7"}, {"Accept-Version": "v6"}])
def test_every_answer_tells_the_version(
    server: WaifuSample, ask: Ask, asked: dict[str, str]
) -> None:
    for path in ("/images", "/images?Page=x", "/users/me", "/nosuch"):
        assert ask(server, path, headers=asked).headers.get_all("Version") == ["v7"]


def test_another_version_may_be_laid_down(server: WaifuSample, ask: Ask) -> None:
    server.answer("/images", headers={"Version": "v8"}, body=b"{}")
    assert ask(server, "/images").headers.get_all("Version") == ["v8"]


@pytest.mark.parametrize("path", ["/images?PageSize=9", "/images?Page=x"])
def test_json_is_compressed_when_asked_for(server: WaifuSample, ask: Ask, path: str) -> None:
    answer = ask(server, path, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert isinstance(json.loads(gzip.decompress(answer.read())), dict)


@pytest.mark.parametrize(("path", "kind"), [("/tags", JSON_TYPE), ("/nosuch", PROBLEM_TYPE)])
def test_json_comes_in_chunks(server: WaifuSample, ask: Ask, path: str, kind: str) -> None:
    headers = ask(server, path).headers
    assert (headers["Content-Type"], headers["Transfer-Encoding"]) == (kind, "chunked")
    assert headers["Content-Length"] is None


def test_an_image_s_url_leads_to_its_file(server: WaifuSample, ask: Ask) -> None:
    image = json.loads(ask(server, "/images?IsAnimated=True").read())["items"][0]
    answer = ask(server, image["url"].removeprefix(server.url), user_agent="Mozilla/5.0")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/gif")
    assert answer.read() == b"\x03" * 40


def test_files_come_in_part(server: WaifuSample, ask: Ask) -> None:
    part = ask(server, "/cdn/1.png", headers={"Range": "bytes=30-"})
    assert (part.status, part.read()) == (206, b"\x01" * 10)


@pytest.mark.parametrize("name", ["1.gif", "2.png", "99.png", "x.png", "1", ".png", "9" * 5000])
def test_a_file_that_is_not_there_is_404(server: WaifuSample, ask: Ask, name: str) -> None:
    answer = ask(server, f"/cdn/{name}")
    assert (answer.status, json.loads(answer.read())["status"]) == (404, 404)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_nothing_can_be_written(server: WaifuSample, ask: Ask, method: str) -> None:
    answer = ask(server, "/images", method=method)
    assert (answer.status, answer.headers["Content-Type"]) == (405, PROBLEM_TYPE)


def test_it_can_be_watched_and_told_to_misbehave(server: WaifuSample, ask: Ask) -> None:
    server.faults.add("/images:503x1")
    assert [ask(server, "/images?Page=1").status for _ in range(2)] == [503, 200]
    assert [each.query["Page"] for each in server.arrivals.on("/images")] == ["1", "1"]


def test_its_base_url_has_no_path(server: WaifuSample) -> None:
    assert server.url == server.origin


@pytest.mark.parametrize("path", ["/images", "/nosuch", "/cdn/1.png", "/images?Page=x"])
def test_every_answer_has_an_id_and_may_be_read_by_web_pages(
    server: WaifuSample, ask: Ask, path: str
) -> None:
    ids = {ask(server, path).headers["X-Request-ID"] for _ in range(3)}
    assert (len(ids), len(ids - {None})) == (3, 3)
    answer = ask(server, path, user_agent="Mozilla/5.0", headers={"Origin": "https://x.example"})
    assert answer.status != 403
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_order_is_read_in_any_case(server: WaifuSample, ask: Ask) -> None:
    for order in ("UploadedAt", "UPLOADEDAT", "FAVORITES", "random", "AddedToAlbum"):
        assert ask(server, f"/images?OrderBy={order}").status == 200
