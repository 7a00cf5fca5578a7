"""A program of the user's that prints a key, such as a password manager."""

from __future__ import annotations

from animedex.errors import AuthRequired, BadArguments, TimedOut

_TOO_LONG = "took too long"
_LONGEST = 1_000_000.0


def run_program(command: str, name: str, timeout: float | None = None) -> str:
    """Run a program, without a shell, and give the first line that it prints.

    It may ask the user: its standard input and error are this process's own.
    """
    words = _words(command, name)
    line, failure = _run(words, timeout)
    if failure == _TOO_LONG:
        raise program_timeout_error(name)
    if failure:
        # What it printed is not told: it may be the key all the same.
        message = f"there is no key for {name}: `{words[0]}` {failure}"
        raise AuthRequired(message, hint=_other_command(name), backend=name)
    return line


def _run(words: list[str], timeout: float | None) -> tuple[str, str]:
    """Return the first line that a program prints, or else what went wrong with it."""
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
    """Run a program to its end; give its exit code, and what it printed."""
    import atexit
    from subprocess import PIPE, Popen

    # The user's own program, named by the user.
    with Popen(words, stdout=PIPE) as process:  # noqa: S603
        # Ctrl-C may end this process while a thread of it still waits here.
        atexit.register(process.kill)
        try:
            output, _ = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
        finally:
            atexit.unregister(process.kill)
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
    """Make the error for a key that nobody gave in time."""
    message = f"the key for {name} was not given in time"
    return TimedOut(message, hint="allow more with --timeout", backend=name)


def limit_time(timeout: float) -> float:
    """Return a time limit that every system can count with, in milliseconds and 31 bits."""
    return min(timeout, _LONGEST)
