"""Tags, artists, figures and the visitor's own row."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import quote

import pytest

from animedex.testing.samples.waifu_sample import API_KEY

if TYPE_CHECKING:
    from animedex.testing.samples.waifu_sample import WaifuSample
    from tests.testing.waifu.conftest import Get


def names(body: dict[str, object]) -> list[object]:
    return [item["name"] for item in cast("list[dict[str, object]]", body["items"])]


def test_tags_are_listed_with_the_most_used_first(get: Get) -> None:
    body = get("/tags")
    assert names(body) == ["Waifu", "Maid", "Wave", "Ecchi", "Long hair"]
    first = cast("list[dict[str, object]]", body["items"])[0]
    assert (first["slug"], first["imageCount"]) == ("waifu", 3)
    assert [body[key] for key in ("totalCount", "defaultPageSize", "maxPageSize")] == [5, 30, -1]


def test_artists_are_listed_with_the_busiest_first(get: Get) -> None:
    body = get("/artists")
    assert names(body) == ["青葉ミオ", "Tove/トーヴェ", "Rue"]
    first = cast("list[dict[str, object]]", body["items"])[0]
    assert first["imageCount"] == 2


@pytest.mark.parametrize("path", ["/tags", "/artists"])
def test_lists_have_pages(get: Get, server: WaifuSample, path: str) -> None:
    whole = names(get(path))
    pages = [get(f"{path}?pagesize=2&page={page}") for page in (1, 2, 3)]
    assert [name for page in pages for name in names(page)] == whole
    assert pages[0]["totalPages"] == (len(whole) + 1) // 2
    assert server.ignored == []


def test_lists_may_be_asked_for_a_part_of_a_name(get: Get) -> None:
    assert names(get("/tags?Name=WA")) == ["Waifu", "Wave"]
    assert names(get(f"/artists?Name={quote('青葉')}")) == ["青葉ミオ"]


@pytest.mark.parametrize("path", ["/tags?Page=x", "/artists?PageSize=many"])
def test_a_page_that_is_no_number_is_400(get: Get, path: str) -> None:
    assert get(path, status=400)["status"] == 400


@pytest.mark.parametrize("path", ["/tags/90", "/tags/by-slug/long-hair"])
def test_a_tag_is_found(get: Get, path: str) -> None:
    assert get(path) == {
        "id": 90,
        "name": "Long hair",
        "slug": "long-hair",
        "description": "Below it.",
        "reviewStatus": "Accepted",
        "creatorId": None,
        "imageCount": 0,
    }


@pytest.mark.parametrize("path", ["/artists/80", "/artists/by-name/Rue"])
def test_an_artist_is_found(get: Get, path: str) -> None:
    assert get(path) == {
        "id": 80,
        "name": "Rue",
        "patreon": None,
        "pixiv": "https://www.pixiv.net/users/990000001",
        "twitter": None,
        "deviantArt": None,
        "reviewStatus": "Accepted",
        "creatorId": None,
        "creator": None,
        "images": [],
    }


def test_an_artist_s_name_may_have_a_slash(get: Get) -> None:
    assert get(f"/artists/by-name/{quote('Tove/トーヴェ', safe='')}")["id"] == 2


@pytest.mark.parametrize(
    "path",
    [
        *("/tags/999", "/tags/by-slug/nosuch", "/tags/by-slug/Waifu"),
        *("/artists/999", "/artists/by-name/rue"),
    ],
)
def test_what_does_not_exist_is_404(get: Get, path: str) -> None:
    problem = get(path, status=404)
    assert list(problem) == ["type", "title", "status", "detail"]
    assert problem["status"] == 404


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/nosuch", "/images/", "/images/1/2", "/stats", "/users/31"),
        *("/tags/waifu", "/artists/mio", "/artists/" + "9" * 5000),
    ],
)
def test_a_path_that_is_not_known_is_404_with_its_trace(get: Get, path: str) -> None:
    problem = get(path, status=404)
    assert list(problem) == ["type", "title", "status", "detail", "traceId"]
    assert problem["status"] == 404


def test_figures_are_those_of_the_collection(get: Get) -> None:
    stats = get("/stats/public")
    assert list(stats) == ["totalRequests", "totalImages", "totalTags", "totalArtists"]
    assert list(stats.values())[1:] == [5, 5, 3]


def test_a_visitor_with_a_known_key_is_told_who_they_are(get: Get) -> None:
    user = get("/users/me", X_Api_Key=API_KEY)
    assert (user["id"], user["name"], user["role"]) == (31, "mio_visits", "User")


@pytest.mark.parametrize("headers", [{}, {"X_Api_Key": "wrong"}, {"X_Api_Key": ""}])
def test_without_a_known_key_nobody_is_told(get: Get, headers: dict[str, str]) -> None:
    problem = get("/users/me", status=401, **headers)
    assert (problem["title"], problem["status"]) == ("Unauthorized", 401)


@pytest.mark.parametrize(
    "path", ["/images/1", "/tags/90", "/artists/80", "/stats/public", "/artists/by-name/Rue"]
)
def test_routes_without_parameters_pass_over_all(get: Get, server: WaifuSample, path: str) -> None:
    assert get(f"{path}?Page=2") == get(path)
    assert server.ignored == [(path, "Page", "2")]


def test_lists_of_names_know_no_filters_of_images(get: Get, server: WaifuSample) -> None:
    get("/artists?pageNumber=2&IsNsfw=All")
    assert [(each.name, each.value) for each in server.ignored] == [
        ("pageNumber", "2"),
        ("IsNsfw", "All"),
    ]
