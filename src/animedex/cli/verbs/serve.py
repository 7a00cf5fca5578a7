"""`animedex serve --sample`: faithful services on this machine, to try things against."""

from __future__ import annotations

import click

from animedex.cli.command import Command
from animedex.cli.streams import note, write_out
from animedex.errors import BadArguments
from animedex.server.sample.services import SAMPLES, url_variable

_ALL = "all"
_INTERRUPTED = 130


@click.command(
    "serve",
    cls=Command,
    examples=(
        "animedex serve --sample --port 8080",
        "animedex serve --sample --service all --port 8080",
        "animedex serve --sample --fault '/neko:503x2' --fault '/search:429;retry-after=2'",
        "ANIMEDEX_NEKOS_URL=http://127.0.0.1:8080/api/v2 animedex nekos image neko",
    ),
)
@click.option("--sample", is_flag=True, help="Serve a service with a drawn collection.")
@click.option(
    "--service",
    type=click.Choice([*SAMPLES, _ALL]),
    default="nekos",
    metavar="NAME",
    help=f"Serve this one: {', '.join(SAMPLES)} or {_ALL}; nekos if unsaid.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8080,
    metavar="PORT",
    help="8080 if unsaid; 0 for any.",
)
@click.option("--fault", "faults", multiple=True, metavar="SPEC", help="Misbehave: PATH:FAULT[xN].")
@click.option("--no-limits", is_flag=True, help="Never answer 429.")
@click.option("--seed", type=int, metavar="N", help="Draw the same pictures each time.")
def command(  # noqa: PLR0913 - options, each for itself
    *,
    sample: bool,
    service: str,
    port: int,
    faults: tuple[str, ...],
    no_limits: bool,
    seed: int | None,
) -> None:
    """Serve a drawn sample of a service on this machine, on loopback alone, until Ctrl-C."""
    if not sample:
        message = "there is nothing to serve"
        raise BadArguments(message, hint="use `animedex serve --sample`")
    if service == _ALL and faults:
        message = "a fault is for one service, and all are to be served"
        raise BadArguments(message, hint="name the service with --service")
    _serve([*SAMPLES] if service == _ALL else [service], port, faults, seed, limits=not no_limits)
    # Nothing but Ctrl-C ends it.
    click.get_current_context().exit(_INTERRUPTED)


def _serve(
    services: list[str], port: int, faults: tuple[str, ...], seed: int | None, *, limits: bool
) -> None:
    try:
        from animedex.server import serve

        serve(
            ready=lambda *urls: _announce(services, urls),
            services=services,
            port=port,
            limits=limits,
            faults=faults,
            seed=seed,
        )
    except ImportError as error:
        message = f"the server needs {error.name}, which is not installed"
        raise BadArguments(message, hint="pip install 'animedex[serve]'") from None
    except ValueError as error:
        raise BadArguments(str(error)) from None
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else "there are 65535"
        last = port + len(services) - 1
        ports = f"port {port}" if last == port else f"one of the ports {port} to {last}"
        message = f"{ports} cannot be used: {reason}"
        raise BadArguments(message, hint="choose another with --port, or 0 for any") from None


def _announce(services: list[str], urls: tuple[str, ...]) -> None:
    """Print one address alone, or lines for a shell to read; and how to use them, for people."""
    pairs = [(url_variable(service), url) for service, url in zip(services, urls, strict=True)]
    alone = len(pairs) == 1
    write_out("".join(f"{url}\n" if alone else f"export {name}={url}\n" for name, url in pairs))
    for service, (name, url) in zip(services, pairs, strict=True):
        note(f"try: {name}={url} {SAMPLES[service].example}")
