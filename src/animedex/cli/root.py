"""The tree of commands, each loaded when it is first needed."""

from __future__ import annotations

import click

from animedex import __version__
from animedex.backends import list_names as service_names
from animedex.cli.command import CommandWithHelp, load_command
from animedex.cli.error_conversion import no_such_command
from animedex.errors import BadArguments

COMMANDS = {
    "api": "Send a custom request to a service, within its limits.",
    "art": "Search, compare and identify pictures across services.",
    "auth": "Sign in to a service or sign out.",
    "cache": "Show or clear cached answers and the record of seen pictures.",
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


_JSON = "animedex.json"


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


def _print_guide(ctx: click.Context, param: click.Parameter, value: object) -> None:
    """Print what agents should know about every command, and end."""
    del param
    if ctx.resilient_parsing:
        return
    as_json = ctx.meta.get(_JSON, False)
    if not value:
        if as_json:
            message = "--json goes after a command, or with --agent-guide"
            raise BadArguments(message, hint="as in `animedex nekos image --json`")
        return
    from animedex.cli.streams import write_out

    write_out(_guide_json() if as_json else _guide())
    ctx.exit()


def _guide() -> str:
    from animedex.cli.guide import agent_guide

    return agent_guide()


def _guide_json() -> str:
    import msgspec

    from animedex.cli.guide_json import guide_payload

    return msgspec.json.encode(guide_payload()).decode() + "\n"


def _set_json(ctx: click.Context, param: click.Parameter, value: object) -> None:
    """Remember how the guide is to be printed, for when it is."""
    del param
    ctx.meta[_JSON] = bool(value)


def _print_version(ctx: click.Context, param: click.Parameter, value: object) -> None:
    """Print the version, and end."""
    del param
    if not value or ctx.resilient_parsing:
        return
    from animedex.cli.streams import write_out

    write_out(f"animedex {__version__}\n")
    ctx.exit()


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version.",
)
@click.option(
    "--json",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_set_json,
    help="With --agent-guide: print it as JSON, with JSON Schemas.",
)
@click.option(
    "--agent-guide",
    is_flag=True,
    expose_value=False,
    callback=_print_guide,
    help="Print a guide to all commands for LLM agents.",
)
def root() -> None:
    """Fetch anime art from public services, with the artists' credit.

    A terminal gets text made for reading, a pipe gets JSON. Every record says which service it
    came from, and all your processes together keep each service's limits.
    """
