"""The tag that words mean is one that has all of them, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.danbooru.models import DanbooruSuggestion
from animedex.backends.danbooru.tag_lookup import find_best_tag, list_tags
from animedex.text_normalization import split_words


def suggestion(**row: object) -> DanbooruSuggestion:
    return DanbooruSuggestion.from_payload(row)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  all are JSON


def tag(value: str, **row: object) -> DanbooruSuggestion:
    return suggestion(value=value, category=0, **row)


@pytest.mark.parametrize(
    ("words", "values", "chosen"),
    [
        ("cat girl", ["cat_girl_(series)", "cat_girl"], "cat_girl"),
        ("Cat  Girl", ["x", "cat_girl"], "cat_girl"),
        ("girl cat", ["cat_ears", "cat_girl"], "cat_girl"),
        ("catgirl", ["catgirl_x", "cat_girl"], "cat_girl"),
        ("miku", ["hatsune_miku", "miku_(x)"], "hatsune_miku"),
        ("Bocchi the Rock", ["bocchi_the_rock!"], "bocchi_the_rock!"),
        ("Pokémon", ["pokemon_(game)", "pokemon"], "pokemon"),
        (":3", ["3girls", "3", ":3"], ":3"),
        ("^_^", ["^o^", "^_^"], "^_^"),
        ("^_^", ["^o^"], None),
        ("smile frown", ["smile", "frown"], None),
        ("cat gril", ["cat_girl"], None),
        ("ca", ["cat"], None),
        ("cat", [], None),
    ],
)
def test_the_tag_that_has_all_words_is_chosen(
    words: str, values: list[str], chosen: str | None
) -> None:
    assert find_best_tag(words, [tag(value) for value in values]) == chosen


@pytest.mark.parametrize(
    ("words", "row"),
    [
        ("nekomimi", {"type": "tag-alias", "antecedent": "nekomimi"}),
        ("ネコ娘", {"type": "tag-other-name", "antecedent": "ねこ娘"}),
        ("ネコ", {"type": "tag-other-name", "antecedent": "ネコ娘"}),
        ("feline ears", {"label": "Feline Ears"}),
    ],
)
def test_a_tag_is_known_by_its_other_spellings(words: str, row: dict[str, object]) -> None:
    assert find_best_tag(words, [tag("cat_ears", **row)]) == "cat_ears"


def test_what_the_service_put_right_is_not_what_was_asked_for() -> None:
    near = tag("cat_girl", type="tag-autocorrect", antecedent="cat_gril")
    assert find_best_tag("cat gril", [near]) is None
    assert find_best_tag("cat girl", [near]) == "cat_girl"


def test_what_is_no_tag_is_passed_over() -> None:
    none = [
        suggestion(type="static", value="rating:explicit"),
        suggestion(type="pool", value="Rain", category="series"),
        suggestion(category=0),
        *map(tag, ["", "cat girl", 'x:"a b"', "-cat", "~cat", "-", "a\x00", "x" * 171]),
    ]
    some = [tag("cat"), tag("x" * 170)]
    assert list_tags([*none, *some]) == some


WORDS = st.lists(st.sampled_from(["cat", "girl", "ears", "long", "hair"]), min_size=1, max_size=3)


@given(WORDS, st.lists(WORDS.map("_".join), max_size=5))
def test_a_chosen_tag_has_every_word(words: list[str], values: list[str]) -> None:
    chosen = find_best_tag(" ".join(words), [tag(value) for value in values])
    if chosen is None:
        assert not any(set(words) <= set(value.split("_")) for value in values)
    else:
        assert set(words) <= set(split_words(chosen))
    if "_".join(words) in values:
        assert chosen == "_".join(words)
