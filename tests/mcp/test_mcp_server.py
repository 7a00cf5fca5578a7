"""The server as its clients see it: tools, pictures, resources, and errors that end nothing."""

from __future__ import annotations

import asyncio
import base64
import io
import itertools
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import pytest
from mcp.shared.exceptions import MCPError
from PIL import Image

from animedex import __version__, backends
from animedex.models import ArtPost
from animedex.record_schema import post_schema
from animedex.testing.samples.danbooru_sample import DanbooruSample
from tests.kit.effort import retry_with_more_time
from tests.kit.transport import postpone_limits, read_limiter_state
from tests.mcp.conftest import PATIENCE, speaking, surroundings

if TYPE_CHECKING:
    import socket
    from collections.abc import Generator
    from pathlib import Path

    from mcp import Client
    from mcp_types import TextResourceContents

    from animedex.ratelimit.rate_limiter import LimiterState
    from tests.kit.raw_server import StartRawServer
    from tests.kit.services import Services
    from tests.mcp.conftest import Agent


def test_it_says_who_it_is(agent: Agent) -> None:
    info = agent.client.server_info
    assert info is not None
    assert (info.name, info.version) == ("animedex", __version__)
    assert "never instructions" in (agent.client.instructions or "")


def test_every_tool_is_listed_with_its_hints(agent: Agent) -> None:
    tools = {tool.name: tool for tool in agent.run(lambda client: client.list_tools()).tools}
    assert len(tools) == 11
    for tool in tools.values():
        assert tool.description
        assert tool.output_schema
        hints = tool.annotations
        assert hints is not None
        assert (hints.read_only_hint, hints.open_world_hint) == (True, True)
        assert hints.destructive_hint is False
    varying = {n for n, t in tools.items() if t.annotations and not t.annotations.idempotent_hint}
    assert varying == {"nekos_image", "waifu_images", "art_random"}


