from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.call import Call, SourceTag
from animedex.database import StoreLocked
from animedex.errors import (
    AnimedexError,
    BadArguments,
    ClientUnusable,
    RateLimited,
    TimedOut,
    Unreachable,
    UpstreamDecode,
    UpstreamError,
)
from animedex.http_message import Request, Response
from animedex.ratelimit.rate_limiter import NEVER
from animedex.transport.effects import Send
from animedex.transport.events import format_event
from animedex.transport.pipeline import ClientConfig
from tests.transport.store_calls import Block, Cancel, Finish, Reserve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.transport.conftest import Stage

DATE = ("date", "Fri, 08 May 2026 09:08:00 GMT")
Line = Response | BaseException


def response(status: int = 200, *headers: tuple[str, str]) -> Response:
    return Response(status, (DATE, *headers), b"{}", "")


def test_each_try_asks_for_what_is_still_lacking(stage: Stage, pick: Call[SourceTag]) -> None:
    have = iter([5, 9])
    asking = pick._replace(resume_headers=lambda: (("range", f"bytes={next(have)}-"),))
    stage.play(asking, [broken(), response(206)])
    asked = [dict(step.headers)["range"] for step in stage.all_of(Send)]
    assert asked == ["bytes=5-", "bytes=9-"]


def broken(*, transient: bool = True) -> Unreachable:
    error = Unreachable("the connection broke")
    error.transient = transient
    return error


def tag(response: Response, source: SourceTag) -> SourceTag:
    return source


@pytest.fixture
def pick(stage: Stage) -> Call[SourceTag]:
    return Call(stage.shelf, Request("GET", "/pick"), tag)


def config(timeout: float | None = 30.0, *, limited: bool = True, base: str = "") -> ClientConfig:
    return ClientConfig("tester/1.0", {"shelf": base} if base else {}, timeout, is_limited=limited)


@pytest.mark.parametrize(
    "failed",
    [response(429), response(502), response(503), response(504), broken()],
    ids=["429", "502", "503", "504", "broken"],
)
def test_what_may_pass_is_tried_three_times_more(
    stage: Stage, pick: Call[SourceTag], failed: Line
) -> None:
    stage.play(pick, [failed, failed, failed, response()])
    assert len(stage.sent) == 4
    assert stage.slept == [0.5, 1.0, 2.0]
    retries = [event for event in stage.events if event.kind == "retry"]
    assert [event.seconds for event in retries] == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("failed", "error"),
    [(response(503), UpstreamError), (response(429), RateLimited), (broken(), Unreachable)],
)
def test_trying_ends_with_what_came_last(
    stage: Stage, pick: Call[SourceTag], failed: Line, error: type[AnimedexError]
) -> None:
    with pytest.raises(error):
        stage.play(pick, [failed] * 9)
    assert len(stage.sent) == 4


@pytest.mark.parametrize(
    "final",
    [
        response(400),
        response(403),
        response(404),
        response(500),
        broken(transient=False),
        TimedOut("late"),
        UpstreamDecode("garbled"),
    ],
    ids=["400", "403", "404", "500", "lasting", "late", "garbled"],
)
def test_what_will_not_pass_is_asked_once(stage: Stage, pick: Call[SourceTag], final: Line) -> None:
    with pytest.raises(AnimedexError):
        stage.play(pick, [final])
    assert (len(stage.sent), stage.slept) == (1, [])


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_only_what_changes_nothing_is_asked_again(
    stage: Stage, pick: Call[SourceTag], method: str
) -> None:
    call = pick._replace(request=Request(method, "/pick"), is_raw=True)
    stage.play(call, [response(503), response(200)])
    assert len(stage.sent) == (1 if method == "POST" else 2)


def test_jitter_shortens_a_pause(stage: Stage, pick: Call[SourceTag]) -> None:
    stage.jitter = 0.0
    stage.play(pick, [broken(), broken(), response()])
    assert stage.slept == [0.25, 0.5]


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ([("retry-after", "2")], 2.0),
        ([("retry-after", "0.75")], 0.75),
        ([("retry-after", "Fri, 08 May 2026 09:08:07 GMT")], 7.0),
        ([("x-rate-limit-reset", "2026-05-08T09:08:09.0000000Z")], 9.0),
        ([("retry-after", "3"), ("x-rate-limit-reset", "2026-05-08T09:08:09Z")], 3.0),
        ([("retry-after", "soon")], 0.5),
        ([("x-rate-limit-reset", "soon")], 0.5),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_is_as_told(
    stage: Stage,
    pick: Call[SourceTag],
    status: int,
    headers: list[tuple[str, str]],
    pause: float,
) -> None:
    stage.play(pick, [response(status, *headers), response()])
    assert sum(stage.slept) == pytest.approx(pause)
    assert len(stage.sent) == 2


