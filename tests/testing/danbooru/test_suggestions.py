from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.testing.danbooru.conftest import Get

AUTOCOMPLETE = "/autocomplete.json?search[type]=tag_query&search[query]="


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("lant", ["tag-word lantern_street"]),
        ("street_lan", ["tag-word lantern_street"]),
        ("-1gi", ["tag-word 1girl"]),
        ("*_h*", ["tag long_hair"]),
        (";", ["tag ;)"]),
        ("longh", ["tag-word long_hair longhair"]),
        ("sbaru", ["tag-autocorrect subaru sbaru"]),
        ("%E9%95%B7", ["tag-other-name long_hair 長い髪"]),
        ("%E9%9D%92", ["tag-other-name mio 青葉ミオ"]),
        ("rating:g", ["static rating:general"]),
        ("filetype:we", ["static filetype:webm", "static filetype:webp"]),
        ("qqqqqq", []),
    ],
)
def test_a_word_is_completed(get: Get, query: str, found: list[str]) -> None:
    rows = get(AUTOCOMPLETE + query)
    keys = ("type", "value", "antecedent")
    assert [" ".join(row[key] for key in keys if key in row) for row in rows] == found


def test_a_suggestion_tells_of_its_tag(get: Get) -> None:
    (row,) = get(AUTOCOMPLETE + "long_ha")
    assert list(row) == ["type", "label", "value", "category", "post_count", "tag"]
    assert (row["label"], row["category"], row["tag"]["id"]) == ("long hair", 0, 2)


def test_other_kinds_of_suggestions_are_not_made(get: Get) -> None:
    assert get("/autocomplete.json?search[query]=tov&search[type]=user") == []
    assert get("/autocomplete.json") == []


def test_suggestions_are_limited(get: Get) -> None:
    assert len(get(f"{AUTOCOMPLETE}*&limit=2")) == 2
    assert len(get(f"{AUTOCOMPLETE}*")) == 6


def test_related_tags_stand_on_the_same_posts(get: Get) -> None:
    related = get("/related_tag.json?query=mio")
    assert (related["query"], related["post_count"], related["tag"]["id"]) == ("mio", 2, 3)
    names = [row["tag"]["name"] for row in related["related_tags"]]
    assert names == ["lantern_street", "mio", "1girl", "long_hair"]
    half = related["related_tags"][3]
    assert list(half)[1:] == [
        "cosine_similarity",
        "jaccard_similarity",
        "overlap_coefficient",
        "frequency",
    ]
    assert (half["frequency"], half["overlap_coefficient"]) == (0.5, 1.0)


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ("query=mio&category=copyright", ["lantern_street"]),
        ("query=mio&category=3", ["lantern_street"]),
        ("search[query]=mio&search[order]=Frequency&limit=1", ["1girl"]),
        ("query=nobody", []),
        ("", []),
    ],
)
def test_related_tags_are_of_a_kind_and_in_order(
    get: Get, arguments: str, names: list[str]
) -> None:
    related = get(f"/related_tag.json?{arguments}")["related_tags"]
    assert [row["tag"]["name"] for row in related] == names


def test_a_query_without_a_tag_has_no_tag(get: Get) -> None:
    assert get("/related_tag.json?query=mio+1girl")["tag"] is None
    get("/related_tag.json?query=mio+1girl+subaru", status=422)