# The client checks each answer against the tool's output schema, and raises where they differ.
CALLS: list[tuple[str, dict[str, object]]] = [
    ("nekos_categories", {}),
    ("nekos_image", {"category": "neko", "amount": 3}),
    ("nekos_image", {}),
    ("nekos_image", {"category": "hug", "fresh": True}),
    ("nekos_search", {"query": "Mio", "min_match": 0}),
    ("nekos_search", {"query": "Kitsune-san", "type": "gif", "category": "kabedon"}),
    ("danbooru_search", {"tags": ["cat_girl"], "limit": 3}),
    ("danbooru_search", {"rating": "any", "order": "score", "page": 2}),
    ("danbooru_post", {"id": 9000013}),
    ("danbooru_tags", {"pattern": "cat_*"}),
    ("waifu_images", {"tags": ["maid"], "orientation": "portrait", "width": ">=100"}),
    ("waifu_images", {"nsfw": "all", "order": "favorites", "page": 2, "limit": 5}),
    ("waifu_tags", {}),
    ("art_search", {"words": "maid"}),
    ("art_search", {"words": "cat girl", "services": ["danbooru"], "rating": "s"}),
    ("art_identify", {"what": "danbooru:9000013"}),
    ("art_random", {"services": ["waifu", "nekos"], "amount": 2}),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_a_call_is_answered_as_declared(
    name: str, arguments: dict[str, object], agent: Agent
) -> None:
    answer = agent.call(name, arguments)
    assert not answer.failed, answer.text
    assert answer.content
    assert answer.text
    assert answer.pictures == []


def test_rows_are_whole_and_name_their_source(agent: Agent, services: Services) -> None:
    row = {
        "url": "https://nekos.best/api/v2/neko/1.png",
        "artist_name": "Mio",
        "unheard_of": {"deep": [1, 2**70]},
    }
    services.nekos.answer("/neko", body=json.dumps({"results": [row]}).encode())
    answer = agent.call("nekos_image", {"category": "neko"})
    (told,) = answer.content["rows"]
    source = told.pop("_source")
    assert told == row
    assert (source["backend"], source["cached"]) == ("nekos", False)
    assert "artist: Mio" in answer.text


def test_only_general_posts_come_unless_another_rating_is_named(
    agent: Agent, services: Services
) -> None:
    agent.call("danbooru_search", {"tags": ["cat_girl"]})
    agent.call("danbooru_search", {"tags": ["cat_girl"], "rating": "q"})
    agent.call("art_search", {"words": "cat girl", "services": ["danbooru"]})
    agent.call("waifu_images")
    searched = [arrival.query["tags"] for arrival in services.danbooru.arrivals.on("/posts.json")]
    assert [next(t for t in one.split() if "rating" in t) for one in searched] == [
        *("rating:g", "rating:q", "rating:g")
    ]
    assert [arrival.query["IsNsfw"] for arrival in services.waifu.arrivals] == ["False"]


@pytest.mark.parametrize(
    ("name", "arguments", "count"),
    [
        ("nekos_image", {"category": "neko"}, 1),
        ("nekos_image", {"category": "hug"}, 1),
        ("nekos_image", {"category": "neko", "amount": 6}, 4),
        ("danbooru_search", {"tags": ["cat_girl"], "limit": 2}, 2),
        ("waifu_images", {"tags": ["maid"], "limit": 2}, 2),
        ("art_random", {}, 1),
    ],
)
def test_pictures_come_scaled_with_their_credit(
    name: str, arguments: dict[str, object], count: int, agent: Agent
) -> None:
    answer = agent.call(name, {**arguments, "picture": True})
    assert len(answer.pictures) == count
    for number, picture in enumerate(answer.pictures, 1):
        assert picture.mime_type == "image/jpeg"
        assert max(Image.open(io.BytesIO(base64.b64decode(picture.data))).size) <= 512
        assert f"picture {number} is " in answer.text
    assert answer.text.count("artist: ") == len(answer.content["rows"])
    assert ("no more than 4 pictures" in answer.text) == (len(answer.content["rows"]) > 4)


@pytest.mark.parametrize("fault", ["html", "garbage", "cut", "404", "403html"])
def test_a_picture_that_cannot_be_shown_leaves_its_row(
    fault: str, agent: Agent, services: Services
) -> None:
    services.nekos.faults.add(f"/neko/*:{fault}")
    answer = agent.call("nekos_image", {"category": "neko", "picture": True})
    assert not answer.failed
    assert len(answer.content["rows"]) == 1
    assert answer.pictures == []
    assert " is not shown: " in answer.text


def test_a_picture_elsewhere_is_not_fetched(agent: Agent, services: Services) -> None:
    body = b'{"results": [{"url": "http://169.254.1.1/secret.png"}]}'
    services.nekos.answer("/neko", body=body)
    answer = agent.call("nekos_image", {"category": "neko", "picture": True})
    assert answer.pictures == []
    assert " is not shown: " in answer.text


BAD: list[tuple[str, dict[str, object], str]] = [
    ("nekos_imag", {}, "bad-args"),
    ("", {}, "bad-args"),
    ("nekos_image", {"amount": 0}, "bad-args"),
    ("nekos_image", {"amount": "9" * 100_000}, "bad-args"),
    ("nekos_image", {"category": "a/b"}, "bad-args"),
    ("nekos_image", {"category": "nekoo"}, "not-found"),
    ("nekos_image", {"category": {"a": [1]}}, "bad-args"),
    ("nekos_image", {"no_such": None}, "bad-args"),
    ("danbooru_search", {"tags": ["a", "b", "c"]}, "bad-args"),
    ("danbooru_post", {"id": 10**15}, "not-found"),
    ("waifu_images", {"tags": ["Maid!"]}, "bad-args"),
    ("art_search", {"words": "x", "services": ["nekso"]}, "bad-args"),
    ("art_identify", {"what": "no such thing"}, "bad-args"),
]


@pytest.mark.parametrize(("name", "arguments", "reason"), BAD)
def test_a_bad_call_is_the_tools_error(
    name: str, arguments: dict[str, object], reason: str, agent: Agent
) -> None:
    error = agent.call(name, arguments).error
    assert error["reason"] == reason
    assert error["message"]
    assert list(error) == ["reason", "message", "hint", "backend", "status"]
    assert len(json.dumps(error)) < 1500


FAULTS = {
    "/neko:html": "upstream-decode",
    "/neko:garbage": "upstream-decode",
    "/neko:cut": "unreachable",
    "/neko:500html": "upstream-error",
    "/neko:503;retry-after=3600": "upstream-error",
    "/neko:403": "refused",
    "/neko:404": "not-found",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_service_is_the_tools_error(
    fault: str, agent: Agent, services: Services
) -> None:
    services.nekos.faults.add(fault)
    error = agent.call("nekos_image", {"category": "neko"}).error
    assert (error["reason"], error["backend"]) == (FAULTS[fault], "nekos")
    services.reset()
    assert not agent.call("nekos_image", {"category": "neko"}).failed


def test_a_service_that_fails_is_named_beside_the_others(agent: Agent, services: Services) -> None:
    services.danbooru.faults.add("*:500html")
    answer = agent.call("art_search", {"words": "maid"})
    assert [failure["backend"] for failure in answer.content["failures"]] == ["danbooru"]
    assert '"reason":"upstream-error"' in answer.text
    assert answer.content["rows"]


def test_what_can_be_read_is_listed_and_read(agent: Agent) -> None:
    listed = agent.run(lambda client: client.list_resources()).resources
    result = {str(one.uri): cast("Any", _read(agent, str(one.uri))) for one in listed}
    assert "neko" in result["animedex://nekos_categories"]["categories"]
    assert result["animedex://schema/art-post"] == post_schema(ArtPost)
    limits = result["animedex://limits"]
    assert limits["nekos"]["windows"] == {"/search": {"calls": 7, "seconds": 5.0}}
    assert set(limits) == set(backends.list_names())


def _read(agent: Agent, uri: str) -> object:
    async def read(client: Client) -> object:
        (content,) = (await client.read_resource(uri)).contents
        return json.loads(cast("TextResourceContents", content).text)

    return agent.run(read)


def test_what_cannot_be_read_is_an_error(agent: Agent, services: Services) -> None:
    with pytest.raises(MCPError, match="there is no resource"):
        _read(agent, "animedex://nothing")
    services.nekos.faults.add("/endpoints:html")
    with pytest.raises(MCPError) as caught:
        _read(agent, "animedex://nekos_categories")
    assert caught.value.data["reason"] == "upstream-decode"


def test_options_of_the_command_line_are_none_of_a_caller_s(
    agent: Agent, services: Services
) -> None:
    services.nekos.faults.add("/neko:404x9")
    for name, arguments, said in (
        ("art_identify", {"what": "nonsense"}, "such as waifu:6460"),
        ("danbooru_search", {"tags": ["cat_girl"], "page": "2000"}, "page"),
        ("waifu_images", {"tags": ["maid"], "page": 2}, "order"),
    ):
        hint = agent.call(name, arguments).error["hint"]
        assert said in hint
        assert "--" not in hint
        assert "as JSON" not in hint
    tools = agent.run(lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools if "--" in str(tool.description)] == []


BURST = 5
# Longer than a test lasts, so that a call has to wait however slow the machine is.
LONG = 3600.0
NUMBERS = itertools.count()


@contextmanager
def limited(home: Path) -> Generator[Agent]:
    """Run a server that keeps Danbooru's budget: a burst of 5, then one a second."""
    with DanbooruSample(limits=False) as danbooru:
        environment = surroundings(
            home, {"danbooru": danbooru.url}, ANIMEDEX_STATE=str(home / "state.db")
        )
        with speaking(environment, "--timeout", "none") as agent:
            yield agent


def ledger(home: Path) -> LimiterState:
    return read_limiter_state(home / "state.db")


async def fill(client: Client) -> None:
    for number in itertools.islice(NUMBERS, BURST):
        await client.call_tool("danbooru_tags", {"pattern": f"a{number}*"})


def exhaust(agent: Agent, home: Path, seconds: float) -> None:
    """Use up the budget, so that the next call waits for these seconds."""
    agent.run(fill)
    postpone_limits(home / "state.db", seconds)


def test_a_wait_for_a_budget_is_reported(tmp_path: Path) -> None:
    told: list[tuple[float, float | None, str | None]] = []
    # Searches that find something, each made once: a second answer would come from the cache.
    patterns = iter(("b*", "c*", "s*"))

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message))

    def check(seconds: float) -> None:
        exhaust(agent, tmp_path, seconds)
        answer = agent.call("danbooru_tags", {"pattern": next(patterns)}, note)
        assert not answer.failed
        assert answer.content["rows"]
        ((count, total, message),) = told
        assert (count, total) == (1.0, None)
        assert message is not None
        assert message.startswith("danbooru: waiting ")

    with limited(tmp_path) as agent:
        retry_with_more_time(check)


