"""`animedex art identify`: one picture, or whatever a pipe brings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest

if TYPE_CHECKING:
    from animedex.wire import JsonObject
    from tests.cli.conftest import Cli, Outcome, Process, Terminal
    from tests.cli.verbs.art.conftest import Services

PIXIV = "https://www.pixiv.net/artworks/15300"
NEKO = {"url": "https://nekos.best/api/v2/neko/1.png", "source_url": PIXIV}
LOST = {"url": "https://nekos.best/api/v2/neko/2.png", "source_url": "https://gallery.example/1"}
GONE = {"url": "https://nekos.best/api/v2/neko/3.png", "source_url": f"{PIXIV[:-5]}404"}


def told(outcome: Outcome) -> JsonObject:
    assert outcome.code == 0, outcome.err
    return cast("JsonObject", outcome.json)


def many(outcome: Outcome) -> list[JsonObject]:
    assert outcome.code == 0, outcome.err
    return cast("list[JsonObject]", outcome.json)


def ids(found: JsonObject) -> list[object]:
    return [post["id"] for post in cast("list[JsonObject]", found["posts"])]


def as_json(*rows: object) -> bytes:
    return json.dumps(rows).encode()


def test_one_picture_is_one_object(cli: Cli, services: Services) -> None:
    found = told(cli("art", "identify", "waifu:7"))
    (post,) = cast("list[JsonObject]", found.pop("posts"))
    assert found == {
        "query": "waifu:7",
        "work": "pixiv:15300",
        "page": 0,
        "characters": ["mio_(lanterns)"],
        "copyrights": ["lantern_street_diaries"],
        "artists": ["aoba_mio"],
    }
    assert post["pixiv_id"] == 15300
    assert cast("JsonObject", post["_source"])["backend"] == "danbooru"


def test_all_posts_of_a_work_are_given_where_the_page_is_not_known(
    cli: Cli, services: Services
) -> None:
    found = told(cli("art", "identify", PIXIV))
    assert (found["page"], ids(found)) == (None, [102, 101])


def test_posts_can_be_had_in_the_shape_of_all(cli: Cli, services: Services) -> None:
    found = told(cli("art", "identify", "waifu:7", "--common", "--no-source"))
    (post,) = cast("list[JsonObject]", found["posts"])
    assert (post["id"], "_source" in post) == ("danbooru:101", False)


def test_some_keys_alone_can_be_had(cli: Cli, services: Services) -> None:
    outcome = cli("art", "identify", "waifu:7", "--fields", "characters,page")
    assert told(outcome) == {"characters": ["mio_(lanterns)"], "page": 0}
    assert cli("art", "identify", "waifu:7", "--jq", ".artists[0]", "-r").text == "aoba_mio\n"
    assert cli("art", "identify", "waifu:7", "--fields", "character").code == 2


def test_a_terminal_shows_a_card(terminal: Terminal, services: Services) -> None:
    plain = {"NO_COLOR": "1", "TERM": "dumb"}
    shown = terminal("art", "identify", PIXIV, environment=plain)
    _, *told_of, address = shown.text.splitlines()
    lines = dict(line.split(maxsplit=1) for line in told_of)
    assert (shown.code, address.strip()) == (0, "https://danbooru.donmai.us/posts/102")
    assert lines["characters"] == "tove_(lanterns), mio_(lanterns)"
    assert lines["page"] == "not known, so any of the same work"
    assert lines["posts"] == "danbooru:102, danbooru:101"
    known = terminal("art", "identify", "waifu:7", environment=plain)
    assert any(line.split() == ["page", "0"] for line in known.text.splitlines())


def test_a_row_may_be_given_as_it_is(cli: Cli, services: Services) -> None:
    assert told(cli("art", "identify", json.dumps(NEKO)))["query"] == "nekos:1.png"
    (found,) = many(cli("art", "identify", json.dumps([NEKO])))
    assert found["query"] == "nekos:1.png"


def test_rows_come_through_a_pipe(process: Process, services: Services) -> None:
    outcome = process("art", "identify", "-", stdin=as_json(NEKO, NEKO))
    assert [found["query"] for found in many(outcome)] == ["nekos:1.png"] * 2
    assert len(services.danbooru.arrivals) == 1


def test_rows_may_be_lines_or_a_single_one(process: Process, services: Services) -> None:
    lines = (
        json.dumps(NEKO).encode()
        + b"\n"
        + json.dumps({"id": "waifu:7", "source_url": PIXIV}).encode()
    )
    outcome = process("art", "identify", "-", "--jsonl", stdin=lines)
    queries = [json.loads(line)["query"] for line in outcome.text.splitlines()]
    assert queries == ["nekos:1.png", "waifu:7"]
    assert len(many(process("art", "identify", "-", stdin=json.dumps(NEKO).encode()))) == 1


def test_what_a_search_prints_is_understood(process: Process, cli: Cli, services: Services) -> None:
    for shape in ((), ("--common",)):
        rows = cli("art", "search", "maid", *shape).out
        outcome = process("art", "identify", "-", stdin=rows)
        assert [found["query"] for found in many(outcome)] == [
            *("waifu:7", "danbooru:102", "danbooru:101")
        ]


def test_what_is_not_found_is_named_beside_the_rest(process: Process, services: Services) -> None:
    outcome = process("art", "identify", "-", stdin=as_json(LOST, NEKO, GONE))
    assert [found["query"] for found in many(outcome)] == ["nekos:1.png"]
    lost, gone = outcome.err.splitlines()
    assert lost == "animedex: nekos:2.png: no work is known that it comes from"
    assert gone.startswith("animedex: nekos:3.png: nobody has posted pixiv:404 ")


@pytest.mark.parametrize(
    ("rows", "said"),
    [((LOST,), "nekos:2.png: no work is known"), ((LOST, GONE), "none of 2 pictures was found")],
)
def test_where_nothing_is_found_it_fails(
    rows: tuple[object, ...], said: str, process: Process, services: Services
) -> None:
    outcome = process("art", "identify", "-", stdin=as_json(*rows))
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (3, b"", 1)
    assert said in outcome.err


def test_a_picture_that_nobody_has_posted_is_not_found(cli: Cli, services: Services) -> None:
    outcome = cli("art", "identify", "waifu:8", "--errors", "json")
    assert (outcome.code, outcome.out, outcome.error["reason"]) == (3, b"", "not-found")
    assert outcome.error["hint"]


def test_no_rows_are_nothing_to_identify(process: Process, services: Services) -> None:
    assert many(process("art", "identify", "-", stdin=b"[]")) == []
    fields = ("--fields", "query,posts")
    assert many(process("art", "identify", "-", *fields, stdin=b"[]")) == []
    assert process("art", "identify", "-", "--fields", "post", stdin=b"[]").code == 2


def test_what_was_found_before_a_failure_is_printed(process: Process, services: Services) -> None:
    services.danbooru.answer("/posts.json", body=b'[{"id": 5, "pixiv_id": 15300}]')
    services.danbooru.answer("/posts.json", status=403)
    outcome = process("art", "identify", "-", stdin=as_json(NEKO, GONE))
    assert outcome.code == 4
    (found,) = cast("list[JsonObject]", outcome.json)
    assert ids(found) == [5]
    services.danbooru.answer("/posts.json", status=403)
    alone = process("art", "identify", "-", "--refresh", stdin=as_json(NEKO))
    assert (alone.code, alone.out) == (4, b"")


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        (b'[{"id": 3}]', "no row of any service"),
        (b'[{"url": ', "row 1"),
        (b"maid", "it is no JSON"),
    ],
)
def test_wrong_rows_cost_no_request(
    stdin: bytes, said: str, process: Process, services: Services
) -> None:
    outcome = process("art", "identify", "-", stdin=as_json(NEKO)[:-1] + b"," + stdin[1:])
    assert (outcome.code, outcome.out) == (2, b"")
    outcome = process("art", "identify", "-", stdin=stdin)
    assert (outcome.code, said in outcome.err) == (2, True)
    assert len(services.danbooru.arrivals) == 0


@pytest.mark.parametrize("what", ["maid", "7", "waifu:mio", "{", "https://gallery.example/1"])
def test_what_names_nothing_is_refused(what: str, cli: Cli, services: Services) -> None:
    outcome = cli("art", "identify", what)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, b"", 1)
