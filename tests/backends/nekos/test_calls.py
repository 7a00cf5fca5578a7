"""Arguments are checked and requests are built exactly, with nothing sent."""

from __future__ import annotations

import json
import types
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.nekos import calls
from animedex.backends.nekos import parsers as parsing
from animedex.backends.nekos.asset_parser import parse_asset
from animedex.backends.nekos.calls import asset, categories, categories_full, image, search
from animedex.backends.nekos.models import NekosImage
from animedex.body_writer import FileSink
from animedex.call import Call, SourceTag
from animedex.errors import BadArguments, NotFound, TimedOut, UpstreamShape
from animedex.http_message import Response
from tests.kit.call_context import SelectUnseen, YieldingContext, next_steps
from tests.kit.transport import request_url

if TYPE_CHECKING:
    from animedex.call import Steps
    from animedex.errors import AnimedexError

TAG = SourceTag("nekos", datetime(2026, 5, 8, tzinfo=UTC), cached=False, rate_limited=False)
CATALOGUE = b'{"neko": {"format": "png"}, "hug": {"format": "gif"}}'
HOME = "https://nekos.best/api/v2"


def answer(body: bytes) -> Response:
    return Response(200, (), body, "")


def rows(*names: str, **more: str) -> bytes:
    return json.dumps(
        {"results": [{"url": f"{HOME}/neko/{name}", **more} for name in names]}
    ).encode()


def require_call(question: object) -> Call[object]:
    """Return a call that is asked for."""
    assert isinstance(question, Call)
    return cast("Call[object]", question)


def ending(steps: Steps[Any], result: object) -> Any:
    """Send the last result, and return the value of the steps."""
    with pytest.raises(StopIteration) as end:
        steps.send(result)
    return end.value.value


# Categories


@pytest.mark.parametrize(
    ("call", "parse"),
    [(categories(), parsing.parse_names), (categories_full(), parsing.parse_catalogue)],
)
def test_the_catalogue_is_kept_for_a_day(call: Call[object], parse: object) -> None:
    assert call.request == ("GET", "/endpoints", (), ())
    assert call.ttl == 86_400
    assert call.parse is parse
    assert (call.backend.name, call.is_raw, call.gzip, call.open_writer) == (
        "nekos",
        False,
        True,
        None,
    )


# Arguments


@pytest.mark.parametrize("amount", [0, 21, -1, "x", "5", True, 1.5, 2.0, None, 10**30])
def test_amounts_that_are_none(amount: Any) -> None:
    for build in (partial(image, "neko"), partial(image, None), partial(search, "frieren")):
        with pytest.raises(
            BadArguments, match="an amount is a whole number from 1 to 20"
        ) as caught:
            build(amount=amount)
        assert caught.value.backend == "nekos"


@pytest.mark.parametrize(
    "category",
    [
        "",
        " ",
        "\u3000",
        "/",
        "a/b",
        "..",
        ".",
        "a\\b",
        "a?b",
        "a#b",
        "a\nb",
        "\x7f",
        "a\x00",
        "\udcff",
        "search",
        "endpoints",
    ],
)
def test_categories_that_are_none(category: str) -> None:
    for build in (image, partial(search, "frieren", 1), partial(search, "frieren", None)):
        with pytest.raises(BadArguments) as caught:
            build(category=category)
        assert caught.value.backend == "nekos"
        assert "nekos.categories()" in (caught.value.hint or "")
        assert caught.value.message.isprintable()


@pytest.mark.parametrize("query", ["", " ", "\t\n", "\u3000", "\udcff", "a\ud800b"])
def test_queries_that_are_none(query: str) -> None:
    with pytest.raises(BadArguments, match="a search") as caught:
        search(query)
    assert caught.value.backend == "nekos"


@pytest.mark.parametrize("kind", [3, 0, -1, "3", "png", "", "images", True, 1.0])
def test_types_that_are_none(kind: Any) -> None:
    with pytest.raises(BadArguments, match="a type is image or gif"):
        search("frieren", kind)


@pytest.mark.parametrize("least", [-0.1, 1.1, float("nan"), float("inf"), "a", True])
def test_matches_that_are_none(least: Any) -> None:
    with pytest.raises(BadArguments, match="a match score is between 0 and 1"):
        search("frieren", min_match=least)


@pytest.mark.parametrize("value", [3, 0, b"neko", ["neko"]])
def test_what_is_no_text_is_refused_as_such(value: Any) -> None:
    for build in (
        partial(search, value),
        partial(search, "x", category=value),
        partial(image, value),
    ):
        with pytest.raises(BadArguments, match=r"text, not"):
            build()


# Pictures of a category


