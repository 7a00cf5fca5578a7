"""Choosing images: every parameter, what is refused, and what is passed over in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import quote

import pytest

from animedex.testing.samples.waifu_sample import WaifuSample

if TYPE_CHECKING:
    from animedex.testing.waifu.image_store import WaifuCollection
    from tests.testing.conftest import Ask
    from tests.testing.waifu.conftest import Get

ENVELOPE = [
    *("items", "pageNumber", "totalPages", "totalCount", "maxPageSize", "defaultPageSize"),
    *("hasPreviousPage", "hasNextPage"),
]
IMAGE = [
    *("id", "perceptualHash", "extension", "dominantColor", "source", "artists", "uploaderId"),
    *("uploadedAt", "isNsfw", "isAnimated", "width", "height", "byteSize", "url", "tags"),
    *("reviewStatus", "favorites", "likedAt", "addedToAlbumAt", "albums"),
]
ALL = "PageSize=50&IsNsfw=All"


def items(body: dict[str, object]) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", body["items"])


def ids(body: dict[str, object]) -> list[int]:
    return [cast("int", item["id"]) for item in items(body)]


def test_one_image_comes_unless_more_are_asked_for(get: Get) -> None:
    body = get("/images")
    assert list(body) == ENVELOPE
    assert len(items(body)) == 1
    assert [body[key] for key in ENVELOPE[1:]] == [1, 4, 4, -1, 1, False, True]


def test_an_image_is_described_as_the_service_does(get: Get, server: WaifuSample) -> None:
    (image,) = items(get("/images?IncludedIds=1"))
    assert list(image) == IMAGE
    assert image["url"] == f"{server.url}/cdn/1.png"
    (artist,) = cast("list[dict[str, object]]", image["artists"])
    assert artist == {
        "id": 1,
        "name": "青葉ミオ",
        "patreon": None,
        "pixiv": None,
        "twitter": None,
        "deviantArt": None,
        "reviewStatus": "Accepted",
        "creatorId": None,
        "imageCount": 0,
    }
    tag, _ = cast("list[dict[str, object]]", image["tags"])
    assert tag == {
        "id": 1,
        "name": "Waifu",
        "slug": "waifu",
        "description": "",
        "reviewStatus": "Accepted",
        "creatorId": None,
        "imageCount": 0,
    }


def test_what_a_row_brings_itself_is_kept(get: Get) -> None:
    assert get("/images/3")["new"] == {"key": [1]}
    five = get("/images/5")
    assert (five["url"], five["extension"]) == ("https://cdn.example/5.jpeg", ".jpeg")
    assert five["perceptualHash"] == "ddcbf8e24a60189b"


def test_an_image_alone_is_the_same_as_in_a_list(get: Get) -> None:
    assert items(get("/images?IncludedIds=2")) == [get("/images/2")]


@pytest.mark.parametrize("number", ["99", "0", "9" * 17])
def test_an_image_that_is_not_there_is_404(get: Get, number: str) -> None:
    problem = get(f"/images/{number}", status=404)
    assert (problem["title"], problem["status"]) == ("Not Found", 404)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("PageSize=50", {1, 2, 3, 5}),
        ("PageSize=50&IsNsfw=False", {1, 2, 3, 5}),
        ("PageSize=50&IsNsfw=True", {4}),
        (ALL, {1, 2, 3, 4, 5}),
        ("PageSize=50&isnsfw=all", {1, 2, 3, 4, 5}),
        (f"{ALL}&IncludedTags=waifu", {1, 2, 4}),
        (f"{ALL}&IncludedTags=waifu&IncludedTags=maid", {1}),
        (f"{ALL}&includedtags=waifu&INCLUDEDTAGS=maid", {1}),
        (f"{ALL}&IncludedTags=90", {5}),
        (f"{ALL}&IncludedTags=long-hair", {5}),
        (f"{ALL}&IncludedTags=nosuch", set[int]()),
        (f"{ALL}&ExcludedTags=waifu", {3, 5}),
        (f"{ALL}&ExcludedTags=maid&ExcludedTags=wave", {2, 4, 5}),
        (f"{ALL}&IncludedTags=waifu&ExcludedTags=ecchi", {1, 2}),
        (f"{ALL}&IncludedArtists=1", {1, 2}),
        (f"{ALL}&IncludedArtists=1&IncludedArtists=2", {2}),
        (f"{ALL}&ExcludedArtists=1", {3, 4, 5}),
        (f"{ALL}&IncludedIds=2", {2}),
        (f"{ALL}&IncludedIds=2&IncludedIds=3", set[int]()),
        (f"{ALL}&ExcludedIds=2&ExcludedIds=3", {1, 4, 5}),
        (f"{ALL}&IsAnimated=True", {3}),
        (f"{ALL}&IsAnimated=false", {1, 2, 4, 5}),
        (f"{ALL}&Orientation=LANDSCAPE", {3}),
        (f"{ALL}&Orientation=PORTRAIT", {1, 2, 5}),
        (f"{ALL}&Orientation=square", {4}),
        (f"{ALL}&Width=%3E%3D1500", {1}),
        (f"{ALL}&Width=<400", {4}),
        (f"{ALL}&Height=300..1500", {2, 3, 5}),
        (f"{ALL}&Height=10&Width=10", {4}),
        (f"{ALL}&ByteSize=<=50", {2}),
    ],
)
def test_images_are_chosen_by_every_filter(
    get: Get, server: WaifuSample, query: str, found: set[int]
) -> None:
    body = get(f"/images?{query}")
    assert (set(ids(body)), body["totalCount"]) == (found, len(found))
    assert server.ignored == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("included_tags", "maid"),
        ("excluded_tags", "waifu"),
        ("is_nsfw", "All"),
        ("page_size", "3"),
        ("pageNumber", "2"),
        ("limit", "3"),
        ("Width", "=>1500"),
        ("Width", "big"),
        ("Height", "1.5"),
        ("ByteSize", "1.."),
        ("ByteSize", ""),
        ("Orientation", "TALL"),
    ],
)
def test_what_has_no_effect_is_remembered(
    get: Get, server: WaifuSample, name: str, value: str
) -> None:
    body = get(f"/images?{name}={quote(value)}")
    assert (body["totalCount"], len(items(body))) == (4, 1)
    assert server.ignored == [("/images", name, value)]


def test_of_a_parameter_given_twice_the_first_counts(get: Get, server: WaifuSample) -> None:
    assert get("/images?Width=1500&Width=400")["totalCount"] == 1
    assert server.ignored == [("/images", "Width", "400")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IncludedTags", "Maid"),
        ("IncludedTags", "long_hair"),
        ("ExcludedTags", "long hair"),
        ("ExcludedTags", ""),
        ("IncludedArtists", "mio"),
        ("ExcludedArtists", "1.5"),
        ("IncludedIds", "x"),
        ("ExcludedIds", "--1"),
        ("IsNsfw", "maybe"),
        ("IsAnimated", ""),
        ("Page", "two"),
        ("PageSize", "9" * 30),
        ("OrderBy", "BEAUTY"),
        ("OrderBy", "UPLOADED_AT"),
        ("OrderBy", ""),
    ],
)
def test_what_cannot_be_used_is_400_and_named(get: Get, name: str, value: str) -> None:
    problem = get(f"/images?{name.lower()}={quote(value)}", status=400)
    assert list(problem) == ["type", "title", "status", "detail", "errors"]
    assert problem["status"] == 400
    (told,) = cast("dict[str, list[str]]", problem["errors"])[name]
    assert told.startswith(f"'{value}' is not ")


def test_all_that_cannot_be_used_is_told_at_once(get: Get) -> None:
    path = "/images?IncludedTags=A&IncludedTags=b&IncludedTags=C&Page=x"
    errors = cast("dict[str, list[str]]", get(path, status=400)["errors"])
    assert {name: len(told) for name, told in errors.items()} == {"IncludedTags": 2, "Page": 1}


def test_orders_begin_with_the_most(get: Get) -> None:
    assert ids(get(f"/images?{ALL}&OrderBy=UploadedAt")) == [5, 4, 3, 2, 1]
    assert ids(get(f"/images?{ALL}&OrderBy=favorites")) == [2, 5, 4, 3, 1]


def test_pages_of_an_order_give_everything_once(get: Get) -> None:
    path = "/images?IsNsfw=All&PageSize=2&OrderBy=UploadedAt"
    bodies = [get(f"{path}&Page={page}") for page in (1, 2, 3, 4)]
    assert [ids(body) for body in bodies] == [[5, 4], [3, 2], [1], []]
    assert [body["hasNextPage"] for body in bodies] == [True, True, False, False]
    assert [body["hasPreviousPage"] for body in bodies] == [False, True, True, True]
    assert {body["totalPages"] for body in bodies} == {3}


def test_pages_without_an_order_repeat_rows(get: Get) -> None:
    pages = [ids(get(f"/images?IsNsfw=All&Page={page}")) for page in [1, 2, 3, 4, 5] * 4]
    assert any(len({page[0] for page in pages[i : i + 5]}) < 5 for i in (0, 5, 10, 15))


@pytest.mark.parametrize("query", ["Page=0", "Page=-3", "PageSize=0", "PageSize=-1"])
def test_pages_begin_with_the_first_and_have_a_row(get: Get, query: str) -> None:
    body = get(f"/images?{query}")
    assert (body["pageNumber"], len(items(body))) == (1, 1)


def test_nothing_found_is_an_empty_page(get: Get) -> None:
    body = get("/images?IncludedTags=nosuch&PageSize=5")
    assert [body[key] for key in ENVELOPE] == [[], 1, 0, 0, -1, 1, False, False]


def test_a_seed_makes_the_order_repeatable(images: WaifuCollection, ask: Ask) -> None:
    def drawn(seed: int) -> list[bytes]:
        with WaifuSample(images, seed=seed) as server:
            path = "/images?PageSize=5&IncludedTags=waifu&IsNsfw=All"
            origin = server.origin.encode()
            return [ask(server, path).read().replace(origin, b"") for _ in range(9)]

    assert drawn(1) == drawn(1) != drawn(2)


def test_images_that_are_not_there_leave_the_rest_as_it_is() -> None:
    from animedex.testing.waifu.image_store import WaifuCollection

    empty = WaifuCollection([])
    assert (list(empty.images), list(empty.tags), empty.find(1)) == ([], [], None)
