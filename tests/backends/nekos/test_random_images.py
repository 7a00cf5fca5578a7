"""More pictures than one answer holds: each once, and an end where there are no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from animedex import Client
from animedex.backends.nekos.random_images import MOST_DRAWN, fetch_images
from animedex.errors import BadArguments, NotFound, UpstreamError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.client_options import ClientOptions
    from animedex.testing import SampleServer
    from tests.kit.transport import Event


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def client(options: ClientOptions, said: list[str]) -> Iterator[Client]:
    def hear(event: Event) -> None:
        if event.kind == "warning" and event.message:
            said.append(event.message)

    options["limits"], options["on_event"] = False, hear
    with Client(**options) as made:
        yield made


def answered(server: SampleServer, *names: str) -> None:
    rows = ",".join(f'{{"url":"{server.url}/neko/{name}.png"}}' for name in names)
    server.answer("/neko", body=f'{{"results":[{rows}]}}'.encode())


def drawn(client: Client, amount: int, *, fresh: bool = False) -> list[str]:
    rows = client.perform(fetch_images("neko", amount, fresh=fresh))
    return [row.filename.removesuffix(".png") for row in rows]


def test_asked_again_for_what_is_lacking(
    client: Client, server: SampleServer, said: list[str]
) -> None:
    answered(server, "a", "b", "a")
    answered(server, "b")
    answered(server, "c")
    assert drawn(client, 3) == ["a", "b", "c"]
    assert [each.query["amount"] for each in server.arrivals.on("/neko")] == ["3", "1", "1"]
    assert said == []


def test_an_answer_holds_twenty(client: Client, server: SampleServer) -> None:
    answered(server, *(f"a{n}" for n in range(20)))
    answered(server, *(f"b{n}" for n in range(5)))
    assert len(drawn(client, 25)) == 25
    assert [each.query["amount"] for each in server.arrivals.on("/neko")] == ["20", "5"]


def test_three_answers_in_vain_are_the_end(
    client: Client, server: SampleServer, said: list[str]
) -> None:
    for names in ("ab", "a", "b", "c", "a", "b", "c"):
        answered(server, *names)
    assert drawn(client, 9) == ["a", "b", "c"]
    assert said == ["only 3 of 9 different pictures were sent (nothing new came 3 times on end)"]
    assert len(server.arrivals.on("/neko")) == 7


def test_what_came_before_a_failure_is_not_lost(
    client: Client, server: SampleServer, said: list[str]
) -> None:
    answered(server, "a")
    server.answer("/neko", status=400, body=b"{}")
    assert drawn(client, 2) == ["a"]
    assert said[0].startswith("only 1 of 2 different pictures were sent (")


def test_a_failure_at_the_start_is_the_answer(client: Client, server: SampleServer) -> None:
    server.answer("/neko", status=400, body=b"{}")
    with pytest.raises(UpstreamError):
        drawn(client, 2)
    with pytest.raises(NotFound, match="nekko"):
        client.perform(fetch_images("nekko", 2))


def test_fresh_ones_only(client: Client, server: SampleServer) -> None:
    answered(server, "a", "b")
    assert drawn(client, 2) == ["a", "b"]
    answered(server, "a", "c")
    answered(server, "d")
    assert drawn(client, 2, fresh=True) == ["c", "d"]


@pytest.mark.parametrize("amount", [0, MOST_DRAWN + 1, True, "3"])
def test_amounts(amount: int) -> None:
    with pytest.raises(BadArguments, match="from 1 to 100"):
        fetch_images("neko", amount)