@pytest.mark.parametrize(
    ("category", "path"),
    [
        ("neko", "/neko"),
        ("NEKO", "/NEKO"),
        ("two words", "/two%20words"),
        ("猫", "/%E7%8C%AB"),
        ("100%", "/100%25"),
        ("%2e%2e", "/%252e%252e"),
        ("a&b=c;d", "/a%26b%3Dc%3Bd"),
        ("...", "/..."),
    ],
)
def test_pictures_are_asked_for_by_path(category: str, path: str) -> None:
    call = image(category, 20)
    assert call.request == ("GET", path, (("amount", "20"),), ())
    assert call.ttl == 0
    assert call.recover is not None
    assert request_url(call) == f"{HOME}{path}?amount=20"


@given(st.text(max_size=12))
def test_a_category_is_one_part_of_the_path_or_refused(category: str) -> None:
    try:
        call = image(category)
    except BadArguments:
        return
    path = call.request.path
    assert path.count("/") == 1
    assert unquote(path[1:]) == category
    assert urlsplit(request_url(call)).path == f"/api/v2{path}"


def test_pictures_come_with_repeats_and_are_noted_as_shown() -> None:
    call = image("neko", 3)
    result = call.parse(answer(rows("a.png", "b.png", "a.png")), TAG)
    assert call.seen is not None
    assert call.seen(result) == ["a.png", "b.png", "a.png"]
    assert call.next_steps is None
    assert [row.filename for row in result] == ["a.png", "b.png", "a.png"]
    assert result[0].source_tag == TAG


def test_fresh_pictures_are_asked_for_again_by_twenties() -> None:
    call = image("neko", 2, fresh=True)
    assert call.seen is None
    steps = next_steps(call, answer(rows("a.png")), TAG)
    assert next(steps) == SelectUnseen("nekos", ("a.png",))
    again = require_call(steps.send(frozenset[str]()))
    assert again.request == ("GET", "/neko", (("amount", "20"),), ())
    assert (again.parse, again.seen) == (parsing.parse_images, None)
    assert again.recover is not None


def test_without_a_category_one_is_drawn_from_the_catalogue() -> None:
    call = image(amount=4)
    assert call.request.path == "/endpoints"
    assert call.ttl == 86_400
    drawn: set[str] = set()
    for _ in range(60):
        steps = next_steps(call, answer(CATALOGUE), TAG)
        wish = require_call(next(steps))
        assert wish.request.params == (("amount", "4"),)
        drawn.add(wish.request.path)
        assert ending(steps, ["rows"]) == ["rows"]
    assert drawn == {"/neko", "/hug"}


def test_a_catalogue_that_was_kept_is_drawn_from_too() -> None:
    steps = next_steps(image(fresh=True), answer(CATALOGUE), TAG._replace(cached=True))
    assert require_call(next(steps)).request.path in {"/neko", "/hug"}


def test_nothing_can_be_drawn_from_an_empty_catalogue() -> None:
    with pytest.raises(UpstreamShape, match="has no category"):
        image().parse(answer(b"{}"), TAG)


# An unknown category


def recovered(call: Call[Any], error: AnimedexError) -> Steps[Any]:
    assert call.recover is not None
    return call.recover(YieldingContext(), error)


@pytest.mark.parametrize(
    "call", [image("nekko"), image("nekko", fresh=True), search("a", "image", "nekko")]
)
def test_an_unknown_category_is_told_with_the_nearest(call: Call[Any]) -> None:
    steps = recovered(call, NotFound("nekos: not found (HTTP 404)", status=404))
    assert require_call(next(steps)).request.path == "/endpoints"
    with pytest.raises(NotFound) as caught:
        steps.send(["hug", "neko"])
    assert caught.value.message == "nekos has no category 'nekko'"
    assert (caught.value.hint, caught.value.status) == ("did you mean neko?", 404)


def test_a_known_category_without_an_answer_stays_what_it_is() -> None:
    missing = NotFound("nekos: not found (HTTP 404)")
    steps = recovered(image("neko"), missing)
    next(steps)
    with pytest.raises(NotFound) as caught:
        steps.send(["hug", "neko"])
    assert caught.value is missing


def test_a_missing_category_is_told_even_when_the_catalogue_fails() -> None:
    missing = NotFound("nekos: not found (HTTP 404)")
    steps = recovered(image("nekko"), missing)
    next(steps)
    with pytest.raises(NotFound) as caught:
        steps.throw(TimedOut("no answer"))
    assert caught.value is missing


def test_other_failures_are_no_reason_to_ask_more() -> None:
    with pytest.raises(TimedOut, match="no answer"):
        next(recovered(image("neko"), TimedOut("no answer")))


# Searches


def params(call: Call[Any]) -> tuple[tuple[str, str], ...]:
    return call.request.params


def test_a_search_asks_for_images_unless_told_otherwise() -> None:
    call = search("frieren")
    assert call.request.path == "/search"
    assert params(call) == (("query", "frieren"), ("type", "1"), ("amount", "10"))
    assert (call.ttl, call.recover) == (600, None)


