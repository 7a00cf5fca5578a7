"""A service that said when to come back: one path is spent, or all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from animedex.call import Call
from animedex.errors import AnimedexError
from animedex.http_message import Request, Response
from animedex.transport.pipeline import ClientConfig

if TYPE_CHECKING:
    from animedex.call import SourceTag
    from tests.transport.conftest import Stage


def body_of(response: Response, source: SourceTag) -> bytes:
    return response.body


def answer(body: bytes = b"{}", status: int = 200, **headers: str) -> Response:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(status, named, body, "")


@pytest.mark.parametrize("per_path", [True, False])
def test_a_pause_is_for_one_path_or_for_the_whole_service(*, per_path: bool, stage: Stage) -> None:
    backend = stage.shelf._replace(limits=stage.shelf.limits._replace(per_path=per_path))
    one, other, search = (
        Call(backend, Request("GET", path), body_of) for path in ("/one", "/two", "/search")
    )
    config = ClientConfig("tester/1.0", {}, timeout=30)
    with pytest.raises(AnimedexError, match="try again in 1 h"):
        stage.play(one, [answer(status=429, retry_after="3600")], config)
    for call in (other, search):
        if per_path:
            assert stage.play(call, [answer(b"1")], config) == b"1"
        else:
            with pytest.raises(AnimedexError, match=r"asked to wait before the next request"):
                stage.play(call, [], config)
    with pytest.raises(AnimedexError, match="asked to wait"):
        stage.play(one, [], config)
    elsewhere = ClientConfig("tester/1.0", {"shelf": "https://mirror.example/api"}, timeout=30)
    assert stage.play(one, [answer(b"2")], elsewhere) == b"2"
    stage.clock.now += 3601
    assert stage.play(other, [answer(b"3")], config) == b"3"


def test_half_the_pace_keeps_what_a_pause_speaks_of(stage: Stage) -> None:
    backend = stage.shelf._replace(limits=stage.shelf.limits._replace(per_path=False))
    slow = ClientConfig("tester/1.0", {}, timeout=30, rate_factor=0.5)
    call = Call(backend, Request("GET", "/one"), body_of)
    with pytest.raises(AnimedexError, match="in 1 h"):
        stage.play(call, [answer(status=503, retry_after="3600")], slow)
    assert list(stage.ledger().blocked_until) == ["/api"]
    assert len(stage.sent) == 1
