"""A warning about odd answers is given once for each client."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from animedex.errors import NotFound
from tests.transport.calls import Read, answer, config

if TYPE_CHECKING:
    from animedex.call import Call
    from animedex.http_message import Response
    from tests.transport.conftest import Stage


def version(response: Response) -> str | None:
    result = response.header("version")
    return None if result == "v7" else f"club answers as {result}"


@pytest.fixture
def watched(stage: Stage, pick: Call[Read]) -> Call[Read]:
    stage.runtime = stage.runtime_for(config())
    return pick._replace(backend=stage.club._replace(notice=version))


def warnings(stage: Stage) -> list[str]:
    return [event.message for event in stage.events if event.kind == "warning"]


def test_what_is_odd_is_told_once_by_a_client(stage: Stage, watched: Call[Read]) -> None:
    stage.play(watched, [answer(version="v7")])
    assert warnings(stage) == []
    for number in ("v8", "v8", "v9", "v8"):
        stage.play(watched, [answer(version=number)])
    assert warnings(stage) == ["club answers as v8", "club answers as v9"]
    stage.runtime = None
    stage.play(watched, [answer(version="v8")])
    assert len(warnings(stage)) == 3


def test_what_is_odd_about_a_failure_is_not_told(stage: Stage, watched: Call[Read]) -> None:
    with pytest.raises(NotFound):
        stage.play(watched, [answer(status=404, version="v8")])
    stage.play(watched._replace(is_raw=True), [answer(version="v8")])
    assert warnings(stage) == []


def test_many_threads_tell_it_once(stage: Stage) -> None:
    runtime = stage.runtime_for(config())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(runtime.notice, ["shelf"] * 400, ["odd"] * 400))
    assert warnings(stage) == ["odd"]
