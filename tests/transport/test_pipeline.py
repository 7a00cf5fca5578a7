from __future__ import annotations

from datetime import UTC, datetime
from inspect import signature
from typing import TYPE_CHECKING

import pytest

from animedex.call import Call, SourceTag
from animedex.database import StoreLocked
from animedex.errors import (
    AnimedexError,
    BadArguments,
    NotFound,
    RateLimited,
    Refused,
    TimedOut,
    Unreachable,
    UpstreamDecode,
    UpstreamError,
)
from animedex.http_message import Request, Response
from animedex.transport.effects import Send, Sleep
from animedex.transport.pipeline import Runtime
from tests.transport.calls import USER_AGENT, Read, answer, config, final, read
from tests.transport.store_calls import CacheGet, CacheStore, RecordSeen, SelectUnseen

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.call import CallContext, Steps
    from tests.transport.conftest import Stage


def test_an_answer_is_read_and_dated(stage: Stage, pick: Call[Read]) -> None:
    before = datetime.now(UTC)
    result = stage.play(pick, [answer(b"[1]")])
    assert result.body == b"[1]"
    tag = SourceTag("shelf", before, cached=False, rate_limited=False, library=False)
    assert result.source._replace(fetched_at=before) == tag
    assert before <= result.source.fetched_at <= datetime.now(UTC)
    (sent,) = stage.all_of(Send)
    assert (sent.method, sent.url) == ("GET", "https://shelf.example/api/pick")
    assert dict(sent.headers)["user-agent"] == USER_AGENT


def test_what_may_not_be_kept_never_meets_the_cache(stage: Stage, pick: Call[Read]) -> None:
    for _ in range(2):
        stage.play(pick, [answer()])
    assert len(stage.sent) == 2
    assert not stage.all_of(CacheGet) + stage.all_of(CacheStore)


def test_what_may_be_kept_is_asked_once(stage: Stage, pick: Call[Read]) -> None:
    changed = pick._replace(ttl=60)
    first = stage.play(changed, [answer(b"[7]")])
    second = stage.play(changed)
    assert (first.body, second.body) == (b"[7]", b"[7]")
    assert (first.source.cached, second.source.cached) == (False, True)
    assert second.source.fetched_at == datetime.fromtimestamp(stage.clock.now, UTC)
    assert [event.cached for event in stage.events] == [False, False, True]


def test_what_is_kept_expires(stage: Stage, pick: Call[Read]) -> None:
    changed = pick._replace(ttl=60)
    stage.play(changed, [answer(b"1")])
    stage.clock.now += 61
    assert stage.play(changed, [answer(b"2")]).body == b"2"


def test_refreshing_asks_and_keeps_the_news(stage: Stage, pick: Call[Read]) -> None:
    changed = pick._replace(ttl=60)
    stage.play(changed, [answer(b"1")])
    assert stage.play(changed, [answer(b"2")], config(refresh=True)).body == b"2"
    assert stage.play(changed).body == b"2"


def test_without_a_cache_nothing_is_looked_up_or_kept(stage: Stage, pick: Call[Read]) -> None:
    changed = pick._replace(ttl=60)
    for _ in range(2):
        stage.play(changed, [answer()], config(cached=False))
    assert not stage.all_of(CacheGet) + stage.all_of(CacheStore)


def test_an_answer_that_cannot_be_read_is_not_kept(stage: Stage, pick: Call[Read]) -> None:
    def refuse(response: Response, source: SourceTag) -> Read:
        raise UpstreamDecode(response.body.decode())

    with pytest.raises(UpstreamDecode) as raised:
        stage.play(pick._replace(ttl=60, parse=refuse), [answer(b"what")])
    assert raised.value.backend == "shelf"
    assert not stage.all_of(CacheStore)


