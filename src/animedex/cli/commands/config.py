"""`animedex config`: the settings in force, and changing them."""

from __future__ import annotations

import click

from animedex.cli.command import Command, Group
from animedex.cli.command_context import CommandSession, with_output
from animedex.cli.streams import write_out
from animedex.config.config_file import Config, write_setting


@click.group("config", cls=Group)
def command() -> None:
    """Show or change your settings."""


@command.command("list", cls=Command, examples=("animedex config list",))
@with_output
def list_(session: CommandSession) -> None:
    """List all settings and where they come from."""
    session.output.facts(
        {
            name: {"value": redact_value(name, setting.value), "source": setting.source}
            for name, setting in Config().all().items()
        }
    )


@command.command(cls=Command, examples=("animedex config get contact",))
@click.argument("name", help="A setting that `animedex config list` names.")
def get(name: str) -> None:
    """Print the value of one setting.

    A user and password in a URL are printed as `***`.
    """
    value = redact_value(name, Config().get(name).value)
    if value is not None:
        write_out(f"{value:g}\n" if isinstance(value, float) else f"{value}\n")


@command.command(
    "set",
    cls=Command,
    examples=(
        "animedex config set contact you@example.org",
        "animedex config set rate slow",
        "animedex config set base_urls.nekos http://127.0.0.1:8080/api/v2",
    ),
)
@click.argument("name", help="A setting that `animedex config list` names.")
@click.argument("value", help="Its new value.")
def set_(name: str, value: str) -> None:
    """Change a setting in the configuration file."""
    write_setting(Config().path, name, value)


@command.command(cls=Command, examples=("animedex config path",))
def path() -> None:
    """Print the path of the configuration file."""
    write_out(f"{Config().path}\n")


def redact_value(name: str, value: str | float | None) -> str | float | None:
    """Return a value fit to be printed: a password in a URL is not.

    >>> redact_value("proxy", "http://me:secret@proxy.example:3128")
    'http://***@proxy.example:3128'
    """
    from animedex.ratelimit.redis_client import redact_redis_url

    return (
        redact_redis_url(value) if name in {"proxy", "state"} and isinstance(value, str) else value
    )
