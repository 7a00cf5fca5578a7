from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from animedex.testing.danbooru.image_store import DanbooruCollection
from animedex.testing.samples.danbooru_sample import DanbooruSample

if TYPE_CHECKING:
    from tests.testing.conftest import Ask
    from tests.testing.danbooru.conftest import Get

MD5 = "0000000000000000000000000000000a"
WITHHELD = {"md5", "file_url", "large_file_url", "preview_file_url"}


def ids(found: list[dict[str, object]]) -> list[object]:
    return [row["id"] for row in found]


def test_the_url_is_the_origin(sample: DanbooruSample) -> None:
    assert sample.url == sample.origin == f"http://127.0.0.1:{sample.port}"


def test_the_newest_posts_come_first(get: Get) -> None:
    assert ids(get("/posts.json")) == [50, 40, 30, 20, 10]


def test_a_search_is_a_list_of_terms(get: Get) -> None:
    assert ids(get("/posts.json?tags=1girl+-mio")) == [50, 40]
    assert ids(get("/posts.json?tags=nothing_of_the_sort")) == []


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("limit=2", [50, 40]),
        ("limit=2&page=2", [30, 20]),
        ("limit=2&page=4", []),
        ("limit=2&page=b40", [30, 20]),
        ("limit=2&page=a20", [40, 30]),
        ("limit=2&page=B21", [20, 10]),
        ("limit=2&page=a50", []),
        ("limit=0", [50]),
        ("limit=-3", [50]),
        ("limit=2&page=0", [50, 40]),
        ("limit=2&page=nonsense", [50, 40]),
        ("limit=&page=", [50, 40, 30, 20, 10]),
        ("tags=limit:2", [50, 40]),
        ("tags=limit:2&limit=1", [50]),
        ("limit=2&page=b40&tags=order:score", [30, 20]),
    ],
)
def test_pages_are_numbered_or_lie_beside_an_id(get: Get, page: str, found: list[int]) -> None:
    assert ids(get(f"/posts.json?{page}")) == found


def test_a_page_has_200_posts_at_most(ask: Ask) -> None:
    crowd = DanbooruCollection({"id": number} for number in range(1, 451))
    with DanbooruSample(crowd, limits=False) as server:
        sizes = [
            ask(server, f"/posts.json?only=id{query}").read().count(b'"id"')
            for query in ("", "&limit=150", "&limit=200", "&limit=5000", "&limit=200&page=3")
        ]
    assert sizes == [20, 150, 200, 200, 50]


def test_a_post_is_shown_by_its_id(get: Get, sample: DanbooruSample) -> None:
    post = get("/posts/10.json")
    assert len(post) == 46
    assert (post["id"], post["tag_string_artist"], post["score"]) == (10, "mio", 48)
    assert post["file_url"] == f"{sample.url}/original/00/00/{MD5}.jpg"
    assert post["large_file_url"] == f"{sample.url}/sample/00/00/sample-{MD5}.jpg"
    variants = post["media_asset"]["variants"]
    assert [variant["type"] for variant in variants][3:] == ["sample", "original"]
    assert all(variant["url"].startswith(sample.url) for variant in variants)


def test_urls_name_the_server_as_the_visitor_does(get: Get, sample: DanbooruSample) -> None:
    post = get("/posts/20.json", headers={"Host": f"localhost:{sample.port}"})
    assert post["file_url"].startswith(f"http://localhost:{sample.port}/original/")


def test_urls_elsewhere_stay_as_they_are(ask: Ask) -> None:
    elsewhere = "https://cdn.example/1.png"
    rows = DanbooruCollection([{"id": 1, "md5": "x", "file_url": elsewhere}])
    with DanbooruSample(rows, limits=False) as server:
        assert elsewhere.encode() in ask(server, "/posts/1.json").read()


@pytest.mark.parametrize("post_id", [40, 50])
def test_withheld_posts_have_no_file(get: Get, post_id: int) -> None:
    post = get(f"/posts/{post_id}.json")
    assert not WITHHELD & set(post)
    assert "rating" in post


def test_withheld_posts_keep_their_asset_without_its_file(get: Get) -> None:
    asset = get("/posts/40.json")["media_asset"]
    assert (asset["duration"], asset["file_ext"]) == (30.0, "mp4")
    assert not {"md5", "file_key", "variants"} & set(asset)


def test_a_post_is_found_by_md5(get: Get) -> None:
    assert get("/posts.json?md5=0000000000000000000000000000001E")["id"] == 30
    assert get("/posts.json?md5=nothing", status=404)["error"] == "ActiveRecord::RecordNotFound"


def test_a_random_post_answers_the_search(get: Get) -> None:
    drawn = {get("/posts/random.json?tags=mio")["id"] for _ in range(30)}
    assert drawn == {10, 20}
    get("/posts/random.json?tags=nothing_of_the_sort", status=404)


def test_a_seed_makes_what_is_random_repeatable(rows: DanbooruCollection, ask: Ask) -> None:
    def drawn(seed: int) -> list[bytes]:
        with DanbooruSample(rows, limits=False, seed=seed) as server:
            path = "/posts.json?tags=order:random&only=id"
            return [ask(server, path).read() for _ in range(5)]

    assert drawn(1) == drawn(1) != drawn(2)


def test_posts_are_counted(get: Get) -> None:
    assert get("/counts/posts.json?tags=1girl") == {"counts": {"posts": 4}}
    assert get("/counts/posts.json") == {"counts": {"posts": 5}}
    assert get("/counts/posts.json?tags=nothing") == {"counts": {"posts": 0}}


def test_what_cannot_be_counted_is_null(get: Get) -> None:
    assert get("/counts/posts.json?tags=+1girl++rating:s") == {"counts": {"posts": None}}


def test_only_trims_rows(get: Get) -> None:
    assert get("/posts.json?tags=id:20&only=rating,id,nonsense") == [{"id": 20, "rating": "s"}]
    trimmed = get("/posts/20.json?only=media_asset[file_ext,variants[type]]")
    assert list(trimmed) == ["media_asset"]
    assert trimmed["media_asset"]["file_ext"] == "png"
    assert trimmed["media_asset"]["variants"][0] == {"type": "180x180"}


def test_unknown_parameters_are_overlooked(get: Get) -> None:
    assert ids(get("/posts.json?limit=1&colour=blue&search[name]=x")) == [50]


def test_files_are_served_beside_the_posts(sample: DanbooruSample, ask: Ask) -> None:
    answer = ask(sample, "/original/x.mp4", user_agent="Mozilla/5.0")
    assert (answer.status, answer.read()) == (200, b"bytes")
    assert ask(sample, "/original/y.mp4").status == 404
