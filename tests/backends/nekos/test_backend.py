"""What is declared keeps within what the service documents."""

from __future__ import annotations

from animedex.backends.nekos import BACKEND
from animedex.backends.nekos.backend import BACKEND as DECLARED


def test_the_address() -> None:
    assert BACKEND is DECLARED
    assert (BACKEND.name, BACKEND.base_url) == ("nekos", "https://nekos.best/api/v2")
    assert BACKEND.docs_url.startswith("https://docs.nekos.best/")
    assert BACKEND.hosts == ()


def test_the_limits_are_those_of_the_service_or_less() -> None:
    bucket, search = BACKEND.limits.bucket, BACKEND.limits.windows["/search"]
    assert bucket.burst + 60 * bucket.rate <= 200
    assert (search.calls, search.seconds) == (7, 5.0)
    assert "200" in BACKEND.limits_note
    assert "7 searches in any 5 seconds" in BACKEND.limits_note


def test_agents_are_told_what_to_do() -> None:
    assert "artist" in BACKEND.guidance
    assert "--min-match 0.8" in BACKEND.guidance
