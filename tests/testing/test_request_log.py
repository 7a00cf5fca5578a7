from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, QueryParams

from animedex.testing.request_log import LoggedRequest, RequestLog

if TYPE_CHECKING:
    from animedex.testing import SampleServer
    from tests.testing.conftest import Ask


def arrival(path: str) -> LoggedRequest:
    return LoggedRequest(0.0, "GET", path, path, QueryParams(), Headers())


def test_everything_about_a_request_is_recorded(server: SampleServer, ask: Ask) -> None:
    before = time.monotonic()
    ask(server, "/search?query=%E7%8C%AB&type=3", headers={"X-Note": "hello"}).read()
    (seen,) = server.arrivals
    assert before <= seen.time <= time.monotonic()
    assert seen.method == "GET"
    assert seen.target == "/api/v2/search?query=%E7%8C%AB&type=3"
    assert seen.path == "/search"
    assert dict(seen.query) == {"query": "猫", "type": "3"}
    assert seen.headers["x-note"] == "hello"
    assert seen.status == 400


def test_arrivals_come_in_order_with_their_statuses(server: SampleServer, ask: Ask) -> None:
    server.faults.add("/neko:503x1")
    for method, path in (("GET", "/neko"), ("HEAD", "/neko"), ("GET", "/nosuch")):
        ask(server, path, method=method).read()
    seen = [(each.method, each.path, each.status) for each in server.arrivals]
    assert seen == [("GET", "/neko", 503), ("HEAD", "/neko", 200), ("GET", "/nosuch", 404)]
    assert [each.status for each in server.arrivals.on("/neko")] == [503, 200]
    assert [each.path for each in server.arrivals.on("/n*")] == ["/neko", "/neko", "/nosuch"]
    assert server.arrivals[-1].status == 404


def test_cleared_arrivals_are_gone(server: SampleServer, ask: Ask) -> None:
    ask(server, "/neko").read()
    server.arrivals.clear()
    assert len(server.arrivals) == 0
    ask(server, "/hug").read()
    assert [each.path for each in server.arrivals] == ["/hug"]


def test_requests_of_many_threads_are_all_recorded(server: SampleServer, ask: Ask) -> None:
    with ThreadPoolExecutor(8) as threads:
        for answer in [threads.submit(ask, server, "/neko") for _ in range(40)]:
            answer.result().read()
    assert [each.status for each in server.arrivals] == [200] * 40
    times = [each.time for each in server.arrivals]
    assert times == sorted(times)


def test_the_oldest_are_forgotten_first() -> None:
    arrivals = RequestLog(remembered=2)
    for path in ("/a", "/b", "/c"):
        arrivals.add(arrival(path))
    assert [each.path for each in arrivals] == ["/b", "/c"]


def test_an_answer_to_a_forgotten_request_is_not_noted() -> None:
    arrivals = RequestLog()
    number = arrivals.add(arrival("/a"))
    arrivals.clear()
    arrivals.answered(number, 200)
    assert list(arrivals) == []


def test_a_path_outside_the_api_stays_whole(server: SampleServer, ask: Ask) -> None:
    server.base = ""  # asks for the server's own root
    assert ask(server, "/favicon.ico").status == 404
    assert server.arrivals[0].path == "/favicon.ico"
