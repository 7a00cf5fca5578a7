"""`animedex mcp`: the services as tools for a language model's program."""

from __future__ import annotations

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_requests
from animedex.errors import BadArguments


@click.command(
    "mcp",
    cls=Command,
    examples=("animedex mcp", "animedex mcp --timeout 20 --rate slow"),
)
@with_requests
def command(session: CommandSession) -> None:
    """Serve tools for language models (MCP) on standard input and output.

    An editor or a chat program starts this server, and ends it by closing standard input. The
    server shares rate limits with all your other processes.
    """
    import asyncio

    try:
        from animedex.mcp.mcp_server import serve
    except ImportError as error:
        message = f"the server needs {error.name}, which is not installed"
        raise BadArguments(message, hint="pip install 'animedex[mcp]'") from None
    shared = session.shared
    asyncio.run(serve(shared.client_options(), verbose=shared.verbose))
