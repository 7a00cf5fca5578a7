"""Which window a path falls under, and how a pause is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.nekos import BACKEND
from animedex.call import Call, SourceTag
from animedex.http_message import Request, Response
from animedex.ratelimit.limits import scale_limits
from animedex.transport.permit import Permit, route_of
from animedex.transport.pipeline import ClientConfig, Pipeline
from animedex.transport.retry_after import format_duration, rate_limited

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.transport.conftest import Stage


@pytest.mark.parametrize(
    "path",
    [
        "/search",
        "search",
        "/search/",
        "//search",
        "/./search",
        "/neko/../search",
        "/../search",
        "/%73earch",
        "/%2e%2e/search",
        "/neko/..%2fsearch",
        "///neko//..//search//",
    ],
)
def test_a_route_however_it_is_written(path: str) -> None:
    assert route_of(path) == "/search"


@pytest.mark.parametrize(
    ("path", "route"), [("", "/"), ("/", "/"), ("/search/x", "/search/x"), ("/%E7%8C%AB", "/猫")]
)
def test_other_routes(path: str, route: str) -> None:
    assert route_of(path) == route


@given(st.text())
def test_a_route_has_one_slash_in_front_and_no_dots(path: str) -> None:
    route = route_of(path)
    assert route.startswith("/")
    assert not route.startswith("//")
    assert not {".", ".."} & set(route.split("/"))


def status_of(response: Response, source: SourceTag) -> int:
    return response.status


RouteOf: TypeAlias = "Callable[..., str]"


@pytest.fixture
def route(stage: Stage) -> RouteOf:
    """Return the route of a URL below a base URL."""

    def route(url: str, base: str = BACKEND.base_url) -> str:
        call = Call(BACKEND, Request("GET", "/x"), status_of)
        config = ClientConfig("tester/1.0", {"nekos": base})
        pipeline = Pipeline(stage.runtime_for(config), deadline=130.0)
        return Permit(pipeline, call, url).reservation.route

    return route


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/search",
        "/api/v2/search?query=a",
        "/api/v2//search",
        "/api/v2/../v2/search",
        "/api/v2/neko/../../v2/search",
        "//api/v2/search",
        "/api/./v2/search/",
        "/%61pi/v2/search",
        "/api/v2/%2e%2e/v2/search",
    ],
)
def test_no_way_of_writing_a_search_leaves_its_window(route: RouteOf, path: str) -> None:
    assert route(f"https://nekos.best{path}") == "/search"
    assert route(f"http://127.0.0.1:1{path}", "http://127.0.0.1:1/api/v2") == "/search"


def test_a_base_url_without_a_path(route: RouteOf) -> None:
    assert route("http://127.0.0.1:1/search", "http://127.0.0.1:1") == "/search"
    assert route("http://127.0.0.1:1/search", "http://127.0.0.1:1/") == "/search"


def test_other_paths_are_no_search(route: RouteOf) -> None:
    assert route("https://nekos.best/api/v2") == "/"
    assert route("https://nekos.best/api/v2/neko/search") == "/neko/search"
    assert route("https://nekos.best/about") == "/about"


def test_a_claim_lasts_until_the_deadline_and_goes_at_the_pace(stage: Stage) -> None:
    call = Call(BACKEND, Request("GET", "/neko"), status_of)
    pipeline = Pipeline(
        stage.runtime_for(ClientConfig("tester/1.0", {}, rate_factor=0.5)), deadline=130.0
    )
    turn = Permit(pipeline, call, "https://nekos.best/api/v2/neko")
    assert (turn.backend, turn.origin) == ("nekos", "https://nekos.best")
    assert (turn.reservation.path, turn.reservation.deadline) == ("/api/v2/neko", 130.0)
    assert turn.limits == scale_limits(BACKEND.limits, 0.5)
    assert (
        turn.reservation.ticket != Permit(pipeline, call, "https://nekos.best/x").reservation.ticket
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-3.0, "1 s"),
        (0, "1 s"),
        (1, "1 s"),
        (1.1, "2 s"),
        (59.5, "1 min"),
        (60, "1 min"),
        (3599.5, "1 h"),
        (3661, "1 h 1 min"),
        (3601, "1 h 1 s"),
        (90061, "1 d 1 h"),
        (366 * 86_400, "366 d"),
    ],
)
def test_time_spans_in_words(seconds: float, said: str) -> None:
    assert format_duration(seconds) == said


def test_the_error_says_when_to_come_back() -> None:
    error = rate_limited("nekos is busy", -2.0)
    assert error.message == "nekos is busy: try again in 1 s"
    assert (error.retry_after, rate_limited("x", 7.5).retry_after) == (0.0, 7.5)
    assert "timeout=" in (error.hint or "")
