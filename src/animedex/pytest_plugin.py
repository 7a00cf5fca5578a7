"""Give pytest the sample server as a fixture, for testing programs that use nekos.best.

Installed with ``animedex[serve]``, pytest finds it by itself::

    def test_greets_with_a_picture(animedex_server):
        animedex_server.faults.add("/neko:503x1")
        assert my_bot.greet(animedex_server.url).endswith(".png")
        assert len(animedex_server.arrivals.on("/neko")) == 2
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from animedex.server import SampleServer


class ServerFactory(Protocol):
    """Start a sample server that ends with the test; its options are ``SampleServer``'s."""

    def __call__(
        self,
        *,
        limits: bool = False,
        faults: Iterable[str] = (),
        seed: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> SampleServer:
        """Start one more server and point animedex at it."""
        ...


@pytest.fixture
def animedex_server_factory(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerFactory]:
    """Start sample servers with options; animedex is pointed at the latest.

    For the test's time animedex keeps its state, cache, data and configuration in a temporary
    folder, away from the user's own.
    """
    from animedex.server import SampleServer

    folder = tmp_path_factory.mktemp("animedex")
    monkeypatch.setenv("ANIMEDEX_STATE", str(folder / "state.sqlite3"))
    for kind in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"ANIMEDEX_{kind}_DIR", str(folder / kind.lower()))

    with ExitStack() as running:

        def start(
            *,
            limits: bool = False,
            faults: Iterable[str] = (),
            seed: int | None = None,
            clock: Callable[[], float] = time.time,
        ) -> SampleServer:
            server = SampleServer(limits=limits, faults=faults, seed=seed, clock=clock)
            running.enter_context(server)
            monkeypatch.setenv("ANIMEDEX_NEKOS_URL", server.url)
            return server

        yield start


@pytest.fixture
def animedex_server(animedex_server_factory: ServerFactory) -> SampleServer:
    """Run a sample server for this test, without limits, and point animedex at it."""
    return animedex_server_factory()
