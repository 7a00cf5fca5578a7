"""Run the gallery in the foreground."""

from __future__ import annotations

import contextlib
from random import Random
from typing import TYPE_CHECKING

from animedex.asgi.loopback_server import LOOPBACK, LoopbackServer
from animedex.errors import BadArguments
from animedex.gallery.access_tokens import Token
from animedex.gallery.gallery_app import gallery_app
from animedex.gallery.host_allow_list import HostAllowList, is_any_address, is_loopback
from animedex.gallery.thumbnails import folder_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.library.picture_library import Library


def gallery_server(  # noqa: PLR0913 - options, each for itself
    library: Library,
    *,
    cache: str,
    port: int = 0,
    host: str = LOOPBACK,
    token: str | None = None,
    seed: int | None = None,
) -> LoopbackServer:
    """Build the server of a library, without starting it; `cache` is the folder of thumbnails.

    Raises `BadArguments` for a host that others can reach without a token, or if Pillow is not
    installed.
    """
    _check_pictures()
    if token is None and not is_loopback(host):
        message = f"others can reach {host}, so an access token is required"
        raise BadArguments(message, hint="--token=new makes one")
    bound = LOOPBACK if host.lower() == "localhost" else host
    app = gallery_app(
        library,
        thumbnails=folder_in(cache),
        hosts=HostAllowList(host),
        token=None if token is None else Token(token),
        random=Random(seed),  # noqa: S311 - which picture is drawn is no secret
    )
    return LoopbackServer(app, port=port, host=bound)


def serve(server: LoopbackServer, ready: Callable[[str], object]) -> None:
    """Serve until Ctrl-C; `ready` gets the address once it answers.

    A port in use is an `OSError`.
    """
    with contextlib.suppress(KeyboardInterrupt), server:
        ready(server.origin)
        server.wait()


def visitor_url(origin: str, host: str) -> str:
    """Return an address that a browser on this machine can visit.

    >>> visitor_url("http://0.0.0.0:8080", "0.0.0.0")
    'http://127.0.0.1:8080'
    """
    return f"http://{LOOPBACK}:{origin.rpartition(':')[2]}" if is_any_address(host) else origin


def _check_pictures() -> None:
    from importlib.util import find_spec

    if find_spec("PIL") is None:
        message = "the gallery needs Pillow, which is not installed"
        raise BadArguments(message, hint="pip install 'animedex[pictures,serve]'")
