"""Posts found by the work that they show, as the service searches sources."""

from __future__ import annotations

import pytest

from animedex.art.sources import parse_source_url
from animedex.backends.danbooru.source_search import posts_by_source
from animedex.testing.danbooru.image_store import DanbooruCollection
from animedex.testing.danbooru.search_query import count_terms, parse_query

# What a source may be, and others of the same site that show other works.
SOURCES = [
    "https://twitter.com/yuzuriko/status/1519255036370456001",
    "https://x.com/yuzuriko/status/1519255036370456002",
    "https://pbs.twimg.com/media/ETkN_L3X0AMyYzu.jpg:orig",
    "https://pbs.twimg.com/media/ETkN_L3X0AMyYzv.jpg:orig",
    "https://www.deviantart.com/yuzuriko/art/Rain-and-Tea-685430417",
    "https://www.artstation.com/artwork/8wkEb2",
    "https://nijie.info/view.php?id=415300",
    "https://seiga.nicovideo.jp/seiga/im3521417",
    "https://yuzuriko.fanbox.cc/posts/2415300",
    "https://sketch.pixiv.net/items/5835314698645024317",
    "https://bsky.app/profile/yuzuriko.example/post/3kyuzurikoa2b",
    "https://yuzuriko.tumblr.com/post/188153003000/rain",
    "https://40.media.tumblr.com/de018501416a465d898d24ad81d76300/tumblr_nfxt7voWDX1rsyuzuo1_1280.jpg",
    "https://www.reddit.com/r/drawing/comments/3zuli4/rain_and_tea/",
    "https://i.redd.it/p5utgk06ryuzu.png",
    "https://skeb.jp/@yuzuriko/works/30",
    "https://yande.re/post/show/1530417",
    "https://misskey.design/notes/9bxaf592yz",
    "https://e-shuushuu.net/image/1530417/",
]
POSTS = DanbooruCollection({"id": place, "source": source} for place, source in enumerate(SOURCES))


@pytest.mark.parametrize("source", SOURCES)
def test_a_work_is_found_by_its_source_alone(source: str) -> None:
    work = parse_source_url(source)
    assert work is not None
    call = posts_by_source(work.site, work.id)
    assert call is not None
    terms = parse_query(dict(call.request.params)["tags"])
    assert [post.row["source"] for post in POSTS.matching(terms, 0.0)] == [source]
    assert (count_terms(terms), call.anonymous_error) == (1, None)


@pytest.mark.parametrize(("site", "term"), [("pixiv", "pixiv_id:7"), ("danbooru", "id:7")])
def test_some_works_have_a_metatag_of_their_own(site: str, term: str) -> None:
    call = posts_by_source(site, "7")
    assert call is not None
    assert dict(call.request.params)["tags"] == f"{term} status:any"


@pytest.mark.parametrize("work", ["", "7*", "a b", "a:b", "x" * 101, "\u0661", "(7"])
def test_an_id_that_might_be_read_otherwise_is_not_searched(work: str) -> None:
    assert posts_by_source("twitter", work) is None
