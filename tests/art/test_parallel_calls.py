"""Several calls at once: answers and failures as they come, and nothing left behind."""

from __future__ import annotations

import asyncio
import threading
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from animedex import AsyncClient, Client
from animedex.art.parallel_calls import run_parallel, run_parallel_async
from animedex.backends import danbooru, nekos, waifu
from animedex.errors import AnimedexError, UpstreamError

if TYPE_CHECKING:
    import socket

    from animedex.call import Call, CallContext, SourceTag, Steps
    from animedex.client_options import ClientOptions
    from animedex.http_message import Response
    from tests.kit.raw_server import StartRawServer
    from tests.kit.services import Services

PATIENCE = 120


def calls() -> dict[str, Call[object]]:
    return {
        "nekos": nekos.image.call("neko"),
        "waifu": waifu.images.call(tags=("maid",)),
        "danbooru": danbooru.search.call("maid"),
    }


def broken(response: Response, source: SourceTag) -> object:
    message = "a fault of this package's own"
    raise LookupError(message)


def test_every_call_is_answered_under_its_name(client: Client) -> None:
    result = dict(run_parallel(client, calls()))
    assert sorted(result) == ["danbooru", "nekos", "waifu"]
    assert all(isinstance(rows, list) for rows in result.values())


def test_a_failure_is_given_beside_the_answers(client: Client, services: Services) -> None:
    services.waifu.faults.add("*:500")
    result = dict(run_parallel(client, calls()))
    assert isinstance(result["waifu"], UpstreamError)
    assert result["waifu"].backend == "waifu"
    assert not isinstance(result["nekos"], AnimedexError)


def test_all_are_asked_before_any_has_answered(
    options: ClientOptions, raw_server: StartRawServer
) -> None:
    together = threading.Barrier(3, timeout=PATIENCE)

    def meet(connection: socket.socket, over: threading.Event) -> None:
        together.wait()
        connection.sendall(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")

    server = raw_server(meet)
    options["base_urls"] = dict.fromkeys(("nekos", "waifu", "danbooru"), server.url)
    with Client(**options) as client:
        asked = {name: call._replace(recover=None) for name, call in calls().items()}
        result = dict(run_parallel(client, asked))
    assert [getattr(result[name], "status", None) for name in asked] == [404, 404, 404]


def test_what_comes_first_is_given_first(client: Client, services: Services) -> None:
    seen = threading.Event()

    def wait(response: Response, source: SourceTag) -> object:
        assert seen.wait(PATIENCE)
        return response.status

    asked = calls()
    asked["nekos"] = asked["nekos"]._replace(parse=wait, seen=None)
    come = run_parallel(client, asked)
    assert {next(come)[0], next(come)[0]} == {"waifu", "danbooru"}
    seen.set()
    assert next(come) == ("nekos", 200)


def test_a_fault_of_our_own_is_raised_where_it_is_seen(client: Client) -> None:
    asked = {"nekos": calls()["nekos"]._replace(parse=broken)}
    with pytest.raises(LookupError, match="own"):
        list(run_parallel(client, asked))


def test_nothing_is_asked_where_there_is_nothing_to_ask(client: Client) -> None:
    assert list(run_parallel(client, {})) == []


def test_tasks_answer_alike(options: ClientOptions, services: Services) -> None:
    services.danbooru.faults.add("*:500")

    async def work() -> dict[str, object]:
        async with AsyncClient(**options) as client:
            return {name: result async for name, result in run_parallel_async(client, calls())}

    found = asyncio.run(work())
    assert isinstance(found["danbooru"], UpstreamError)
    assert isinstance(found["nekos"], list)
    assert isinstance(found["waifu"], list)


def test_a_fault_of_our_own_is_raised_from_a_task(options: ClientOptions) -> None:
    async def work() -> None:
        async with AsyncClient(**options) as client:
            asked = {"nekos": calls()["nekos"]._replace(parse=broken)}
            async for _ in run_parallel_async(client, asked):
                pytest.fail("there was no answer to give")

    with pytest.raises(LookupError, match="own"):
        asyncio.run(work())


def test_whoever_leaves_early_leaves_no_task_behind(
    options: ClientOptions, services: Services, raw_server: StartRawServer
) -> None:
    def stall(connection: socket.socket, over: threading.Event) -> None:
        over.wait()

    ended: list[AnimedexError] = []

    def note(context: CallContext, error: AnimedexError) -> Steps[object]:
        ended.append(error)
        raise error

    options["base_urls"] = {**services.urls(), "nekos": raw_server(stall).url}
    options["timeout"] = 120.0

    async def work() -> tuple[str, int]:
        async with AsyncClient(**options) as client:
            asked = {"nekos": calls()["nekos"]._replace(recover=note), "waifu": calls()["waifu"]}
            async with aclosing(run_parallel_async(client, asked)) as come:
                name, _ = await anext(come)
            return name, len(asyncio.all_tasks())

    assert asyncio.run(work()) == ("waifu", 1)
    # It was cancelled, and did not run into its deadline.
    assert ended == []
