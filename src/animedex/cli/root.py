"""The tree of commands, each loaded when it is first needed."""

from __future__ import annotations

import click

from animedex import __version__
from animedex.backends import list_names as service_names
from animedex.cli.command import CommandWithHelp, load_command
from animedex.cli.error_conversion import no_such_command
from animedex.cli.streams import write_out
from animedex.errors import BadArguments

COMMANDS = {
    "api": "Send a custom request to a service, within its limits.",
    "art": "Search, compare and identify pictures across services.",
    "auth": "Sign in to a service or sign out.",
    "cache": "Show or clear cached responses and the record of seen pictures.",
    "completion": "Print a completion script for your shell.",
    "config": "Show or change your settings.",
    "download": "Download pictures with the artists' credit in each file.",
    "library": "Manage your picture library: search, find duplicates, verify.",
    "mcp": "Serve tools for language models (MCP).",
    "schema": "Print the JSON Schema of a record.",
    "serve": "Serve your library, or a sample server, on this machine.",
    "show": "Show pictures in the terminal.",
    "status": "Show rate limits, cache and settings.",
}


class Root(CommandWithHelp, click.Group):
    """Find commands by name without loading any other."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the services first, then the verbs."""
        del ctx
        return [*service_names(), *COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command; raise `BadArguments` with the nearest name for an unknown one."""
        if cmd_name in COMMANDS:
            return load_command(f"animedex.cli.commands.{cmd_name}")
        if cmd_name in service_names():
            return load_command(f"animedex.backends.{cmd_name}.commands")
        if ctx.resilient_parsing:
            return None
        names = self.list_commands(ctx)
        raise no_such_command(ctx.command_path, cmd_name, names)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List services and verbs with a line each."""
        del ctx
        services = [
            (name, load_command(f"animedex.backends.{name}.commands").get_short_help_str(limit=70))
            for name in service_names()
        ]
        for title, rows in (("Services", services), ("Commands", list(COMMANDS.items()))):
            with formatter.section(title):
                formatter.write_dl(rows)


@click.group(
    cls=Root,
    invoke_without_command=True,
    no_args_is_help=True,
    subcommand_metavar="COMMAND [ARGS]...",
)
@click.option("-V", "--version", is_flag=True, help="Print the version.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="With --agent-guide: print it as JSON, with JSON Schemas.",
)
@click.option("--agent-guide", is_flag=True, help="Print a guide to all commands for LLM agents.")
@click.pass_context
def root(ctx: click.Context, *, version: bool, as_json: bool, agent_guide: bool) -> None:
    """Fetch anime art from public services, with the artists' credit.

    Output is text on a terminal and JSON in a pipe. Every record says which service it came from.
    All your processes share the rate limits of each service.
    """
    if version:
        write_out(f"animedex {__version__}\n")
    elif agent_guide and as_json:
        import msgspec

        from animedex.cli.guide_json import guide_payload

        write_out(msgspec.json.encode(guide_payload()).decode() + "\n")
    elif agent_guide:
        from animedex.cli.guide import agent_guide as write_guide

        write_out(write_guide())
    elif as_json:
        message = "--json goes after a command, or with --agent-guide"
        raise BadArguments(message, hint="as in `animedex nekos image --json`")
    elif ctx.invoked_subcommand is None:
        ctx.fail("Missing command.")
    else:
        return
    ctx.exit()
