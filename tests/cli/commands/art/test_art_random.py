"""`animedex art random`: one service is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

if TYPE_CHECKING:
    from animedex.http_message import JsonObject
    from tests.kit.command_line import Cli
    from tests.kit.services import Services
    from tests.kit.terminal import Terminal


def test_the_first_service_is_enough(cli: Cli, services: Services) -> None:
    outcome = cli("art", "random", "--category", "neko", "--amount", "2")
    result = cast("list[JsonObject]", outcome.json)
    assert [cast("JsonObject", row["_source"])["backend"] for row in result] == ["nekos"] * 2
    assert (outcome.err, len(services.waifu.arrivals), len(services.danbooru.arrivals)) == (
        "",
        0,
        0,
    )


def test_a_picture_of_any_category_comes(cli: Cli, services: Services) -> None:
    (post,) = cast("list[JsonObject]", cli("art", "random", "--common").json)
    assert str(post["id"]).startswith("nekos:")


def test_services_are_asked_in_the_order_given(cli: Cli, services: Services) -> None:
    outcome = cli("art", "random", "--from", "danbooru,nekos", "--fields", "id", "--no-source")
    (row,) = cast("list[JsonObject]", outcome.json)
    assert row["id"] in {101, 102}


def test_a_failed_service_is_passed_over_in_silence(cli: Cli, services: Services) -> None:
    services.nekos.faults.add("*:403")
    outcome = cli("art", "random", "--category", "maid", "--fields", "id", "--no-source")
    (row,) = cast("list[JsonObject]", outcome.json)
    assert (row["id"] in {7, 8, 9}, outcome.err) == (True, "")


def test_a_failed_service_is_named_to_whoever_wants_to_know(cli: Cli, services: Services) -> None:
    services.nekos.faults.add("*:403")
    outcome = cli("art", "random", "--category", "maid", "-v").err.splitlines()
    assert any(line.startswith("animedex: nekos was skipped: ") for line in outcome)


def test_where_all_fail_all_are_named(cli: Cli, services: Services) -> None:
    services.nekos.faults.add("*:403")
    services.danbooru.faults.add("*:500")
    outcome = cli("art", "random", "--from", "nekos,danbooru")
    assert (outcome.code, outcome.out) == (4, b"")
    assert "nekos: " in outcome.err
    assert "; danbooru: " in outcome.err


def test_a_category_that_nobody_has_is_not_found(cli: Cli, services: Services) -> None:
    outcome = cli("art", "random", "--category", "neko0")
    assert outcome.code == 3
    assert "did you mean neko?" in outcome.err


def test_a_service_in_trouble_may_have_the_category(cli: Cli, services: Services) -> None:
    services.waifu.faults.add("*:503;retry-after=3600")
    asked = ("art", "random", "--from", "nekos,waifu", "--category", "zzzz")
    outcome = cli(*asked, "--errors", "json")
    assert (outcome.code, outcome.error["reason"]) == (1, "upstream-error")
    assert outcome.error["backend"] == "waifu"
    hint = str(outcome.error["hint"])
    assert hint.startswith("nekos: ")
    assert "; waifu: try again in " in hint


def test_a_terminal_shows_a_card(terminal: Terminal, services: Services) -> None:
    plain = {"NO_COLOR": "1", "TERM": "dumb"}
    screen = terminal("art", "random", "--from", "waifu", environment=plain)
    assert (screen.code, "[src: waifu]" in screen.text) == (0, True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--amount", "0"), "from 1 to 20"),
        (("--from", "danboru"), "did you mean danbooru?"),
        (("--category", "a/b", "--from", "nekos"), "cannot be the name of a category"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_asked_is_refused(
    options: tuple[str, ...], said: str, cli: Cli, services: Services
) -> None:
    outcome = cli("art", "random", *options)
    assert (outcome.code, outcome.out, said in outcome.err) == (2, b"", True)