def test_whoever_gives_up_waiting_leaves_the_room_to_others(tmp_path: Path) -> None:
    async def give_up(client: Client) -> None:
        waiting = [asyncio.Event() for _ in range(3)]

        async def call(number: int) -> None:
            async def note(progress: float, total: float | None, message: str | None) -> None:
                waiting[number].set()

            pattern = f"b{number}*"
            await client.call_tool("danbooru_tags", {"pattern": pattern}, progress_callback=note)

        tasks = [asyncio.create_task(call(number)) for number in range(3)]
        for event in waiting:
            await event.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # The answer to this shows that what was sent before it is done with.
        await client.list_resources()

    with limited(tmp_path) as agent:
        exhaust(agent, tmp_path, LONG)
        agent.run(give_up)
        assert len(ledger(tmp_path).bucket.returned_slots) == 3
        postpone_limits(tmp_path / "state.db", -LONG)
        assert not agent.call("danbooru_tags", {"pattern": "c*"}).failed


def test_a_cancelled_call_is_over_at_once(tmp_path: Path, raw_server: StartRawServer) -> None:
    """The connection goes with the deadline: the HTTP library has no way to hang up before it."""

    def check(seconds: float) -> None:
        asked, gone = threading.Event(), threading.Event()

        def hold(connection: socket.socket, over: threading.Event) -> None:
            asked.set()
            if connection.recv(1) == b"":
                gone.set()

        async def cancel(client: Client) -> None:
            task = asyncio.create_task(client.call_tool("nekos_image", {"category": "neko"}))
            await asyncio.to_thread(asked.wait, PATIENCE)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        environment = surroundings(tmp_path, {"nekos": raw_server(hold).url})
        with speaking(environment, "--timeout", str(seconds)) as agent:
            agent.run(cancel)
            assert agent.call("nekos_image", {"category": "a/b"}).error["reason"] == "bad-args"
            assert not gone.is_set()
            assert gone.wait(PATIENCE)

    retry_with_more_time(check)
