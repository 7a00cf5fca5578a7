from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.testing.danbooru.image_store import DanbooruCollection, build_post_filter
from animedex.testing.danbooru.metatags import SearchData
from animedex.testing.danbooru.number_ranges import WHOLE, range_test
from animedex.testing.danbooru.partial_rows import PartialPost, row_id
from animedex.testing.danbooru.post_order import sort_posts
from animedex.testing.danbooru.search_query import FREE, count_terms, parse_query

NOON = 1_778_169_600.0  # when the youngest post is a minute old
EVERY = [10, 20, 30, 40, 50]
NOBODY = SearchData(0.0, {}, pools=DanbooruCollection().posts_in_pools)
TAGS = st.sampled_from(["cat", "dog", "fox", "re:zero", ";)"])
POSTS = st.frozensets(TAGS).map(lambda tags: PartialPost({"id": 1}, tags))


def matching_ids(rows: DanbooruCollection, query: str) -> list[int]:
    return sorted(row_id(post.row) for post in rows.matching(parse_query(query), NOON))


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", EVERY),
        ("1girl", [10, 20, 40, 50]),
        ("1GIRL 1boy", [40]),
        ("-1girl", [30]),
        ("~subaru ~secret", [30, 50]),
        ("~subaru ~secret -1girl", [30]),
        ("~subaru", [30]),
        ("*_hair", [10, 20]),
        ("-*_hair 1girl", [40, 50]),
        ("re:zero", [30]),
        ("longhair", [10]),
        ("colour:blue", []),
        ("-", []),
        ("rating:g", [10, 50]),
        ("rating:general", [10, 50]),
        ("rating:safe", [20]),
        ("rating:sensitive", [20]),
        ("rating:Q,e", [30, 40]),
        ("-rating:g", [20, 30, 40]),
        ("is:questionable", [30]),
        ("is:sfw", [10, 20, 50]),
        ("is:nsfw", [30, 40]),
        ("is:gif", [30]),
        ("is:deleted", [40]),
        ("is:active", [10, 20, 30, 50]),
        ("is:parent", [10]),
        ("is:child", [20]),
        ("has:source", [10, 20, 30]),
        ("has:parent", [20]),
        ("has:children", [10]),
        ("has:flags", []),
        ("score:>7", [10, 20]),
        ("score:>=7", [10, 20, 40]),
        ("score:<7", [30, 50]),
        ("score:<=7", [30, 40, 50]),
        ("score:..7", [30, 40, 50]),
        ("score:7..", [10, 20, 40]),
        ("score:48..1", [10, 40, 50]),
        ("score:1...48", [40, 50]),
        ("score:7,48", [10, 40]),
        ("score:-4", [30]),
        ("score:many", []),
        ("-score:many", EVERY),
        ("id:10,30,99", [10, 30]),
        ("id:>20", [30, 40, 50]),
        ("width:600", [20]),
        ("height:>=720", [10, 40]),
        ("mpixels:>1", [10]),
        ("ratio:16:9", [40]),
        ("ratio:<1", [10, 50]),
        ("ratio:1.0", [20]),
        ("ratio:1:0", []),
        ("mpixels:4.1", [10]),
        ("filesize:large", []),
        ("filesize:>1m", [10, 40]),
        ("filesize:..79kb", [20]),
        ("duration:>5", [40]),
        ("favcount:4..9", [10, 20]),
        ("upvotes:120", [20]),
        ("downvotes:>1", [10, 30]),
        ("tagcount:4", [10, 20, 30]),
        ("arttags:1", [10, 20]),
        ("md5:0000000000000000000000000000000A", [10]),
        ("pixiv_id:990", [10, 20]),
        ("pixiv:any", [10, 20]),
        ("pixiv_id:none", [30, 40, 50]),
        ("pixiv_id:1,990", [10, 20]),
        ("source:https://I.pximg.net/", [10, 20]),
        ("source:*990_p1", [20]),
        ("source:none", [40, 50]),
        ("-source:none", [10, 20, 30]),
        ('source:""', [40, 50]),
        ('source:"none"', []),
        ("source:'a sketch'", [30]),
        ("parent:10", [10, 20]),
        ("parent:any", [20]),
        ("parent:none", [10, 30, 40, 50]),
        ("parent:nobody", []),
        ("child:any", [10]),
        ("child:none", [20, 30, 40, 50]),
        ("child:pending", []),
        ("status:banned", [50]),
        ("status:active", [10, 20, 30, 50]),
        ("status:any", EVERY),
        ("status:nonsense", []),
        ("status:modqueue", []),
        ("filetype:gif,mp4", [30, 40]),
        ("date:2026-05-06", [30]),
        ("date:>=2026-05-06", [30, 40]),
        ("date:2026-05-01..2026-05-05", [20]),
        ("date:soon", []),
        ("age:<2d", [30, 40]),
        ("age:1mi", [40]),
        ("age:>1w", [10]),
        ("age:young", []),
        ("embedded:false", EVERY),
        ("embedded:true", []),
        ("pool:1", [10, 20]),
        ("pool:lantern_*", [10, 20]),
        ("pool:any", [10, 20, 30, 40]),
        ("pool:none", [50]),
        ("pool:collection", [30, 40]),
        ("user:somebody", []),
        ("order:score limit:3", EVERY),
        ("gentags:>1", [10, 20, 40]),
    ],
)
def test_a_search_finds(rows: DanbooruCollection, query: str, ids: list[int]) -> None:
    assert matching_ids(rows, query) == ids


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("", [50, 40, 30, 20, 10]),
        ("order:nonsense", [50, 40, 30, 20, 10]),
        ("order:date", [50, 40, 30, 20, 10]),
        ("order:id", [10, 20, 30, 40, 50]),
        ("order:id_desc", [50, 40, 30, 20, 10]),
        ("order:SCORE", [20, 10, 40, 50, 30]),
        ("order:score_asc", [30, 50, 40, 10, 20]),
        ("order:favcount", [10, 20, 30, 50, 40]),
        ("order:filesize", [40, 10, 30, 20, 50]),
        ("order:mpixels", [10, 40, 20, 30, 50]),
        ("order:landscape", [40, 30, 20, 10, 50]),
        ("order:portrait", [50, 10, 20, 30, 40]),
        ("order:duration", [40, 30, 50, 20, 10]),
        ("order:created_at_asc", [50, 10, 20, 30, 40]),
        ("order:downvotes", [30, 10, 50, 40, 20]),
        ("order:rank", [40, 30, 20, 10, 50]),
        ("order:custom id:20,50,10", [20, 50, 10, 40, 30]),
    ],
)
def test_posts_come_in_order(rows: DanbooruCollection, order: str, ids: list[int]) -> None:
    terms = parse_query(order)
    assert [row_id(post.row) for post in sort_posts(rows.posts, terms, Random(1))] == ids


