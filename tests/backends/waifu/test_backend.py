"""What is declared keeps within what the service documents."""

from __future__ import annotations

from animedex.backends.waifu import BACKEND
from animedex.backends.waifu.backend import BACKEND as DECLARED


def test_the_address() -> None:
    assert BACKEND is DECLARED
    assert (BACKEND.name, BACKEND.base_url) == ("waifu", "https://api.waifu.im")
    assert BACKEND.docs_url.startswith("https://docs.waifu.im/")
    assert BACKEND.hosts == ("cdn.waifu.im",)
    assert BACKEND.headers == (("accept-version", "v7"),)


def test_the_limits_are_those_of_the_service_or_less() -> None:
    bucket = BACKEND.limits.bucket
    assert (bucket.rate, bucket.burst) == (10.0, 10)
    assert not BACKEND.limits.windows
    assert not BACKEND.limits.per_path
    assert "20 requests per second" in BACKEND.limits_note
    assert "10 per second with a burst of 10" in BACKEND.limits_note


def test_a_key_is_all_that_a_user_gives() -> None:
    sign_in = BACKEND.sign_in
    assert sign_in is not None
    assert (sign_in.fields, sign_in.secret, sign_in.user) == (("api_key",), "api_key", None)
    assert sign_in.headers({"api_key": "k3y"}) == (("x-api-key", "k3y"),)
    assert sign_in.path == "/users/me"
    assert BACKEND.variable("api_key") == "ANIMEDEX_WAIFU_API_KEY"


def test_agents_are_told_what_to_do() -> None:
    for word in ("--nsfw", "adults", "g or e", "repeats", "--width '>=1500'", "credit"):
        assert word in BACKEND.guidance
