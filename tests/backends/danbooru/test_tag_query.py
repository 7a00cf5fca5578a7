"""The tag language as far as it is known before asking: terms, and how many count."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.danbooru import calls
from animedex.backends.danbooru import tag_query as query
from animedex.errors import BadArguments
from animedex.models import Rating
from animedex.testing.danbooru.search_query import FREE, count_terms, parse_query


@pytest.mark.parametrize(
    ("words", "terms"),
    [
        ((), ()),
        (("touhou",), ("touhou",)),
        (("touhou", "-comic"), ("touhou", "-comic")),
        (("touhou -comic",), ("touhou", "-comic")),
        (("  touhou\t-comic\n",), ("touhou", "-comic")),
        (("hatsune miku",), ("hatsune", "miku")),
        (('source:"a sketch book" cat',), ('source:"a sketch book"', "cat")),
        (("-source:'a b' cat",), ("-source:'a b'", "cat")),
        (('(source:"a b")',), ('(source:"a b")',)),
        (('source:"a \\" b" cat',), ('source:"a \\" b"', "cat")),
        (('source:"a b',), ('source:"a', "b")),
        (('source:"a b"c',), ('source:"a', 'b"c')),
        (("re:zero",), ("re:zero",)),
        (("猫\u3000犬",), ("猫", "犬")),
        ((":3",), (":3",)),
        (("( a or b ) -c",), ("(", "a", "or", "b", ")", "-c")),
    ],
)
def test_words_are_split_at_blanks_as_the_site_does(
    words: tuple[str, ...], terms: tuple[str, ...]
) -> None:
    assert query.split_query(words) == terms


@pytest.mark.parametrize(
    "word", ["", " ", "\u3000", "-", "a ~", "- b", "a\x00", "\udcff", "\x1b[0m"]
)
def test_words_that_hold_no_tag(word: str) -> None:
    with pytest.raises(BadArguments) as caught:
        query.split_query(["touhou", word])
    assert caught.value.backend == "danbooru"
    assert "autocomplete" in (caught.value.hint or "")
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("word", [3, None, b"cat", ["cat"]])
def test_what_is_no_text_is_refused_as_such(word: Any) -> None:
    with pytest.raises(BadArguments, match="a tag is text, not"):
        query.split_query([word])


@pytest.mark.parametrize(
    ("search", "counted"),
    [
        ("", []),
        ("touhou cirno 1girl", ["touhou", "cirno", "1girl"]),
        ("touhou -comic", ["touhou", "comic"]),
        ("~a ~b", ["a", "b"]),
        ("touhou -touhou Touhou", ["touhou"]),
        ("touhou* order:score", ["touhou*", "order:score"]),
        ("touhou rating:g -rating:e RATING:s ~rating:q", ["touhou"]),
        ("id:>5 -id:7 pixiv:3 pixiv_id:4 md5:0 status:any", []),
        ("source:*pixiv* user:miko pool:7", ["source:*pixiv*", "user:miko", "pool:7"]),
        ('source:"rating:g b" cat', ['source:"rating:g b"', "cat"]),
        ("re:zero rating_game", ["re:zero", "rating_game"]),
        ("(a or b) and c", ["a", "b", "c"]),
        ("-(saber_(fate) ) rating:g", ["saber_(fate)"]),
    ],
)
def test_terms_that_count(search: str, counted: list[str]) -> None:
    assert (
        query.limited_terms(search.split() if '"' not in search else query.split_query([search]))
        == counted
    )


def test_a_very_long_run_of_brackets_is_stripped() -> None:
    brackets = ")" * 1_000_000
    assert query.strip_operators(f"({brackets}") == ""
    assert query.limited_terms([f"saber_(fate){brackets}"]) == ["saber_(fate)"]


@given(st.text("a()-~", max_size=12))
def test_brackets_are_stripped_until_each_has_its_other(term: str) -> None:
    name = query.strip_operators(term)
    assert term.lstrip("-~(").startswith(name)
    assert set(term.lstrip("-~(")[len(name) :]) <= {")"}
    unopened = name.count(")") > name.count("(")
    assert not (name.endswith(")") and unopened)
    if name != term.lstrip("-~("):
        assert name.count(")") >= name.count("(")


def test_the_free_metatags_are_those_of_the_service() -> None:
    assert set(query.FREE) == FREE
    assert (
        query.limited_terms(f"{sign}{name}:1" for name in query.FREE for sign in ("", "-", "~"))
        == []
    )
    assert all(name in query.list_free_metatags() for name in query.FREE)


NAMES = st.text("abcxyz_09", min_size=1, max_size=6)
METATAGS = st.sampled_from([f"{name}:5" for name in (*query.FREE, "order", "source", "re")])
SIGNED = st.tuples(st.sampled_from(["", "-", "~"]), NAMES | METATAGS).map("".join)
TERMS = st.lists(SIGNED, min_size=1, max_size=6)


@given(TERMS)
def test_terms_are_counted_as_the_service_counts_them(terms: list[str]) -> None:
    assert len(query.limited_terms(terms)) == count_terms(parse_query(" ".join(terms)))


@given(TERMS, TERMS)
def test_the_count_grows_with_the_search_and_never_by_a_repeat(
    one: list[str], two: list[str]
) -> None:
    both = len(query.limited_terms(one + two))
    assert max(len(query.limited_terms(one)), len(query.limited_terms(two))) <= both
    assert both <= len(query.limited_terms(one)) + len(query.limited_terms(two))
    assert len(query.limited_terms(one + one)) == len(query.limited_terms(one))
    assert query.limited_terms([*one, "-rating:e"]) == query.limited_terms(one)


@given(st.lists(st.text(max_size=12), max_size=4))
def test_any_text_is_terms_or_refused(words: list[str]) -> None:
    try:
        terms = query.split_query(words)
    except BadArguments:
        return
    assert "".join("".join(terms).split()) == "".join("".join(words).split())
    assert len(query.limited_terms(terms)) <= len(terms)


@pytest.mark.parametrize(
    ("terms", "ordered", "drawn"),
    [
        (["touhou"], False, False),
        (["order:score"], True, False),
        (["ORDER:Random"], True, True),
        (["random:5"], True, True),
        (["ordpool:3"], True, False),
        (["order"], False, False),
        (["my_order:x"], False, False),
        (["randomness"], False, False),
        (['order:"random"'], True, True),
        (["-Order:'Random'"], True, True),
        (['(order:"random")'], True, True),
        (['random:"5"'], True, True),
        (["order:shuffled"], True, True),
        (["order:"], True, True),
        (['order:"score_asc"'], True, False),
    ],
)
def test_orders_are_known(terms: list[str], ordered: bool, drawn: bool) -> None:  # noqa: FBT001  a table's columns
    assert (query.has_order(terms), query.has_random_order(terms)) == (ordered, drawn)


@pytest.mark.parametrize(
    ("word", "letter"),
    [("g", "g"), ("G", "g"), ("General", "g"), ("sensitive", "s"), ("q", "q"), ("explicit", "e")],
)
def test_ratings(word: Any, letter: str) -> None:
    assert query.build_rating_term(word) == f"rating:{letter}"


@pytest.mark.parametrize("rating", Rating)
def test_a_rating_as_a_value(rating: Rating) -> None:
    assert query.build_rating_term(rating) == f"rating:{rating.value}"


@pytest.mark.parametrize("word", ["", "x", "g,s", "sfw", 3, "rating:g"])
def test_ratings_that_are_none(word: Any) -> None:
    with pytest.raises(BadArguments, match="a rating is g, s, q or e") as caught:
        query.build_rating_term(word)
    assert "g is general" in (caught.value.hint or "")


@pytest.mark.parametrize("word", ["safe", "SAFE"])
def test_safe_is_not_taken_for_general(word: Any) -> None:
    with pytest.raises(BadArguments, match=r"safe means s \(sensitive\)") as caught:
        query.build_rating_term(word)
    assert "use g" in (caught.value.hint or "")


@pytest.mark.parametrize("word", [*query.ORDERS, "Score"])
def test_orders(word: str) -> None:
    assert query.build_order_term(word) == f"order:{word.lower()}"


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("scroe", "did you mean score?"),
        ("date", "there are id, score, favcount, created_at"),
        ("", "there are id, score"),
        ("猫", "there are id, score"),
    ],
)
def test_orders_that_are_none(word: str, hint: str) -> None:
    with pytest.raises(BadArguments, match="has no order") as caught:
        query.build_order_term(word)
    assert (caught.value.hint or "").startswith(hint)


def test_a_search_of_too_many_terms_is_told_with_what_may_be_done() -> None:
    error = query.too_many_terms(["touhou", "-cirno", "rating:g", "1girl"])
    assert error.message == (
        "a search may have 2 terms without a sign-in, and this one has 3: touhou, cirno, 1girl"
    )
    assert error.hint
    assert all(name in error.hint for name in query.FREE)
    assert "animedex auth login danbooru" in error.hint
    assert (error.backend, error.exit_code) == ("danbooru", 2)


def test_a_search_of_very_many_terms_is_told_briefly() -> None:
    error = query.too_many_terms([f"tag_number_{n}" for n in range(500)])
    assert "this one has 500: tag_number_0, " in error.message
    assert len(error.message) < 220


@pytest.mark.parametrize(
    ("tags", "sent"),
    [
        ("cat or dog", "( cat or dog )"),
        ("cat OR dog solo", "( cat OR dog solo )"),
        ("(cat or saber_(fate)) solo", "( (cat or saber_(fate)) solo )"),
        ("cat and dog", "cat and dog"),
        ("~cat ~dog", "~cat ~dog"),
        ("fish_(or)", "fish_(or)"),
    ],
)
def test_a_rating_holds_for_all_of_a_choice(tags: str, sent: str) -> None:
    params = dict(calls.search(tags, rating="g", order="score").request.params)
    assert params["tags"] == f"{sent} rating:g order:score"
    assert dict(calls.search(tags).request.params)["tags"] == tags


@pytest.mark.parametrize(
    "tags", ["cat) or (dog", "cat or dog)", "(cat or dog", ") or (", "((cat) or dog", "-(cat or x"]
)
def test_brackets_that_would_let_some_out_of_a_rating_are_refused(tags: str) -> None:
    with pytest.raises(BadArguments, match="brackets"):
        calls.search(tags, rating="g")
    calls.search(tags)


@given(st.lists(st.sampled_from(["a", "or", "(", ")", "(a", "a)", "-(a", "a_(b)", "a_(b))", "~a"])))
def test_what_is_held_together_closes_all_that_it_opens(terms: list[str]) -> None:
    """Of grouping brackets, that is: those of a name such as `a_(b)` are none."""
    try:
        held = query.group_alternatives(tuple(terms))
    except BadArguments:
        return
    if "or" not in terms:
        assert held == tuple(terms)
        return
    text = " ".join(held).replace("a_(b)", "ab")
    depths = [text[:end].count("(") - text[:end].count(")") for end in range(1, len(text) + 1)]
    assert depths[-1] == 0
    assert min(depths[:-1]) > 0
