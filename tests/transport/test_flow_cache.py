"""Which answers are kept, when they are kept, and what becomes of one that cannot be read."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from animedex.call import Account, Call, Request, Response, Say, SourceTag
from animedex.database import StoreLocked
from animedex.errors import (
    AnimedexError,
    NotFound,
    RateLimited,
    TimedOut,
    Unreachable,
    UpstreamDecode,
    UpstreamError,
    UpstreamShape,
)
from animedex.transport.steps import Drop, Keep, Recall, Send, Tell
from tests.transport.calls import Read, answer, final, manner

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.call import Plan
    from animedex.transport.steps import Step
    from tests.transport.conftest import Stage


def lazily(stage: Stage, body_of: Callable[[bytes], bytes]) -> Call[bytes]:
    """Return a call whose answer is read when its plan begins, as `art search` reads it."""

    def read_lazily(response: Response, source: SourceTag) -> Plan[bytes]:
        found = body_of(response.body)
        yield Say("shelf", "read")
        return found

    return Call(stage.shelf, Request("GET", "/lazy"), read_lazily, lifetime=60)


def understood(body: bytes) -> bytes:
    if body.startswith(b"<"):
        message = "the answer is not JSON"
        raise UpstreamDecode(message)
    return body


def test_what_a_plan_cannot_read_is_not_kept(stage: Stage) -> None:
    call = lazily(stage, understood)
    with pytest.raises(UpstreamDecode):
        stage.play(call, [answer(b"<html>")])
    assert not stage.all_of(Keep)
    assert stage.play(call, [answer(b"[1]")]) == b"[1]"
    assert stage.play(call) == b"[1]"


def test_a_plan_may_end_without_a_wish(stage: Stage) -> None:
    def at_once(response: Response, source: SourceTag) -> Plan[bytes]:
        yield from ()
        return response.body

    call: Call[bytes] = Call(stage.shelf, Request("GET", "/lazy"), at_once, lifetime=60)
    assert (stage.play(call, [answer(b"[1]")]), stage.play(call)) == (b"[1]", b"[1]")


@pytest.mark.parametrize("error", [UpstreamDecode("not JSON"), UpstreamShape("not a list")])
@pytest.mark.parametrize("lazy", [False, True])
def test_what_is_kept_and_cannot_be_read_is_dropped_and_asked_anew(
    stage: Stage, pick: Call[Read], error: AnimedexError, *, lazy: bool
) -> None:
    def strict(body: bytes) -> bytes:
        if body == b"old":
            raise error
        return body

    def read_at_once(response: Response, source: SourceTag) -> bytes:
        return strict(response.body)

    call = lazily(stage, strict) if lazy else lazily(stage, strict)._replace(parse=read_at_once)
    stage.play(pick._replace(request=call.request, lifetime=60), [answer(b"old")])
    with pytest.raises(Unreachable):
        stage.play(call, [final(Unreachable("no"))])
    # Nothing is kept of it, so that it is not read again and again.
    assert stage.play(pick._replace(request=call.request, lifetime=60), [answer(b"old")])
    assert stage.play(call, [answer(b"new")]) == b"new"
    assert stage.play(call) == b"new"
    assert [event.cached for event in stage.events if event.kind == "response"][-1]


def test_a_kept_answer_with_another_failure_is_not_asked_anew(
    stage: Stage, pick: Call[Read]
) -> None:
    def missing(response: Response, source: SourceTag) -> Read:
        message = "no such leaf"
        raise NotFound(message)

    kept = pick._replace(lifetime=60)
    stage.play(kept, [answer()])
    with pytest.raises(NotFound):
        stage.play(kept._replace(parse=missing))


@pytest.mark.parametrize("kind", [Keep, Tell])
def test_what_interrupts_the_cache_closes_a_plan_that_has_begun(
    stage: Stage, kind: type[Step]
) -> None:
    closed: list[str] = []

    def plan() -> Plan[bytes]:
        try:
            yield Say("shelf", "read")
        finally:
            closed.append("closed")
        return b""

    def read_lazily(response: Response, source: SourceTag) -> Plan[bytes]:
        return plan()

    def interrupt(step: Step) -> None:
        if isinstance(step, kind) and stage.all_of(Recall):
            raise KeyboardInterrupt

    call: Call[bytes] = Call(stage.shelf, Request("GET", "/lazy"), read_lazily, lifetime=60)
    if kind is Tell:
        stage.play(call, [answer()])
        closed.clear()
    stage.meddle = interrupt
    with pytest.raises(KeyboardInterrupt) as raised:
        stage.play(call, [answer()])
    # What is still told of the interruption keeps no plan open.
    assert (closed, raised.type) == (["closed"], KeyboardInterrupt)


def test_a_plan_goes_on_where_the_cache_is_busy(stage: Stage) -> None:
    def be_busy(step: Step) -> None:
        if isinstance(step, Keep | Drop):
            raise StoreLocked

    call = lazily(stage, understood)
    stage.play(lazily(stage, bytes), [answer(b"<html>")])
    stage.meddle = be_busy
    assert stage.play(call, [answer(b"[1]")]) == b"[1]"


def test_a_call_may_have_a_timeout_of_its_own(stage: Stage, pick: Call[Read]) -> None:
    stage.play(pick._replace(timeout=3), [answer()], manner(timeout=10))
    stage.play(pick._replace(timeout=3), [answer()], manner(timeout=None))
    assert [send.timeout for send in stage.all_of(Send)] == [3, 3]


def test_an_open_ended_call_has_no_time_limit_once_it_is_sent(
    stage: Stage, pick: Call[Read]
) -> None:
    stage.play(pick._replace(is_open_ended=True), [answer()], manner(timeout=10))
    (send,) = stage.all_of(Send)
    assert (send.timeout, send.is_open_ended) == (None, True)


def test_the_deadline_holds_while_a_body_is_unpacked(stage: Stage, pick: Call[Read]) -> None:
    packed = Response(200, (("content-encoding", "gzip"),), gzip.compress(bytes(999_999)), "")
    stage.seconds_per_answer = 9.9
    assert len(stage.play(pick, [packed], manner(timeout=10)).body) == 999_999
    stage.seconds_per_answer = 10.1
    with pytest.raises(TimedOut, match="within 10 s"):
        stage.play(pick, [packed], manner(timeout=10))


def test_what_cannot_be_read_keeps_the_request_id_too(stage: Stage, pick: Call[Read]) -> None:
    def refuse(response: Response, source: SourceTag) -> Read:
        raise UpstreamDecode(response.body.decode())

    named = Response(200, (("x-request-id", "0af7-65"),), b"what", "")
    with pytest.raises(UpstreamDecode) as raised:
        stage.play(pick._replace(parse=refuse), [named])
    assert raised.value.request_id == "0af7-65"


def test_a_failure_is_told_with_its_request_id(stage: Stage, pick: Call[Read]) -> None:
    stage.account = Account((), ["hunter2"], "me", "mark")
    call = pick._replace(backend=stage.club)
    headers = (("x-request-id", "0af7-hunter2"),)
    with pytest.raises(UpstreamError) as raised:
        stage.play(call, [Response(500, headers, b"", "")])
    assert raised.value.request_id == "0af7-***"
    assert [event.request_id for event in stage.events] == ["", "0af7-***"]
    stage.play(call, [Response(200, headers, b"{}", "")])
    assert not stage.events[-1].request_id


def test_a_success_that_reports_a_failure_is_not_kept(stage: Stage, pick: Call[Read]) -> None:
    body = b'{"success": false, "error": "Rate limit exceeded"}'
    with pytest.raises(RateLimited):
        stage.play(pick._replace(lifetime=60), [answer(body)])
    assert not stage.all_of(Keep)


def test_what_interrupts_the_cache_ends_a_call_without_a_plan(
    stage: Stage, pick: Call[Read]
) -> None:
    def interrupt(step: Step) -> None:
        if isinstance(step, Keep):
            raise KeyboardInterrupt

    stage.meddle = interrupt
    with pytest.raises(KeyboardInterrupt):
        stage.play(pick._replace(lifetime=60), [answer()])


@pytest.mark.parametrize("lazy", [False, True])
def test_an_error_in_the_place_of_another_keeps_its_request_id(
    stage: Stage, pick: Call[Read], *, lazy: bool
) -> None:
    def tell(error: AnimedexError) -> Plan[Read]:
        message = "there is no such leaf"
        raise NotFound(message)

    def tell_lazily(error: AnimedexError) -> Plan[Read]:
        yield Say("shelf", "looking for others")
        return (yield from tell(error))

    call = pick._replace(recover=tell_lazily if lazy else tell)
    with pytest.raises(NotFound, match="no such leaf") as raised:
        stage.play(call, [Response(404, (("x-request-id", "0af7-65"),), b"", "")])
    assert raised.value.request_id == "0af7-65"
