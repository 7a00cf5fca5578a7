"""One question and its answer: turns, retries and redirects."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from animedex.call import JSON_CAP
from animedex.errors import AnimedexError, BadArguments, Unreachable, UpstreamDecode
from animedex.ratelimit.rate_limiter import MAX_BLOCK
from animedex.transport.retry_after import RETRIED, backoff, spent_seconds, told_pause
from animedex.transport.status_errors import is_success, request_id
from animedex.transport.steps import Event, Send, Sleep, Tell
from animedex.transport.turns import turn_for
from animedex.transport.urls import (
    redirected,
    require_loopback,
    resolved,
    shown,
    wire_headers,
)

if TYPE_CHECKING:
    from animedex.call import Call, Headers, Response
    from animedex.transport.run import Run, Steps

Outcome: TypeAlias = "Response | Unreachable"
MOST_RETRIES = 3
MOST_REDIRECTS = 5
# Without a deadline, JSON may take so many seconds; a file, as long as it keeps arriving.
LONGEST_EXCHANGE = 300.0
_REPEATABLE = frozenset({"GET", "HEAD"})
_TOO_OFTEN = 429


class Exchanged(NamedTuple):
    """Hold an answer, and whether it was waited for in a budget."""

    response: Response
    waited: bool


def exchange(call: Call[object], url: str, run: Run) -> Steps[Exchanged]:
    """Get an answer, following redirects to hosts that the backend declares."""
    waited, retries = False, MOST_RETRIES
    for _ in range(MOST_REDIRECTS + 1):
        found, retries = yield from _tried(call, url, run, retries)
        waited = waited or found.waited
        onward = redirected(call, found.response)
        if onward is None:
            return Exchanged(found.response, waited)
        url = onward
    message = f"the service redirected more than {MOST_REDIRECTS} times"
    hint = "check the base URL with `animedex config list`"
    raise UpstreamDecode(message, backend=call.backend.name, hint=hint)


def _tried(call: Call[object], url: str, run: Run, retries: int) -> Steps[tuple[Exchanged, int]]:
    """Ask until an answer comes that is worth having, or trying again is no use.

    Tells besides how many retries are left, as a redirect gives no new ones.
    """
    waited = False
    while True:
        outcome, for_room = yield from _attempt(call, url, run)
        waited = waited or for_room
        pause = _pause(call, outcome, MOST_RETRIES - retries, run)
        if pause is None or retries == 0 or not run.fits(pause):
            if isinstance(outcome, AnimedexError):
                raise outcome
            return Exchanged(outcome, waited), retries
        yield Tell(
            Event("retry", call.backend.name, call.request.method, shown(url), seconds=pause)
        )
        yield Sleep(pause)
        waited = waited or _is_too_often(outcome)
        retries -= 1


def _attempt(call: Call[object], url: str, run: Run) -> Steps[tuple[Outcome, bool]]:
    """Ask once, within the budgets, and tell whether that took waiting for room.

    A broken connection is an outcome like another.
    """
    if not run.manner.limited:
        require_loopback(url)
        return (yield from _sent(call, url, run, left=None)), False
    turn = turn_for(call, url, run)
    waited, left = yield from turn.wait(run)
    try:
        outcome = yield from _sent(call, url, run, left)
    except AnimedexError:
        yield from turn.settle(run)
        raise
    except BaseException:
        # Who gives up does not wait any more, not even to leave things tidy.
        yield from turn.settle_at_once(run)
        raise
    yield from turn.settle(run)
    spent = None if isinstance(outcome, Unreachable) else spent_seconds(outcome)
    if spent:
        yield from turn.block(run, spent)
    return outcome, waited


def _sent(call: Call[object], url: str, run: Run, left: int | None) -> Steps[Outcome]:
    method, name = call.request.method, call.backend.name
    headers, told = wire_headers(call, url, run.manner), shown(url)
    headers += call.resume() if call.resume else ()
    yield Tell(Event("request", name, method, told, left=left))
    began = run.clock()
    try:
        response: Response = yield _send(call, url, headers, run)
    except AnimedexError as error:
        taken = run.clock() - began
        yield Tell(Event("failure", name, method, told, None, taken, left, message=error.message))
        if isinstance(error, Unreachable):
            return error
        if type(error) is BadArguments and url != resolved(call, run.manner.base_urls):
            message = "the service redirected to an address that is too long or malformed"
            raise UpstreamDecode(message) from None
        raise
    taken = run.clock() - began
    failed = "" if is_success(response.status) else run.known.hide(request_id(response) or "")
    event = Event("response", name, method, told, response.status, taken, left, request_id=failed)
    yield Tell(event)
    return response


def _send(call: Call[object], url: str, headers: Headers, run: Run) -> Send:
    timeout = run.left()
    if call.is_open_ended:
        timeout = None
    elif timeout is None and call.sink is None and call.cap <= JSON_CAP:
        timeout = LONGEST_EXCHANGE
    method, cap = call.request.method, call.cap
    return Send(method, url, headers, timeout, cap, call.sink, call.is_open_ended)


def _pause(call: Call[object], outcome: Outcome, tries: int, run: Run) -> float | None:
    """Tell how long to pause before trying again; None where the outcome is final."""
    if call.request.method not in _REPEATABLE:
        return None
    if isinstance(outcome, Unreachable):
        return backoff(tries, run.jitter()) if outcome.transient else None
    if outcome.status not in RETRIED:
        return None
    told = told_pause(outcome)
    return backoff(tries, run.jitter()) if told is None else min(told, MAX_BLOCK)


def _is_too_often(outcome: Outcome) -> bool:
    return not isinstance(outcome, Unreachable) and outcome.status == _TOO_OFTEN
