"""What the samples of all services have in common: their options, and who is turned away."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING, ClassVar, Generic, NamedTuple, TypeVar

from starlette.middleware import Middleware

from animedex.testing.fake_server import FakeServer
from animedex.testing.rate_limit_middleware import RateLimitMiddleware
from animedex.testing.user_agent_filter import UserAgentFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.types import ASGIApp

    from animedex.testing.rate_limit_middleware import LimitDecision

CollectionT = TypeVar("CollectionT")

FILE_GUARDS = (Middleware(UserAgentFilter, browsers=True),)


def json_guards(
    admit: Callable[[str], LimitDecision], *, pages: bool = False
) -> tuple[Middleware, ...]:
    """Build the middleware that checks the User-Agent, and the rate limit of ``admit``.

    ``pages`` also accepts browsers that send requests for a web page.
    """
    return (Middleware(UserAgentFilter, pages=pages), Middleware(RateLimitMiddleware, admit=admit))


class Rules(NamedTuple):
    """What a sample's application is built by, beside its collection."""

    random: Random
    clock: Callable[[], float]
    limits: bool


class ServiceSample(FakeServer, Generic[CollectionT]):
    """Serve a service faithfully on loopback, for as long as the ``with`` block lasts.

    ``url`` is its API's base URL. Without a ``collection`` it serves the drawn one. ``seed`` makes
    what is random repeatable; ``clock`` drives limits, ages and ``Date``, in seconds since the
    epoch. Browsers may load the files, but not ask the API. ``faults`` are written as
    ``animedex.testing.faults`` describes; one that cannot be read is a ``ValueError``.
    """

    begins_at: ClassVar[str] = ""
    """The path at which the API begins."""

    def __init__(  # noqa: PLR0913 - options, each for itself
        self,
        collection: CollectionT | None = None,
        *,
        port: int = 0,
        limits: bool = True,
        faults: Iterable[str] = (),
        seed: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        rules = Rules(Random(seed), clock, limits)  # noqa: S311 - rows of a sample are no secret
        app = self.application(collection, rules)
        super().__init__(app, base=self.begins_at, port=port, faults=faults, clock=clock)

    def application(self, collection: CollectionT | None, rules: Rules) -> ASGIApp:
        """Build the service's application; called once, before anything else is set up."""
        raise NotImplementedError
