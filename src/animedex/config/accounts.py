"""Accounts: their fields from the environment or the file, and what a request carries of them."""

from __future__ import annotations

import os
import threading
import time
from copy import copy
from itertools import count
from typing import TYPE_CHECKING

from animedex.config.credentials import (
    COMMAND,
    ORIGIN,
    limit_time,
    program_timeout_error,
    read_credentials,
    run_program,
)
from animedex.errors import AnimedexError, BadArguments, TimedOut
from animedex.http_message import Account

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from animedex.backend import Backend, SignIn


def find_account(backend: Backend, origin: str, timeout: float | None = None) -> Account | None:
    """Return the account of a service at an origin; the environment wins over the file."""
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
    """Build an account from its fields; raise `BadArguments` if one is missing or unusable."""
    import hashlib

    sign_in = _sign_in(backend)
    for name in sign_in.fields:
        _check(backend, name, fields.get(name, ""))
    headers = sign_in.headers(fields)
    secrets = {fields[sign_in.secret], *(value.rpartition(" ")[2] for _, value in headers)}
    joined = "\0".join(fields[name] for name in sign_in.fields)
    mark = hashlib.blake2b(joined.encode(), digest_size=8).hexdigest()
    spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
    return Account(headers, spellings, fields.get(sign_in.user or ""), mark)


def from_environment(backend: Backend) -> dict[str, str] | None:
    """Return the fields from the environment; None if it has none of them.

    Raises `BadArguments` if it has only some of them.
    """
    fields = {name: os.environ.get(backend.variable(name), "") for name in _sign_in(backend).fields}
    missing = [backend.variable(name) for name, value in fields.items() if not value]
    if len(missing) == len(fields):
        return None
    if missing:
        present = next(backend.variable(name) for name, value in fields.items() if value)
        message = f"{present} is set, and {missing[0]} is not"
        hint = f"set both, or neither to use what `animedex auth login {backend.name}` stored"
        raise BadArguments(message, hint=hint, backend=backend.name)
    return fields


def _resolve_secret(
    backend: Backend, table: Mapping[str, str], timeout: float | None
) -> dict[str, str]:
    """Return the fields with the secret one, which a program may print."""
    command = table.get(COMMAND)
    if command is None:
        return dict(table)
    return {**table, _sign_in(backend).secret: run_program(command, backend.name, timeout)}


def _sign_in(backend: Backend) -> SignIn:
    assert backend.sign_in is not None
    return backend.sign_in


def _check(backend: Backend, name: str, value: str) -> None:
    """Raise if no header can carry a value; the value itself is not repeated."""
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
    """Return the spellings in which an answer may repeat a key, besides escaped characters.

    >>> sorted(_spellings("a/b="))
    ['a/b', 'a/b=', 'a_b', 'a_b=']
    """
    bare = secret.rstrip("=") or secret
    other = str.maketrans("+/", "-_")
    return {secret, bare, secret.translate(other), bare.translate(other)}


class AccountCache:
    """The accounts of one client. Each is read once, however many threads need it at a time."""

    def __init__(self) -> None:
        self._accounts: dict[tuple[str, str], Account | None] = {}
        self._failures: dict[tuple[str, str], tuple[int, AnimedexError]] = {}
        self._moments: Iterator[int] = count()
        # A password manager must not ask the user twice at once.
        self._lock = threading.Lock()

    def find(self, backend: Backend, origin: str, timeout: float | None = None) -> Account | None:
        """Return the account for a service at an origin; None if the user has none.

        Raises `BadArguments` for what cannot be used, `AuthRequired` if the program that prints
        the key fails, and `TimedOut` if it takes more than `timeout` seconds.
        """
        began = next(self._moments)
        deadline = None if timeout is None else time.monotonic() + timeout
        if not self._lock.acquire(timeout=-1 if timeout is None else limit_time(timeout)):
            raise program_timeout_error(backend.name)
        try:
            return self._find(backend, origin, deadline, began)
        finally:
            self._lock.release()

    def _find(
        self, backend: Backend, origin: str, deadline: float | None, began: int
    ) -> Account | None:
        key = (backend.name, origin)
        if key in self._accounts:
            return self._accounts[key]
        moment, failure = self._failures.get(key, (-1, None))
        if failure is not None and began < moment:
            # A thread that waited meanwhile does not run the failed program again.
            raise copy(failure)
        try:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            self._accounts[key] = find_account(backend, origin, left)
        except TimedOut:
            # Other callers may have more time.
            raise
        except AnimedexError as error:
            self._failures[key] = next(self._moments), copy(error)
            raise
        return self._accounts[key]
