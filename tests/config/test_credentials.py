"""Keys that are stored in a file, or printed by a program."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from animedex.backends.danbooru.backend import BACKEND as DANBOORU
from animedex.backends.waifu.backend import BACKEND as WAIFU
from animedex.config.credentials import (
    delete_credentials,
    file_path,
    read_credentials,
    run_program,
    write_credentials,
)
from animedex.errors import AnimedexError, AuthRequired, BadArguments, TimedOut

if TYPE_CHECKING:
    from tests.config.conftest import Program

TABLE = {"login": "me", "api_key": "k3y", "origin": "https://club.example"}
TEXT = "".join(
    ["# mine\n", "[club]\n", *(f'{name} = "{value}"\n' for name, value in TABLE.items())]
)
not_on_windows = pytest.mark.skipif(os.name == "nt", reason="files have no such modes there")


def write(path: Path, text: str, mode: int = 0o600) -> None:
    path.write_text(text)
    path.chmod(mode)


def test_the_file_is_in_the_configuration_folder(key_file: Path) -> None:
    assert file_path() == str(key_file)


def test_without_a_file_nothing_is_stored() -> None:
    assert read_credentials("club") == {}
    assert not delete_credentials("club")
    assert not os.path.exists(file_path())


def test_what_is_stored_is_read_back(key_file: Path) -> None:
    write_credentials("club", TABLE)
    assert read_credentials("club") == TABLE
    assert read_credentials("other") == {}


@not_on_windows
def test_storing_makes_a_folder_and_a_file_for_their_owner_alone(key_file: Path) -> None:
    key_file.parent.rmdir()
    before = os.umask(0)
    try:
        write_credentials("club", TABLE)
    finally:
        os.umask(before)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(key_file.parent.stat().st_mode) == 0o700
    assert os.listdir(key_file.parent) == ["credentials.toml"]


@not_on_windows
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o602, 0o777])
def test_a_file_that_others_may_read_or_write_is_refused(mode: int, key_file: Path) -> None:
    write(key_file, TEXT, mode)
    with pytest.raises(BadArguments, match="other users can read it") as raised:
        read_credentials("club")
    assert raised.value.hint == f"chmod 600 {key_file}"
    assert "k3y" not in str(raised.value.to_payload())


@not_on_windows
def test_the_way_to_mend_it_works_for_a_path_with_spaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my own"
    folder.mkdir()
    monkeypatch.setenv("ANIMEDEX_CONFIG_DIR", str(folder))
    write(folder / "credentials.toml", TEXT, 0o644)
    with pytest.raises(BadArguments) as raised:
        read_credentials("club")
    subprocess.run(raised.value.hint or "false", shell=True, check=True)
    assert read_credentials("club") == TABLE


@not_on_windows
def test_storing_closes_a_file_that_was_open_to_others(key_file: Path) -> None:
    write(key_file, TEXT, 0o644)
    write_credentials("shelf", TABLE)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert (read_credentials("club"), read_credentials("shelf")) == (TABLE, TABLE)


@not_on_windows
def test_who_signs_out_may_do_so_of_an_open_file(key_file: Path) -> None:
    write(key_file, TEXT, 0o644)
    assert delete_credentials("club")
    assert "k3y" not in key_file.read_text()


@not_on_windows
def test_a_link_counts_as_what_it_leads_to(key_file: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.toml"
    write(real, TEXT)
    key_file.symlink_to(real)
    assert read_credentials("club") == TABLE
    write_credentials("club", {**TABLE, "api_key": "other"})
    assert key_file.is_symlink()
    assert "other" in real.read_text()
    real.chmod(0o644)
    with pytest.raises(BadArguments, match="other users can read it"):
        read_credentials("club")


def test_a_link_to_nowhere_is_no_file_yet(key_file: Path, tmp_path: Path) -> None:
    key_file.symlink_to(tmp_path / "later.toml")
    assert read_credentials("club") == {}
    write_credentials("club", TABLE)
    assert (tmp_path / "later.toml").is_file()
    assert read_credentials("club") == TABLE


def test_a_folder_in_its_place_is_told(key_file: Path) -> None:
    key_file.mkdir()
    with pytest.raises(BadArguments, match="cannot be read: Is a directory"):
        read_credentials("club")
    with pytest.raises(BadArguments, match="cannot be read"):
        write_credentials("club", TABLE)


@pytest.mark.parametrize("text", ["k3y", "[club\nk3y=1", '[club]\napi_key = "k3y', "a = k3y"])
def test_a_file_that_is_not_toml_is_told_without_what_it_holds(text: str, key_file: Path) -> None:
    write(key_file, text)
    for work in (
        lambda: read_credentials("club"),
        lambda: write_credentials("club", TABLE),
        lambda: delete_credentials("club"),
    ):
        with pytest.raises(BadArguments, match="is not TOML") as raised:
            work()
        assert str(key_file) in raised.value.message
        assert "k3y" not in str(raised.value.to_payload())
    assert key_file.read_text() == text


@pytest.mark.parametrize(
    "text",
    [
        'club = "k3y"',
        '[[club]]\napi_key = "k3y"',
        '[club]\napi_key = 3\norigin = "https://club.example"',
        '[club]\norigin = ["https://club.example"]',
        '[club.more]\napi_key = "k3y"',
        '[club]\nlogin = "me"\napi_key = "k3y"',
        "[club]\n",
    ],
)
def test_a_table_of_another_shape_is_told_and_can_be_written_anew(
    text: str, key_file: Path
) -> None:
    write(key_file, text)
    with pytest.raises(BadArguments, match="no table 'club' of texts, with 'origin'") as raised:
        read_credentials("club")
    assert "animedex auth login club" in (raised.value.hint or "")
    assert "k3y" not in str(raised.value.to_payload())
    write_credentials("club", TABLE)
    assert read_credentials("club") == TABLE


def test_an_origin_may_end_in_a_slash(key_file: Path) -> None:
    write(key_file, TEXT.replace("club.example", "club.example/"))
    assert read_credentials("club")["origin"] == "https://club.example"


def test_storing_and_forgetting_leave_the_rest_alone(key_file: Path) -> None:
    write(key_file, "# first\n" + TEXT + "\n[shelf] # second\napi_key = 'other'\n")
    write_credentials("club", {"command": "pass show club", "origin": "https://club.example"})
    assert read_credentials("club") == {
        "command": "pass show club",
        "origin": "https://club.example",
    }
    text = key_file.read_text()
    assert "k3y" not in text
    assert "# first" in text
    assert "[shelf] # second\napi_key = 'other'" in text
    assert delete_credentials("club")
    assert not delete_credentials("club")
    assert read_credentials("club") == {}
    assert "[shelf] # second\napi_key = 'other'" in key_file.read_text()


def test_the_example_in_the_documentation_is_readable(key_file: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "sign-in.md"
    write(key_file, page.read_text("utf-8").partition("```toml\n")[2].partition("```")[0])
    assert read_credentials("danbooru") == {
        "login": "me",
        "command": "pass show danbooru",
        "origin": DANBOORU.base_url,
    }
    assert read_credentials("waifu")["origin"] == WAIFU.base_url


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
    result = run_program(program("import sys; sys.stdout.buffer.write(b'k\\xff\\x00y')"), "club")
    assert result == "k\ufffd\x00y"


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
    with pytest.raises(TimedOut, match="the key for club was not available in time") as raised:
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
from animedex.config.credentials import run_program
print(len(run_program(sys.argv[1], "club")))
"""


def test_a_program_may_ask_the_user(program: Program) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CALLER, program(ASKING)],
        input="open\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert (done.stdout, done.stderr) == ("3\n", "word: ")


WAITING = """
import os, sys
from animedex.config.credentials import run_program
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
        output, _ = process.communicate(timeout=120)
    assert output == "interrupted\n"
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


LEFT_BEHIND = """
import contextlib, sys, threading
from animedex.config.credentials import run_program

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
        _, errors = process.communicate("end\n", timeout=120)
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
    thread.join(120)
    assert [error.reason for error in raised] == ["auth-required"]
