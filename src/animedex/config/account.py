"""One account: its fields from the environment or the file, and what a request carries of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from animedex.config.credential_program import run_program
from animedex.config.credentials_file import COMMAND, ORIGIN, read_credentials
from animedex.errors import BadArguments
from animedex.http_message import Account

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.backend import Backend, SignIn


def find_account(backend: Backend, origin: str, timeout: float | None = None) -> Account | None:
    """Read an account: the environment wins over the file."""
    if backend.sign_in is None:
        return None
    fields = from_environment(backend)
    if fields is None:
        table = read_credentials(backend.name)
        if not table or table[ORIGIN] != origin:
            return None
        fields = _resolve_secret(backend, table, timeout)
    return build_account(backend, fields)


def build_account(backend: Backend, fields: Mapping[str, str]) -> Account:
    """Make an account of its fields; raise `BadArguments` where one is missing or unusable."""
    import hashlib

    sign_in = _sign_in(backend)
    for name in sign_in.fields:
        _check(backend, name, fields.get(name, ""))
    headers = sign_in.headers(fields)
    secrets = {fields[sign_in.secret], *(value.rpartition(" ")[2] for _, value in headers)}
    whole = "\0".join(fields[name] for name in sign_in.fields)
    mark = hashlib.blake2b(whole.encode(), digest_size=8).hexdigest()
    spelt = {spelling for secret in secrets for spelling in _spellings(secret)}
    return Account(headers, spelt, fields.get(sign_in.user or ""), mark)


def from_environment(backend: Backend) -> dict[str, str] | None:
    """Read the fields from the environment; None where it holds none of them.

    Raises `BadArguments` where it holds only some: half an account is nobody's.
    """
    fields = {name: os.environ.get(backend.variable(name), "") for name in _sign_in(backend).fields}
    missing = [backend.variable(name) for name, value in fields.items() if not value]
    if len(missing) == len(fields):
        return None
    if missing:
        present = next(backend.variable(name) for name, value in fields.items() if value)
        message = f"{present} is set, and {missing[0]} is not"
        hint = f"set both, or neither: then what `animedex auth login {backend.name}` stored holds"
        raise BadArguments(message, hint=hint, backend=backend.name)
    return fields


def _resolve_secret(
    backend: Backend, table: Mapping[str, str], timeout: float | None
) -> dict[str, str]:
    """Return the fields with the secret one, which a program may have to be asked for."""
    command = table.get(COMMAND)
    if command is None:
        return dict(table)
    return {**table, _sign_in(backend).secret: run_program(command, backend.name, timeout)}


def _sign_in(backend: Backend) -> SignIn:
    assert backend.sign_in is not None
    return backend.sign_in


def _check(backend: Backend, name: str, value: str) -> None:
    """Refuse what no header can carry; the value itself is not repeated."""
    what = f"{backend.name}: the {name.replace('_', ' ')}"
    hint = f"sign in with `animedex auth login {backend.name}`, or set {backend.variable(name)}"
    if not value:
        message = f"{what} is missing"
    elif not (value.isascii() and value.isprintable()) or " " in value or ":" in value:
        message = f"{what} is not plain text without spaces and colons"
    else:
        return
    raise BadArguments(message, hint=hint, backend=backend.name)


def _spellings(secret: str) -> set[str]:
    """Return the ways in which an answer may tell a key back, besides escapes of its characters.

    >>> sorted(_spellings("a/b="))
    ['a/b', 'a/b=', 'a_b', 'a_b=']
    """
    bare = secret.rstrip("=") or secret
    other = str.maketrans("+/", "-_")
    return {secret, bare, secret.translate(other), bare.translate(other)}
