"""Signing in: read credentials, check them with the service, and report the account."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypedDict

from animedex.call import Call
from animedex.cli.prompts import ask, ask_secret, is_interactive, read_secret
from animedex.config.accounts import build_account, from_environment
from animedex.config.credentials import COMMAND, ORIGIN, read_credentials, run_program
from animedex.errors import (
    AnimedexError,
    AuthRequired,
    BadArguments,
    TimedOut,
    Unreachable,
    UpstreamShape,
)
from animedex.http_message import Request, origin
from animedex.transport.urls import base_url, require_secure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from animedex.backend import Backend, SignIn
    from animedex.call import SourceTag
    from animedex.client import Client
    from animedex.http_message import Account, JsonObject, Response


class LoginOptions(TypedDict):
    """The options of `animedex auth login`."""

    login: str | None
    program: str | None
    with_key: bool
    no_check: bool


def require_sign_in(backend: Backend) -> SignIn:
    """Return how to sign in to a service that has accounts."""
    assert backend.sign_in is not None
    return backend.sign_in


def set_variables(backend: Backend) -> list[str]:
    """Return the names of the environment variables that are set for an account."""
    names = map(backend.variable, require_sign_in(backend).fields)
    return [name for name in names if os.environ.get(name)]


def collect_credentials(
    backend: Backend, options: LoginOptions, note: Callable[[str], None]
) -> dict[str, str]:
    """Read the credentials to store: from options, a prompt, or standard input."""
    sign_in, program = require_sign_in(backend), options["program"]
    if options["login"] is not None and sign_in.user is None:
        message = f"{backend.name} needs only a key: leave --login out"
        raise BadArguments(message, backend=backend.name)
    if program is not None and options["with_key"]:
        message = "use --command or --with-key, not both"
        raise BadArguments(message, backend=backend.name)
    there = is_interactive()
    if program is None and not options["with_key"] and not there:
        message = "there is no terminal on which to ask for the key"
        hint = f"`animedex auth login {backend.name} --with-key` reads it from standard input"
        raise BadArguments(message, hint=hint, backend=backend.name)
    if program is None and there:
        note(f"{backend.name}: create a key at {sign_in.key_page}")
    others = (name for name in sign_in.fields if name != sign_in.secret)
    fields = {name: _field(backend, name, options, there=there) for name in others}
    if program is not None:
        return {**fields, COMMAND: program}
    label = _label(backend, sign_in.secret)
    return {**fields, sign_in.secret: ask_secret(label) if there else read_secret()}


def build_checked_account(
    backend: Backend, fields: Mapping[str, str], timeout: float | None
) -> Account:
    """Build an account from the fields; a program is run once to check that it works."""
    if COMMAND not in fields:
        return build_account(backend, fields)
    key = run_program(fields[COMMAND], backend.name, timeout)
    return build_account(backend, {**fields, require_sign_in(backend).secret: key})


def check_login(client: Client, backend: Backend, account: Account) -> str:
    """Return the user name that a service reports; raise `AuthRequired` if it reports none."""

    def find_account(backend: Backend, origin: str, timeout: float | None) -> Account:
        del backend, origin, timeout
        return account

    # This account, and not the one that is stored.
    client.runtime.find_account = find_account
    try:
        return client.perform(who(backend))
    except AuthRequired as error:
        error.hint = f"nothing was stored; create a key at {require_sign_in(backend).key_page}"
        raise
    except (Unreachable, TimedOut) as error:
        error.hint = "nothing was stored; --no-check stores the key without checking it"
        raise


def who(backend: Backend) -> Call[str]:
    """Return a call whose answer is the name of the signed-in user."""
    return Call(backend, Request("GET", require_sign_in(backend).path), _name)


def account_status(client: Client, backend: Backend, *, check: bool) -> JsonObject:
    """Return the signed-in user, the source of the key, and what is wrong with it."""
    payload: JsonObject = {"user": None, "source": None, "origin": None, "used": False}
    payload |= {"accepted": None, "problem": None}
    try:
        _look(client, backend, payload)
        if check and payload["used"]:
            payload["user"] = client.perform(who(backend))
            payload["accepted"] = True
    except AnimedexError as error:
        payload["problem"] = error.message
        # Without a status it is the program that gave no key.
        if isinstance(error, AuthRequired) and error.status:
            payload["accepted"] = False
    return payload


def _look(client: Client, backend: Backend, payload: JsonObject) -> None:
    """Find the account without running a program, which might prompt the user."""
    sign_in, url = require_sign_in(backend), base_url(backend, client.config.base_urls)
    fields = from_environment(backend)
    if fields is not None:
        payload |= {"source": "environment", "origin": origin(url)}
    else:
        fields = read_credentials(backend.name)
        if not fields:
            return
        payload |= {"source": "program" if COMMAND in fields else "file", "origin": fields[ORIGIN]}
    payload["user"] = fields.get(sign_in.user or "")
    values = {**fields, sign_in.secret: _UNREAD} if COMMAND in fields else fields
    build_account(backend, values)
    if payload["origin"] != origin(url):
        payload["problem"] = f"the base URL is {url}, but this key is for another origin"
        return
    require_secure(url, backend)
    payload["used"] = True


def _name(response: Response, source: SourceTag) -> str:
    from animedex.models import parse_json

    name = parse_json(response.body, dict[str, object], source.backend).get("name")
    if not isinstance(name, str) or not name:
        message = f"{source.backend} sent no user name"
        raise UpstreamShape(message)
    return name


def _field(backend: Backend, name: str, options: LoginOptions, *, there: bool) -> str:
    """Read a field that is not secret."""
    if name == require_sign_in(backend).user and options["login"] is not None:
        return options["login"]
    if there:
        return ask(_label(backend, name))
    message = f"{backend.name}: the {name.replace('_', ' ')} is missing"
    raise BadArguments(message, hint="give it with --login NAME", backend=backend.name)


def _label(backend: Backend, name: str) -> str:
    return f"{backend.name} {name.replace('_', ' ')}"


# Stands for a key that only a program knows.
_UNREAD = "unread"
