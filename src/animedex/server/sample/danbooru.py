"""Run a sample of Danbooru, in a test or in the foreground."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING

from starlette.middleware import Middleware

from animedex.server.danbooru.app import danbooru_app
from animedex.server.danbooru.limits import DanbooruLimits
from animedex.server.limiting import Limit
from animedex.server.sample.danbooru_posts import drawn_posts
from animedex.server.standin import StandIn
from animedex.server.visitors import TurnAwayUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from animedex.server.danbooru.collection import DanbooruCollection
    from animedex.server.danbooru.refusals import Refusal

FRONT_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>animedex sample server</title></head>
<body><h1>A sample of Danbooru</h1>
<p>Drawn pictures by invented artists, for programs under test:
<code>/posts.json?tags=rating:g</code>, <code>/tags.json?search[order]=count</code>,
<code>/counts/posts.json?tags=1girl</code>.</p></body></html>
"""


class DanbooruSample(StandIn):
    """Serve a faithful Danbooru on loopback, for as long as the ``with`` block lasts.

    ``url`` is where its API begins. Without ``posts`` it serves the drawn ones. ``seed`` makes
    what is random repeatable; ``clock`` drives the limit, ages and ``Date``, in seconds since the
    epoch. Browsers may load the files, but not ask the API. ``faults`` are written as
    ``animedex.server.faults`` describes; one that cannot be read is a ``ValueError``.
    """

    def __init__(  # noqa: PLR0913 - options, each for itself
        self,
        posts: DanbooruCollection | None = None,
        *,
        port: int = 0,
        limits: bool = True,
        faults: Iterable[str] = (),
        seed: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        rules = DanbooruLimits(clock=clock, enforced=limits)
        app = danbooru_app(
            posts if posts is not None else drawn_posts(),
            random=Random(seed),  # noqa: S311 - rows of a sample are no secret
            clock=clock,
            front_page=FRONT_PAGE,
            json_guards=[Middleware(TurnAwayUnknown), Middleware(Limit, admit=rules.admit)],
            file_guards=[Middleware(TurnAwayUnknown, browsers=True)],
        )
        super().__init__(app, base="", port=port, faults=faults, clock=clock)

    def refuse(self, path: str, refusal: Refusal, *, times: int | None = 1) -> None:
        """Refuse the next requests on a path, or all with ``times=None``.

        ``animedex.server.danbooru.refusals`` has those that the service gives, such as
        ``QUERY_CANCELED``. The path may be a pattern, as a fault's.
        """
        self.answer(path, status=refusal.status, body=refusal.body(), times=times)