@pytest.mark.parametrize(
    ("kind", "number"), [("image", "1"), ("GIF", "2"), (1, "1"), (2, "2"), ("1", "1"), ("2", "2")]
)
def test_types_by_name_and_number(kind: Any, number: str) -> None:
    assert dict(params(search("frieren", kind)))["type"] == number
    call = search("frieren", kind, "neko", 5)
    assert params(call) == (
        ("query", "frieren"),
        ("type", number),
        ("amount", "5"),
        ("category", "neko"),
    )
    assert call.recover is not None


@given(st.text(st.characters(codec="utf-8")).filter(str.strip))
def test_any_query_is_passed_on_as_it_is(query: str) -> None:
    url = request_url(search(query))
    assert url.isascii()
    assert dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))["query"] == query


@pytest.mark.parametrize(("category", "number"), [("neko", "1"), ("hug", "2")])
def test_a_search_in_a_category_asks_for_what_that_holds(category: str, number: str) -> None:
    call = search("frieren", category=category, amount=3, min_match=0.5)
    assert (call.request.path, call.ttl) == ("/endpoints", 86_400)
    steps = next_steps(call, answer(CATALOGUE), TAG)
    wish = require_call(next(steps))
    assert wish.request.path == "/search"
    assert dict(wish.request.params) == {
        "query": "frieren",
        "type": number,
        "amount": "3",
        "category": category,
    }
    assert wish.ttl == 600
    assert ending(steps, ["rows"]) == ["rows"]


def test_a_search_in_an_unknown_category_ends_with_the_nearest() -> None:
    # The catalogue itself can be parsed, and may be cached.
    steps = next_steps(search("frieren", category="nekko"), answer(CATALOGUE), TAG)
    with pytest.raises(NotFound) as caught:
        next(steps)
    assert caught.value.hint == "did you mean neko?"


BOTH = rows("a.png", artist_name="Frieren")[:-2] + b"," + rows("b.png")[13:]


def test_rows_are_scored_and_none_is_dropped_unless_told() -> None:
    call = search("frieren")
    result = call.parse(answer(BOTH), TAG)
    assert [(row.filename, row.match) for row in result] == [("a.png", 1.0), ("b.png", 0.0)]


@pytest.mark.parametrize(
    ("least", "names"), [(0, ["a.png", "b.png"]), (0.8, ["a.png"]), (1, ["a.png"])]
)
def test_what_answers_worse_than_wished_is_dropped(least: float, names: list[str]) -> None:
    result = search("frieren", min_match=least).parse(answer(BOTH), TAG)
    assert [row.filename for row in result] == names


# Assets

URL = f"{HOME}/neko/0b6c1f3a.png"
ROW = NekosImage.from_payload({"url": URL})


@pytest.mark.parametrize(
    ("what", "path"),
    [
        (ROW, URL),
        (ROW.payload, URL),
        (types.MappingProxyType({"url": URL}), URL),
        (ROW.to_common(), URL),
        (URL, URL),
        ("neko/0b6c1f3a.png", "/neko/0b6c1f3a.png"),
        ("/neko/0b6c1f3a.png/", "/neko/0b6c1f3a.png"),
        ({"url": "neko/a.png"}, "/neko/a.png"),
        ("two words/猫.png", "/two%20words/%E7%8C%AB.png"),
        ("neko/%2e%2e", "/neko/%252e%252e"),
    ],
)
def test_an_asset_is_named_in_many_ways(what: Any, path: str) -> None:
    call = asset(what)
    assert call.request == ("GET", path, (), ())
    assert call.parse is parse_asset
    assert (call.gzip, call.open_writer, call.ttl) == (False, None, 0)
    assert call.max_bytes == calls.ASSET_CAP


@pytest.mark.parametrize(
    "what",
    [
        "",
        "neko",
        "a/b/c",
        "neko/..",
        "../neko",
        "./a.png",
        "neko/a?b",
        "neko/a#b",
        "neko\\a",
        "//",
        "neko/a\nb",
        "neko/\udcff",
        "/",
        "neko//a.png",
        {},
        {"url": None},
        {"url": 5},
        {"url": ""},
        {"URL": URL},
        None,
        5,
        [URL],
        b"neko/a.png",
        3.5,
        ROW.to_common().__class__,
    ],
    ids=repr,
)
def test_what_names_no_asset(what: Any) -> None:
    with pytest.raises(BadArguments) as caught:
        asset(what)
    assert caught.value.backend == "nekos"


def test_a_url_of_somebody_else_is_refused_before_anything_is_sent() -> None:
    for url in ("https://elsewhere.example/neko/a.png", "file:///etc/hostname"):
        with pytest.raises(BadArguments, match="no request was sent"):
            request_url(asset(url))


def test_an_asset_may_go_to_a_file(tmp_path: Path) -> None:
    for to in (tmp_path / "cat.png", str(tmp_path / "cat.png")):
        make = asset(ROW, to).open_writer
        assert make is not None
        sink = make(Response(200, (), b"", ""))
        assert isinstance(sink, FileSink)
        assert sink.path == str(tmp_path / "cat.png")
        sink.discard()
