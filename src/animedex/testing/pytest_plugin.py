"""A pytest plugin with sample servers as fixtures, for programs that use the services.

Installed with ``animedex[serve]``, pytest finds them by itself::

    def test_greets_with_a_picture(animedex_server):
        animedex_server.faults.add("/neko:503x1")
        assert my_bot.greet(animedex_server.url).endswith(".png")
        assert len(animedex_server.arrivals.on("/neko")) == 2
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol, cast

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from animedex.testing import DanbooruSample, SampleServer, WaifuSample
    from animedex.testing.fake_server import FakeServer


class ServerFactory(Protocol):
    """Start a sample of a service that ends with the test; its options are ``SampleServer``'s."""

    def __call__(
        self,
        service: str = "nekos",
        *,
        limits: bool = False,
        faults: Iterable[str] = (),
        seed: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> FakeServer:
        """Start one more server and point animedex at it."""
        ...


@pytest.fixture
def animedex_server_factory(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerFactory]:
    """Start samples with options; animedex is pointed at the latest of each service.

    For the test's time animedex keeps its state, cache, data and configuration in a temporary
    folder, away from the user's own.
    """
    from animedex.testing.samples.registry import sample_of, url_variable

    folder = tmp_path_factory.mktemp("animedex")
    monkeypatch.setenv("ANIMEDEX_STATE", str(folder / "state.sqlite3"))
    for kind in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"ANIMEDEX_{kind}_DIR", str(folder / kind.lower()))

    with ExitStack() as running:

        def start(
            service: str = "nekos",
            *,
            limits: bool = False,
            faults: Iterable[str] = (),
            seed: int | None = None,
            clock: Callable[[], float] = time.time,
        ) -> FakeServer:
            server = sample_of(service)(limits=limits, faults=faults, seed=seed, clock=clock)
            running.enter_context(server)
            monkeypatch.setenv(url_variable(service), server.url)
            return server

        yield start


@pytest.fixture
def animedex_server(animedex_server_factory: ServerFactory) -> SampleServer:
    """Run a sample of nekos.best for this test, without limits, and point animedex at it."""
    return cast("SampleServer", animedex_server_factory())


@pytest.fixture
def animedex_danbooru_server(animedex_server_factory: ServerFactory) -> DanbooruSample:
    """Run a sample of Danbooru for this test, without limits, and point animedex at it."""
    return cast("DanbooruSample", animedex_server_factory("danbooru"))


@pytest.fixture
def animedex_waifu_server(animedex_server_factory: ServerFactory) -> WaifuSample:
    """Run a sample of Waifu.im for this test, without limits, and point animedex at it."""
    return cast("WaifuSample", animedex_server_factory("waifu"))
