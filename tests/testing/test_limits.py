from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from animedex.testing import SampleServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.testing.samples.sample_images import SampleCollection
    from tests.testing.conftest import Ask, Clock

SEARCH = "/search?query=a&type=1"


@pytest.fixture
def limited(collection: SampleCollection, clock: Clock) -> Iterator[SampleServer]:
    with SampleServer(collection, clock=clock) as running:
        yield running


@pytest.mark.parametrize("path", ["/endpoints", "/neko", SEARCH, "/nosuch", "/neko?amount=x"])
def test_every_json_answer_tells_of_the_minute(limited: SampleServer, ask: Ask, path: str) -> None:
    headers = ask(limited, path).headers
    assert headers["x-rate-limit-limit"] == "1m"
    assert headers["x-rate-limit-remaining"] == "199"
    assert headers["x-rate-limit-reset"] == "2026-05-08T09:09:00.0000000Z"
    assert headers["Date"] == "Fri, 08 May 2026 09:08:03 GMT"


def test_each_path_is_counted_for_itself(limited: SampleServer, ask: Ask) -> None:
    def left(path: str) -> str:
        return ask(limited, path).headers["x-rate-limit-remaining"]

    assert [left("/neko"), left("/neko?amount=3"), left("/hug"), left("/neko")] == [
        "199",
        "198",
        "199",
        "197",
    ]


def test_the_201st_request_of_a_minute_is_refused(
    limited: SampleServer, ask: Ask, clock: Clock
) -> None:
    statuses = {ask(limited, "/neko").status for _ in range(200)}
    refused = ask(limited, "/neko")
    assert (statuses, refused.status) == ({200}, 429)
    assert refused.headers["Retry-After"] == "57"
    assert refused.headers["x-rate-limit-remaining"] == "0"
    assert refused.headers["x-rate-limit-reset"] == "2026-05-08T09:09:00.0000000Z"
    assert json.loads(refused.read())["code"] == 429
    assert ask(limited, "/hug").status == 200
    clock.now += 57
    again = ask(limited, "/neko")
    assert (again.status, again.headers["x-rate-limit-remaining"]) == (200, "199")
    assert again.headers["x-rate-limit-reset"] == "2026-05-08T09:10:00.0000000Z"


def test_the_eighth_search_in_five_seconds_is_refused(
    limited: SampleServer, ask: Ask, clock: Clock
) -> None:
    statuses: list[int] = []
    for _ in range(7):
        statuses.append(ask(limited, SEARCH).status)
        clock.now += 0.25
    refused = ask(limited, SEARCH)
    assert (statuses, refused.status) == ([200] * 7, 429)
    assert refused.headers["Retry-After"] == "3.250"
    assert refused.headers["x-rate-limit-remaining"] == "193"
    clock.now += 3.25
    assert [ask(limited, SEARCH).status for _ in range(2)] == [200, 429]
    assert ask(limited, "/neko").status == 200


def test_a_refused_search_takes_nothing(limited: SampleServer, ask: Ask, clock: Clock) -> None:
    for _ in range(9):
        ask(limited, SEARCH)
    clock.now += 5
    assert ask(limited, SEARCH).headers["x-rate-limit-remaining"] == "192"


def test_pictures_are_not_counted(limited: SampleServer, ask: Ask) -> None:
    answer = ask(limited, "/neko/0b6c1f3a-0001-4c1e-9d51-5a3d8a1c0001.png")
    assert (answer.status, answer.headers["x-rate-limit-limit"]) == (200, None)


def test_without_limits_nothing_is_refused(server: SampleServer, ask: Ask) -> None:
    answers = [ask(server, SEARCH) for _ in range(9)]
    assert {answer.status for answer in answers} == {200}
    assert {answer.headers["x-rate-limit-remaining"] for answer in answers} == {"199"}
