"""Waifu.im's part across the services: its evidence, and how it is searched for words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex import Client
from animedex.backends.provider import MatchKeys, find_provider
from animedex.backends.waifu.models import WaifuImage, WaifuTag
from animedex.backends.waifu.provider import ART, match_tags
from animedex.errors import BadArguments, NotFound, Refused
from animedex.models import Rating
from animedex.testing.samples.waifu_sample import WaifuSample
from animedex.testing.waifu.image_store import WaifuCollection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from animedex.call import Call
    from animedex.http_message import JsonObject, JsonValue
    from animedex.models import PictureRecord

ROWS: list[dict[str, object]] = [
    {"tags": ["raiden-shogun", "maid"], "artists": ["Blue Lantern"], "favorites": 2},
    {"tags": ["raiden-shogun"], "isNsfw": True},
    {"tags": ["maid"], "favorites": 7},
    {"tags": ["uniform"], "artists": ["77"]},
]
ROW: JsonObject = {
    "id": 5004,
    "perceptualHash": "00ff00ff00ff00fe",
    "source": "https://gallery.example/mio/1",
    "width": 1000,
    "height": 1500,
    "byteSize": 123_456,
    "isNsfw": False,
    "url": "https://cdn.waifu.im/5004.jpg",
}
Ask = Any


@pytest.fixture(scope="module")
def running() -> Iterator[WaifuSample]:
    with WaifuSample(WaifuCollection(ROWS), limits=False, seed=1) as server:
        yield server
        assert server.ignored == []


@pytest.fixture
def ask(
    running: WaifuSample, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Call[Sequence[PictureRecord]]], list[int | None]]:
    running.arrivals.clear()
    running.faults.clear()
    monkeypatch.setenv("ANIMEDEX_WAIFU_URL", running.url)
    monkeypatch.setenv("ANIMEDEX_LIMITS", "off")

    def ids(call: Call[Sequence[PictureRecord]] | None) -> list[int | None]:
        assert call is not None
        with Client(timeout=120) as client:
            return [cast("WaifuImage", row).id for row in client.perform(call)]

    return ids


def test_the_part_is_found_by_the_service_s_name() -> None:
    assert find_provider("waifu") is ART
    assert ART.record is WaifuImage


@pytest.mark.parametrize(
    ("row", "own"),
    [
        (ROW, True),
        ({"isNsfw": None, "dominantColor": None}, True),
        ({"isNsfw": True}, False),
        ({"id": 1, "url": "https://nekos.best/api/v2/neko/a.png", "dimensions": {}}, False),
        ({"id": 1, "md5": "0", "tag_string": "", "rating": "g"}, False),
        ({}, False),
    ],
)
def test_a_row_is_known_by_its_keys(row: JsonObject, own: bool) -> None:  # noqa: FBT001  a table's column
    assert ART.matches_row(row) is own


def test_evidence_is_what_the_row_has() -> None:
    assert ART.read_keys(ROW) == MatchKeys(
        id="waifu:5004",
        links=("https://gallery.example/mio/1",),
        perceptual_hash=0x00FF00FF00FF00FE,
        pixels=1_500_000,
        byte_size=123_456,
    )


@pytest.mark.parametrize(
    "row",
    [
        {},
        dict.fromkeys(ROW),
        {"id": True, "source": "", "perceptualHash": "0" * 16, "width": -3, "height": 4},
        {"id": "7", "source": 3, "perceptualHash": 7, "width": "1", "byteSize": 1.5},
        {"id": [], "source": {}, "perceptualHash": "xyz", "url": ["a"], "width": 3},
        {"perceptualHash": "f" * 17},
        {"id": 10**19, "width": 10**4000, "height": 10**4000, "byteSize": 10**5000},
        {"id": 10**5000},
        {"source": "my sketchbook", "url": "no file"},
        {"source": "javascript:alert(1)", "url": "7"},
        {"perceptualHash": "f" * 15 + "\n"},
    ],
)
def test_what_is_missing_or_strange_is_no_evidence(row: JsonObject) -> None:
    assert ART.read_keys(row) == MatchKeys(id="waifu:")


def test_a_row_without_an_id_is_told_apart_by_its_address() -> None:
    assert ART.read_keys({"url": "https://cdn.waifu.im/7.png"}).id == "waifu:7"
    assert (
        ART.read_keys({"url": "https://gallery.example/a"}).id == "waifu:https://gallery.example/a"
    )


LISTS: list[JsonValue] = [[], [{}], {}]
ANY: st.SearchStrategy[JsonValue] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**17, 10**20)
    | st.sampled_from([10**4400, -(10**4400)])
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(LISTS)
)


@given(st.dictionaries(st.sampled_from(list(ROW)), ANY))
def test_evidence_never_raises(row: JsonObject) -> None:
    result = ART.read_keys(row)
    assert result.id.startswith("waifu:")
    assert len(repr(result)) < 400
    assert result.perceptual_hash is None or 0 < result.perceptual_hash < 2**64
    assert min(result.pixels, result.byte_size) >= 0


@given(
    st.dictionaries(st.sampled_from(list(ROW)), st.none()),
    st.integers() | st.integers(10**18, 10**20),
    st.sampled_from([ROW["url"], "7", "no file", "https://gallery.example/a", None]),
)
def test_evidence_and_post_agree(gone: JsonObject, number: int, url: str | None) -> None:
    row = {**ROW, "id": number, "url": url, **gone}
    result, post = ART.read_keys(row), WaifuImage.from_payload(row).to_common()
    assert result.id == post.id
    assert result.links == ((post.source_url,) if post.source_url else ())


def tags(*slugs: str, **named: str) -> list[WaifuTag]:
    plain = [WaifuTag.from_payload({"slug": slug}) for slug in slugs]
    return plain + [WaifuTag.from_payload({"slug": s, "name": n}) for s, n in named.items()]


@pytest.mark.parametrize(
    ("words", "known", "found"),
    [
        (["maid"], tags("uniform", "maid"), ["maid"]),
        (["raiden", "shogun"], tags("shogun", "raiden", "raiden-shogun"), ["raiden-shogun"]),
        (["raidenshogun"], tags("raiden-shogun"), ["raiden-shogun"]),
        (["みこ"], tags(miko="ミコ"), ["miko"]),
        (["maid", "uniform"], tags("uniform", "maid", "waifu"), ["uniform", "maid"]),
        (["long", "hair", "maid"], tags("hair", "maid", "long-hair"), ["long-hair", "maid"]),
        (["maid", "frieren"], tags("maid"), []),
        (["maid"], tags("maid-dress"), []),
        (["maid"], [], []),
        (["maid"], tags("Maid!", "", "maid"), ["maid"]),
    ],
)
def test_words_are_tags_or_not(words: list[str], known: list[WaifuTag], found: list[str]) -> None:
    assert match_tags(words, known) == found


def test_a_tag_without_a_slug_is_no_match() -> None:
    assert match_tags(["maid"], [WaifuTag.from_payload({"id": 1, "name": "Maid"})]) == []


@pytest.mark.parametrize(
    ("words", "rating", "ids"),
    [
        ("maid", "g", [3, 1]),
        ("Raiden Shogun", "g", [1]),
        ("raiden shogun", "e", [2]),
        ("maid raiden shogun", "g", [1]),
        ("uniform", "e", []),
        (" Blue Lantern ", "g", [1]),
        ("77", "g", [4]),
        ("nobody at all", "g", []),
        ("maid nobody", "g", []),
        ("a\x00b", "g", []),
    ],
)
def test_a_search_for_words(ask: Ask, words: str, rating: str, ids: list[int]) -> None:
    assert ask(ART.search(words, Rating(rating), 10)) == ids


def test_a_search_gives_no_more_than_was_asked_for(ask: Ask) -> None:
    assert ask(ART.search("maid", Rating.GENERAL, 1)) == [3]
    assert ask(ART.search("maid", Rating.GENERAL, 5000)) == [3, 1]


def test_a_search_for_words_that_no_tag_is_asks_for_the_artist_alone(
    ask: Ask, running: WaifuSample
) -> None:
    ask(ART.search("nobody", Rating.GENERAL, 3))
    assert [arrival.path for arrival in running.arrivals] == ["/tags", "/artists/by-name/nobody"]


def test_a_search_that_is_refused_says_so(ask: Ask, running: WaifuSample) -> None:
    running.faults.add("/artists/*:403")
    with pytest.raises(Refused):
        ask(ART.search("nobody", Rating.GENERAL, 3))


def test_an_artist_without_an_id_is_not_found(ask: Ask, running: WaifuSample) -> None:
    running.answer("/artists/by-name/somebody", body=b"{}")
    assert ask(ART.search("somebody", Rating.GENERAL, 3)) == []


@pytest.mark.parametrize("rating", [Rating.SENSITIVE, Rating.QUESTIONABLE])
def test_ratings_that_the_service_does_not_know(rating: Rating) -> None:
    assert ART.search("maid", rating, 3) is None


@pytest.mark.parametrize("words", ["", " ", "!?"])
def test_without_a_word_there_is_nothing_to_search_for(words: str) -> None:
    with pytest.raises(BadArguments, match="waifu needs a word to search for") as caught:
        ART.search(words, Rating.GENERAL, 3)
    assert caught.value.backend == "waifu"
    assert ART.search(words, Rating.SENSITIVE, 3) is None


def test_a_random_draw_is_safe(ask: Ask, running: WaifuSample) -> None:
    assert set(ask(ART.random(None, 5000))) == {1, 3, 4}
    assert set(ask(ART.random("Raiden Shogun", 2))) == {1}
    assert {arrival.query["IsNsfw"] for arrival in running.arrivals.on("/images")} == {"False"}


def test_a_random_draw_of_what_is_not_there(ask: Ask) -> None:
    assert ART.random("猫", 1) is None
    with pytest.raises(NotFound, match="no tag 'neko'"):
        ask(ART.random("neko", 1))


@pytest.mark.parametrize(
    "text", ["3", "https://cdn.waifu.im/3.png", "https://www.waifu.im/images/3"]
)
def test_a_picture_is_found_by_its_address_or_id(text: str) -> None:
    call = ART.picture(text)
    assert call is not None
    assert call.request.path == "/images/3"


@pytest.mark.parametrize("text", ["", "maid", "https://nekos.best/api/v2/neko/3.png", "5004.jpg"])
def test_other_text_is_no_picture_of_waifu(text: str) -> None:
    assert ART.picture(text) is None
