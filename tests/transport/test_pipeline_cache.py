"""Which answers are kept, when they are kept, and what becomes of one that cannot be read."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from animedex.call import Call, SourceTag
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
from animedex.http_message import Account, Request, Response
from animedex.transport.effects import Send
from tests.transport.calls import Read, answer, config, final
from tests.transport.store_calls import CacheDrop, CacheStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.call import CallContext, Steps
    from tests.transport.conftest import Stage


def parsed_by(stage: Stage, parse: Callable[[bytes], bytes]) -> Call[bytes]:
    """Return a call that goes on with its answer, with a warning."""

    def read_body(response: Response, source: SourceTag) -> bytes:
        return parse(response.body)

    def go_on(context: CallContext, body: bytes) -> Steps[bytes]:
        yield from ()
        context.warn("shelf", "read")
        return body

    return Call(stage.shelf, Request("GET", "/lazy"), read_body, ttl=60).then(go_on)


def understood(body: bytes) -> bytes:
    if body.startswith(b"<"):
        message = "the response is not JSON"
        raise UpstreamDecode(message)
    return body


def test_what_cannot_be_parsed_before_going_on_is_not_kept(stage: Stage) -> None:
    call = parsed_by(stage, understood)
    with pytest.raises(UpstreamDecode):
        stage.play(call, [answer(b"<html>")])
    assert not stage.all_of(CacheStore)
    assert stage.play(call, [answer(b"[1]")]) == b"[1]"
    assert stage.play(call) == b"[1]"


def test_a_call_that_goes_on_may_do_so_without_another(stage: Stage) -> None:
    call = parsed_by(stage, bytes)
    assert (stage.play(call, [answer(b"[1]")]), stage.play(call)) == (b"[1]", b"[1]")
    assert [event.message for event in stage.events if event.kind == "warning"] == ["read"] * 2


@pytest.mark.parametrize("error", [UpstreamDecode("not JSON"), UpstreamShape("not a list")])
@pytest.mark.parametrize("goes_on", [False, True])
def test_what_is_kept_and_cannot_be_read_is_dropped_and_asked_anew(
    stage: Stage, pick: Call[Read], error: AnimedexError, *, goes_on: bool
) -> None:
    def strict(body: bytes) -> bytes:
        if body == b"old":
            raise error
        return body

    call = parsed_by(stage, strict)
    if not goes_on:
        call = call._replace(next_steps=None)
    stage.play(pick._replace(request=call.request, ttl=60), [answer(b"old")])
    with pytest.raises(Unreachable):
        stage.play(call, [final(Unreachable("no"))])
    # Nothing is kept of it, so that it is not read again and again.
    assert stage.play(pick._replace(request=call.request, ttl=60), [answer(b"old")])
    assert stage.play(call, [answer(b"new")]) == b"new"
    assert stage.play(call) == b"new"
    assert [event.cached for event in stage.events if event.kind == "response"][-1]


def test_a_kept_answer_with_another_failure_is_not_asked_anew(
    stage: Stage, pick: Call[Read]
) -> None:
    def missing(response: Response, source: SourceTag) -> Read:
        message = "no such leaf"
        raise NotFound(message)

    changed = pick._replace(ttl=60)
    stage.play(changed, [answer()])
    with pytest.raises(NotFound):
        stage.play(changed._replace(parse=missing))


def test_a_call_goes_on_where_the_cache_is_busy(stage: Stage) -> None:
    def be_busy(step: object) -> None:
        if isinstance(step, CacheStore | CacheDrop):
            raise StoreLocked

    call = parsed_by(stage, understood)
    stage.play(parsed_by(stage, bytes), [answer(b"<html>")])
    stage.meddle = be_busy
    assert stage.play(call, [answer(b"[1]")]) == b"[1]"


def test_a_call_may_have_a_timeout_of_its_own(stage: Stage, pick: Call[Read]) -> None:
    stage.play(pick._replace(timeout=3), [answer()], config(timeout=10))
    stage.play(pick._replace(timeout=3), [answer()], config(timeout=None))
    assert [send.timeout for send in stage.all_of(Send)] == [3, 3]


def test_an_open_ended_call_has_no_time_limit_once_it_is_sent(
    stage: Stage, pick: Call[Read]
) -> None:
    stage.play(pick._replace(is_open_ended=True), [answer()], config(timeout=10))
    (send,) = stage.all_of(Send)
    assert (send.timeout, send.is_open_ended) == (None, True)


def test_the_deadline_holds_while_a_body_is_unpacked(stage: Stage, pick: Call[Read]) -> None:
    packed = Response(200, (("content-encoding", "gzip"),), gzip.compress(bytes(999_999)), "")
    stage.seconds_per_answer = 9.9
    assert len(stage.play(pick, [packed], config(timeout=10)).body) == 999_999
    stage.seconds_per_answer = 10.1
    with pytest.raises(TimedOut, match="within 10 s"):
        stage.play(pick, [packed], config(timeout=10))


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
        stage.play(pick._replace(ttl=60), [answer(body)])
    assert not stage.all_of(CacheStore)


def test_what_interrupts_the_cache_ends_a_call(stage: Stage, pick: Call[Read]) -> None:
    def interrupt(step: object) -> None:
        if isinstance(step, CacheStore):
            raise KeyboardInterrupt

    stage.meddle = interrupt
    with pytest.raises(KeyboardInterrupt):
        stage.play(pick._replace(ttl=60), [answer()])


@pytest.mark.parametrize("lazy", [False, True])
def test_an_error_in_the_place_of_another_keeps_its_request_id(
    stage: Stage, pick: Call[Read], *, lazy: bool
) -> None:
    def tell(context: CallContext, error: AnimedexError) -> Steps[Read]:
        message = "there is no such leaf"
        raise NotFound(message)

    def tell_lazily(context: CallContext, error: AnimedexError) -> Steps[Read]:
        context.warn("shelf", "looking for others")
        return (yield from tell(context, error))

    call = pick._replace(recover=tell_lazily if lazy else tell)
    with pytest.raises(NotFound, match="no such leaf") as raised:
        stage.play(call, [Response(404, (("x-request-id", "0af7-65"),), b"", "")])
    assert raised.value.request_id == "0af7-65"


def test_what_a_server_keeps_and_cannot_be_read_is_deleted_there(
    stage: Stage, pick: Call[Read]
) -> None:
    def refuse(response: Response, source: SourceTag) -> Read:
        message = "not JSON"
        raise UpstreamDecode(message)

    stage.runtime = stage.runtime_for(config())
    stage.runtime.is_cache_remote = True
    cached = pick._replace(ttl=60)
    stage.play(cached, [answer(b"old")])
    with pytest.raises(UpstreamDecode):
        stage.play(cached._replace(parse=refuse), [answer(b"new")])
    assert len(stage.all_of(CacheDrop)) == 1
    assert stage.play(cached, [answer(b"new")]).body == b"new"
