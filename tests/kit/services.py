"""Sample servers of the three services, started once per worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from animedex.testing import DanbooruSample, SampleServer, WaifuSample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.testing.fake_server import FakeServer


class Services(NamedTuple):
    """Represent one running server for each service."""

    nekos: SampleServer
    danbooru: DanbooruSample
    waifu: WaifuSample

    def urls(self) -> dict[str, str]:
        """Return the base URL of each service."""
        return {name: server.url for name, server in self._asdict().items()}

    def variables(self) -> dict[str, str]:
        """Return the environment variables that lead to the servers."""
        return {f"ANIMEDEX_{name.upper()}_URL": url for name, url in self.urls().items()}

    def requests(self) -> int:
        """Return the number of requests that arrived since the last reset."""
        return sum(len(server.arrivals) for server in self)

    def reset(self) -> None:
        """Remove all recorded requests and all faults."""
        for server in self:
            reset(server)


def reset(server: FakeServer) -> None:
    """Remove a server's recorded requests and its faults."""
    server.arrivals.clear()
    server.faults.clear()


@pytest.fixture(scope="session")
def sample_services() -> Iterator[Services]:
    """Run the services with the sample's own pictures; tests reset them before use."""
    with (
        SampleServer(limits=False, seed=1) as nekos,
        DanbooruSample(limits=False, seed=1) as danbooru,
        WaifuSample(limits=False, seed=1) as waifu,
    ):
        yield Services(nekos, danbooru, waifu)
