"""A program that prints a key: run without a shell, asked nothing twice, told nothing of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from animedex.config.credential_program import run_program
from animedex.errors import AnimedexError, AuthRequired, BadArguments, TimedOut

if TYPE_CHECKING:
    from pathlib import Path

    from tests.config.conftest import Program


@pytest.mark.parametrize(
    "source",
    [
        "print('k3y')",
        "print('k3y\\nurl: https://club.example\\nlogin: me')",
        "print('\\n\\n  k3y \\r\\nmore')",
        "import sys; sys.stdout.write('k3y')",
        "print('k3y' + chr(10) + 'x' * 2_000_000)",
    ],
)
def test_the_first_line_is_the_key(source: str, program: Program) -> None:
    assert run_program(program(source), "club") == "k3y"


def test_words_are_quoted_as_in_a_shell_and_run_without_one(tmp_path: Path) -> None:
    show = "import sys; print('|'.join(sys.argv[1:]))"
    command = f"{sys.executable} -c \"{show}\" 'a b' $HOME `id` ~ *.py ; echo x > {tmp_path}/out"
    assert run_program(command, "club") == f"a b|$HOME|`id`|~|*.py|;|echo|x|>|{tmp_path}/out"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("raise SystemExit(3)", "ended with 3"),
        ("print('s3cret'); raise SystemExit(1)", "ended with 1"),
        ("pass", "printed nothing"),
        ("print(' \\n\\t\\n')", "printed nothing"),
        ("import os; os.kill(os.getpid(), 9)", "ended with -9"),
    ],
)
def test_a_program_that_gives_no_key_is_told(source: str, what: str, program: Program) -> None:
    with pytest.raises(AuthRequired, match=what) as raised:
        run_program(program(source), "club")
    error = raised.value
    assert (error.backend, error.exit_code) == ("club", 4)
    assert os.path.basename(sys.executable) in error.message
    assert "animedex auth login club" in (error.hint or "")
    assert "s3cret" not in str(error.to_payload())
    assert error.__context__ is None


def test_what_it_prints_may_be_anything(program: Program) -> None:
    found = run_program(program("import sys; sys.stdout.buffer.write(b'k\\xff\\x00y')"), "club")
    assert found == "k\ufffd\x00y"


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("/nowhere/password-manager show club", "No such file or directory"),
        ("no-such-password-manager", "No such file or directory"),
        ("''", "cannot be run"),
        ("/", "cannot be run: Permission denied"),
        ("pass\0word", "cannot be run: that is no name"),
    ],
)
def test_a_program_that_cannot_be_run_is_told(command: str, what: str) -> None:
    with pytest.raises(AuthRequired, match=what) as raised:
        run_program(command, "club")
    assert "show club" not in raised.value.message


@pytest.mark.parametrize(
    ("command", "what"),
    [("pass 'show", "quote that is not closed"), ("", "is empty"), ("  ", "empty")],
)
def test_a_command_that_cannot_be_read_is_told(command: str, what: str) -> None:
    with pytest.raises(BadArguments, match=what) as raised:
        run_program(command, "club")
    assert raised.value.backend == "club"


def test_a_program_may_take_no_longer_than_there_is_time(program: Program, runs: Path) -> None:
    command = program("print('s3cret', flush=True); import time; time.sleep(600)")
    with pytest.raises(TimedOut, match="the key for club was not given in time") as raised:
        run_program(command, "club", timeout=0.5)
    error: BaseException = raised.value
    assert "timeout=" in str(error)
    assert (error.__context__, error.__cause__) == (None, None)


def test_any_time_limit_can_be_counted_with(program: Program) -> None:
    assert run_program(program("print('k3y')"), "club", timeout=1e12) == "k3y"


ASKING = """
import sys
sys.stderr.write("word: ")
print("k3y" if sys.stdin.readline() == "open\\n" else "wrong")
"""
CALLER = """
import sys
from animedex.config.credential_program import run_program
print(len(run_program(sys.argv[1], "club")))
"""


def test_a_program_may_ask_the_user(program: Program) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CALLER, program(ASKING)],
        input="open\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("3\n", "word: ")


WAITING = """
import os, sys
from animedex.config.credential_program import run_program
try:
    run_program(sys.argv[1], "club")
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one child there")
def test_ctrl_c_ends_the_program_too(program: Program, tmp_path: Path) -> None:
    born = tmp_path / "born"
    os.mkfifo(born)
    command = program(
        f"import os, time; open({str(born)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", WAITING, command], stdout=subprocess.PIPE, text=True
    ) as process:
        child = int(born.read_text())
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert output == "interrupted\n"
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


LEFT_BEHIND = """
import contextlib, sys, threading
from animedex.config.credential_program import run_program

def ask():
    with contextlib.suppress(Exception):
        run_program(sys.argv[1], "club")

threading.Thread(target=ask, daemon=True).start()
sys.stdin.readline()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")
def test_a_program_does_not_outlive_who_asked_it(program: Program, tmp_path: Path) -> None:
    born = tmp_path / "born"
    os.mkfifo(born)
    command = program(f"import time; open({str(born)!r}, 'w').close(); time.sleep(600)")
    with subprocess.Popen(
        [sys.executable, "-c", LEFT_BEHIND, command],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert born.read_text() == ""
        # What ends only when all have ended that write there.
        _, errors = process.communicate("end\n", timeout=60)
    assert (process.returncode, errors) == (0, "")


def test_an_error_can_be_raised_in_any_thread() -> None:
    raised: list[AnimedexError] = []

    def work() -> None:
        try:
            run_program("no-such-password-manager", "club")
        except AnimedexError as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(30)
    assert [error.reason for error in raised] == ["auth-required"]
