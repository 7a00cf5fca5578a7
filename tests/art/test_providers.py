"""The call that finds a picture's row, by whatever names it."""

from __future__ import annotations

import pytest

from animedex.art.providers import find_picture_call
from animedex.errors import BadArguments

FILE = "0a1b2c3d-0001-4c1e-9d51-5a3d8a1c0001.png"


@pytest.mark.parametrize(
    ("text", "service"),
    [
        (f"https://nekos.best/api/v2/neko/{FILE}", "nekos"),
        (f"http://127.0.0.1:8080/neko/{FILE}", "nekos"),
        (f"nekos:neko/{FILE}", "nekos"),
        ("https://danbooru.donmai.us/posts/7", "danbooru"),
        ("danbooru:7", "danbooru"),
        ("waifu:7", "waifu"),
    ],
)
def test_a_url_or_an_id_leads_to_its_service(text: str, service: str) -> None:
    call = find_picture_call(text, {"nekos": "http://127.0.0.1:8080"})
    assert call is not None
    assert call.backend.name == service


@pytest.mark.parametrize("text", ["7", "neko.png", "https://example.org/7", ""])
def test_what_is_nobody_s_leads_nowhere(text: str) -> None:
    assert find_picture_call(text, {}) is None


@pytest.mark.parametrize("text", ["danbooru:x", "waifu:", f"nekos:{FILE}"])
def test_an_id_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(BadArguments) as told:
        find_picture_call(text, {})
    assert told.value.hint
