"""The sample services, a row for each, and `serve`, which runs some in the foreground."""

from __future__ import annotations

import contextlib
import time
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from animedex.testing.fake_server import FakeServer


class Sample(NamedTuple):
    """Where the class of a sample is, and how to try it."""

    module: str
    name: str
    example: str
    """A command to run against it."""


SAMPLES = {
    "nekos": Sample("nekos_sample", "SampleServer", "animedex nekos image neko"),
    "danbooru": Sample("danbooru_sample", "DanbooruSample", "animedex danbooru search 1girl"),
    "waifu": Sample("waifu_sample", "WaifuSample", "animedex waifu images --tag waifu"),
}


class StartSample(Protocol):
    """Build the sample of a service; they all have these options."""

    def __call__(
        self,
        *,
        port: int = 0,
        limits: bool = True,
        faults: Iterable[str] = (),
        seed: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> FakeServer:
        """Build it, not running yet."""
        ...


def sample_of(service: str) -> StartSample:
    """Load the sample of a service; a service of which there is none is a ``ValueError``.

    >>> sample_of("weather")
    Traceback (most recent call last):
        ...
    ValueError: there is no sample of 'weather', but of nekos, danbooru, waifu
    """
    if service not in SAMPLES:
        message = f"there is no sample of {service!r}, but of {', '.join(SAMPLES)}"
        raise ValueError(message)
    module, name, _ = SAMPLES[service]
    return cast("StartSample", getattr(import_module(f"animedex.testing.samples.{module}"), name))


def url_variable(service: str) -> str:
    """Name the variable that points animedex at a server for this service.

    >>> url_variable("nekos")
    'ANIMEDEX_NEKOS_URL'
    """
    return f"ANIMEDEX_{service.upper()}_URL"


def serve(  # noqa: PLR0913 - options, each for itself
    *,
    ready: Callable[..., object],
    services: Sequence[str] = ("nekos",),
    port: int = 0,
    limits: bool = True,
    faults: Iterable[str] = (),
    seed: int | None = None,
) -> None:
    """Serve drawn samples until Ctrl-C; ``ready`` gets their base URLs once all answer.

    Several services have a port each, ``port`` and those that follow; 0 is any for each of them.
    A fault that cannot be read is a ``ValueError``, a port in use an ``OSError``.
    """
    planned = list(faults)
    servers = [
        sample_of(service)(port=port and port + place, limits=limits, faults=planned, seed=seed)
        for place, service in enumerate(services)
    ]
    with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as running:
        for server in servers:
            running.enter_context(server)
        ready(*(server.url for server in servers))
        servers[0].wait()