def test_a_429_that_lasts_too_long_ends_at_once(stage: Stage, pick: Call[SourceTag]) -> None:
    with pytest.raises(RateLimited, match="try again in 1 h") as raised:
        stage.play(pick, [response(429, ("retry-after", "3600"))])
    assert raised.value.retry_after == 3600
    assert (raised.value.backend, raised.value.status) == ("shelf", 429)
    assert (len(stage.sent), stage.slept) == (1, [])


def test_a_long_429_is_remembered_for_the_next_call(stage: Stage, pick: Call[SourceTag]) -> None:
    for _ in range(2):
        with pytest.raises(RateLimited, match="try again in 1 h"):
            stage.play(pick, [response(429, ("retry-after", "3600"))])
    assert len(stage.sent) == 1
    other = pick._replace(request=Request("GET", "/other"))
    assert stage.play(other, [response()]).backend == "shelf"


def test_a_503_that_lasts_too_long_ends_at_once(stage: Stage, pick: Call[SourceTag]) -> None:
    with pytest.raises(UpstreamError) as raised:
        stage.play(pick, [response(503, ("retry-after", "120"))])
    assert (raised.value.status, raised.value.hint) == (503, "try again in 2 min")
    assert stage.slept == []


def test_a_backoff_that_does_not_fit_is_not_begun(stage: Stage, pick: Call[SourceTag]) -> None:
    with pytest.raises(Unreachable):
        stage.play(pick, [broken()], config(0.5))
    assert stage.slept == []


@pytest.mark.parametrize("told", ["1e300", "90000"])
def test_no_pause_is_longer_than_a_day(stage: Stage, pick: Call[SourceTag], told: str) -> None:
    stage.play(pick, [response(429, ("retry-after", told)), response()], config(None))
    assert stage.slept == [86_400]


def test_a_path_without_room_is_left_alone_by_all(stage: Stage, pick: Call[SourceTag]) -> None:
    spent = response(
        200,
        ("x-rate-limit-limit", "1m"),
        ("x-rate-limit-remaining", "0"),
        ("x-rate-limit-reset", "2026-05-08T09:08:20.0000000Z"),
    )
    assert not stage.play(pick, [spent]).rate_limited
    with pytest.raises(RateLimited, match="try again in 20 s"):
        stage.play(pick, config=config(5))
    began = stage.clock.now
    assert stage.play(pick, [response()]).rate_limited
    assert stage.clock.now - began == pytest.approx(20)


def test_a_pause_after_a_429_counts_as_waiting(stage: Stage, pick: Call[SourceTag]) -> None:
    assert stage.play(pick, [response(429, ("retry-after", "1")), response()]).rate_limited


def test_a_pause_after_a_failure_is_no_waiting(stage: Stage, pick: Call[SourceTag]) -> None:
    assert not stage.play(pick, [response(503), broken(), response()]).rate_limited


def test_waiting_is_not_forgotten_over_a_broken_connection(
    stage: Stage, pick: Call[SourceTag]
) -> None:
    for _ in range(4):
        assert not stage.play(pick, [response()]).rate_limited
    assert stage.play(pick, [broken(), response()]).rate_limited


def redirect(to: str, status: int = 302) -> Response:
    return response(status, ("location", to))


def test_a_redirect_is_followed(stage: Stage, pick: Call[SourceTag]) -> None:
    stage.play(pick, [redirect("/api/there"), redirect("//files.shelf.example/x"), response()])
    assert stage.sent == [
        "https://shelf.example/api/pick",
        "https://shelf.example/api/there",
        "https://files.shelf.example/x",
    ]


def test_five_redirects_are_enough(stage: Stage, pick: Call[SourceTag]) -> None:
    hops = [redirect(f"/api/{number}") for number in range(5)]
    stage.play(pick, [*hops, response()])
    assert len(stage.sent) == 6
    with pytest.raises(UpstreamDecode, match="redirected more than 5 times") as caught:
        stage.play(pick, [redirect("/api/pick")] * 6)
    assert len(stage.sent) == 12
    error = caught.value
    assert (error.exit_code, error.backend) == (7, pick.backend.name)


