"""A few posts, a stand-in that serves them, and a way to read its JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from animedex.testing.danbooru.image_store import DanbooruCollection, User, artist_row, tag_row
from animedex.testing.danbooru.post_rows import File, PostDetails, post_row
from animedex.testing.samples.danbooru_records import pool_row, wiki_page_row
from animedex.testing.samples.danbooru_sample import DanbooruSample

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.testing.conftest import Ask

USER = User(7, "Tove_L", "key:with:colons")
MEMBER = User(8, "Rue", "member-key", "Member")
PLATINUM = User(9, "Mio", "platinum-key", "Platinum")
DAY = 86_400.0
NOON = 1_778_169_600.0  # 2026-05-07 12:00 of the service's summer


class Get(Protocol):
    """Ask the stand-in for a path and read the JSON of its answer."""

    def __call__(
        self, path: str, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Any: ...


def md5_of(number: int) -> str:
    return f"{number:032x}"


def posts() -> list[dict[str, object]]:
    return [
        post_row(
            10,
            File(md5_of(10), "jpg", 1700, 2400, 2_000_000),
            {"general": "1girl long_hair", "artist": "mio", "copyright": "lantern_street"},
            PostDetails(
                "https://i.pximg.net/img/990_p0.jpg", "g", 50, -2, 9, 990, has_children=True
            ),
            created=NOON - 30 * DAY,
        ),
        post_row(
            20,
            File(md5_of(20), "png", 600, 600, 80_000),
            {"general": "1girl short_hair", "artist": "mio", "copyright": "lantern_street"},
            PostDetails("https://i.pximg.net/img/990_p1.jpg", "s", 120, 0, 4, 990, parent_id=10),
            created=NOON - 3 * DAY,
        ),
        post_row(
            30,
            File(md5_of(30), "gif", 400, 300, 900_000, 2.5),
            {"general": "1boy", "copyright": "re:zero", "character": "subaru", "meta": "animated"},
            PostDetails("a sketchbook", "q", 5, -9, 1),
            created=NOON - DAY,
        ),
        post_row(
            40,
            File(md5_of(40), "mp4", 1280, 720, 9_000_000, 30.0),
            {"general": "1girl 1boy", "copyright": "original"},
            PostDetails("", "e", 7, 0, 0, is_deleted=True),
            created=NOON - 60.0,
        ),
        {"id": 50, "tag_string": "1girl secret", "rating": "g", "score": 1, "is_banned": True},
    ]


@pytest.fixture(scope="session")
def rows() -> DanbooruCollection:
    return DanbooruCollection(
        posts(),
        tags=[
            tag_row(1, "1girl", 0, 4),
            tag_row(2, "long_hair", 0, 1),
            tag_row(3, "mio", 1, 2),
            tag_row(4, "lantern_street", 3, 2),
            {**tag_row(5, "lantern_street_2", 3, 0), "is_deprecated": True},
            tag_row(6, "subaru", 4, 1),
            tag_row(7, ";)", 0, 3),
        ],
        artists=[
            artist_row(3, "mio", ["青葉ミオ", "Mio_Aoba"], ["https://gallery.example/mio"]),
            {**artist_row(4, "gone"), "is_deleted": True, "updated_at": "2026-01-01T00:00:00Z"},
        ],
        pools=[
            pool_row(1, "Lantern_Street_-_Rain", "series", [10, 20]),
            {**pool_row(2, "Moving", "collection", [30, 40]), "updated_at": "2026-01-01T00:00:00Z"},
        ],
        wiki_pages=[
            wiki_page_row(1, "long_hair", "Hair that is long.", ["長い髪"]),
            wiki_page_row(2, "fate/stay", "A title with a slash."),
            wiki_page_row(3, "1", "A title of digits."),
        ],
        users=[USER, MEMBER, PLATINUM],
        aliases={"longhair": "long_hair"},
        uncountable=["1girl rating:s"],
        files={"/original/x.mp4": b"bytes"},
    )


@pytest.fixture
def sample(rows: DanbooruCollection) -> Iterator[DanbooruSample]:
    with DanbooruSample(rows, limits=False, seed=7, clock=lambda: NOON) as running:
        yield running


@pytest.fixture
def get(sample: DanbooruSample, ask: Ask) -> Get:
    def get(path: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Any:
        answer = ask(sample, path, headers=headers)
        assert answer.status == status
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
        return json.loads(answer.read())

    return get
