"""The file of keys: `credentials.toml` in the configuration folder, for its owner alone.

It has a table for each service: its fields (such as `login` and `api_key`), or in the secret one's
place `command`, a program that prints it; and `origin`, the one place that they are sent to.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, cast

from animedex.config import toml_file
from animedex.config.paths import user_folder
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_NAME = "credentials.toml"
COMMAND, ORIGIN = "command", "origin"
_OTHERS = 0o077


def read_credentials(name: str) -> dict[str, str]:
    """Return a service's table in the file, empty where it has none.

    Raises `BadArguments` for a file that others may read, or that is not as it should be.
    """
    path = file_path()
    _require_private(path)
    table = toml_file.read_toml(path).get(name)
    if table is None:
        return {}
    fields = cast("dict[str, object]", table) if isinstance(table, dict) else {}
    if not all(isinstance(value, str) for value in fields.values()) or ORIGIN not in fields:
        message = f"{path} has no table {name!r} of texts, with {ORIGIN!r} among them"
        raise BadArguments(message, hint=f"write it anew with `animedex auth login {name}`")
    texts = cast("dict[str, str]", fields)
    return {**texts, ORIGIN: texts[ORIGIN].rstrip("/")}


def write_credentials(name: str, fields: Mapping[str, str]) -> None:
    """Write a service's table in place of what was there."""
    with toml_file.edit_toml(file_path()) as document:
        document.pop(name, None)
        toml_file.get_table(document, name, file_path()).update(fields)


def delete_credentials(name: str) -> bool:
    """Take a service's table out of the file; tell whether there was one."""
    if name not in toml_file.read_toml(file_path()):
        return False
    with toml_file.edit_toml(file_path()) as document:
        document.pop(name, None)
    return True


def file_path() -> str:
    """Name the file."""
    return os.path.join(user_folder("config"), FILE_NAME)


def _require_private(path: str) -> None:
    """Refuse a file that others may read, or write: they could name a program to be run."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return
    if os.name != "nt" and stat.S_ISREG(mode) and mode & _OTHERS:
        import shlex

        message = f"{path} holds keys, and others may read it"
        raise BadArguments(message, hint=f"chmod 600 {shlex.quote(path)}")
