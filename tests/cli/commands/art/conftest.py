"""Stand-ins for the services beside nekos.best, each with a few pictures that share works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from animedex.testing import DanbooruSample, WaifuSample
from animedex.testing.danbooru.image_store import DanbooruCollection
from animedex.testing.waifu.image_store import WaifuCollection
from tests.kit.services import Services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.testing import SampleServer

PXIMG = "https://i.pximg.net/img-original/img/2024/05/06/07/08/09"
POSTS: list[dict[str, object]] = [
    {
        "id": 101 + page,
        "rating": "g",
        "source": f"{PXIMG}/15300_p{page}.png",
        "pixiv_id": 15300,
        "tag_string": f"maid {name} lantern_street_diaries aoba_mio",
        "tag_string_character": name,
        "tag_string_copyright": "lantern_street_diaries",
        "tag_string_artist": "aoba_mio",
    }
    for page, name in enumerate(("mio_(lanterns)", "tove_(lanterns)"))
]
IMAGES: list[dict[str, object]] = [
    {"id": 7, "tags": ["maid"], "source": f"{PXIMG}/15300_p0.png", "favorites": 9},
    {"id": 8, "tags": ["maid"], "source": "https://www.pixiv.net/artworks/404", "favorites": 8},
    {"id": 9, "tags": ["maid"], "favorites": 7},
]


@pytest.fixture(scope="session")
def others() -> Iterator[tuple[WaifuSample, DanbooruSample]]:
    with (
        WaifuSample(WaifuCollection(IMAGES), limits=False, seed=1) as waifu,
        DanbooruSample(DanbooruCollection(POSTS), limits=False, seed=1) as danbooru,
    ):
        yield waifu, danbooru


@pytest.fixture
def services(
    service: SampleServer,
    others: tuple[WaifuSample, DanbooruSample],
    monkeypatch: pytest.MonkeyPatch,
) -> Services:
    """Point the command line at servers that have seen nothing yet and do nothing wrong."""
    waifu, danbooru = others
    running = Services(service, danbooru, waifu)
    running.reset()
    monkeypatch.setenv("ANIMEDEX_LIMITS", "off")
    for name, url in running.variables().items():
        monkeypatch.setenv(name, url)
    return running
