from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from animedex.testing.samples.danbooru_posts import UGOIRA_WORK, USER, sample_posts
from animedex.testing.samples.danbooru_sample import DanbooruSample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.testing.conftest import Ask

# As the service's rows have them.
KEYS = (
    "id created_at uploader_id score source md5 last_comment_bumped_at rating image_width "
    "image_height tag_string fav_count file_ext last_noted_at parent_id has_children approver_id "
    "tag_count_general tag_count_artist tag_count_character tag_count_copyright file_size up_score "
    "down_score is_pending is_flagged is_deleted tag_count updated_at is_banned pixiv_id "
    "last_commented_at has_active_children bit_flags tag_count_meta has_large has_visible_children "
    "media_asset tag_string_general tag_string_character tag_string_copyright tag_string_artist "
    "tag_string_meta file_url large_file_url preview_file_url"
)
ASSET_KEYS = (
    "id created_at updated_at md5 file_ext file_size image_width image_height duration status "
    "file_key is_public pixel_hash variants"
)


@pytest.fixture(scope="module")
def server() -> Iterator[DanbooruSample]:
    with DanbooruSample(limits=False, seed=1) as running:
        yield running


@pytest.fixture
def visible_posts(server: DanbooruSample, ask: Ask) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = json.loads(ask(server, "/posts.json?limit=200").read())
    return result


def test_the_drawn_posts_are_made_once() -> None:
    assert sample_posts() is sample_posts()


def test_the_rows_are_the_services(visible_posts: list[dict[str, Any]]) -> None:
    open_rows = [row for row in visible_posts if "md5" in row]
    assert {" ".join(row) for row in open_rows} == {KEYS}
    assert {" ".join(row["media_asset"]) for row in open_rows} == {ASSET_KEYS}
    assert {" ".join(v) for row in open_rows for v in row["media_asset"]["variants"]} == {
        "type url width height file_ext"
    }


def test_ids_and_hashes_are_unique_and_time_follows_the_ids(
    visible_posts: list[dict[str, Any]],
) -> None:
    assert len({row["id"] for row in visible_posts}) == len(visible_posts)
    hashes = [row["md5"] for row in visible_posts if "md5" in row]
    assert len(set(hashes)) == len(hashes)
    moments = [row["created_at"] for row in visible_posts]
    assert moments == sorted(moments, reverse=True)


def test_the_tags_are_counted(visible_posts: list[dict[str, Any]]) -> None:
    for row in visible_posts:
        kinds = ("general", "artist", "character", "copyright", "meta")
        tags = [row[f"tag_string_{kind}"].split() for kind in kinds]
        assert row["tag_count"] == len(row["tag_string"].split()) == sum(map(len, tags))
        assert [row[f"tag_count_{kind}"] for kind in kinds] == [len(names) for names in tags]
        assert row["score"] == row["up_score"] + row["down_score"]


def test_every_rating_occurs_and_most_are_general(visible_posts: list[dict[str, Any]]) -> None:
    ratings = Counter(row["rating"] for row in visible_posts)
    assert set(ratings) == {"g", "s", "q", "e"}
    assert ratings["g"] > len(visible_posts) / 2


def test_a_file_is_what_its_row_says(
    server: DanbooruSample, ask: Ask, visible_posts: list[dict[str, Any]]
) -> None:
    by_extension = {row["file_ext"]: row for row in visible_posts if "md5" in row}
    assert set(by_extension) == {"png", "gif", "mp4", "zip"}
    for row in by_extension.values():
        data = ask(server, row["file_url"].removeprefix(server.url)).read()
        assert hashlib.md5(data).hexdigest() == row["md5"]
        assert len(data) == row["file_size"]


def test_every_file_can_be_fetched(
    server: DanbooruSample, ask: Ask, visible_posts: list[dict[str, Any]]
) -> None:
    for row in [row for row in visible_posts if "md5" in row][:4]:
        urls = [row["file_url"], row["large_file_url"], row["preview_file_url"]]
        urls += [variant["url"] for variant in row["media_asset"]["variants"]]
        assert {ask(server, url.removeprefix(server.url)).status for url in urls} == {200}


def test_some_files_are_withheld(visible_posts: list[dict[str, Any]]) -> None:
    withheld = [row for row in visible_posts if "md5" not in row]
    assert not any("file_url" in row or "large_file_url" in row for row in withheld)
    states = {(row["is_deleted"], row["is_banned"]) for row in withheld}
    assert states == {(True, False), (False, True), (True, True), (False, False)}


def test_there_is_an_ugoira_that_plays(visible_posts: list[dict[str, Any]]) -> None:
    (ugoira,) = (row for row in visible_posts if row["file_ext"] == "zip")
    assert ugoira["pixiv_id"] == UGOIRA_WORK
    assert ugoira["large_file_url"].endswith(".webm")
    assert ugoira["media_asset"]["duration"] > 0


def test_sources_are_of_every_sort(visible_posts: list[dict[str, Any]]) -> None:
    sources = [row["source"] for row in visible_posts]
    assert "" in sources
    assert any(source and "://" not in source for source in sources)
    for host in ("i.pximg.net/", "www.pixiv.net/", "twitter.com/", "//x.com/"):
        assert any(host in source for source in sources)


def test_a_work_has_several_pages_and_one_parent(visible_posts: list[dict[str, Any]]) -> None:
    works = Counter(row["pixiv_id"] for row in visible_posts if row["pixiv_id"])
    (family, size), *_ = works.most_common(1)
    pages = sorted(
        (row for row in visible_posts if row["pixiv_id"] == family), key=lambda row: row["id"]
    )
    assert [page["source"].rpartition("_")[2] for page in pages] == ["p0.png", "p1.png", "p2.png"]
    assert [page["parent_id"] for page in pages] == [None] + [pages[0]["id"]] * (size - 1)
    assert [page["has_children"] for page in pages] == [True, False, False]
    assert len({page["tag_string_artist"] for page in pages}) == 1


def test_two_posts_are_of_one_status(visible_posts: list[dict[str, Any]]) -> None:
    statuses = Counter(
        row["source"].rpartition("/")[2] for row in visible_posts if "/status/" in row["source"]
    )
    assert max(statuses.values()) == 2


def test_pictures_of_the_drawn_collection_are_found_by_their_source(
    server: DanbooruSample, ask: Ask
) -> None:
    answer = ask(server, "/posts.json?tags=pixiv_id:990037041&only=tag_string_artist")
    assert json.loads(answer.read()) == [{"tag_string_artist": "hoshikuzu_ramune"}]
    path = "/posts.json?tags=source:*/kitsunebi_note_e/status/1907654334353580247"
    assert len(json.loads(ask(server, path).read())) == 2


@pytest.mark.parametrize(
    "path", ["/pools.json", "/artists.json", "/wiki_pages.json", "/tags.json", "/pools/71.json"]
)
def test_there_is_something_of_every_kind(server: DanbooruSample, ask: Ask, path: str) -> None:
    assert json.loads(ask(server, path).read())


def test_the_samples_user_may_sign_in(server: DanbooruSample, ask: Ask) -> None:
    answer = ask(server, f"/profile.json?login={USER.name}&api_key={USER.api_key}")
    assert json.loads(answer.read())["name"] == USER.name


def test_some_searches_are_not_counted(server: DanbooruSample, ask: Ask) -> None:
    answer = ask(server, "/counts/posts.json?tags=1girl+rating:s")
    assert json.loads(answer.read()) == {"counts": {"posts": None}}
