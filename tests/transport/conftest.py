"""A stage for calls, with a clock of its own and no socket; and every way of sending."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar

import pytest

from animedex.backend import Backend, SignIn
from animedex.call import Call
from animedex.errors import AnimedexError
from animedex.http_message import Request
from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket
from animedex.transport.effects import Blocking, Send, Sleep
from animedex.transport.http import AsyncHttp, SyncHttp
from animedex.transport.pipeline import ClientConfig, Runtime
from animedex.transport.proxies import Proxies
from tests.kit.clock import Clock
from tests.transport.calls import Read, read
from tests.transport.store_calls import FindAccount, RecordingCache, RecordingLimiter, RecordingSeen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from animedex.http_message import Account, Headers, Response
    from animedex.ratelimit.rate_limiter import LimiterState
    from animedex.transport.effects import Effect, Steps
    from animedex.transport.events import Event

T = TypeVar("T")
S = TypeVar("S")

SHELF = Backend(
    name="shelf",
    title="A shelf of books",
    base_url="https://shelf.example/api",
    docs_url="https://shelf.example/docs",
    limits=Limits(TokenBucket(rate=2.0, burst=4), {"/search": SlidingWindow(calls=2, seconds=5.0)}),
    limits_note="",
    guidance="",
    example_path="/pick",
    hosts=("files.shelf.example",),
)
ORIGIN = "https://shelf.example"
KEY = "k3y/of+mine=="
TOKEN = "bWU6azN5L29mK21pbmU9PQ=="


def headers_of(fields: Mapping[str, str]) -> Headers:
    """Sign in as a service with HTTP Basic wants it."""
    whole = f"{fields['login']}:{fields['api_key']}"
    return (("Authorization", f"Basic {b64encode(whole.encode()).decode()}"),)


CLUB = SHELF._replace(
    name="club",
    sign_in=SignIn(
        ("login", "api_key"), "api_key", headers_of, "/me", "https://shelf.example/keys", "login"
    ),
)


class Stage:
    """A driver with real stores and a clock of its own; what is sent follows a script.

    `steps` are the effects, the events, and the calls to stores. `meddle` sees each before it is
    done, and may raise in its place.
    """

    shelf = SHELF
    club = CLUB

    def __init__(self, folder: Path) -> None:
        self.clock = Clock(1_000_000.0)
        self.steps: list[object] = []
        self.events: list[Event] = []
        self.jitter = 1.0
        self.seconds_per_answer = 0.0
        self.account: Account | None = None
        # One runtime for all calls, as a client has it; otherwise each has its own.
        self.runtime: Runtime | None = None
        self.meddle: Callable[[object], None] = _leave_alone
        self.limiter = RecordingLimiter(str(folder / "state.db"), self.clock, pytest.fail)
        self.seen = RecordingSeen(self.limiter, self.clock)
        self.cache = RecordingCache(str(folder / "cache.db"), pytest.fail, clock=self.clock)
        self.limiter.on_call = self.seen.on_call = self.cache.on_call = self._begin

    def play(
        self,
        call: Call[T],
        script: Iterable[Response | BaseException] = (),
        config: ClientConfig | None = None,
    ) -> T:
        """Carry a call out; the script has one line for each time that something is sent."""
        runtime = self.runtime or self.runtime_for(config or ClientConfig("tester/1.0", {}))
        return self.drive(runtime.start(call), runtime, script)

    def drive(
        self, steps: Steps[T], runtime: Runtime, script: Iterable[Response | BaseException] = ()
    ) -> T:
        """Run effects until the steps return a value."""
        lines = iter(script)
        try:
            effect = next(steps)
            while True:
                try:
                    result = self._run(effect, lines)
                except BaseException as error:  # noqa: BLE001  thrown in, as a driver does
                    effect = steps.throw(error)
                else:
                    effect = steps.send(result)
        except StopIteration as end:
            value: T = end.value
            return value
        except AnimedexError as error:
            runtime.redact_error(error)
            raise

    def runtime_for(self, config: ClientConfig) -> Runtime:
        """Return a runtime that goes by this stage's clock."""
        return Runtime(
            config,
            self.limiter,
            self.seen,
            self.cache,
            self._notify,
            self._find_account,
            clock=self.clock,
            jitter=lambda: self.jitter,
        )

    def all_of(self, kind: type[S]) -> list[S]:
        """List the steps of one kind."""
        return [step for step in self.steps if isinstance(step, kind)]

    @property
    def sent(self) -> list[str]:
        """List the URLs of all requests."""
        return [step.url for step in self.all_of(Send)]

    @property
    def slept(self) -> list[float]:
        """List the pauses."""
        return [step.seconds for step in self.all_of(Sleep)]

    def close(self) -> None:
        """Close the files of limits and cache."""
        self.seen.close()
        self.limiter.close()
        self.cache.close()

    def ledger(self) -> LimiterState:
        """Return the shelf's limits as they stand."""
        return self.limiter.states()[ORIGIN]

    def _begin(self, step: object) -> None:
        self.steps.append(step)
        self.meddle(step)

    def _notify(self, event: Event) -> None:
        self._begin(event)
        self.events.append(event)

    def _find_account(self, backend: Backend, origin: str, timeout: float | None) -> Account | None:
        self._begin(FindAccount(backend, origin, timeout))
        return self.account

    def _run(self, effect: Effect, lines: Iterator[Response | BaseException]) -> object:
        if isinstance(effect, Blocking):
            return effect.work()
        self._begin(effect)
        if isinstance(effect, Sleep):
            self.clock.now += effect.seconds
            return None
        self.clock.now += self.seconds_per_answer
        line = next(lines)
        if isinstance(line, BaseException):
            raise line
        return line._replace(url=effect.url)


def _leave_alone(step: object) -> None:
    del step


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.close()


@pytest.fixture(scope="session")
def make_stage() -> type[Stage]:
    """Return what makes a stage, for tests that need many."""
    return Stage


class Exchange(Protocol):
    """Send one step."""

    def __call__(self, request: Send, proxies: Proxies = ...) -> Response: ...


@pytest.fixture(params=["main thread", "other thread", "task"])
def exchange(request: pytest.FixtureRequest) -> Exchange:
    """Send in each of the ways that there are."""

    def on_this_thread(request: Send, proxies: Proxies = Proxies()) -> Response:  # noqa: B008  it is frozen
        http = SyncHttp(proxies)
        try:
            return http.send(request)
        finally:
            http.close()

    def on_another_thread(request: Send, proxies: Proxies = Proxies()) -> Response:  # noqa: B008
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(on_this_thread, request, proxies).result()

    def in_a_task(request: Send, proxies: Proxies = Proxies()) -> Response:  # noqa: B008
        async def send() -> Response:
            http = AsyncHttp(proxies)
            try:
                return await http.send(request)
            finally:
                await http.close()

        return asyncio.run(send())

    ways: dict[str, Exchange] = {
        "main thread": on_this_thread,
        "other thread": on_another_thread,
        "task": in_a_task,
    }
    return ways[request.param]


@pytest.fixture
def pick(stage: Stage) -> Call[Read]:
    return Call(stage.shelf, Request("GET", "/pick"), read)
