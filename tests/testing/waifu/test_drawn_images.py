"""The drawn pictures as Waifu.im would list them."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from animedex.testing.samples.sample_images import sample_collection
from animedex.testing.samples.waifu_sample import WaifuSample, sample_images

if TYPE_CHECKING:
    from tests.testing.conftest import Ask


def test_every_drawn_picture_is_an_image() -> None:
    images = sample_images().images
    assert [image["source"] for image in images] == [
        picture.credits.get("source_url") for picture in sample_collection().pictures
    ]
    assert len({image["id"] for image in images}) == len(images)


def test_images_are_built_once_and_always_the_same() -> None:
    built = sample_images()
    assert sample_images() is built
    again = sample_images.__wrapped__()
    assert again is not built
    assert again.images == built.images


def test_what_is_invented_has_the_service_s_form() -> None:
    for image in sample_images().images:
        assert re.fullmatch("[0-9a-f]{16}", image["perceptualHash"])
        assert re.fullmatch("#[0-9A-F]{6}", image["dominantColor"])
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:16:19\.048684Z", image["uploadedAt"])
        assert image["extension"] == (".gif" if image["isAnimated"] else ".png")
        assert image["byteSize"] == sample_images().files[image["id"]].stat().st_size
        assert all(re.fullmatch("[a-z0-9-]+", tag["slug"]) for tag in image["tags"])


def test_some_are_not_safe_and_say_so_in_a_tag() -> None:
    images = sample_images().images
    tagged = [image for image in images if "ecchi" in {tag["slug"] for tag in image["tags"]}]
    assert tagged == [image for image in images if image["isNsfw"]]
    assert 10 < len(tagged) < len(images) / 2


def test_some_hashes_are_nearly_alike_and_most_are_not() -> None:
    hashes = [int(image["perceptualHash"], 16) for image in sample_images().images]
    assert len(set(hashes)) == len(hashes)
    away = Counter(
        (one ^ other).bit_count() for i, one in enumerate(hashes) for other in hashes[:i]
    )
    assert away[2] >= 5
    assert not set(range(3, 11)) & set(away)


def test_artists_lead_to_where_they_are() -> None:
    artists = sample_images().artists
    assert len(artists) >= 14
    assert artists[0]["imageCount"] > 1
    assert any((artist["pixiv"] or "").startswith("https://www.pixiv.net/") for artist in artists)
    assert any((artist["twitter"] or "").startswith("https://twitter.com/") for artist in artists)
    assert all(image["artists"] for image in sample_images().images if not image["isAnimated"])


def test_the_sample_serves_them(ask: Ask) -> None:
    with WaifuSample(seed=1) as server:
        path = "/images?IncludedTags=waifu&IncludedTags=maid&PageSize=99&IsNsfw=All"
        result = json.loads(ask(server, path).read())["items"]
        picture = ask(server, result[0]["url"].removeprefix(server.url))
    assert len(result) > 3
    assert picture.headers["Content-Type"] == "image/png"
    assert int(picture.headers["Content-Length"]) == result[0]["byteSize"]
