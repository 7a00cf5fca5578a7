"""Requests are built exactly, with nothing sent."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.danbooru import calls
from animedex.backends.danbooru.tag_query import limited_terms, split_query
from animedex.errors import BadArguments
from animedex.models import Rating
from tests.kit.transport import request_url

if TYPE_CHECKING:
    from animedex.call import Call

HOME = "https://danbooru.donmai.us"


def sent(call: Call[Any]) -> dict[str, str]:
    return dict(call.request.params)


@pytest.mark.parametrize(
    ("call", "path", "params"),
    [
        (calls.search(), "/posts.json", {"limit": "20"}),
        (calls.search("touhou"), "/posts.json", {"tags": "touhou", "limit": "20"}),
        (
            calls.search("touhou", "-comic", rating="g", order="score", limit=200, page=3),
            "/posts.json",
            {"tags": "touhou -comic rating:g order:score", "limit": "200", "page": "3"},
        ),
        (
            calls.search("touhou -comic", rating=Rating.EXPLICIT, page="b77"),
            "/posts.json",
            {"tags": "touhou -comic rating:e", "limit": "20", "page": "b77"},
        ),
        (calls.all_posts("a", max=7), "/posts.json", {"tags": "a", "limit": "7"}),
        (calls.all_posts(max=999, order="id_desc"), "/posts.json", {"limit": "200"}),
        (
            calls.all_posts("a", max=250, order="id", rating="s"),
            "/posts.json",
            {"tags": "a rating:s", "limit": "200", "page": "a0"},
        ),
        (calls.post(7), "/posts/7.json", {}),
        (calls.random(), "/posts/random.json", {}),
        (calls.random("a", rating="g"), "/posts/random.json", {"tags": "a rating:g"}),
        (calls.count("a -b"), "/counts/posts.json", {"tags": "a -b"}),
        (
            calls.tags("cat *", 1000),
            "/tags.json",
            {"search[name_matches]": "cat_*", "search[order]": "count", "limit": "1000"},
        ),
        (
            calls.autocomplete(" cat g "),
            "/autocomplete.json",
            {"search[query]": "cat g", "search[type]": "tag_query"},
        ),
        (calls.artist(5), "/artists/5.json", {}),
        (calls.artist("Miko  A"), "/artists.json", {"search[name]": "Miko_A"}),
        (calls.artist("5"), "/artists.json", {"search[name]": "5"}),
        (calls.pool(5), "/pools/5.json", {}),
        (calls.wiki("help:api"), "/wiki_pages/help%3Aapi.json", {}),
        (calls.wiki("fate/stay night"), "/wiki_pages/fate%2Fstay_night.json", {}),
        (calls.wiki("..."), "/wiki_pages/....json", {}),
        (calls.wiki(".."), "/wiki_pages/...json", {}),
        (calls.related("cat girl"), "/related_tag.json", {"search[query]": "cat_girl"}),
    ],
)
def test_what_is_sent(call: Call[Any], path: str, params: dict[str, str]) -> None:
    assert (call.request.method, call.request.path, sent(call)) == ("GET", path, params)
    assert len(call.request.params) == len(params)
    assert (call.backend.name, call.is_raw, call.open_writer) == ("danbooru", False, None)
    assert request_url(call).startswith(f"{HOME}{path}")


@pytest.mark.parametrize(
    ("call", "lifetime"),
    [
        (calls.search("a"), 60),
        (calls.search("a", order="score"), 60),
        (calls.search("a", order="random"), 0),
        (calls.search("a", "Order:Random"), 0),
        (calls.search("random:5"), 0),
        (calls.search("a", 'order:"random"'), 0),
        (calls.search("order:'RANDOM'"), 0),
        (calls.search("order:no_such"), 0),
        (calls.search('order:"score"'), 60),
        (calls.all_posts("a", max=5), 60),
        (calls.random("a"), 0),
        (calls.post(1), 600),
        (calls.count("a"), 600),
        (calls.tags("a"), 3600),
        (calls.autocomplete("a"), 3600),
        (calls.artist(1), 3600),
        (calls.artist("a"), 3600),
        (calls.pool(1), 3600),
        (calls.wiki("a"), 3600),
        (calls.related("a"), 3600),
    ],
)
def test_how_long_an_answer_is_kept(call: Call[Any], lifetime: float) -> None:
    assert call.ttl == lifetime


SEARCHES = [calls.search, partial(calls.all_posts, max=3), calls.random, calls.count]


@pytest.mark.parametrize("build", SEARCHES)
def test_a_search_of_three_terms_is_for_who_is_signed_in(build: Any) -> None:
    call = build("touhou -comic", "1girl", rating="g")
    assert sent(call)["tags"] == "touhou -comic 1girl rating:g"
    assert call.anonymous_error is not None
    error = call.anonymous_error()
    assert isinstance(error, BadArguments)
    assert "this one has 3: touhou, comic, 1girl" in error.message


@pytest.mark.parametrize("build", SEARCHES)
def test_a_search_of_two_terms_is_for_everyone(build: Any) -> None:
    assert build("touhou", "-comic", "score:>5", "-rating:e", rating="s").anonymous_error is None


def test_an_order_is_a_term() -> None:
    assert calls.search("a", "b", order="score").anonymous_error is not None
    assert calls.search("a", order="score").anonymous_error is None


@given(st.lists(st.sampled_from(["a", "-b", "~c", "d*", "id:5", "rating:s", "order:id"])))
def test_the_rule_of_two_terms_is_that_of_the_language(tags: list[str]) -> None:
    call = calls.search(*tags)
    assert (call.anonymous_error is not None) == (len(limited_terms(split_query(tags))) > 2)


@pytest.mark.parametrize(
    ("tags", "order"),
    [(("a",), "score"), (("a", "order:score"), None), (("ordpool:3",), "id"), ((), "random")],
)
def test_all_posts_come_by_id_alone(tags: tuple[str, ...], order: str | None) -> None:
    with pytest.raises(BadArguments, match="by id, and in no other order") as caught:
        calls.all_posts(*tags, max=10, order=order)
    assert "leave the order out" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "build",
    [
        partial(calls.search, ""),
        partial(calls.search, "a", limit=0),
        partial(calls.search, "a", page="c3"),
        partial(calls.search, "a", rating=cast("Any", "safe")),
        partial(calls.search, "a", order="scroe"),
        partial(calls.all_posts, "a", max=1001),
        partial(calls.post, 0),
        partial(calls.random, " "),
        partial(calls.count, "a", ""),
        partial(calls.tags, ""),
        partial(calls.tags, "a", 1001),
        partial(calls.autocomplete, ""),
        partial(calls.artist, ""),
        partial(calls.artist, -1),
        partial(calls.pool, 0),
        partial(calls.wiki, " "),
        partial(calls.related, ""),
    ],
)
def test_what_cannot_be_asked(build: Any) -> None:
    with pytest.raises(BadArguments) as caught:
        build()
    assert caught.value.backend == "danbooru"


@given(st.text(max_size=12))
def test_a_title_is_one_part_of_the_path_or_refused(title: str) -> None:
    try:
        call = calls.wiki(title)
    except BadArguments:
        return
    assert call.request.path.count("/") == 2
    assert request_url(call) == HOME + call.request.path
