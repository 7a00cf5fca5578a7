"""`animedex serve`: your library as a gallery and a service, or sample servers."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from animedex.cli.command import Command
from animedex.cli.streams import write_note, write_out
from animedex.errors import AnimedexError, BadArguments
from animedex.testing.samples.registry import SAMPLES, url_variable

if TYPE_CHECKING:
    from collections.abc import Generator

_ALL = "all"
_NEW = "new"
_INTERRUPTED = 130
_LOOPBACK = "127.0.0.1"
# What means nothing in the one way of serving, and in the other.
_SAMPLE_ALONE = ("service", "faults", "no_limits")
_LIBRARY_ALONE = ("host", "token")


@click.command(
    "serve",
    cls=Command,
    examples=(
        "animedex serve",
        "animedex serve --host 0.0.0.0 --token new",
        "ANIMEDEX_NEKOS_URL=http://127.0.0.1:8080/api/v2 animedex nekos image neko",
        "animedex serve --sample --service all --port 8080",
        "animedex serve --sample --fault '/neko:503x2' --fault '/search:429;retry-after=2'",
    ),
    guidance=(
        "`serve` runs until it is interrupted: start it in the background, and read the address"
        " from its standard output. Everybody who can reach it sees the user's library, so use"
        " --host only if the user asked for it."
    ),
)
@click.option("--sample", is_flag=True, help="Serve a sample of a service instead.")
@click.option(
    "--service",
    type=click.Choice([*SAMPLES, _ALL]),
    default="nekos",
    metavar="NAME",
    help=f"Which sample: {', '.join(SAMPLES)} or {_ALL} (default: nekos).",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8080,
    metavar="PORT",
    help="Port (default: 8080); 0 for any free one.",
)
@click.option(
    "--host",
    default=_LOOPBACK,
    metavar="HOST",
    help="Address to listen on (default: 127.0.0.1); others need a token.",
)
@click.option(
    "--token",
    envvar="ANIMEDEX_SERVE_TOKEN",
    metavar="TOKEN",
    help=f"Access token; `{_NEW}` makes one. Other users can see options, but not"
    " ANIMEDEX_SERVE_TOKEN.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="SPEC",
    help="Make a sample fail: PATH:FAULT[xN].",
)
@click.option("--no-limits", is_flag=True, help="Turn off a sample's rate limits.")
@click.option("--seed", type=int, metavar="N", help="Seed for random choices.")
@click.pass_context
def command(  # noqa: PLR0913 - options, each for itself
    ctx: click.Context,
    *,
    sample: bool,
    service: str,
    port: int,
    host: str,
    token: str | None,
    faults: tuple[str, ...],
    no_limits: bool,
    seed: int | None,
) -> None:
    """Serve your library as a gallery and as a nekos.best v2 API.

    The server listens on loopback unless you set --host. With --sample, it imitates a service with
    sample pictures, so that you can test your programs.
    """
    _check_options(ctx, sample=sample)
    if service == _ALL and faults:
        message = "--fault is for one service, but --service is all"
        raise BadArguments(message, hint="name the service with --service")
    if sample:
        services = [*SAMPLES] if service == _ALL else [service]
        with _server_errors(port, port + len(services) - 1):
            _serve_samples(services, port, faults, seed, limits=not no_limits)
    else:
        with _server_errors(port, port, host):
            _serve_library(host, port, token, seed)
    # Nothing but Ctrl-C ends it.
    ctx.exit(_INTERRUPTED)


def _check_options(ctx: click.Context, *, sample: bool) -> None:
    """Raise an error for options that would have no effect."""
    for name in _LIBRARY_ALONE if sample else _SAMPLE_ALONE:
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            option = next(param.opts[0] for param in ctx.command.params if param.name == name)
            if sample:
                message = f"{option} cannot be combined with --sample"
                raise BadArguments(message, hint="samples are served on loopback, to everyone")
            message = f"{option} is only for --sample"
            raise BadArguments(message, hint="use `animedex serve --sample`")


@contextmanager
def _server_errors(port: int, last: int, host: str = _LOOPBACK) -> Generator[None]:
    """Convert the failure of a server into an error of this package."""
    try:
        yield
    except AnimedexError:
        raise
    except ImportError as error:
        message = f"the server needs {error.name}, which is not installed"
        raise BadArguments(message, hint="pip install 'animedex[serve]'") from None
    except ValueError as error:
        raise BadArguments(str(error)) from None
    except OSError as error:
        if not _is_about_host(error):
            raise _unusable(port, last, error.strerror) from None
        message = f"{host} is not an address of this machine: {error.strerror}"
        hint = "pass an address of this machine to --host, or 0.0.0.0 for all of them"
        raise BadArguments(message, hint=hint) from None
    except OverflowError:
        raise _unusable(port, last, "there are 65535") from None


def _is_about_host(error: OSError) -> bool:
    """Return whether the host, and not the port, is the reason."""
    import errno
    import socket

    return isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL


def _unusable(port: int, last: int, reason: str | None) -> BadArguments:
    ports = f"port {port}" if last == port else f"one of the ports {port} to {last}"
    message = f"{ports} cannot be used: {reason}"
    return BadArguments(message, hint="choose another with --port, or 0 for any")


def _serve_samples(
    services: list[str], port: int, faults: tuple[str, ...], seed: int | None, *, limits: bool
) -> None:
    from animedex.testing import serve

    serve(
        ready=lambda *urls: _announce(services, urls),
        services=services,
        port=port,
        limits=limits,
        faults=faults,
        seed=seed,
    )


def _serve_library(host: str, port: int, token: str | None, seed: int | None) -> None:
    from animedex.config.paths import user_folder
    from animedex.gallery.access_tokens import new_token
    from animedex.gallery.gallery_server import gallery_server, serve
    from animedex.library.picture_library import Library

    is_new_token = token == _NEW
    token = new_token() if is_new_token else token
    with Library(warn=write_note) as library:
        # So that what is wrong with it is told before anybody asks.
        library.count()
        server = gallery_server(
            library, cache=user_folder("cache"), port=port, host=host, token=token, seed=seed
        )
        serve(
            server, lambda origin: _announce_library(origin, host, token, is_new_token=is_new_token)
        )


def _announce_library(origin: str, host: str, token: str | None, *, is_new_token: bool) -> None:
    """Print the gallery's address, and on a terminal how to use it."""
    from animedex.gallery.gallery_server import visitor_url
    from animedex.gallery.host_allow_list import is_any_address

    address = visitor_url(origin, host)
    write_out(f"{address}/\n")
    if is_new_token:
        write_note(f"the token is {token}")
        write_note(f"open: {address}/?token={token}")
    elif token is not None:
        write_note("everybody who has the token can open it")
    else:
        write_note(f"try: {url_variable('nekos')}={address}/api/v2 animedex nekos categories")
    if is_any_address(host):
        port = origin.rpartition(":")[2]
        write_note(f"others use this machine's address: http://ADDRESS:{port}/?token=TOKEN")


def _announce(services: list[str], urls: tuple[str, ...]) -> None:
    """Print one address, or lines for a shell, and on a terminal how to use them."""
    pairs = [(url_variable(service), url) for service, url in zip(services, urls, strict=True)]
    alone = len(pairs) == 1
    write_out("".join(f"{url}\n" if alone else f"export {name}={url}\n" for name, url in pairs))
    for service, (name, url) in zip(services, pairs, strict=True):
        write_note(f"try: {name}={url} {SAMPLES[service].example}")
