from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.testing.danbooru.conftest import Get

TAG = ["id", "name", "post_count", "category", "created_at", "updated_at", "is_deprecated", "words"]
ARTIST = ["id", "created_at", "name", "updated_at", "is_deleted", "group_name", "is_banned"]


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("/tags.json", [7, 6, 5, 4, 3, 2, 1]),
        ("/tags.json?limit=2&page=2", [5, 4]),
        ("/tags.json?limit=2&page=b4", [3, 2]),
        ("/tags.json?search[name]=1Girl", [1]),
        ("/tags.json?search[name]=lantern*", []),
        ("/tags.json?search[name_matches]=LANTERN*", [5, 4]),
        ("/tags.json?search[name_matches]=long%20hair", [2]),
        ("/tags.json?search[name_comma]=mio,subaru,nobody", [6, 3]),
        ("/tags.json?search[name_or_alias_matches]=longh*", [2]),
        ("/tags.json?search[category]=3", [5, 4]),
        ("/tags.json?search[category]=1,4", [6, 3]),
        ("/tags.json?search[post_count]=>=3", [7, 1]),
        ("/tags.json?search[hide_empty]=yes", [7, 6, 4, 3, 2, 1]),
        ("/tags.json?search[hide_empty]=no", [7, 6, 5, 4, 3, 2, 1]),
        ("/tags.json?search[is_deprecated]=true", [5]),
        ("/tags.json?search[order]=count", [1, 7, 4, 3, 6, 2, 5]),
        ("/tags.json?search[order]=name&limit=3", [1, 7, 4]),
        ("/tags.json?search[order]=date&limit=1", [7]),
        ("/tags.json?search[order]=nonsense&limit=1", [7]),
        ("/tags.json?search[colour]=blue&search[name]=&limit=1", [7]),
        ("/tags.json?search[name_ends]=x&limit=1", [7]),
        ("/artists.json", [4, 3]),
        ("/artists.json?search[name]=mio", [3]),
        ("/artists.json?search[name]=m*", []),
        ("/artists.json?search[name_matches]=m*", [3]),
        ("/artists.json?search[any_name_matches]=MIO%20aoba", [3]),
        ("/artists.json?search[any_name_matches]=mio_a", []),
        ("/artists.json?search[any_name_matches]=mio_a*", [3]),
        ("/artists.json?search[any_other_name_like]=%E9%9D%92*", [3]),
        ("/artists.json?search[any_name_or_url_matches]=mio", [3]),
        ("/artists.json?search[any_name_or_url_matches]=https://gallery.example/mio/", [3]),
        ("/artists.json?search[url_matches]=gallery", [3]),
        ("/artists.json?search[url_matches]=*mio", [3]),
        ("/artists.json?search[url_matches]=https://gallery.example/", []),
        ("/artists.json?search[is_deleted]=true", [4]),
        ("/artists.json?search[is_banned]=false", [4, 3]),
        ("/artists.json?search[order]=name", [4, 3]),
        ("/artists.json?search[order]=updated_at", [4, 3]),
        ("/artists.json?search[order]=post_count", [3, 4]),
        ("/pools.json", [2, 1]),
        ("/pools.json?search[name_matches]=street", [1]),
        ("/pools.json?search[name_matches]=lantern*", [1]),
        ("/pools.json?search[name_matches]=street*", []),
        ("/pools.json?search[category]=series", [1]),
        ("/pools.json?search[order]=created_at", [2, 1]),
        ("/pools.json?search[order]=name", [1, 2]),
        ("/pools.json?search[id]=1,5", [1]),
        ("/wiki_pages.json?search[title]=Long%20hair", [1]),
        ("/wiki_pages.json?search[title_normalize]=long*", [1]),
        ("/wiki_pages.json?search[order]=title", [3, 2, 1]),
    ],
)
def test_a_search_lists(get: Get, path: str, ids: list[int]) -> None:
    assert [row["id"] for row in get(path)] == ids


def test_rows_have_the_services_keys(get: Get) -> None:
    assert list(get("/tags/2.json")) == TAG
    assert list(get("/artists/3.json")) == [*ARTIST, "other_names"]
    assert list(get("/pools/1.json")) == [
        *["id", "name", "created_at", "updated_at", "description", "is_active", "is_deleted"],
        *["post_ids", "category", "post_count"],
    ]
    assert list(get("/wiki_pages/1.json")) == [
        *["id", "created_at", "updated_at", "title", "body", "is_locked", "other_names"],
        "is_deleted",
    ]


def test_addresses_of_artists_are_told_only_if_named(get: Get) -> None:
    shown = get("/artists.json?search[name]=mio&only=name,urls[url]")
    assert shown == [{"name": "mio", "urls": [{"url": "https://gallery.example/mio"}]}]


@pytest.mark.parametrize(
    ("name", "page_id"),
    [("long_hair", 1), ("Long%20Hair", 1), ("1", 1), ("~1", 3), ("fate%2Fstay", 2), ("2", 2)],
)
def test_a_wiki_page_has_an_id_and_a_title(get: Get, name: str, page_id: int) -> None:
    assert get(f"/wiki_pages/{name}.json")["id"] == page_id


@pytest.mark.parametrize(
    "path", ["/tags/99.json", "/artists/99.json", "/pools/x.json", "/wiki_pages/nobody.json"]
)
def test_what_does_not_exist_is_404(get: Get, path: str) -> None:
    refusal = get(path, status=404)
    assert list(refusal) == ["success", "error", "message", "backtrace"]
    assert refusal["message"] == "That record was not found."


def test_past_page_1000_is_410_for_every_kind(get: Get) -> None:
    for kind in ("posts", "tags", "artists", "pools", "wiki_pages"):
        refusal = get(f"/{kind}.json?page=1001", status=410)
        assert refusal["error"] == "PaginationExtension::PaginationError"
        assert refusal["message"] == "You cannot go beyond page 1000."
        assert get(f"/{kind}.json?page=1000") == []
