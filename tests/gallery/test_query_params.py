from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.errors import BadArguments
from animedex.gallery.query_params import QueryParams, parse_query_params
from animedex.library.filter_parser import FilterTexts, parse_filters

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(words, words, st.sampled_from(["g", "s", "q", "e", ""]))
def test_an_address_asks_for_what_it_was_made_of(said: str, artist: str, rating: str) -> None:
    asked = parse_query_params({"q": said, "artist": artist, "rating": rating})
    again = parse_query_params(dict(parse_qsl(urlsplit(asked.address()).query)))
    assert again == asked
    assert asked.words == said.strip()
    assert asked.filters.artist == (artist.strip() or None)


@given(st.dictionaries(st.sampled_from(["q", "rating", "added", "size", "page", "x"]), words))
def test_whatever_is_asked_is_read_or_refused_with_the_next_step(query: dict[str, str]) -> None:
    try:
        said = parse_query_params(query).address()
    except BadArguments as error:
        said = error.hint or ""
    assert said


def test_filters_are_read_as_the_command_line_reads_them() -> None:
    query = {
        "source": "Danbooru",
        "rating": "explicit",
        "category": "neko",
        "artist": "mio",
        "animated": "no",
        "added": ">=2026-01-31",
        "size": "1.5mp",
    }
    texts = {name: text for name, text in query.items() if name not in {"animated", "size"}}
    told = FilterTexts(**texts, larger_than="1.5mp", animated=False)
    assert parse_query_params(query).filters == parse_filters(told)
    assert parse_query_params(query).filters.larger_than == 1_500_000


@pytest.mark.parametrize(
    "query",
    [
        {"rating": "x"},
        {"animated": "perhaps"},
        {"added": "2026-02-30"},
        {"added": "yesterday"},
        {"source": "weather"},
        {"added": "٢٠٢٦-01-01"},
        {"size": "big"},
        {"size": "-1mp"},
    ],
)
def test_what_means_nothing_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(BadArguments) as caught:
        parse_query_params(query)
    assert caught.value.hint


@pytest.mark.parametrize("place", ["0", "-1", "x", "9" * 30, "1.5", "١"])
def test_a_place_that_is_none_is_the_beginning(place: str) -> None:
    assert parse_query_params({"before": place, "page": place}) == QueryParams({})


def test_places_are_not_carried_along() -> None:
    asked = parse_query_params({"q": "miko", "page": "3", "before": "9", "unknown": "1"})
    assert (asked.page, asked.before) == (3, 9)
    assert asked.address() == "/?q=miko"
    assert asked.address("/picture/5") == "/picture/5?q=miko"
