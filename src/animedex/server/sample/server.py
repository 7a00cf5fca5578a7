"""Run a sample of nekos.best v2."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING

from starlette.middleware import Middleware

from animedex.server.limiting import Limit
from animedex.server.nekos.app import BASE, SEARCH, nekos_app
from animedex.server.nekos.limits import NekosLimits
from animedex.server.sample.collection import drawn_collection
from animedex.server.standin import StandIn
from animedex.server.visitors import TurnAwayUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from animedex.server.nekos.collection import Collection

FRONT_PAGE = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>animedex sample server</title></head>
<body><h1>A sample of nekos.best v2</h1>
<p>Drawn pictures by invented artists, for programs under test. The API begins at
<code>{BASE}</code>: <code>/endpoints</code>, <code>/neko?amount=3</code>,
<code>/search?query=miko&amp;type=1</code>.</p></body></html>
"""


class SampleServer(StandIn):
    """Serve a faithful nekos.best v2 on loopback, for as long as the ``with`` block lasts.

    ``url`` is its API's base URL. Without a ``collection`` it serves the drawn one. ``seed`` makes
    the random rows repeatable; ``clock`` drives the limits and ``Date``, in seconds since the
    epoch. Browsers may load the pictures, but not ask the API. ``faults`` are written as
    ``animedex.server.faults`` describes; one that cannot be read is a ``ValueError``.
    """

    def __init__(  # noqa: PLR0913 - options, each for itself
        self,
        collection: Collection | None = None,
        *,
        port: int = 0,
        limits: bool = True,
        faults: Iterable[str] = (),
        seed: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        rules = NekosLimits(search=SEARCH, clock=clock, enforced=limits)
        app = nekos_app(
            collection if collection is not None else drawn_collection(),
            random=Random(seed),  # noqa: S311 - rows of a sample are no secret
            front_page=FRONT_PAGE,
            json_guards=[Middleware(TurnAwayUnknown), Middleware(Limit, admit=rules.admit)],
            picture_guards=[Middleware(TurnAwayUnknown, browsers=True)],
        )
        super().__init__(app, base=BASE, port=port, faults=faults, clock=clock)
