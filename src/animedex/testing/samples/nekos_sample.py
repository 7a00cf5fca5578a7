"""Run a sample of nekos.best v2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.asgi.cors import AllowAnyOrigin
from animedex.testing.nekos.app import BASE, SEARCH, nekos_app
from animedex.testing.nekos.service_limits import NekosLimits
from animedex.testing.samples.sample_images import sample_collection
from animedex.testing.samples.service_sample import FILE_GUARDS, ServiceSample, json_guards

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from animedex.testing.nekos.image_store import Collection
    from animedex.testing.samples.service_sample import Rules

FRONT_PAGE = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>animedex sample server</title></head>
<body><h1>A sample of nekos.best v2</h1>
<p>Drawn pictures by invented artists, for programs under test. The API begins at
<code>{BASE}</code>: <code>/endpoints</code>, <code>/neko?amount=3</code>,
<code>/search?query=miko&amp;type=1</code>.</p></body></html>
"""


class SampleServer(ServiceSample["Collection"]):
    """Serve a faithful nekos.best v2 on loopback; its options are those of every sample."""

    begins_at = BASE

    def application(self, collection: Collection | None, rules: Rules) -> ASGIApp:
        """Build the application of nekos.best over a collection, or else over the drawn one."""
        limits = NekosLimits(search=SEARCH, clock=rules.clock, enforced=rules.limits)
        app = nekos_app(
            sample_collection() if collection is None else collection,
            random=rules.random,
            front_page=FRONT_PAGE,
            json_guards=json_guards(limits.admit, pages=True),
            picture_guards=FILE_GUARDS,
        )
        return AllowAnyOrigin(app)
