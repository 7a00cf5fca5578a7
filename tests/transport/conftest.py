"""A stage for flows, with a clock of its own and no socket; and every way of sending."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar

import pytest

from animedex.backends.authentication import SignIn
from animedex.backends.backend import Backend
from animedex.call import Call, Request
from animedex.ratelimit.fallback_store import FallbackStore
from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket
from animedex.ratelimit.seen_store import SeenStore
from animedex.transport.cache import Cache
from animedex.transport.flow import Flow
from animedex.transport.http import AsyncHttp, SyncHttp
from animedex.transport.proxies import Proxies
from animedex.transport.run import Manner
from animedex.transport.steps import Desk, Send, Sleep
from tests.transport.calls import Read, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from animedex.call import Account, Headers, Response
    from animedex.ratelimit.rate_limiter import LimiterState
    from animedex.transport.steps import Event, Step

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


class Clock:
    """Stand still until told otherwise."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Stage:
    """Obey a flow's steps with real budgets and a real cache; sending follows a script.

    `meddle` sees each step before it is done, and may raise in its place.
    """

    shelf = SHELF
    club = CLUB

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.steps: list[Step] = []
        self.events: list[Event] = []
        self.jitter = 1.0
        self.seconds_per_answer = 0.0
        self.account: Account | None = None
        # One flow for all calls, as a client has it; otherwise each has its own.
        self.flow: Flow | None = None
        self.meddle: Callable[[Step], None] = _leave_alone
        store = FallbackStore(str(folder / "state.db"), self.clock, pytest.fail)
        self.desk = Desk(
            store,
            SeenStore(store, self.clock),
            Cache(str(folder / "cache.db"), pytest.fail, clock=self.clock),
            self.events.append,
            self._identify,
        )

    def play(
        self,
        call: Call[T],
        script: Iterable[Response | BaseException] = (),
        manner: Manner | None = None,
    ) -> T:
        """Carry a call out; the script has one line for each time that something is sent."""
        flow = self.flow or self.flow_for(manner or Manner("tester/1.0", {}))
        lines = iter(script)
        steps = flow.perform(call)
        try:
            step = next(steps)
            while True:
                try:
                    found = self._obey(step, lines)
                except BaseException as error:  # noqa: BLE001  the flow is told, as a driver does
                    step = steps.throw(error)
                else:
                    step = steps.send(found)
        except StopIteration as end:
            answer: T = end.value
            return answer

    def flow_for(self, manner: Manner) -> Flow:
        """Make a flow that goes by this stage's clock."""
        return Flow(manner, self.clock, lambda: self.jitter)

    def all_of(self, kind: type[S]) -> list[S]:
        """List the steps of one kind."""
        return [step for step in self.steps if isinstance(step, kind)]

    @property
    def sent(self) -> list[str]:
        """List the URLs that were asked."""
        return [step.url for step in self.all_of(Send)]

    @property
    def slept(self) -> list[float]:
        """List the pauses."""
        return [step.seconds for step in self.all_of(Sleep)]

    def close(self) -> None:
        """Close the files of budgets and cache."""
        self.desk.seen.close()
        self.desk.limiter.close()
        self.desk.cache.close()

    def ledger(self) -> LimiterState:
        """Give the shelf's budgets as they stand."""
        return self.desk.limiter.states()[ORIGIN]

    def _identify(self, backend: Backend, origin: str, timeout: float | None) -> Account | None:
        return self.account

    def _obey(self, step: Step, lines: Iterable[Response | BaseException]) -> object:
        self.steps.append(step)
        self.meddle(step)
        if isinstance(step, Sleep):
            self.clock.now += step.seconds
            return None
        if not isinstance(step, Send):
            return step.do(self.desk)
        self.clock.now += self.seconds_per_answer
        line = next(iter(lines))
        if isinstance(line, BaseException):
            raise line
        return line._replace(url=step.url)


def _leave_alone(step: Step) -> None:
    del step


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.close()


@pytest.fixture(scope="session")
def make_stage() -> type[Stage]:
    """Give what makes a stage, for tests that need many."""
    return Stage


class Exchange(Protocol):
    """Send one step."""

    def __call__(self, step: Send, proxies: Proxies = ...) -> Response: ...


@pytest.fixture(params=["main thread", "other thread", "task"])
def exchange(request: pytest.FixtureRequest) -> Exchange:
    """Send in each of the ways that there are."""

    def on_this_thread(step: Send, proxies: Proxies = Proxies()) -> Response:  # noqa: B008  it is frozen
        http = SyncHttp(proxies)
        try:
            return http.send(step)
        finally:
            http.close()

    def on_another_thread(step: Send, proxies: Proxies = Proxies()) -> Response:  # noqa: B008
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(on_this_thread, step, proxies).result()

    def in_a_task(step: Send, proxies: Proxies = Proxies()) -> Response:  # noqa: B008
        async def send() -> Response:
            http = AsyncHttp(proxies)
            try:
                return await http.send(step)
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
