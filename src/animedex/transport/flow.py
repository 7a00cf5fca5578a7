"""How a call is carried out, once for both worlds: a generator of steps that does no I/O.

`Flow.perform(call)` yields what it wishes for (see `steps`) and is sent the answers. It looks in
the cache, gets an answer (see `exchange`), turns statuses into errors and has the call read the
body; and it follows a call that goes on to others. One deadline covers all of it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

from animedex.call import Call, Response, Say, SourceTag
from animedex.database import StoreLocked
from animedex.errors import AnimedexError, UpstreamDecode, UpstreamShape
from animedex.origins import origin
from animedex.transport.run import Known, Manner, Run
from animedex.transport.steps import Drop, Event, Identify, Keep, Recall, Show, Tell
from animedex.transport.urls import (
    cache_key,
    is_at_home,
    require_secure,
    resolved,
    shown,
    signed,
)

if TYPE_CHECKING:
    from animedex.call import Account, Plan, Sink, Wish
    from animedex.clock import Clock
    from animedex.transport.cache import Kept
    from animedex.transport.run import Steps
    from animedex.transport.steps import Step

T = TypeVar("T")


class Flow:
    """Carry out calls in one manner."""

    def __init__(self, manner: Manner, clock: Clock, jitter: Callable[[], float]) -> None:
        self._manner = manner
        self._clock = clock
        self._jitter = jitter
        self._known = Known()

    def perform(self, call: Call[T]) -> Steps[T]:
        """Carry out a call, and all that it goes on to, within one deadline."""
        timeout = self._manner.timeout if call.timeout is None else call.timeout
        deadline = inf if timeout is None else self._clock() + timeout
        run = Run(self._manner, self._clock, self._jitter, deadline, self._known)
        return _discreetly(_perform(call, run), self._known)


def _discreetly(steps: Steps[T], known: Known) -> Steps[T]:
    """See to it that no error tells a key, should a service have told it back."""
    try:
        return (yield from steps)
    except AnimedexError as error:
        _strike(error, known)
        raise


def _strike(error: BaseException | None, known: Known) -> None:
    """Strike keys out of an error, and of those that a traceback shows above it."""
    while isinstance(error, AnimedexError):
        for name, value in vars(error).items():
            if isinstance(value, str):
                setattr(error, name, known.hide(value))
        error.args = (error.message,)
        error = error.__cause__ or error.__context__


def _perform(call: Call[T], run: Run) -> Steps[T]:
    try:
        found = yield from _answer(call, run)
    except AnimedexError as error:
        error.backend = error.backend or call.backend.name
        if call.recover is None:
            raise
        failure, recover = error, call.recover
    else:
        return (yield from _follow(found, run))
    return (yield from _recover(recover, failure, run))


def _recover(
    recover: Callable[[AnimedexError], Plan[T]], failure: AnimedexError, run: Run
) -> Steps[T]:
    """Follow the plan for a failure; an error in its place keeps the request id."""
    try:
        begun: T | _Begun = _begin(recover(failure))
        return (yield from _follow(begun, run))
    except AnimedexError as error:
        error.request_id = error.request_id or failure.request_id
        raise


class _Begun(NamedTuple):
    """A plan that ran up to its first wish, and so has read the answer that it is made of."""

    plan: Plan[object]
    wish: Wish


def _begin(found: T | Plan[T]) -> T | _Begun:
    """Run a plan up to its first wish; return any other value as it is."""
    if not isinstance(found, Generator):
        return found
    plan = cast("Plan[object]", found)
    try:
        return _Begun(plan, next(plan))
    except StopIteration as end:
        return cast("T", end.value)


def _follow(found: T | _Begun, run: Run) -> Steps[T]:
    """Grant a plan's wishes one after the other until it ends in an answer."""
    if not isinstance(found, _Begun):
        return found
    plan, wish = found
    # Ctrl-C and cancellation end a plan too, and not whenever its memory is freed.
    with contextlib.closing(plan):
        try:
            while True:
                try:
                    granted = yield from _grant(wish, run)
                except AnimedexError as error:
                    wish = plan.throw(error)
                else:
                    wish = plan.send(granted)
        except StopIteration as end:
            return cast("T", end.value)


def _grant(wish: Wish, run: Run) -> Steps[object]:
    if isinstance(wish, Call):
        return (yield from _perform(wish, run))
    if isinstance(wish, Say):
        return (yield Tell(Event("warning", wish.backend, message=run.known.hide(wish.message))))
    show = Show(wish.backend, wish.ids, wish.quiet, run.deadline)
    if not wish.quiet:
        return (yield from run.unlocked(show))
    with contextlib.suppress(StoreLocked):
        yield show
    return frozenset[str]()