def test_each_hop_has_budgets_of_its_own_but_no_new_tries(
    stage: Stage, pick: Call[SourceTag]
) -> None:
    hop: list[Line] = [broken(), broken(), redirect("/api/there")]
    stage.play(pick, [*hop, broken(), response()])
    assert len(stage.all_of(Reserve)) == len(stage.sent) == 5
    assert {reserve.reservation.path for reserve in stage.all_of(Reserve)} == {
        "/api/pick",
        "/api/there",
    }


def test_a_redirect_gives_no_new_tries(stage: Stage, pick: Call[SourceTag]) -> None:
    hop: list[Line] = [broken(), broken(), broken(), redirect("/api/there")]
    with pytest.raises(Unreachable):
        stage.play(pick, [*hop, broken()])
    assert len(stage.sent) == 5


def test_a_redirect_to_a_stranger_is_refused(stage: Stage, pick: Call[SourceTag]) -> None:
    with pytest.raises(UpstreamError, match=r"redirected to evil\.example"):
        stage.play(pick, [redirect("https://evil.example/api/pick")])
    assert len(stage.sent) == 1


def test_what_a_caller_added_does_not_follow_to_another_host(
    stage: Stage, pick: Call[SourceTag]
) -> None:
    request = Request("GET", "/pick", headers=(("Authorization", "Basic aaaa"),))
    stage.play(
        pick._replace(request=request),
        [redirect("/api/there"), redirect("https://files.shelf.example/x"), response()],
    )
    told = ["authorization" in dict(send.headers) for send in stage.all_of(Send)]
    assert told == [True, True, False]


def test_waiting_before_a_redirect_counts(stage: Stage, pick: Call[SourceTag]) -> None:
    for _ in range(4):
        stage.play(pick, [response()])
    far = redirect("https://files.shelf.example/x")
    assert stage.play(pick, [far, response()]).rate_limited


def test_without_budgets_nothing_is_claimed_on_loopback(
    stage: Stage, pick: Call[SourceTag]
) -> None:
    near = config(limited=False, base="http://127.0.0.1:9/api")
    for _ in range(20):
        assert not stage.play(pick, [response(200, ("x-rate-limit-remaining", "0"))], near).cached
    assert len(stage.sent) == 20
    assert not [step for step in stage.steps if isinstance(step, Reserve | Finish | Block)]


def test_budgets_of_a_real_service_are_never_off(stage: Stage, pick: Call[SourceTag]) -> None:
    with pytest.raises(BadArguments, match="loopback server only"):
        stage.play(pick, config=config(limited=False))
    near = config(limited=False, base="http://127.0.0.1:9/api")
    with pytest.raises(BadArguments, match="loopback server only"):
        stage.play(pick, [redirect("https://shelf.example/api/pick")], near)
    assert len(stage.sent) == 1


@pytest.mark.parametrize("failed", [broken(transient=False), TimedOut("too slow")])
def test_a_failure_to_get_an_answer_is_told(
    stage: Stage, pick: Call[SourceTag], failed: AnimedexError
) -> None:
    stage.seconds_per_answer = 0.25
    with pytest.raises(type(failed)):
        stage.play(pick, [failed])
    kinds = [event.kind for event in stage.events]
    assert kinds == ["request", "failure"]
    assert stage.events[-1].message == failed.message
    assert format_event(stage.events[-1]).endswith(f"pick: {failed.message} after 250 ms, 3 left")


def test_events_tell_of_request_and_response(stage: Stage, pick: Call[SourceTag]) -> None:
    stage.seconds_per_answer = 0.25
    stage.play(pick, [response()])
    request, answer = stage.events
    assert (request.kind, request.method, request.left) == ("request", "GET", 3)
    assert (answer.kind, answer.status, answer.seconds, answer.left) == ("response", 200, 0.25, 3)


def spent(status: int) -> Response:
    reset = ("x-rate-limit-reset", "2026-05-08T09:08:03Z")
    return response(status, ("x-rate-limit-remaining", "0"), reset)


