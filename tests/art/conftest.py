"""The three services, each with a few pictures of its own, and clients that ask them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from animedex import Client
from animedex.testing import DanbooruSample, SampleServer, WaifuSample
from animedex.testing.danbooru.image_store import DanbooruCollection
from animedex.testing.waifu.image_store import WaifuCollection
from tests.kit.services import Services

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from animedex.client_options import ClientOptions

PXIMG = "https://i.pximg.net/img-original/img/2024/05/06/07/08/09"
POSTS: list[dict[str, object]] = [
    {
        "id": 101,
        "rating": "g",
        "source": f"{PXIMG}/15300_p0.png",
        "pixiv_id": 15300,
        "tag_string": "maid mio_(lanterns) lantern_street_diaries aoba_mio",
        "tag_string_character": "mio_(lanterns)",
        "tag_string_copyright": "lantern_street_diaries",
        "tag_string_artist": "aoba_mio",
    },
    {
        "id": 102,
        "rating": "s",
        "source": f"{PXIMG}/15300_p1.png",
        "pixiv_id": 15300,
        "tag_string": "maid tove_(lanterns) mio_(lanterns) lantern_street_diaries aoba_mio",
        "tag_string_character": "mio_(lanterns) tove_(lanterns)",
        "tag_string_copyright": "lantern_street_diaries",
        "tag_string_artist": "aoba_mio",
    },
    {
        "id": 103,
        "rating": "g",
        "source": "https://twitter.com/aoba/status/1519",
        "tag_string": "maid ren_(miko)",
        "tag_string_character": "ren_(miko)",
    },
    {"id": 104, "rating": "g", "source": "https://x.com/other/status/15190", "tag_string": "maid"},
    {
        "id": 105,
        "rating": "g",
        "source": "https://x.com/aoba/status/1519",
        "is_deleted": True,
        "tag_string": "maid kaoru_(miko)",
        "tag_string_character": "kaoru_(miko)",
    },
    {"id": 106, "rating": "e", "source": "a sketchbook", "tag_string": "maid"},
]
IMAGES: list[dict[str, object]] = [
    {"id": 7, "tags": ["maid"], "source": "https://www.pixiv.net/artworks/15300", "favorites": 9},
    {"id": 8, "tags": ["maid"], "source": "https://www.pixiv.net/artworks/404", "favorites": 8},
    {"id": 9, "tags": ["maid"], "favorites": 7},
    {"id": 10, "tags": ["maid"], "isNsfw": True},
]


@pytest.fixture(scope="session")
def running() -> Iterator[Services]:
    with (
        SampleServer(limits=False, seed=1) as nekos,
        WaifuSample(WaifuCollection(IMAGES), limits=False, seed=1) as waifu,
        DanbooruSample(DanbooruCollection(POSTS), limits=False, seed=1) as danbooru,
    ):
        yield Services(nekos, danbooru, waifu)


@pytest.fixture
def services(running: Services) -> Services:
    """Return servers that have seen nothing yet and do nothing wrong."""
    running.reset()
    return running


@pytest.fixture
def options(services: Services, tmp_path: Path) -> ClientOptions:
    """Lead to the three servers, without budgets, with files of the test's own."""
    return {
        "base_urls": services.urls(),
        "state": tmp_path / "state.db",
        "cache": tmp_path / "cache",
        "timeout": 120.0,
        "limits": False,
    }


@pytest.fixture
def client(options: ClientOptions) -> Iterator[Client]:
    with Client(**options) as made:
        yield made
