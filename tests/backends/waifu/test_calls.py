"""Arguments are checked and requests are built exactly, with nothing sent."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.waifu import filter_params as filters
from animedex.backends.waifu.calls import artist, artists, image, images, stats, tag, tags
from animedex.errors import BadArguments
from tests.kit.transport import request_url

if TYPE_CHECKING:
    from animedex.call import Call

HOME = "https://api.waifu.im"
# Every parameter that the service documents for a list; of other names it says nothing.
PARAMETERS = {
    "/images": {
        *("IsNsfw", "IncludedTags", "ExcludedTags", "IncludedArtists", "ExcludedArtists"),
        *("IncludedIds", "ExcludedIds", "IsAnimated", "OrderBy", "Orientation"),
        *("Page", "PageSize", "Width", "Height", "ByteSize"),
    },
    "/tags": {"Page", "PageSize"},
    "/artists": {"Page", "PageSize"},
}
REPEATABLE = {name for name in PARAMETERS["/images"] if name.startswith(("Included", "Excluded"))}


def params(call: Call[Any]) -> list[tuple[str, str]]:
    return list(call.request.params)


def test_without_a_word_one_safe_image_is_drawn() -> None:
    call = images()
    assert call.request == ("GET", "/images", (("IsNsfw", "False"), ("PageSize", "1")), ())
    assert (call.ttl, call.backend.name, call.is_raw) == (0, "waifu", False)
    assert request_url(call) == f"{HOME}/images?IsNsfw=False&PageSize=1"


def test_every_filter_is_sent_by_the_service_s_name() -> None:
    call = images(
        ["maid", "long-hair"],
        exclude_tags="uniform",
        artists=[80, "81"],
        exclude_artists=82,
        ids=7,
        exclude_ids=[8, 9],
        nsfw="all",
        animated=False,
        orientation="portrait",
        order="favorites",
        width=">=1500",
        height="1000..2000",
        byte_size="<5000000",
        page=2,
        limit=100,
    )
    assert params(call) == [
        ("IncludedArtists", "80"),
        ("IncludedArtists", "81"),
        ("ExcludedArtists", "82"),
        ("IncludedTags", "maid"),
        ("IncludedTags", "long-hair"),
        ("ExcludedTags", "uniform"),
        ("IncludedIds", "7"),
        ("ExcludedIds", "8"),
        ("ExcludedIds", "9"),
        ("IsNsfw", "All"),
        ("IsAnimated", "False"),
        ("Orientation", "PORTRAIT"),
        ("Width", ">=1500"),
        ("Height", "1000..2000"),
        ("ByteSize", "<5000000"),
        ("OrderBy", "Favorites"),
        ("Page", "2"),
        ("PageSize", "100"),
    ]
    assert call.ttl == 60
    assert dict(parse_qsl(urlsplit(request_url(call)).query)) == dict(params(call))


TAGS = st.lists(st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True) | st.integers(0, 99), max_size=3)
IDS = st.lists(st.integers(0, 10**17), max_size=3)
SIZE = st.none() | st.integers(0, 10**17) | st.sampled_from([">=9", ">9", "<=9", "<9", "1..9"])
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "tags": TAGS,
        "exclude_tags": TAGS,
        "artists": IDS,
        "exclude_artists": IDS,
        "ids": IDS.map(lambda found: found[:1]),
        "exclude_ids": IDS,
        "nsfw": st.sampled_from(list(filters.NSFW)),
        "animated": st.none() | st.booleans(),
        "orientation": st.none() | st.sampled_from(list(filters.ORIENTATIONS)),
        "order": st.sampled_from(list(filters.ORDERS)),
        "width": SIZE,
        "height": SIZE,
        "byte_size": SIZE,
        "page": st.integers(1, 1000),
        "limit": st.integers(1, 100),
    },
)


@given(OPTIONS)
def test_no_parameter_is_sent_that_the_service_would_pass_over(options: dict[str, Any]) -> None:
    if options.get("order", "random") == "random":
        options.pop("page", None)
    sent = params(images(**options))
    names = [name for name, _ in sent]
    assert set(names) <= PARAMETERS["/images"]
    assert {name for name in names if names.count(name) > 1} <= REPEATABLE
    assert "" not in dict(sent).values()
    assert dict(sent)["IsNsfw"] in {"False", "True", "All"}


@pytest.mark.parametrize("call", [tags(), artists(), artists(3, 100)])
def test_lists_are_asked_for_by_page_alone(call: Call[Any]) -> None:
    assert {name for name, _ in call.request.params} == PARAMETERS[call.request.path]


@pytest.mark.parametrize("call", [image(7), tag(7), tag("maid"), artist(7), artist("x"), stats()])
def test_single_rows_are_asked_for_without_parameters(call: Call[Any]) -> None:
    assert call.request.params == ()


@pytest.mark.parametrize("nsfw", ["no", "NO", "No"])
def test_safe_images_are_asked_for_in_so_many_words(nsfw: Any) -> None:
    assert ("IsNsfw", "False") in params(images(nsfw=nsfw))


def test_a_random_order_has_no_pages() -> None:
    with pytest.raises(BadArguments, match="a random order has no pages") as caught:
        images(page=2)
    assert "`order='favorites'`" in (caught.value.hint or "")
    assert "Page" not in dict(params(images(page=1)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"tags": "Maid"},
        {"exclude_tags": ["Long Hair"]},
        {"artists": ""},
        {"exclude_artists": [".."]},
        {"ids": [7, 8]},
        {"exclude_ids": "x"},
        {"nsfw": "maybe"},
        {"nsfw": True},
        {"animated": "yes"},
        {"orientation": "round"},
        {"order": "newest"},
        {"width": "=>1500"},
        {"height": "tall"},
        {"byte_size": "2..1"},
        {"page": 0},
        {"page": 0, "order": "favorites"},
        {"limit": 0},
        {"limit": 101},
        {"limit": 0, "order": "favorites"},
    ],
)
def test_arguments_that_cannot_be_used(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadArguments) as caught:
        images(**wrong)
    assert caught.value.backend == "waifu"


@pytest.mark.parametrize("build", [partial(artists, 0), partial(artists, 1, 101)])
def test_pages_that_are_none(build: partial[Call[Any]]) -> None:
    with pytest.raises(BadArguments, match="is a whole number from 1"):
        build()


@pytest.mark.parametrize(
    "given", [7, "7", "https://cdn.waifu.im/7.jpg", "https://www.waifu.im/images/7"]
)
def test_an_image_is_asked_for_by_id(given: int | str) -> None:
    call = image(given)
    assert (call.request.path, call.ttl) == ("/images/7", 600)


@pytest.mark.parametrize("given", ["", "maid", -1, True, None, 1.5, "https://art.example/7.jpg"])
def test_other_text_is_no_image(given: Any) -> None:
    with pytest.raises(BadArguments, match="by its id or its URL"):
        image(given)


@pytest.mark.parametrize(
    ("call", "path", "lifetime"),
    [
        (tags(), "/tags", 86_400),
        (tag("long-hair"), "/tags/by-slug/long-hair", 86_400),
        (tag("12"), "/tags/12", 86_400),
        (tag(12), "/tags/12", 86_400),
        (artists(), "/artists", 3600),
        (artist(80), "/artists/80", 3600),
        (artist("80"), "/artists/80", 3600),
        (artist("GongHa"), "/artists/by-name/GongHa", 3600),
        (artist("a/b?c#d%"), "/artists/by-name/a%2Fb%3Fc%23d%25", 3600),
        (stats(), "/stats/public", 600),
        (images("maid", order="uploaded_at"), "/images", 60),
        (images(artists="GongHa"), "/artists/by-name/GongHa", 3600),
    ],
)
def test_paths_and_how_long_answers_are_kept(call: Call[Any], path: str, lifetime: float) -> None:
    assert (call.request.path, call.ttl) == (path, lifetime)
    assert request_url(call).startswith(f"{HOME}{path}")


@given(st.text(max_size=12))
def test_a_name_is_one_part_of_the_path_or_refused(name: str) -> None:
    try:
        call = artist(name)
    except BadArguments:
        return
    path = call.request.path
    if filters.is_id(name):
        assert path == f"/artists/{int(name)}"
    else:
        assert path.count("/") == 3
        assert unquote(path.removeprefix("/artists/by-name/")) == name.strip()
    assert urlsplit(request_url(call)).path == path
