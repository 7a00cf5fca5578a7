"""What is declared keeps within what the service documents."""

from __future__ import annotations

import json

import pytest

from animedex.backends.danbooru import BACKEND
from animedex.backends.danbooru.backend import BACKEND as DECLARED
from animedex.errors import NotFound
from animedex.http_message import Response


def test_the_address() -> None:
    assert BACKEND is DECLARED
    assert (BACKEND.name, BACKEND.base_url) == ("danbooru", "https://danbooru.donmai.us")
    assert BACKEND.hosts == ("cdn.donmai.us",)
    assert BACKEND.docs_url.startswith("https://danbooru.donmai.us/")


def test_the_limits_are_what_the_site_asks_for() -> None:
    assert BACKEND.limits.bucket == (1.0, 5)
    assert (BACKEND.limits.windows, BACKEND.limits.per_path) == ({}, False)
    assert "1 per second with a burst of 5" in BACKEND.limits_note


@pytest.mark.parametrize("word", ["--rating g", "2 terms", "safe", "withheld", "artist"])
def test_agents_are_told_what_to_do(word: str) -> None:
    assert word in BACKEND.guidance


@pytest.mark.parametrize(
    ("login", "key", "header"),
    [("miko", "k3y", "Basic bWlrbzprM3k="), ("巫女", "a:b", "Basic 5ber5aWzOmE6Yg==")],
)
def test_who_is_signed_in_is_told_in_a_header(login: str, key: str, header: str) -> None:
    sign_in = BACKEND.sign_in
    assert sign_in is not None
    assert sign_in.headers({"login": login, "api_key": key}) == (("authorization", header),)
    assert (sign_in.fields, sign_in.secret, sign_in.user) == (
        ("login", "api_key"),
        "api_key",
        "login",
    )
    assert (sign_in.path, sign_in.key_page) == (
        "/profile.json",
        "https://danbooru.donmai.us/profile",
    )


def test_failures_are_explained() -> None:
    assert BACKEND.explain_error is not None
    body = json.dumps({"message": "That record was not found."}).encode()
    meaning = BACKEND.explain_error(Response(404, (), body, ""))
    assert meaning is not None
    assert (meaning.kind, meaning.words) == (NotFound, "That record was not found.")
