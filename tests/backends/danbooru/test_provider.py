"""Danbooru's part across the services: whose a row is, what it tells, and what is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex import Client
from animedex.backends.danbooru import source_search as works
from animedex.backends.danbooru.models import DanbooruPost
from animedex.backends.danbooru.provider import ART
from animedex.backends.provider import MatchKeys, find_provider
from animedex.errors import BadArguments, NotFound
from animedex.models import Rating
from animedex.testing.samples.danbooru_sample import DanbooruSample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.http_message import JsonObject, JsonValue
    from tests.kit.transport import Event

PIXIV = "https://www.pixiv.net/artworks/990015300"
MD5 = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DanbooruSample]:
    monkeypatch.setenv("ANIMEDEX_LIMITS", "off")
    with DanbooruSample(limits=False, seed=1) as running:
        monkeypatch.setenv("ANIMEDEX_DANBOORU_URL", running.url)
        yield running


@pytest.fixture
def client(server: DanbooruSample) -> Iterator[Client]:
    with Client(timeout=120) as opened:
        yield opened


def test_the_part_is_found_by_the_service_s_name() -> None:
    assert find_provider("danbooru") is ART
    assert (ART.record, ART.posts_by_source) == (DanbooruPost, works.posts_by_source)


@pytest.mark.parametrize(
    ("row", "own"),
    [
        ({"id": 1, "tag_string": "solo", "md5": MD5}, True),
        ({"id": 1, "media_asset": None}, True),
        ({"id": 1, "file_ext": "png", "uploader_id": 3}, True),
        ({"id": 1, "md5": MD5, "file_ext": "png"}, False),
        ({"url": "https://nekos.best/api/v2/neko/a.png", "dimensions": {}}, False),
        ({"id": 1, "isNsfw": False, "perceptualHash": "ff"}, False),
        ({}, False),
    ],
)
def test_whose_row_it_is(row: JsonObject, own: bool) -> None:  # noqa: FBT001  a table's column
    assert ART.matches_row(row) is own


def test_what_a_row_tells() -> None:
    row: JsonObject = {
        "id": 9000001,
        "md5": MD5.upper(),
        "source": "https://i.pximg.net/img-original/img/2026/01/01/00/00/00/990015300_p3.jpg",
        "pixiv_id": 990015300,
        "image_width": 30,
        "image_height": 20,
        "file_size": 77,
        "file_url": "https://cdn.donmai.us/original/x.jpg",
    }
    told = MatchKeys("danbooru:9000001", MD5, (str(row["source"]), PIXIV), None, 600, 77)
    assert ART.read_keys(row) == told
    assert ART.read_keys({**row, "file_url": None}) == told._replace(withheld=True)


@pytest.mark.parametrize(
    ("row", "links"),
    [
        ({"id": 7, "source": "a sketchbook", "pixiv_id": 990015300}, (PIXIV,)),
        ({"id": 7, "source": "", "pixiv_id": None}, ("https://danbooru.donmai.us/posts/7",)),
        ({"source": "HTTPS://example.org/1"}, ("HTTPS://example.org/1",)),
        ({"source": 3, "pixiv_id": "7"}, ()),
        ({}, ()),
    ],
)
def test_the_surest_source_comes_first(row: JsonObject, links: tuple[str, ...]) -> None:
    assert ART.read_keys(row).links == links


@pytest.mark.parametrize("number", [10**19, 10**5000, -(10**5000)], ids=["20", "5001", "-5001"])
def test_a_number_of_very_many_digits_tells_nothing(number: int) -> None:
    row: JsonObject = dict.fromkeys(["id", "pixiv_id", "file_size", "image_width"], number)
    assert ART.read_keys({**row, "image_height": 2}) == ART.read_keys({})


@pytest.mark.parametrize("url", ["", " ", None, 3])
def test_a_picture_without_an_address_is_withheld(url: JsonValue) -> None:
    assert ART.read_keys({"id": 7, "file_url": url}).withheld


def test_a_withheld_post_tells_no_md5() -> None:
    assert ART.read_keys({"id": 7, "md5": None}) == ART.read_keys({"id": 7})
    assert ART.read_keys({"id": 7, "md5": "short"}).md5 is None


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
)
KEYS = ["id", "md5", "source", "pixiv_id", "image_width", "image_height", "file_size", "tag_string"]


@given(st.dictionaries(st.sampled_from(KEYS), JUNK))
def test_no_row_is_too_odd_to_read(row: Any) -> None:
    result = ART.read_keys(row)
    assert result.id.startswith("danbooru:")
    assert result.pixels >= 0
    assert result.byte_size >= 0
    assert all(isinstance(link, str) for link in result.links)
    assert ART.matches_row(row) == ("tag_string" in row)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", "7"),
        ("https://danbooru.donmai.us/posts/7", "7"),
        ("http://safebooru.donmai.us/posts/7.json?q=cat", "7"),
        ("https://danbooru.donmai.us/posts/7#c1", "7"),
    ],
)
def test_a_picture_is_known_by_its_page_or_its_id(text: str, number: str) -> None:
    call = ART.picture(text)
    assert call is not None
    assert call.request.path == f"/posts/{number}.json"


@pytest.mark.parametrize(
    "text",
    [
        f"https://cdn.donmai.us/original/01/23/{MD5}.png",
        f"https://cdn.donmai.us/original/01/23/__mio_drawn_by_aoba__{MD5}.jpg?download=1",
        f"https://cdn.donmai.us/sample/01/23/__mio__sample-{MD5}.jpg",
        f"https://cdn.donmai.us/sample/01/23/sample-{MD5}.jpg",
        f"https://cdn.donmai.us/180x180/01/23/{MD5.upper()}.jpg",
        # A stand-in's file, written as if it were the service's.
        f"https://danbooru.donmai.us/original/01/23/{MD5}.mp4",
    ],
)
def test_a_picture_is_known_by_its_file(text: str) -> None:
    call = ART.picture(text)
    assert call is not None
    assert (call.request.path, call.request.params) == ("/posts.json", (("md5", MD5),))


def test_the_post_of_a_file_is_found(client: Client, server: DanbooruSample) -> None:
    row = client.danbooru.search("filetype:png", limit=1)[0]
    call = ART.picture((row.file_url or "").replace(server.url, "https://cdn.donmai.us"))
    assert call is not None
    assert client.perform(call) == row
    none = ART.picture(f"https://cdn.donmai.us/original/01/23/{MD5}.png")
    assert none is not None
    with pytest.raises(NotFound, match="no post with that file"):
        client.perform(none)


@pytest.mark.parametrize(
    "text",
    [
        f"https://cdn.donmai.us/original/01/23/{MD5}",
        f"https://cdn.donmai.us/original/01/23/{MD5[:-1]}.png",
        f"https://cdn.donmai.us/original/{MD5}.png",
        f"https://cdn.donmai.us.evil.example/original/01/23/{MD5}.png",
        f"https://evil.example/https://cdn.donmai.us/original/01/23/{MD5}.png",
        *("", "0", "07", "-7", "7 ", "٣", "1" * 19, "danbooru:7", "cat", "7?q", "7.json"),
        "https://danbooru.donmai.us/posts/0",
        "https://danbooru.donmai.us/posts/7/edit",
        "https://danbooru.donmai.us/posts",
        "https://danbooru.donmai.us.evil.example/posts/7",
        "https://danbooru.donmai.us@evil.example/posts/7",
        "https://notdonmai.us/posts/7",
        "https://danbooru.donmai.us:8/posts/7",
        "https://nekos.best/api/v2/neko/a.png",
    ],
)
def test_other_texts_are_no_picture(text: str) -> None:
    assert ART.picture(text) is None


def test_words_become_a_tag_of_the_rating(client: Client, server: DanbooruSample) -> None:
    call = ART.search("cat girl", Rating.GENERAL, 3)
    assert call is not None
    rows = client.perform(call)
    assert len(rows) == 3
    assert {row.to_common().rating for row in rows} == {"g"}
    client.perform(call)
    (searched,) = server.arrivals.on("/posts.json")
    assert searched.query["tags"] == "cat_girl rating:g"
    assert len(server.arrivals.on("/autocomplete.json")) == 1


def test_words_are_sent_as_one_tag(client: Client, server: DanbooruSample) -> None:
    call = ART.search(" Cat  Girl ", Rating.GENERAL, 3)
    assert call is not None
    client.perform(call)
    assert server.arrivals.on("/autocomplete.json")[0].query["search[query]"] == "cat_girl"


@pytest.mark.parametrize(
    ("words", "suggested", "near"),
    [
        ("smile frown", {"type": "tag-word", "value": "smile"}, "'smile'"),
        (
            "cat gril",
            {"type": "tag-autocorrect", "value": "cat_girl", "antecedent": "cat_gril"},
            "'cat_girl'",
        ),
    ],
)
def test_a_tag_that_is_only_near_is_told_and_not_searched(
    words: str, suggested: JsonObject, near: str, server: DanbooruSample
) -> None:
    server.answer("/autocomplete.json", body=json.dumps([{**suggested, "category": 0}]).encode())
    call = ART.search(words, Rating.GENERAL, 3)
    assert call is not None
    heard: list[Event] = []
    with Client(timeout=120, on_event=heard.append) as listening:
        assert listening.perform(call) == []
    said = [event.message for event in heard if event.kind == "warning"]
    wanted = words.replace(" ", "_")
    assert said == [f"danbooru has no tag {wanted!r}; did you mean {near}?"]
    assert len(server.arrivals.on("/posts.json")) == 0


@pytest.mark.parametrize("value", ["cat girl", "cat_" * 43, None, "-cat", "cat\x00"])
def test_a_suggestion_that_cannot_be_a_tag_is_passed_over(
    value: str | None, client: Client, server: DanbooruSample
) -> None:
    rows = [{"value": value, "category": 0}, {"value": "cat_ears", "category": 0}]
    server.answer("/autocomplete.json", body=json.dumps(rows).encode())
    call = ART.search("cat", Rating.GENERAL, 3)
    assert call is not None
    client.perform(call)
    assert server.arrivals.on("/posts.json")[0].query["tags"] == "cat_ears rating:g"


@pytest.mark.parametrize("words", ["zzqxwv", "rating:explicit"])
def test_words_that_mean_no_tag_find_nothing(
    words: str, client: Client, server: DanbooruSample
) -> None:
    call = ART.search(words, Rating.GENERAL, 3)
    assert call is not None
    assert client.perform(call) == []
    assert len(server.arrivals.on("/posts.json")) == 0


def test_words_that_are_none_are_refused() -> None:
    with pytest.raises(BadArguments):
        ART.search(" ", Rating.GENERAL, 3)


@pytest.mark.parametrize(("wanted", "sent"), [(0, "1"), (5, "5"), (5000, "200")])
def test_the_limit_is_one_that_the_service_takes(
    wanted: int, sent: str, client: Client, server: DanbooruSample
) -> None:
    call = ART.search("cat_girl", Rating.EXPLICIT, wanted)
    assert call is not None
    client.perform(call)
    assert server.arrivals.on("/posts.json")[0].query["limit"] == sent


def test_a_category_is_drawn_from_by_its_tag(client: Client, server: DanbooruSample) -> None:
    call = ART.random("catgirl", 4)
    assert call is not None
    rows = client.perform(call)
    assert len(rows) == 4
    assert {row.to_common().rating for row in rows} == {"g"}
    (requests,) = server.arrivals.on("/posts.json")
    assert requests.query["tags"] == "cat_girl rating:g order:random"


def test_without_a_category_all_posts_are_drawn_at_once(
    client: Client, server: DanbooruSample
) -> None:
    call = ART.random(None, 3)
    assert call is not None
    rows = client.perform(call)
    assert [row.to_common().rating for row in rows] == ["g"] * 3
    (requests,) = server.arrivals
    assert (requests.path, requests.query["tags"], requests.query["limit"]) == (
        "/posts.json",
        "rating:g order:random",
        "3",
    )
    client.perform(call)
    assert len(server.arrivals) == 2


def test_a_work_is_found_by_its_source(client: Client) -> None:
    known = next(row for row in client.danbooru.all_posts(max=1000) if row.pixiv_id)
    assert ART.posts_by_source is not None
    call = ART.posts_by_source("pixiv", str(known.pixiv_id))
    assert call is not None
    assert known in client.perform(call)
    assert ART.posts_by_source("pixiv", "1*") is None


@pytest.mark.parametrize(
    ("site", "term"),
    [
        ("pixiv", "pixiv_id:7"),
        ("danbooru", "id:7"),
        ("twitter", "source:*/status/7*"),
        ("nijie", "source:*nijie*7*"),
    ],
)
def test_a_work_is_searched_for_within_two_terms(site: str, term: str) -> None:
    call = works.posts_by_source(site, "7")
    assert call is not None
    assert call.request.params[0][1].startswith(f"{term} ")
    assert call.anonymous_error is None


def test_a_missing_post_is_told(client: Client) -> None:
    call = ART.picture("99")
    assert call is not None
    with pytest.raises(NotFound, match="no post 99"):
        client.perform(call)
