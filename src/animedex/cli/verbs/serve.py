"""`animedex serve --sample`: a faithful service on this machine, to try things against."""

from __future__ import annotations

import click

from animedex.cli.command import Command
from animedex.cli.streams import note, write_out
from animedex.errors import BadArguments

_INTERRUPTED = 130


@click.command(
    "serve",
    cls=Command,
    examples=(
        "animedex serve --sample --port 8080",
        "animedex serve --sample --fault '/neko:503x2' --fault '/search:429;retry-after=2'",
        "ANIMEDEX_NEKOS_URL=http://127.0.0.1:8080/api/v2 animedex nekos image neko",
    ),
)
@click.option("--sample", is_flag=True, help="Serve nekos.best v2 with a drawn collection.")
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
def command(
    *, sample: bool, port: int, faults: tuple[str, ...], no_limits: bool, seed: int | None
) -> None:
    """Serve a drawn sample of nekos.best on this machine, on loopback alone, until Ctrl-C."""
    if not sample:
        message = "there is nothing to serve"
        raise BadArguments(message, hint="use `animedex serve --sample`")
    try:
        from animedex.server import serve
    except ImportError as error:
        message = f"the server needs {error.name}, which is not installed"
        raise BadArguments(message, hint="pip install 'animedex[serve]'") from None
    try:
        serve(ready=_announce, port=port, limits=not no_limits, faults=faults, seed=seed)
    except (ValueError, OverflowError) as error:
        raise BadArguments(str(error)) from None
    except OSError as error:
        message = f"port {port} cannot be used: {error.strerror}"
        raise BadArguments(message, hint="choose another with --port, or 0 for any") from None
    # Nothing but Ctrl-C ends it.
    click.get_current_context().exit(_INTERRUPTED)


def _announce(url: str) -> None:
    """Print the address alone, for scripts; and how to use it, for people."""
    write_out(f"{url}\n")
    note(f"try: ANIMEDEX_NEKOS_URL={url} animedex nekos image neko")
