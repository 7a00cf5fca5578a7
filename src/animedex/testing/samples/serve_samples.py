"""Run samples in the foreground."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from animedex.testing.samples.registry import sample_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


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
