"""`animedex auth`: signing in to a service, and out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click

from animedex import backends
from animedex.cli.command import Command, Group
from animedex.cli.command_context import CommandSession, with_output, with_requests
from animedex.cli.streams import write_out
from animedex.errors import BadArguments, suggest_name

if TYPE_CHECKING:
    from animedex.backend import Backend
    from animedex.cli.login import LoginOptions

_SERVICE = "A service with accounts; `animedex auth status` lists them."


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    del ctx, param
    return [name for name in list_account_services() if name.startswith(incomplete)]


@click.group("auth", cls=Group)
def command() -> None:
    """Sign in to a service or sign out."""


@command.command(
    cls=Command,
    # A key that is given as an argument all the same is refused without being repeated.
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    examples=(
        "animedex auth login danbooru",
        "animedex auth login danbooru --login me --command 'pass show danbooru'",
        "animedex auth login waifu --with-key < key.txt",
    ),
)
@click.argument("service", shell_complete=_complete, help=_SERVICE)
@click.option("--login", metavar="NAME", help="Your user name, if the service needs one.")
@click.option(
    "--command",
    "program",
    metavar="COMMAND",
    help="Program that prints the key; no key is stored.",
)
@click.option("--with-key", is_flag=True, help="Read the key from standard input.")
@click.option("--no-check", is_flag=True, help="Store the key without checking it.")
@with_requests
def login(session: CommandSession, service: str, **options: Unpack[LoginOptions]) -> None:
    """Store your API key, after the service has accepted it."""
    if click.get_current_context().args:
        message = "unexpected argument (not shown, because it may be a key)"
        hint = "other users can read arguments: see `animedex auth login --help` for other ways"
        raise BadArguments(message, hint=hint)
    from animedex.cli.login import (
        build_checked_account,
        check_login,
        collect_credentials,
        set_variables,
    )
    from animedex.config.credentials import ORIGIN, file_path, write_credentials
    from animedex.http_message import origin
    from animedex.transport.urls import base_url, require_secure

    backend, config = require_account_service(service), session.client.config
    url = base_url(backend, config.base_urls)
    require_secure(url, backend)
    fields = collect_credentials(backend, options, session.note)
    account = build_checked_account(backend, fields, config.timeout)
    name = None if options["no_check"] else check_login(session.client, backend, account)
    write_credentials(backend.name, {**fields, ORIGIN: origin(url)})
    _print_line(f"signed in to {backend.name} as {name}" if name else f"stored in {file_path()}")
    for variable in set_variables(backend):
        session.note(f"animedex: {variable} is set, and is used instead of the stored key")


@command.command(
    cls=Command, examples=("animedex auth status", "animedex auth status waifu --check --json")
)
@click.argument("service", required=False, shell_complete=_complete, help=_SERVICE)
@click.option("--check", is_flag=True, help="Check each key with its service.")
@with_output
def status(session: CommandSession, service: str | None, *, check: bool) -> None:
    """Show your accounts and where their keys come from."""
    from animedex.cli.login import account_status

    names = [require_account_service(service).name] if service else list_account_services()
    services = map(backends.find_backend, names)
    session.output.facts(
        {each.name: account_status(session.client, each, check=check) for each in services}
    )


@command.command(cls=Command, examples=("animedex auth logout danbooru",))
@click.argument("service", shell_complete=_complete, help=_SERVICE)
def logout(service: str) -> None:
    """Delete the stored key of a service."""
    from animedex.cli.login import require_sign_in, set_variables
    from animedex.config.credentials import delete_credentials

    backend = require_account_service(service)
    if delete_credentials(backend.name):
        page = require_sign_in(backend).key_page
        _print_line(f"signed out of {backend.name}; the key is valid until it is deleted at {page}")
    else:
        _print_line(f"nothing was stored for {backend.name}")
    for variable in set_variables(backend):
        _print_line(f"{variable} is still set, and is used")


def list_account_services() -> list[str]:
    """Name the services that know their users."""
    return [
        name for name in backends.list_names() if backends.find_backend(name).sign_in is not None
    ]


def require_account_service(name: str) -> Backend:
    """Return a service; raise `BadArguments` for one without sign-in.

    What is no service is not repeated: it may be a key.
    """
    services = list_account_services()
    if name in services:
        return backends.find_backend(name)
    hint = f"services with a sign-in: {' and '.join(services)}"
    if name in backends.list_names():
        message = f"{name} has no sign-in"
        raise BadArguments(message, hint=hint, backend=name)
    message = "that service has no sign-in"
    raise BadArguments(message, hint=suggest_name(name, services, hint))


def _print_line(line: str) -> None:
    """Print a line; a service may have chosen some of its words."""
    from animedex.render.safe_text import escape_control_characters

    write_out(f"{escape_control_characters(line)}\n")