def _answer(call: Call[T], run: Run) -> Steps[T | _Begun]:
    url = resolved(call, run.manner.base_urls)
    account = yield from _account(call, url, run)
    keep = call.lifetime > 0 and run.manner.cached
    key = cache_key(call, url, account)
    kept = (yield from _kept(key, run)) if keep and not run.manner.refresh else None
    if kept is not None:
        try:
            found = _begin(call.parse(Response(_OK, (), kept.body, url), _recalled(call, kept)))
        except (UpstreamDecode, UpstreamShape):
            # An earlier version may have kept what this one cannot read.
            with contextlib.suppress(StoreLocked):
                yield Drop(key, run.deadline)
        else:
            event = Event("response", call.backend.name, "GET", shown(url), _OK, 0.0, cached=True)
            yield from _guard(found, Tell(event))
            return found
    response, found = yield from _fetched(call, account, url, run)
    if keep and response.status == _OK and not _tells_key(response.body, account):
        # What cannot be kept just now is an answer all the same.
        with contextlib.suppress(StoreLocked):
            step = Keep(key, call.backend.name, response.body, call.lifetime, run.deadline)
            yield from _guard(found, step)
    return found


def _guard(found: object, step: Step) -> Steps[None]:
    """Yield a step while a plan stands begun: what ends the step ends the plan."""
    try:
        yield step
    except StoreLocked:
        raise
    except BaseException:
        if isinstance(found, _Begun):
            found.plan.close()
        raise


def _kept(key: str, run: Run) -> Steps[Kept | None]:
    """Look an answer up; nothing is kept where that takes half of the time there is.

    The other half is for the budgets, which can say why they cannot be asked.
    """
    left = run.left()
    latest = run.deadline if left is None else run.clock() + left / 2
    with contextlib.suppress(StoreLocked):
        return cast("Kept | None", (yield Recall(key, latest)))
    return None


def _account(call: Call[object], url: str, run: Run) -> Steps[Account | None]:
    """Find out as whom to ask; raise where that is nobody, and the call is of no use then."""
    account: Account | None = None
    # A file's host is another place, and asks nobody who they are.
    known = is_at_home(url, call.backend, run.manner.base_urls)
    if call.backend.sign_in is not None and known:
        place = call.backend.name, origin(url)
        if place not in run.known.accounts:
            run.known.accounts[place] = yield Identify(call.backend, origin(url), run.left())
        account = run.known.accounts[place]
    if account is not None:
        require_secure(url, call.backend)
    elif call.anonymous is not None:
        raise call.anonymous()
    return account


def _fetched(
    call: Call[T], account: Account | None, url: str, run: Run
) -> Steps[tuple[Response, T | _Begun]]:
    """Get an answer and have it read; whatever goes wrong, no sink is left open."""
    # What the cache answers does without all that asking takes.
    from animedex.transport.exchange import exchange
    from animedex.transport.status_errors import check_status, request_id

    sinks: list[Sink] = []
    make = call.sink

    def noted(head: Response) -> Sink:
        assert make is not None
        sinks.append(make(head))
        return sinks[-1]

    response: Response | None = None
    try:
        asked = call if account is None else signed(call, account, run.manner.user_agent)
        noting = asked if make is None else asked._replace(sink=noted)
        response, waited = yield from exchange(noting, url, run)
        if not call.raw:
            response = _readable(response, call.cap, run)
        if account is not None:
            response = _struck(response, account)
        if not call.raw:
            check_status(response, call.backend, run.manner.user_agent)
            yield from _noticed(response, call, run)
        tag = SourceTag(call.backend.name, datetime.now(UTC), cached=False, rate_limited=waited)
        return response, _begin(call.parse(response, tag))
    except BaseException as error:
        if isinstance(error, AnimedexError) and response is not None:
            error.request_id = error.request_id or request_id(response)
        for sink in sinks:
            sink.discard()
        raise


def _noticed(response: Response, call: Call[object], run: Run) -> Steps[None]:
    """Tell once what is odd about a service's answers."""
    message = call.backend.notice(response) if call.backend.notice else None
    if message and run.known.is_news(message):
        yield Tell(Event("warning", call.backend.name, message=message))


def _struck(response: Response, account: Account) -> Response:
    """Strike the key out of an answer's headers, and of the body of a failure.

    What fails is told in part, and half a key would not be found there. Rows are left as they are.
    """
    from animedex.transport.status_errors import is_success

    headers = tuple((name, account.hide(value)) for name, value in response.headers)
    body = response.body
    if not is_success(response.status):
        body = account.hide(body.decode("latin-1")).encode("latin-1")
    return response._replace(headers=headers, body=body)


def _tells_key(body: bytes, account: Account | None) -> bool:
    """Tell whether an answer repeats the key: such a one is never written down."""
    text = "" if account is None else body.decode("latin-1")
    return account is not None and account.hide(text) != text


def _readable(response: Response, cap: int, run: Run) -> Response:
    """Undo a body's encoding; of a failure, the status says more than a damaged body would."""
    from animedex.transport.content_encoding import decoded
    from animedex.transport.status_errors import is_success

    if is_success(response.status):
        return decoded(response, cap, run.left)
    try:
        return decoded(response, cap, run.left)
    except UpstreamDecode:
        return response._replace(body=b"")


def _recalled(call: Call[T], kept: Kept) -> SourceTag:
    fetched_at = datetime.fromtimestamp(kept.stored_at, UTC)
    return SourceTag(call.backend.name, fetched_at, cached=True, rate_limited=False)


_OK = 200