def test_free_metatags_do_not_count_and_order_does() -> None:
    free = " ".join(f"{name}:1" for name in FREE)
    assert count_terms(parse_query(free)) == 0
    assert count_terms(parse_query(f"{free} order:score ~cat -dog f*x source:y")) == 5


def test_a_term_counts_once() -> None:
    assert count_terms(parse_query("cat CAT -cat")) == 1


@given(st.text())
def test_any_text_is_a_search(query: str) -> None:
    post = PartialPost(
        {"id": 1, "source": query, "created_at": "2026-05-06T12:00:00Z"}, frozenset()
    )
    assert build_post_filter(parse_query(query), NOBODY)(post) in {True, False}


@given(TAGS, POSTS)
def test_a_term_finds_what_its_exclusion_does_not(tag: str, post: PartialPost) -> None:
    plain, excluded = (build_post_filter(parse_query(f"{sign}{tag}"), NOBODY) for sign in ("", "-"))
    assert plain(post) != excluded(post)


@given(st.lists(TAGS, min_size=1), POSTS)
def test_all_terms_are_needed_and_one_choice_is_enough(tags: list[str], post: PartialPost) -> None:
    together = build_post_filter(parse_query(" ".join(tags)), NOBODY)
    choice = build_post_filter(parse_query(" ".join(f"~{tag}" for tag in tags)), NOBODY)
    assert together(post) == (set(tags) <= post.tags)
    assert choice(post) == bool(set(tags) & post.tags)


@given(st.integers(-50, 50), st.integers(-50, 50))
def test_ranges_compare_as_numbers_do(bound: int, number: int) -> None:
    assert range_test(f">{bound}", WHOLE)(number) == (number > bound)
    assert range_test(f"<={bound}", WHOLE)(number) == (number <= bound)
    assert range_test(f"{bound}..", WHOLE)(number) == (number >= bound)
    assert range_test(f"{bound},{number}", WHOLE)(number)
