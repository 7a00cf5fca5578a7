"""The file of keys, `credentials.toml` in the configuration folder, and programs that print a key.

The file is for its owner alone. It has a table for each service: its fields (such as `login` and
`api_key`), or in the secret one's place `command`, a program that prints it, such as a password
manager; and `origin`, the one place that they are sent to.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, cast

from animedex.config import toml_file
from animedex.config.paths import user_folder
from animedex.errors import AuthRequired, BadArguments, TimedOut

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
        raise BadArguments(message, hint=f"write it again with `animedex auth login {name}`")
    texts = cast("dict[str, str]", fields)
    return {**texts, ORIGIN: texts[ORIGIN].rstrip("/")}


def write_credentials(name: str, fields: Mapping[str, str]) -> None:
    """Write a service's table in place of what was there."""
    with toml_file.edit_toml(file_path()) as document:
        document.pop(name, None)
        toml_file.get_table(document, name, file_path()).update(fields)


def delete_credentials(name: str) -> bool:
    """Delete a service's table from the file; return whether there was one."""
    if name not in toml_file.read_toml(file_path()):
        return False
    with toml_file.edit_toml(file_path()) as document:
        document.pop(name, None)
    return True


def file_path() -> str:
    """Return the path of the file."""
    return os.path.join(user_folder("config"), FILE_NAME)


def _require_private(path: str) -> None:
    """Raise if others may read or write the file: they could set a program to run."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return
    if os.name != "nt" and stat.S_ISREG(mode) and mode & _OTHERS:
        import shlex

        message = f"{path} contains keys, and other users can read it"
        raise BadArguments(message, hint=f"chmod 600 {shlex.quote(path)}")


_TOO_LONG = "took too long"
_LONGEST = 1_000_000.0


def run_program(command: str, name: str, timeout: float | None = None) -> str:
    """Run a program, without a shell, and return the first line that it prints.

    It may ask the user: its standard input and error are those of this process.
    """
    words = _words(command, name)
    line, failure = _run(words, timeout)
    if failure == _TOO_LONG:
        raise program_timeout_error(name)
    if failure:
        # What it printed is not repeated: it may be the key all the same.
        message = f"there is no key for {name}: `{words[0]}` {failure}"
        raise AuthRequired(message, hint=_other_command(name), backend=name)
    return line


def _run(words: list[str], timeout: float | None) -> tuple[str, str]:
    """Return the first line that a program prints, or what went wrong with it."""
    from subprocess import TimeoutExpired

    try:
        code, output = _output(words, None if timeout is None else limit_time(timeout))
    except TimeoutExpired:
        return "", _TOO_LONG
    except (OSError, ValueError) as error:
        return "", f"cannot be run: {getattr(error, 'strerror', None) or 'that is no name'}"
    if code:
        return "", f"ended with {code}"
    line = output.strip().partition(b"\n")[0].decode(errors="replace").strip()
    return line, "" if line else "printed nothing"


def _output(words: list[str], timeout: float | None) -> tuple[int, bytes]:
    """Run a program to its end; return its exit code and its output."""
    import atexit
    from subprocess import PIPE, Popen
    from threading import Lock

    lock, started = Lock(), list[Popen[bytes]]()

    def kill() -> None:
        with lock:
            for process in started:
                process.kill()

    # Ctrl-C may end this process while a thread of it waits here, or has just started the program.
    atexit.register(kill)
    try:
        with lock:
            # The user's own program, named by the user.
            process = Popen(words, stdout=PIPE)  # noqa: S603
            started.append(process)
        with process:
            try:
                output, _ = process.communicate(timeout=timeout)
            except BaseException:
                process.kill()
                raise
    finally:
        atexit.unregister(kill)
    return process.returncode, output


def _words(command: str, name: str) -> list[str]:
    import shlex

    try:
        words = shlex.split(command)
    except ValueError:
        message = f"the command that prints the key for {name} has a quote that is not closed"
        raise BadArguments(message, hint=_other_command(name), backend=name) from None
    if not words:
        message = f"the command that prints the key for {name} is empty"
        raise BadArguments(message, hint=_other_command(name), backend=name)
    return words


def _other_command(name: str) -> str:
    return f"run it by hand, or set another with `animedex auth login {name} --command`"


def program_timeout_error(name: str) -> TimedOut:
    """Return the error for a key program that did not end in time."""
    message = f"the key for {name} was not available in time"
    return TimedOut(message, hint="allow more with --timeout", backend=name)


def limit_time(timeout: float) -> float:
    """Limit a time in seconds to what every system can count, in milliseconds and 31 bits."""
    return min(timeout, _LONGEST)
