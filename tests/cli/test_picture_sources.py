"""Which file of a post is looked at, and what its label says."""

from __future__ import annotations

import os
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from animedex.cli.command_context import CommandSession
from animedex.cli.picture_sources import post_source, text_source
from animedex.cli.shared_options import SharedOptions
from animedex.errors import BadArguments, NotFound
from animedex.models import ArtPost, Rating

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGE, SMALL = "https://cdn.donmai.us/a/large.png", "https://cdn.donmai.us/a/small.jpg"


@pytest.fixture
def session() -> Iterator[CommandSession]:
    session = CommandSession(SharedOptions())
    yield session
    session.close()


def post(**known: object) -> ArtPost:
    given = {"id": "danbooru:7", "rating": Rating.GENERAL, "url": LARGE, **known}
    return ArtPost(**given)  # type: ignore[arg-type]  # the tests give what fits


@pytest.mark.skipif(os.name == "nt", reason="pipes have no paths there")
def test_what_can_be_read_but_once_is_read_once(session: CommandSession) -> None:
    body = BytesIO()
    Image.new("RGB", (40, 60)).save(body, "PNG")
    reading, writing = os.pipe()
    try:
        os.write(writing, body.getvalue())
        os.close(writing)
        sight = text_source(session, f"/dev/fd/{reading}")
    finally:
        os.close(reading)
    assert sight.body == body.getvalue()
    with sight.open() as frames:
        assert frames.first_frame((40, 60)).image.size == (40, 60)


@pytest.mark.parametrize(
    ("known", "small", "url"),
    [
        ({"sample_url": SMALL}, False, LARGE),
        ({"sample_url": SMALL}, True, SMALL),
        ({"sample_url": SMALL, "animated": True}, True, LARGE),
        ({}, True, LARGE),
    ],
)
def test_of_many_the_smaller_picture_will_do(
    *, known: dict[str, object], small: bool, url: str, session: CommandSession
) -> None:
    call = post_source(session, post(**known), small=small).call
    assert call is not None
    assert call.request.path == url


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ({"artists": ["Mio", "Tove"], "copyrights": ["series"]}, "Mio"),
        ({"copyrights": ["series"]}, "series"),
        ({}, "large.png"),
        ({"url": "https://cdn.donmai.us/a/%E7%8C%AB.png"}, "猫.png"),
        ({"url": "http://["}, "http://["),
    ],
)
def test_a_label_names_the_artist_or_what_else_there_is(
    known: dict[str, object], name: str, session: CommandSession
) -> None:
    assert post_source(session, post(**known)).label == (name, "danbooru")


@pytest.mark.parametrize("extension", ["mp4", "webm", "zip"])
def test_a_film_is_not_looked_at(extension: str, session: CommandSession) -> None:
    url = f"https://cdn.donmai.us/a/film.{extension}"
    for film in (post(extension=extension), post(url=url)):
        with pytest.raises(BadArguments, match="danbooru:7 is a video"):
            post_source(session, film)


def test_what_is_withheld_is_not_looked_at(session: CommandSession) -> None:
    with pytest.raises(NotFound, match="withheld"):
        post_source(session, post(url=None))
