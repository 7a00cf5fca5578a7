"""Clients that ask as a user, over real HTTP: what is sent where, and what nobody ever reads."""

from __future__ import annotations

import asyncio
import logging
import os
import shlex
import sys
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar

import pytest

from animedex.backends.danbooru.backend import BACKEND as DANBOORU
from animedex.backends.waifu.backend import BACKEND as WAIFU
from animedex.call import Call, SourceTag
from animedex.client import AsyncClient, Client
from animedex.config.credentials import write_credentials
from animedex.errors import AnimedexError, AuthRequired, BadArguments, UpstreamError
from animedex.http_message import Request, Response
from animedex.testing.samples.danbooru_posts import USER
from animedex.testing.samples.danbooru_sample import DanbooruSample
from animedex.testing.samples.waifu_sample import API_KEY, WaifuSample
from animedex.transport.events import format_event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from animedex.backend import Backend
    from animedex.client_options import ClientOptions
    from tests.kit.transport import Event

T = TypeVar("T")
BASIC = f"Basic {b64encode(f'{USER.name}:{USER.api_key}'.encode()).decode()}"
SECRETS = [USER.api_key, BASIC.removeprefix("Basic ")]


def body_of(response: Response, source: SourceTag) -> bytes:
    return response.body


def asking(path: str, backend: Backend = DANBOORU, lifetime: float = 0.0) -> Call[bytes]:
    return Call(backend, Request("GET", path), body_of, ttl=lifetime)


PROFILE = asking("/profile.json")


@pytest.fixture
def danbooru() -> Iterator[DanbooruSample]:
    with DanbooruSample(limits=False) as running:
        yield running


@pytest.fixture
def waifu() -> Iterator[WaifuSample]:
    with WaifuSample(limits=False) as running:
        yield running


@pytest.fixture
def place(danbooru: DanbooruSample, waifu: WaifuSample, tmp_path: Path) -> ClientOptions:
    return {
        "base_urls": {"danbooru": danbooru.url, "waifu": waifu.url},
        "state": tmp_path / "state.db",
        "cache": tmp_path / "cache",
        "timeout": 120.0,
        "limits": False,
    }


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def command(tmp_path: Path, runs: Path) -> str:
    """Return the command of a program that prints the key, and notes each time that it does."""
    script = tmp_path / "manager.py"
    script.write_text(f"open({str(runs)!r}, 'a').write('x')\nprint({USER.api_key!r})\n")
    return shlex.join([sys.executable, str(script)])


class Perform(Protocol):
    """Carry out a call with a client of its own."""

    def __call__(self, call: Call[T], options: ClientOptions) -> T: ...


@pytest.fixture(params=["at once", "from a task"])
def perform(request: pytest.FixtureRequest) -> Perform:
    def at_once(call: Call[T], options: ClientOptions) -> T:
        with Client(**options) as client:
            return client.perform(call)

    def from_a_task(call: Call[T], options: ClientOptions) -> T:
        async def work() -> T:
            async with AsyncClient(**options) as client:
                return await client.perform(call)

        return asyncio.run(work())

    return at_once if request.param == "at once" else from_a_task


def signed_in_to(server: DanbooruSample, key: str = USER.api_key) -> None:
    write_credentials("danbooru", {"login": USER.name, "api_key": key, "origin": server.origin})


def carried(server: DanbooruSample | WaifuSample, name: str = "authorization") -> list[str | None]:
    return [arrival.headers.get(name) for arrival in server.arrivals]


def test_who_signed_in_is_known(
    perform: Perform, danbooru: DanbooruSample, place: ClientOptions
) -> None:
    with pytest.raises(AuthRequired) as raised:
        perform(PROFILE, place)
    assert "animedex auth login danbooru" in (raised.value.hint or "")
    signed_in_to(danbooru)
    assert USER.name.encode() in perform(PROFILE, place)
    assert carried(danbooru) == [None, BASIC]
    assert carried(danbooru, "user-agent")[1] == f"{carried(danbooru, 'user-agent')[0]} {USER.name}"


