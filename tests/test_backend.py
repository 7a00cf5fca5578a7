from __future__ import annotations

from animedex.backend import Backend
from animedex.ratelimit.limits import Limits, TokenBucket


def test_the_variable_is_named_after_the_backend() -> None:
    shelf = Backend(
        name="shelf",
        title="A shelf",
        base_url="https://shelf.example",
        docs_url="",
        limits=Limits(TokenBucket(1.0, 1), {}),
        limits_note="",
        guidance="",
        example_path="/",
    )
    assert shelf.url_variable == "ANIMEDEX_SHELF_URL"
    assert (shelf.hosts, shelf.headers) == ((), ())