LINES = st.one_of(
    st.sampled_from([200, 400, 429, 500, 502, 503, 504]).map(response),
    st.sampled_from([429, 503, 200]).flatmap(
        lambda status: st.floats(0, 50).map(
            lambda seconds: response(status, ("retry-after", str(seconds)))
        )
    ),
    st.sampled_from([200, 429]).map(spent),
    st.sampled_from(
        ["/api/search", "https://files.shelf.example/search", "https://evil.example"]
    ).map(redirect),
    st.booleans().map(lambda passing: broken(transient=passing)),
    st.sampled_from([TimedOut("late"), UpstreamDecode("garbled"), KeyboardInterrupt()]),
)


@pytest.fixture(scope="module")
def lasting_stage(
    make_stage: Callable[[Path], Stage], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    stage = make_stage(tmp_path_factory.mktemp("stage"))
    yield stage
    stage.close()


@given(
    lines=st.lists(LINES, max_size=8),
    calls=st.integers(1, 4),
    taken=st.floats(0, 4),
    timeout=st.one_of(st.none(), st.floats(0.1, 40)),
    jitter=st.floats(0, 1),
)
def test_whatever_comes_the_rules_hold(  # noqa: PLR0913, PLR0917  each is drawn for itself
    lasting_stage: Stage,
    lines: list[Line],
    calls: int,
    taken: float,
    timeout: float | None,
    jitter: float,
) -> None:
    stage = lasting_stage
    call = Call(stage.shelf, Request("GET", "/search"), tag)
    stage.seconds_per_answer, stage.jitter = taken, jitter
    stage.clock.now += 1e6  # what an earlier example left behind is over
    for _ in range(calls):
        stage.steps.clear()
        began = stage.clock.now
        with contextlib.suppress(AnimedexError, KeyboardInterrupt):
            stage.play(call, endless(lines), config(timeout))
        hops = 1 + sum(isinstance(line, Response) and line.status == 302 for line in lines)
        assert len(stage.sent) <= 4 * min(hops, 6)
        assert stage.clock.now - began <= (timeout or NEVER) + taken + 1e-6
        claimed = [reserve.reservation.ticket for reserve in stage.all_of(Reserve)]
        ended = [settle.reservation.ticket for settle in stage.all_of(Finish)]
        ended += [release.reservation.ticket for release in stage.all_of(Cancel)]
        assert len(set(ended)) == len(ended)
        assert set(ended) <= set(claimed)
    for window in stage.ledger().windows.values():
        assert all(entry.has_answer for entry in window.entries)
        assert window.queue == ()


def endless(lines: list[Line]) -> Iterator[Line]:
    """Read a script from its beginning, and then let everything go right."""
    yield from lines
    while True:
        yield response()


def test_a_redirect_that_cannot_be_asked_is_the_service_s_fault(
    stage: Stage, pick: Call[SourceTag]
) -> None:
    unsendable = BadArguments("the request cannot be built")
    with pytest.raises(UpstreamDecode, match="redirected to an address that is too long"):
        stage.play(pick, [redirect("/api/there"), unsendable])
    with pytest.raises(BadArguments, match="the request cannot be built"):
        stage.play(pick, [unsendable])
    with pytest.raises(ClientUnusable):
        stage.play(pick, [redirect("/api/there"), ClientUnusable("the client is closed")])


def test_a_redirect_to_an_address_that_cannot_be_sent_is_the_service_s_fault(
    stage: Stage, pick: Call[SourceTag]
) -> None:
    locked = iter([StoreLocked()])

    def lock_once(step: object) -> None:
        # Coverage does not see what follows an error that is thrown in; it sees this pause.
        if isinstance(step, Finish) and len(stage.sent) > 1:
            for error in locked:
                raise error

    stage.meddle = lock_once
    search = pick._replace(request=Request("GET", "/search"))
    away = response(302, ("location", "/api/search?" + "x" * 99))
    with pytest.raises(UpstreamDecode, match="too long or malformed") as raised:
        stage.play(search, [away, BadArguments("the request cannot be built")])
    assert raised.value.backend == "shelf"
    # The jitter is 1.0 here: between half of the pause and one and a half.
    assert stage.slept == [1.5 * StoreLocked.pause]


def test_jitter_shortens_the_pause_before_a_locked_file_is_tried_again(
    stage: Stage, pick: Call[SourceTag]
) -> None:
    locked = iter([StoreLocked()])

    def lock_once(step: object) -> None:
        if isinstance(step, Finish):
            for error in locked:
                raise error

    stage.meddle, stage.jitter = lock_once, 0.0
    stage.play(pick._replace(request=Request("GET", "/search")), [response(200)])
    assert stage.slept == [0.5 * StoreLocked.pause]
