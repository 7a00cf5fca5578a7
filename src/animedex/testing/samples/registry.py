"""Of which services there is a sample. To know one more takes one more row."""

from __future__ import annotations

import time
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
