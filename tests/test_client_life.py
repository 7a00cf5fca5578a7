"""How clients begin, are shared and end: first calls, default clients, closing."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from animedex.backends import nekos
from animedex.client import AsyncClient, Client
from animedex.errors import (
    AnimedexError,
    ClientUnusable,
)
from animedex.session import AsyncSession, Session, default_session
from animedex.transport.http import SyncHttp

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from animedex.client_options import ClientOptions
    from animedex.testing import SampleServer
    from animedex.transport.proxies import Proxies
    from tests.kit.transport import Event


@contextmanager
def in_quick_turns() -> Generator[None]:
    """Have threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_many_threads_may_make_the_first_call(
    server: SampleServer, options: ClientOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[SyncHttp] = []

    class Counted(SyncHttp):
        def __init__(self, proxies: Proxies) -> None:
            super().__init__(proxies)
            made.append(self)
            # Others have their turn before it is known that there is one.
            for _ in range(100_000):
                pass

    monkeypatch.setattr("animedex.transport.http.SyncHttp", Counted)
    begin = threading.Barrier(8)

    def ask() -> int:
        begin.wait()
        return len(client.nekos.image("neko"))

    free: ClientOptions = {**options, "limits": False}
    with Client(**free) as client, ThreadPoolExecutor(8) as pool, in_quick_turns():
        asked = [pool.submit(ask) for _ in range(8)]
        assert [rows.result() for rows in asked] == [1] * 8
    assert len(made) == 1


@pytest.fixture
def as_default(
    server: SampleServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> SampleServer:
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", server.url)
    monkeypatch.setenv("ANIMEDEX_STATE", str(tmp_path / "state.db"))
    return server


def test_one_event_loop_after_the_other(as_default: SampleServer) -> None:
    assert [len(asyncio.run(nekos.image.aio("neko"))) for _ in range(2)] == [1, 1]
    assert len(as_default.arrivals) == 2


def test_default_clients_last_while_the_environment_does(
    as_default: SampleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = default_session(Session), default_session(AsyncSession)
    assert (default_session(Session), default_session(AsyncSession)) == before
    monkeypatch.setenv("ANIMEDEX_CONTACT", "me@example.org")
    assert default_session(Session) is not before[0]
    assert default_session(AsyncSession) is not before[1]
    assert default_session(Session).config.user_agent.endswith("(me@example.org)")


def test_many_threads_share_the_default_client(as_default: SampleServer) -> None:
    begin = threading.Barrier(8)

    def give() -> Session:
        begin.wait()
        return default_session(Session)

    with ThreadPoolExecutor(8) as pool, in_quick_turns():
        asked = [pool.submit(give) for _ in range(8)]
        assert len({id(client.result()) for client in asked}) == 1


def test_a_default_client_that_is_replaced_notes_what_it_showed(
    as_default: SampleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = default_session(Session)
    shown = {row.url for name in ("neko", "hug") for row in before.perform(nekos.image.call(name))}
    monkeypatch.setenv("ANIMEDEX_CONTACT", "me@example.org")
    after = default_session(Session)
    assert after is not before
    assert after.runtime.seen.count() == len(shown)
    assert len(before.perform(nekos.image.call("neko"))) == 1
    before.close()


def test_a_default_client_that_is_replaced_is_not_kept(
    as_default: SampleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = weakref.ref(default_session(Session))
    monkeypatch.setenv("ANIMEDEX_CONTACT", "me@example.org")
    default_session(Session)
    gc.collect()
    assert before() is None


# Misuse


def test_a_client_that_is_closed_while_it_asks_opens_nothing(
    server: SampleServer, options: ClientOptions
) -> None:
    def note(event: Event) -> None:
        if event.kind == "request":
            client.close()

    watched: ClientOptions = {**options, "on_event": note}
    client = Client(**watched)
    with pytest.raises(ClientUnusable, match="closed"):
        client.perform(nekos.image.call("neko"))
    client.close()
    assert len(server.arrivals) == 0


def test_a_closed_client_says_so(options: ClientOptions) -> None:
    client = Client(**options)
    assert len(client.nekos.image("neko")) == 1
    client.close()
    client.close()
    with pytest.raises(ClientUnusable, match="closed") as raised:
        client.nekos.image("neko")
    assert raised.value.hint == "make a new one"


def test_a_closed_asynchronous_client_says_so(options: ClientOptions) -> None:
    async def main() -> None:
        client = AsyncClient(**options)
        assert len(await client.nekos.image("neko")) == 1
        await client.close()
        await client.close()
        with pytest.raises(ClientUnusable, match="closed"):
            await client.nekos.image("neko")

    asyncio.run(main())


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_misspelt_option_is_no_option(kind: Callable[..., object]) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'tiemout'"):
        kind(tiemout=3)


def test_a_client_has_the_backends_that_there_are(options: ClientOptions) -> None:
    with Client(**options) as client:
        assert client.nekos is client.nekos
        with pytest.raises(AttributeError, match="'Client' has no attribute 'danboru'"):
            client.danboru  # type: ignore[attr-defined]  # noqa: B018  # pyright: ignore  the point


class OwnClient(Client):
    """Be somebody's own kind of client."""


def test_a_clients_heirs_have_them_too(options: ClientOptions) -> None:
    with OwnClient(**options) as client:
        assert len(client.nekos.image("neko")) == 1


def test_a_client_that_was_never_used_closes(options: ClientOptions) -> None:
    async def main() -> None:
        async with AsyncClient(**options):
            pass

    asyncio.run(main())
    with Client(**options) as client:
        pass
    with pytest.raises(AnimedexError):
        client.nekos.image("neko")