def test_the_environment_is_enough(
    perform: Perform, waifu: WaifuSample, place: ClientOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMEDEX_WAIFU_API_KEY", API_KEY)
    assert b"mio_visits" in perform(asking("/users/me", WAIFU), place)
    assert carried(waifu, "x-api-key") == [API_KEY]


def test_half_an_environment_ends_the_call_before_it_is_sent(
    perform: Perform,
    danbooru: DanbooruSample,
    place: ClientOptions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signed_in_to(danbooru)
    monkeypatch.setenv("ANIMEDEX_DANBOORU_LOGIN", USER.name)
    with pytest.raises(BadArguments, match="ANIMEDEX_DANBOORU_API_KEY is not"):
        perform(PROFILE, place)
    assert len(danbooru.arrivals) == 0


def test_a_stored_key_goes_to_no_other_base_url(
    perform: Perform, danbooru: DanbooruSample, place: ClientOptions
) -> None:
    write_credentials(
        "danbooru", {"login": USER.name, "api_key": USER.api_key, "origin": DANBOORU.base_url}
    )
    perform(asking("/posts.json"), place)
    assert carried(danbooru) == [None]


def test_a_wrong_key_is_told_and_not_repeated(
    perform: Perform, danbooru: DanbooruSample, place: ClientOptions
) -> None:
    signed_in_to(danbooru, "wr0ng-key")
    with pytest.raises(AuthRequired) as raised:
        perform(PROFILE, place)
    assert raised.value.status == 401
    assert "wr0ng" not in str(raised.value.to_payload())
    assert len(danbooru.arrivals) == 1


def test_what_fails_for_now_is_asked_again_as_the_same_user(
    perform: Perform, danbooru: DanbooruSample, place: ClientOptions
) -> None:
    signed_in_to(danbooru)
    danbooru.faults.add("/profile.json:503;retry-after=0.01x2")
    perform(PROFILE, place)
    assert carried(danbooru) == [BASIC] * 3


def test_no_redirect_takes_the_key_to_another_origin(
    perform: Perform, danbooru: DanbooruSample, place: ClientOptions
) -> None:
    signed_in_to(danbooru)
    # The same server by another name stands for another host of the service.
    backend = DANBOORU._replace(hosts=("localhost",))
    for location in (f"http://localhost:{danbooru.port}/posts.json", "/posts.json"):
        danbooru.answer("/profile.json", status=302, headers={"Location": location})
        perform(asking("/profile.json", backend), place)
    assert carried(danbooru) == [BASIC, None, BASIC, BASIC]
    with DanbooruSample(limits=False) as other:
        danbooru.answer("/profile.json", status=302, headers={"Location": f"{other.url}/x"})
        with pytest.raises(UpstreamError, match="not one of its own hosts"):
            perform(PROFILE, place)
        assert len(other.arrivals) == 0


def test_a_key_is_not_sent_in_clear(
    perform: Perform, place: ClientOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMEDEX_WAIFU_API_KEY", API_KEY)
    away: ClientOptions = {**place, "base_urls": {"waifu": "http://198.51.100.7"}, "limits": True}
    with pytest.raises(BadArguments, match="keys are sent only over https") as raised:
        perform(asking("/users/me", WAIFU), away)
    assert raised.value.backend == "waifu"


def test_each_user_has_a_cache_of_their_own_and_no_key_is_in_it(
    perform: Perform,
    danbooru: DanbooruSample,
    place: ClientOptions,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tags = asking("/tags.json", lifetime=60)
    perform(tags, place)
    signed_in_to(danbooru)
    first = perform(tags, place)
    assert perform(tags, place) == first
    assert len(danbooru.arrivals) == 2
    monkeypatch.setenv("ANIMEDEX_DANBOORU_LOGIN", "other")
    monkeypatch.setenv("ANIMEDEX_DANBOORU_API_KEY", "other")
    with pytest.raises(AuthRequired):
        perform(tags, place)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    whole = b"".join(path.read_bytes() for path in files)
    assert first[:200] in whole
    assert not any(secret.encode() in whole for secret in SECRETS)


def test_no_key_is_logged_or_told(
    perform: Perform,
    danbooru: DanbooruSample,
    place: ClientOptions,
    caplog: pytest.LogCaptureFixture,
) -> None:
    signed_in_to(danbooru)
    told: list[Event] = []
    danbooru.faults.add("/profile.json:503;retry-after=0.01x1")
    with caplog.at_level(logging.DEBUG):
        perform(PROFILE, {**place, "on_event": told.append})
    assert len(told) >= 4
    text = f"{told} {[format_event(event) for event in told]} {caplog.text}"
    assert "/profile.json: 200" in text
    assert not any(secret in text for secret in SECRETS)


@pytest.mark.parametrize("status", [401, 403, 422, 500])
def test_a_key_that_the_service_tells_back_is_told_to_nobody(
    status: int, perform: Perform, danbooru: DanbooruSample, place: ClientOptions
) -> None:
    signed_in_to(danbooru)
    said = f'{{"success": false, "message": "{"x" * 130} {USER.api_key} {BASIC}"}}'
    danbooru.answer("/profile.json", status=status, body=said.encode())
    with pytest.raises(AnimedexError) as raised:
        perform(PROFILE, place)
    assert "***" in raised.value.message
    assert "sample-key" not in str(raised.value.to_payload())


# The program


def test_a_client_runs_the_program_once(
    danbooru: DanbooruSample, place: ClientOptions, command: str, runs: Path
) -> None:
    write_credentials(
        "danbooru", {"login": USER.name, "command": command, "origin": danbooru.origin}
    )
    with Client(**place) as client, ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(client.perform, PROFILE) for _ in range(24)]
        assert all(USER.name.encode() in each.result() for each in asked)
    assert runs.read_text() == "x"
    assert carried(danbooru) == [BASIC] * 24


def test_many_tasks_run_the_program_once(
    danbooru: DanbooruSample, place: ClientOptions, command: str, runs: Path
) -> None:
    write_credentials(
        "danbooru", {"login": USER.name, "command": command, "origin": danbooru.origin}
    )

    async def main() -> list[bytes]:
        async with AsyncClient(**place) as client:
            return await asyncio.gather(*(client.perform(PROFILE) for _ in range(24)))

    assert len(asyncio.run(main())) == 24
    assert runs.read_text() == "x"
    assert carried(danbooru) == [BASIC] * 24


def test_a_program_that_fails_ends_the_call_before_it_is_sent(
    perform: Perform, danbooru: DanbooruSample, place: ClientOptions
) -> None:
    write_credentials(
        "danbooru", {"login": "me", "command": "no-such-manager", "origin": danbooru.origin}
    )
    with pytest.raises(AuthRequired, match="`no-such-manager` cannot be run") as raised:
        perform(PROFILE, place)
    assert raised.value.backend == "danbooru"
    assert len(danbooru.arrivals) == 0


def test_a_program_that_takes_its_time_ends_at_the_deadline(
    perform: Perform, danbooru: DanbooruSample, place: ClientOptions
) -> None:
    slow = shlex.join([sys.executable, "-c", "import time; time.sleep(600)"])
    write_credentials("danbooru", {"login": "me", "command": slow, "origin": danbooru.origin})
    with pytest.raises(AnimedexError) as raised:
        perform(PROFILE, {**place, "timeout": 0.5})
    assert raised.value.reason == "timeout"
    assert len(danbooru.arrivals) == 0


def test_who_asks_no_service_with_users_needs_no_key(
    place: ClientOptions, runs: Path, command: str
) -> None:
    write_credentials("nekos", {"command": command, "origin": "https://nekos.best"})
    os.chmod(os.path.join(os.environ["ANIMEDEX_CONFIG_DIR"], "credentials.toml"), 0o644)
    with Client(**place) as client:
        assert client.nekos is not None
        with pytest.raises(BadArguments, match="other users can read it"):
            client.perform(PROFILE)
    assert not runs.exists()


# What is odd about an answer


def test_tasks_at_once_are_told_once_what_is_odd(waifu: WaifuSample, place: ClientOptions) -> None:
    told: list[Event] = []
    waifu.answer("/stats/public", headers={"Version": "v8"}, body=b"{}", times=None)
    watched: ClientOptions = {**place, "on_event": told.append}
    odd = asking("/stats/public", WAIFU)

    async def main() -> None:
        async with AsyncClient(**watched) as client:
            await asyncio.gather(*(client.perform(odd) for _ in range(16)))

    asyncio.run(main())
    assert len([event for event in told if event.kind == "warning"]) == 1
    with Client(**watched) as client, ThreadPoolExecutor(8) as pool:
        for asked in [pool.submit(client.perform, odd) for _ in range(16)]:
            asked.result()
    assert len([event for event in told if event.kind == "warning"]) == 2