def test_a_cache_that_stays_locked_leaves_half_of_the_time_to_the_request(
    stage: Stage, pick: Call[Read]
) -> None:
    moments: list[float] = []

    def meddle(step: object) -> None:
        if isinstance(step, CacheGet):
            # As a locked file does: nothing until the moment that the lookup may last.
            moments.append(step.deadline - stage.clock.now)
            stage.clock.now = step.deadline
            raise StoreLocked

    stage.meddle = meddle
    call = pick._replace(ttl=60)
    assert stage.play(call, [answer(b"1")], config(timeout=10)).body == b"1"
    assert moments == [5.0]
    assert [send.timeout for send in stage.all_of(Send)] == [5.0]


@pytest.mark.parametrize("status", [204, 404, 500])
def test_only_a_200_is_kept(stage: Stage, pick: Call[Read], status: int) -> None:
    stage.play(pick._replace(ttl=60, is_raw=True), [answer(status=status)])
    assert stage.all_of(CacheGet)
    assert not stage.all_of(CacheStore)


def test_a_status_becomes_an_error(stage: Stage, pick: Call[Read]) -> None:
    with pytest.raises(NotFound, match="shelf: not found") as raised:
        stage.play(pick, [answer(status=404)])
    assert (raised.value.backend, raised.value.status) == ("shelf", 404)


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_a_status_says_more_than_a_body_that_cannot_be_read(
    stage: Stage, pick: Call[Read], encoding: str
) -> None:
    page = Response(403, (("content-encoding", encoding),), b"no such packing", "")
    with pytest.raises(Refused) as raised:
        stage.play(pick, [page])
    assert (raised.value.status, USER_AGENT in (raised.value.hint or "")) == (403, True)
    with pytest.raises(UpstreamDecode):
        stage.play(pick, [page._replace(status=200)])


def test_a_raw_call_takes_the_body_as_it_came(stage: Stage, pick: Call[Read]) -> None:
    came = Response(500, (("content-encoding", "gzip"),), b"as it is", "")
    assert stage.play(pick._replace(is_raw=True), [came]).body == b"as it is"


def test_a_failure_can_be_recovered_from(stage: Stage, pick: Call[Read]) -> None:
    def instead(context: CallContext, error: AnimedexError) -> Steps[Read]:
        assert isinstance(error, NotFound)
        return context.execute(pick)

    call = pick._replace(request=Request("GET", "/gone"), recover=instead)
    assert stage.play(call, [answer(status=404), answer(b"here")]).body == b"here"
    assert [url[-5:] for url in stage.sent] == ["/gone", "/pick"]


def test_recovering_may_end_in_the_failure_itself(stage: Stage, pick: Call[Read]) -> None:
    def give_up(context: CallContext, error: AnimedexError) -> Steps[Read]:
        yield from ()
        raise error

    with pytest.raises(NotFound):
        stage.play(pick._replace(recover=give_up), [answer(status=404)])


def first_of(stage: Stage) -> Call[Read]:
    return Call(stage.shelf, Request("GET", "/first"), read)


def test_a_call_goes_on_with_others_and_with_what_is_new(stage: Stage, pick: Call[Read]) -> None:
    def go_on(context: CallContext, first: Read) -> Steps[bytes]:
        more = yield from context.execute(pick)
        new = yield from context.select_unseen("shelf", ("a", "b"))
        again = yield from context.select_unseen("shelf", ("b", "c"))
        return first.body + more.body + "".join([*sorted(new), "-", *sorted(again)]).encode()

    call = first_of(stage).then(go_on)
    assert stage.play(call, [answer(b"1"), answer(b"2")]) == b"12ab-c"


def test_what_goes_on_may_execute_what_goes_on(stage: Stage, pick: Call[Read]) -> None:
    def inner(context: CallContext, first: Read) -> Steps[Read]:
        return context.execute(pick)

    def outer(context: CallContext, first: Read) -> Steps[Read]:
        return context.execute(first_of(stage).then(inner))

    answers = [answer(b"1"), answer(b"2"), answer(b"3")]
    assert stage.play(first_of(stage).then(outer), answers).body == b"3"


def test_a_call_may_go_on_twice(stage: Stage, pick: Call[Read]) -> None:
    def once(context: CallContext, first: Read) -> Steps[bytes]:
        return first.body + (yield from context.execute(pick)).body

    def twice(context: CallContext, body: bytes) -> Steps[bytes]:
        return body + (yield from context.execute(pick)).body

    call = first_of(stage).then(once).then(twice)
    assert stage.play(call, [answer(b"1"), answer(b"2"), answer(b"3")]) == b"123"


