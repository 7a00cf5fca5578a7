"""Who is in a picture: by the work that its row names, and the posts of the same work."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest

from animedex import AsyncClient, Client
from animedex.art.identify import (
    Identification,
    RecentWorks,
    Subject,
    identify,
    identify_all,
    identify_all_async,
    identify_async,
    read_subject,
)
from animedex.art.source_url import SourceWork
from animedex.backends.danbooru.models import DanbooruPost
from animedex.backends.nekos.models import NekosImage
from animedex.backends.waifu.models import WaifuImage
from animedex.errors import BadArguments, NotFound, UpstreamError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.client_options import ClientOptions
    from animedex.http_message import JsonObject
    from animedex.models import Record
    from tests.kit.services import Services

UUID = "0a1b2c3d-0001-4c1e-9d51-5a3d8a1c0001"
FILE = f"{UUID}.png"
PAGE_1 = "https://i.pximg.net/img-original/img/2024/05/06/07/08/09/15300_p1.png"
NEKO: JsonObject = {
    "url": f"https://nekos.best/api/v2/neko/{FILE}",
    "source_url": "https://www.pixiv.net/en/artworks/15300",
}


def posts(found: Identification) -> list[str]:
    return [post.to_common().id for post in found.posts]


def neko(source: str) -> JsonObject:
    return {**NEKO, "source_url": source}


def test_a_row_is_identified_by_its_source(client: Client) -> None:
    result = identify(client, NEKO)
    assert (result.query, result.work) == (f"nekos:{FILE}", SourceWork("pixiv", "15300"))
    assert posts(result) == ["danbooru:102", "danbooru:101"]
    assert result.characters == ["mio_(lanterns)", "tove_(lanterns)"]
    assert result.copyrights == ["lantern_street_diaries"]
    assert result.artists == ["aoba_mio"]
    assert all(post.source_tag is not None for post in result.posts)


def test_posts_of_another_page_are_left_out(client: Client) -> None:
    first = identify(client, neko(PAGE_1.replace("_p1", "_p0")))
    assert (first.work.page, posts(first)) == (0, ["danbooru:101"])
    second = identify(client, neko(PAGE_1))
    assert (second.work.page, posts(second)) == (1, ["danbooru:102"])


def test_a_page_that_nobody_has_posted_is_not_found(client: Client) -> None:
    with pytest.raises(NotFound, match="pixiv:15300#7"):
        identify(client, neko(PAGE_1.replace("_p1", "_p7")))


@pytest.mark.parametrize("host", ["twitter.com", "x.com", "mobile.twitter.com"])
def test_twitter_is_found_under_both_names(host: str, client: Client) -> None:
    result = identify(client, f"https://{host}/aoba/status/1519")
    # 104 has an id that begins alike, and 105 was deleted.
    assert posts(result) == ["danbooru:105", "danbooru:103"]
    assert result.work == SourceWork("twitter", "1519")


def test_posts_that_tell_the_page_come_first(client: Client, services: Services) -> None:
    rows = (
        b'[{"id": 3, "source": "https://x.com/a/status/77"},'
        b' {"id": 2, "source": "https://x.com/a/status/77/photo/2"},'
        b' {"id": 1, "source": "https://x.com/a/status/77/photo/1"}]'
    )
    services.danbooru.answer("/posts.json", body=rows)
    result = identify(client, "https://x.com/a/status/77/photo/2")
    assert posts(result) == ["danbooru:2", "danbooru:3"]


@pytest.mark.parametrize(
    "what",
    [
        "https://www.pixiv.net/artworks/15300",
        "pixiv.net/en/artworks/15300",
        *("waifu:7", "https://cdn.waifu.im/7.png", "https://www.waifu.im/images/7"),
    ],
)
def test_a_text_may_name_a_picture_or_a_work(what: str, client: Client) -> None:
    result = identify(client, what)
    assert (result.query, result.work.key) == (what, "pixiv:15300")
    assert len(result.posts) == 2


@pytest.mark.parametrize("what", [f"nekos:neko/{FILE}", f"{NEKO['url']}"])
def test_a_picture_of_nekos_is_known_by_its_headers(
    what: str, client: Client, services: Services
) -> None:
    source = "https%3A%2F%2Fx.com%2Faoba%2Fstatus%2F1519"
    services.nekos.answer(
        f"/neko/{FILE}", headers={"content-type": "image/png", "source_url": source}
    )
    assert identify(client, what).characters == ["kaoru_(miko)", "ren_(miko)"]


def test_a_post_is_identified_with_its_own_work(client: Client) -> None:
    result = identify(client, "danbooru:102")
    assert (result.work, posts(result)) == (SourceWork("pixiv", "15300", 1), ["danbooru:102"])


def test_a_post_without_a_known_source_is_its_own_work(client: Client) -> None:
    result = identify(client, "danbooru:106")
    assert (result.work, posts(result)) == (SourceWork("danbooru", "106", 0), ["danbooru:106"])
    by_page = identify(client, "https://danbooru.donmai.us/posts/106")
    assert posts(by_page) == ["danbooru:106"]


def test_a_post_that_its_source_does_not_lead_to_is_found_all_the_same(client: Client) -> None:
    row: JsonObject = {"id": 106, "source": "https://x.com/gone/status/5", "tag_string": "maid"}
    result = identify(client, row)
    assert (result.work.key, posts(result)) == ("danbooru:106", ["danbooru:106"])


def test_another_service_may_name_a_post_as_its_source(client: Client) -> None:
    row: JsonObject = {"id": 3, "isNsfw": False, "byteSize": 5}
    result = identify(client, {**row, "source": "https://danbooru.donmai.us/posts/101"})
    assert (result.query, posts(result)) == ("waifu:3", ["danbooru:101"])


RECORDS = [
    NekosImage.from_payload(NEKO),
    WaifuImage.from_payload({"id": 7, "source": "https://www.pixiv.net/artworks/15300"}),
    DanbooruPost.from_payload({"id": 1, "pixiv_id": 15300}),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.backend)
def test_a_record_and_its_art_post_are_identified_alike(record: Record, client: Client) -> None:
    assert len(identify(client, record).posts) == 2
    post = cast("NekosImage", record).to_common()
    if post.source_url:
        assert len(identify(client, post).posts) == 2
        assert identify(client, post.to_payload()).query == post.id


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("frieren", "neither a picture of a supported service"),
        ("7", "neither a picture of a supported service"),
        (
            "https://gallery.example/works/1",
            "neither a picture of a supported service",
        ),
        ("https://pixiv.net@art.example/artworks/15300", "neither a picture"),
        ("waifu:mio", "'mio' is not an id of waifu"),
        (f"{UUID}.jpg", "neither a picture of a supported service"),
        (
            f"https://gallery.example/{UUID}/i/{UUID}.jpg",
            "neither a picture of a supported service",
        ),
        ("", "neither a picture of a supported service"),
    ],
)
def test_what_names_nothing_is_refused(
    what: str, said: str, client: Client, services: Services
) -> None:
    with pytest.raises(BadArguments, match=said) as caught:
        identify(client, what)
    assert "waifu:6460" in (caught.value.hint or "")
    assert services.requests() == 0


def test_an_id_that_leads_nowhere_is_told_from_what_is_no_id(
    client: Client, services: Services
) -> None:
    with pytest.raises(BadArguments, match="finds no picture by its file name alone") as caught:
        identify(client, f"nekos:{FILE}")
    assert caught.value.hint == "give its URL, or the row as JSON"
    assert services.requests() == 0


def test_an_art_post_of_nekos_tells_enough_by_itself(client: Client, services: Services) -> None:
    post = NekosImage.from_payload(NEKO).to_common()
    assert (post.id, post.url) == (f"nekos:{FILE}", NEKO["url"])
    assert len(identify(client, post.to_payload()).posts) == 2
    assert len(services.nekos.arrivals) == 0


def test_a_work_whose_url_looks_like_a_picture_of_nekos_is_still_that_work(
    client: Client, services: Services
) -> None:
    rows = b'[{"id": 9, "source": "https://aoba.booth.pm/items/123"}]'
    services.danbooru.answer("/posts.json", body=rows)
    result = identify(client, f"https://booth.pximg.net/{UUID}/i/123/{UUID}.jpg")
    assert (result.work.key, posts(result)) == ("booth:123", ["danbooru:9"])
    assert len(services.nekos.arrivals) == 0


def test_a_picture_below_a_configured_base_is_known(client: Client, services: Services) -> None:
    source = "https%3A%2F%2Fx.com%2Faoba%2Fstatus%2F1519"
    services.nekos.answer(
        f"/neko/{FILE}",
        headers={"content-type": "image/png", "source_url": source},
        times=2,
    )
    url = f"{services.nekos.url}/neko/{FILE}"
    assert identify(client, url).query == url
    assert posts(identify(client, f"nekos:{url}")) == ["danbooru:105", "danbooru:103"]
    page = f"{services.danbooru.url}/posts/106"
    assert posts(identify(client, page)) == ["danbooru:106"]


def test_a_row_of_no_service_is_refused() -> None:
    with pytest.raises(BadArguments, match="not from a supported service"):
        read_subject({"id": 3, "name": "Mio"})


@pytest.mark.parametrize("source", ["", "https://gallery.example/mio/100"])
def test_a_row_without_a_known_work_is_not_found(
    source: str, client: Client, services: Services
) -> None:
    with pytest.raises(NotFound, match="the work that it comes from is unknown"):
        identify(client, neko(source))
    assert services.requests() == 0


def test_a_work_that_nobody_has_posted_is_not_found(client: Client) -> None:
    with pytest.raises(NotFound, match="no post of pixiv:404 names"):
        identify(client, "waifu:8")


def test_a_picture_that_is_not_there_is_not_found(client: Client) -> None:
    with pytest.raises(NotFound) as caught:
        identify(client, "waifu:5555")
    assert caught.value.backend == "waifu"


def test_a_work_that_cannot_be_searched_for_is_not_found(
    client: Client, services: Services
) -> None:
    with pytest.raises(NotFound):
        identify(client, Subject("odd", (SourceWork("nijie", "*"),)))
    assert services.requests() == 0


def test_a_subject_is_taken_as_it_is() -> None:
    subject = Subject("mine", (SourceWork("pixiv", "1"),))
    assert read_subject(subject) is subject


def test_a_work_is_asked_for_once(options: ClientOptions, services: Services) -> None:
    rows = [NEKO, neko(PAGE_1), neko("https://www.pixiv.net/artworks/404"), NEKO, neko("none")]
    options["cache"] = False
    with Client(**options) as client:
        result = list(identify_all(client, rows))
    assert [type(one) for one in result] == [
        Identification,
        Identification,
        NotFound,
        Identification,
        NotFound,
    ]
    assert result[0] == result[3]
    assert len(services.danbooru.arrivals) == 2


def test_rows_are_read_one_after_the_other(client: Client) -> None:
    read: list[str] = []

    def rows() -> Iterator[JsonObject]:
        for source in (PAGE_1, "none"):
            read.append(source)
            yield neko(source)

    come = identify_all(client, rows())
    assert read == []
    assert isinstance(next(come), Identification)
    assert read == [PAGE_1]


def test_the_works_asked_for_last_are_remembered() -> None:
    recent = RecentWorks(max_works=2)
    for key in ("a", "b", "a", "c", "d", "a"):
        if recent.get(key) is None:
            recent.put(key, [RECORDS[0]])
    assert [recent.get(key) is None for key in ("a", "b", "c", "d")] == [False, True, True, False]


def test_a_failure_ends_a_batch(client: Client, services: Services) -> None:
    come = identify_all(client, [NEKO, neko("https://www.pixiv.net/artworks/404"), NEKO])
    assert isinstance(next(come), Identification)
    services.danbooru.faults.add("*:500")
    with pytest.raises(UpstreamError):
        next(come)


def test_tasks_identify_alike(options: ClientOptions, services: Services) -> None:
    rows = [NEKO, neko("none"), NEKO]
    options["cache"] = False

    async def work() -> tuple[Identification, list[Identification | NotFound]]:
        async with AsyncClient(**options) as client:
            one = await identify_async(client, "waifu:7")
            return one, [result async for result in identify_all_async(client, rows)]

    one, found = asyncio.run(work())
    assert len(one.posts) == 2
    assert [type(each) for each in found] == [Identification, NotFound, Identification]
    # Once for the one, and once for all the others.
    assert len(services.danbooru.arrivals) == 2
