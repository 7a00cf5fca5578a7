"""Run a sample of Danbooru, in a test or in the foreground."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.testing.danbooru.app import danbooru_app
from animedex.testing.rate_limit_middleware import UnannouncedLimit
from animedex.testing.rate_limits import SlidingLog
from animedex.testing.samples.danbooru_posts import sample_posts
from animedex.testing.samples.service_sample import FILE_GUARDS, ServiceSample, json_guards

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from animedex.testing.danbooru.error_responses import ErrorBody
    from animedex.testing.danbooru.image_store import DanbooruCollection
    from animedex.testing.samples.service_sample import Rules

FRONT_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>animedex sample server</title></head>
<body><h1>A sample of Danbooru</h1>
<p>Drawn pictures by invented artists, for programs under test:
<code>/posts.json?tags=rating:g</code>, <code>/tags.json?search[order]=count</code>,
<code>/counts/posts.json?tags=1girl</code>.</p></body></html>
"""


class DanbooruSample(ServiceSample["DanbooruCollection"]):
    """Serve a faithful Danbooru on loopback; its options are those of every sample."""

    def application(self, collection: DanbooruCollection | None, rules: Rules) -> ASGIApp:
        """Build Danbooru's application over a collection, or else over the drawn posts."""
        # At most 10 requests in any second.
        counter = SlidingLog(limit=10, seconds=1.0)
        limit = UnannouncedLimit(counter, clock=rules.clock, enforced=rules.limits)
        return danbooru_app(
            sample_posts() if collection is None else collection,
            random=rules.random,
            clock=rules.clock,
            front_page=FRONT_PAGE,
            json_guards=json_guards(limit.admit),
            file_guards=FILE_GUARDS,
        )

    def refuse(self, path: str, refusal: ErrorBody, *, times: int | None = 1) -> None:
        """Refuse the next requests on a path, or all with ``times=None``.

        ``animedex.testing.danbooru.error_responses`` has those that the service gives, such as
        ``QUERY_CANCELED``. The path may be a pattern, as a fault's.
        """
        self.answer(path, status=refusal.status, body=refusal.body(), times=times)