def test_a_call_goes_on_with_what_it_recovered(stage: Stage, pick: Call[Read]) -> None:
    def instead(context: CallContext, error: AnimedexError) -> Steps[Read]:
        return context.execute(pick)

    def go_on(context: CallContext, first: Read) -> Steps[bytes]:
        yield from ()
        return b"then " + first.body

    call = first_of(stage)._replace(recover=instead).then(go_on)
    assert stage.play(call, [answer(status=404), answer(b"here")]) == b"then here"


def test_what_goes_on_catches_failures(stage: Stage, pick: Call[Read]) -> None:
    def careful(context: CallContext, first: Read) -> Steps[str]:
        try:
            yield from context.execute(pick)
        except NotFound:
            more = yield from context.execute(pick)
            return f"then {more.body.decode()}"
        return "never"

    call = first_of(stage).then(careful)
    assert stage.play(call, [answer(), answer(status=404), answer(b"found")]) == "then found"


def go_on_with(pick: Call[Read]) -> Callable[[CallContext, Read], Steps[Read]]:
    def go_on(context: CallContext, first: Read) -> Steps[Read]:
        return context.execute(pick)

    return go_on


def test_what_catches_nothing_fails_with_its_call(stage: Stage, pick: Call[Read]) -> None:
    with pytest.raises(NotFound):
        stage.play(first_of(stage).then(go_on_with(pick)), [answer(), answer(status=404)])


def test_one_deadline_covers_all_calls(stage: Stage, pick: Call[Read]) -> None:
    stage.seconds_per_answer = 4.0
    call = first_of(stage).then(go_on_with(pick))
    stage.play(call, [answer(), answer()], config(timeout=10))
    assert [send.timeout for send in stage.all_of(Send)] == [10, 6]
    with pytest.raises(TimedOut, match="within 3 s"):
        stage.play(call, [answer()], config(timeout=3))


def test_without_a_deadline_json_may_take_five_minutes(stage: Stage, pick: Call[Read]) -> None:
    stage.play(pick, [answer()], config(timeout=None))
    stage.play(pick, [answer()], config(timeout=900))
    assert [send.timeout for send in stage.all_of(Send)] == [300, 900]


def test_without_a_deadline_a_file_may_take_as_long_as_it_arrives(
    stage: Stage, pick: Call[Read]
) -> None:
    for call in (
        pick._replace(open_writer=into_pocket),
        pick._replace(max_bytes=128 * 1024 * 1024),
    ):
        stage.play(call, [answer()], config(timeout=None))
        stage.play(call, [answer()], config(timeout=9))
    assert [send.timeout for send in stage.all_of(Send)] == [None, 9, None, 9]


def always_a(value: object) -> list[str]:
    del value
    return ["a"]


def recording(stage: Stage) -> Call[Read]:
    """Return a call whose pictures are recorded as seen."""
    return first_of(stage)._replace(seen=always_a)


def selecting(stage: Stage) -> Call[frozenset[str]]:
    """Return a call that asks which pictures are new."""

    def go_on(context: CallContext, first: Read) -> Steps[frozenset[str]]:
        return context.select_unseen("shelf", ("a",))

    return first_of(stage).then(go_on)


def lock_record(stage: Stage, times: int) -> None:
    left = iter(range(times))

    def meddle(step: object) -> None:
        if isinstance(step, RecordSeen | SelectUnseen) and next(left, None) is not None:
            raise StoreLocked

    stage.meddle = meddle


def test_what_goes_on_may_warn(stage: Stage) -> None:
    def go_on(context: CallContext, first: Read) -> Steps[str]:
        yield from ()
        context.warn("shelf", "one leaf is missing")
        return "the book"

    assert stage.play(first_of(stage).then(go_on), [answer()]) == "the book"
    told = [(event.backend, event.message) for event in stage.events if event.kind == "warning"]
    assert told == [("shelf", "one leaf is missing")]


def test_pictures_are_recorded_as_seen(stage: Stage) -> None:
    stage.play(recording(stage), [answer()])
    assert stage.play(selecting(stage), [answer()]) == frozenset()


def test_recording_may_fail_unnoticed(stage: Stage) -> None:
    lock_record(stage, times=1)
    assert stage.play(recording(stage), [answer(b"1")]).body == b"1"
    assert (len(stage.all_of(RecordSeen)), stage.slept) == (1, [])


def test_a_locked_record_is_waited_for(stage: Stage) -> None:
    lock_record(stage, times=3)
    assert stage.play(selecting(stage), [answer()]) == {"a"}
    assert len(stage.all_of(Sleep)) == 3


def test_a_record_that_stays_locked_ends_at_the_deadline(stage: Stage) -> None:
    lock_record(stage, times=1_000_000)
    with pytest.raises(TimedOut, match="locked until the deadline"):
        stage.play(selecting(stage), [answer()], config(timeout=0.5))
    assert sum(stage.slept) <= 0.5


def test_a_url_of_somebody_else_is_refused(stage: Stage, pick: Call[Read]) -> None:
    call = pick._replace(request=Request("GET", "https://other.example/api/pick"))
    with pytest.raises(BadArguments, match="no request was sent") as raised:
        stage.play(call)
    assert raised.value.backend == "shelf"
    assert stage.steps == []


def test_no_event_tells_a_secret(stage: Stage, pick: Call[Read]) -> None:
    request = Request("GET", "/pick", (("api_key", "hunter2"),))
    for _ in range(2):
        stage.play(pick._replace(request=request, ttl=60), [answer()])
    assert [event.kind for event in stage.events] == ["request", "response", "response"]
    assert "hunter2" not in str(stage.events)


class Pocket:
    """Take a body, and remember whether it was to be thrown away."""

    def __init__(self) -> None:
        self.discarded = False

    def write(self, chunk: bytes | memoryview, /) -> None:
        del chunk

    def discard(self) -> None:
        self.discarded = True


def into_pocket(head: Response) -> Pocket:
    del head
    return Pocket()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), UpstreamError("x"), RateLimited("x")])
def test_a_sink_is_discarded_whatever_ends_the_call(
    stage: Stage, pick: Call[Read], error: BaseException
) -> None:
    pockets: list[Pocket] = []

    def make(head: Response) -> Pocket:
        pockets.append(Pocket())
        return pockets[-1]

    def fail_after_sending(step: object) -> None:
        if isinstance(step, Send):
            assert step.open_writer is not None
            step.open_writer(answer())
        elif stage.all_of(Send):
            raise error

    stage.meddle = fail_after_sending
    with pytest.raises(type(error)):
        stage.play(pick._replace(open_writer=make), [answer()])
    assert [pocket.discarded for pocket in pockets] == [True]


def test_a_sink_that_was_read_from_is_left_alone(stage: Stage, pick: Call[Read]) -> None:
    pocket = Pocket()

    def make(head: Response) -> Pocket:
        return pocket

    stage.play(pick._replace(open_writer=make), [answer()])
    assert not pocket.discarded


def test_interrupting_what_goes_on_ends_it(stage: Stage, pick: Call[Read]) -> None:
    ended: list[str] = []

    def go_on(context: CallContext, first: Read) -> Steps[Read]:
        try:
            return (yield from context.execute(pick))
        finally:
            ended.append("ended")

    with pytest.raises(KeyboardInterrupt):
        stage.play(first_of(stage).then(go_on), [answer(), KeyboardInterrupt()])
    assert ended == ["ended"]


def test_an_error_keeps_the_backend_that_it_names(stage: Stage, pick: Call[Read]) -> None:
    with pytest.raises(Unreachable) as raised:
        stage.play(pick, [final(Unreachable("no", backend="other"))])
    assert raised.value.backend == "other"


def test_jitter_is_at_least_0_and_less_than_1() -> None:
    jitter: Callable[[], float] = signature(Runtime).parameters["jitter"].default
    assert all(0.0 <= jitter() < 1.0 for _ in range(100))
