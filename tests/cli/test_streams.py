"""Standard streams that are closed, full, or not read to the end; and odd surroundings."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.testing import SampleServer
    from tests.kit.command_line import Process

NEEDS_FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
PRINTING = {
    "names": ("nekos", "categories"),
    "json": ("nekos", "image", "neko"),
    "jq": ("nekos", "categories", "--jq", ".[]"),
    "raw": ("api", "nekos", "/neko"),
    "help": ("nekos", "--help"),
    "help of all": ("--help",),
    "help of a group": ("config", "-h"),
    "nothing": (),
    "a group alone": ("nekos",),
    "path": ("config", "path"),
}
each_command = pytest.mark.parametrize("command", PRINTING.values(), ids=PRINTING)


@each_command
def test_a_reader_that_is_gone_is_no_trouble(
    command: tuple[str, ...], service: SampleServer
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "animedex", *command],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        timeout=120,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@NEEDS_FULL
@each_command
def test_a_full_disk_is_told(
    command: tuple[str, ...], process: Process, service: SampleServer
) -> None:
    outcome = process(*command, redirect="> /dev/full")
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert outcome.err.startswith("animedex: standard output cannot be written: no space left")


def test_warnings_of_python_are_not_shown(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(
        "import sys, warnings\n"
        "from animedex import __main__\n"
        "from animedex.cli import main\n"
        "def warn(arguments):\n"
        "    warnings.warn('for programmers', DeprecationWarning)\n"
        "    warnings.warn('for all')\n"
        "    return 7\n"
        "main.run = warn\n"
        "__main__.main()\n"
    )
    environment = {**os.environ, "PYTHONWARNINGS": "always"}
    done = subprocess.run(
        [sys.executable, script], capture_output=True, env=environment, check=False, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, b"", b"")


@NEEDS_FULL
def test_a_full_disk_has_its_reason(process: Process, service: SampleServer) -> None:
    outcome = process("nekos", "image", "neko", "--errors", "json", redirect="> /dev/full")
    assert (outcome.code, outcome.error["reason"]) == (1, "no-space")


@each_command
def test_a_closed_output_is_told(
    command: tuple[str, ...], process: Process, service: SampleServer
) -> None:
    outcome = process(*command, redirect=">&-")
    assert "Traceback" not in outcome.err
    assert "please report" not in outcome.err
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "standard output is closed" in outcome.err


def test_a_closed_error_stream_is_no_trouble(process: Process, service: SampleServer) -> None:
    assert process("nekos", "image", "neko", "-v", redirect="2>&-").code == 0
    assert process("nekos", "image", "nekoo", redirect="2>&-").code == 3


@NEEDS_FULL
def test_a_full_error_stream_is_no_trouble(process: Process, service: SampleServer) -> None:
    assert process("nekos", "image", "neko", "-v", redirect="2>/dev/full").code == 0
    assert process("nekos", "image", "nekoo", redirect="2>/dev/full").code == 3


def test_a_closed_input_is_told_where_it_is_read(process: Process, service: SampleServer) -> None:
    assert process("nekos", "image", "neko", redirect="<&-").code == 0
    outcome = process("nekos", "asset", "-", redirect="<&-")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "standard input is closed" in outcome.err


def test_a_file_that_grows_too_large_is_told_and_leaves_nothing(
    picture: Path, service: SampleServer
) -> None:
    body = b"\x89PNG\r\n\x1a\n" + bytes(256 * 1024)
    service.answer("/neko/large.png", headers={"content-type": "image/png"}, body=body)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (128 * 1024, 128 * 1024))

    done = subprocess.run(
        [sys.executable, "-m", "animedex", "nekos", "asset", "neko/large.png", "-o", picture],
        # The limit would hold for what measures coverage as well.
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")},
        capture_output=True,
        preexec_fn=limit,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert (done.stderr.count(b"\n"), b"cannot be written" in done.stderr) == (1, True)
    assert os.listdir(picture.parent) == []


@NEEDS_FULL
@pytest.mark.parametrize("command", [("nekos", "asset"), ("api", "nekos")], ids=" ".join)
def test_a_device_is_written_to_and_stays(
    command: tuple[str, ...], process: Process, service: SampleServer, tmp_path: Path
) -> None:
    # By way of a link, so that no device can come to harm.
    target = tmp_path / "full"
    target.symlink_to("/dev/full")
    path = service.url + "/neko/11111111-0001-4c1e-9d51-5a3d8a1c0001.png"
    outcome = process(*command, path, "-o", str(target))
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, b"", 1)
    assert "no space left" in outcome.err.lower()
    assert target.is_symlink()


@pytest.mark.parametrize(
    ("redirect", "code"),
    [(">&-", 2), pytest.param("> /dev/full", 1, marks=NEEDS_FULL)],
)
def test_the_version_has_trouble_like_any_other(redirect: str, code: int, process: Process) -> None:
    outcome = process("--version", redirect=redirect)
    assert (outcome.code, outcome.err.count("\n")) == (code, 1)


def test_no_home_is_no_trouble(process: Process, service: SampleServer, tmp_path: Path) -> None:
    outcome = process("nekos", "categories", environment={"HOME": ""})
    assert (outcome.code, outcome.err) == (0, "")
    command = f"env -u HOME -u ANIMEDEX_CONFIG_DIR {sys.executable} -m animedex nekos categories"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("kind", ["CACHE", "DATA", "CONFIG"])
def test_a_folder_that_cannot_be_is_at_most_a_warning(
    kind: str, process: Process, service: SampleServer, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    private = {f"ANIMEDEX_{kind}_DIR": str(file / "folder"), "TMPDIR": str(tmp_path)}
    outcome = process("nekos", "categories", environment=private)
    assert outcome.code == 0
    assert outcome.text.splitlines()[0] == "baka"
    assert outcome.err.count("\n") <= 1
    assert "Traceback" not in outcome.err


def test_a_setting_that_cannot_be_written_is_told(process: Process, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    environment = {"ANIMEDEX_CONFIG_DIR": str(file / "folder")}
    outcome = process("config", "set", "rate", "slow", environment=environment)
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "please report" not in outcome.err


def test_a_poor_locale_is_no_trouble(process: Process, service: SampleServer) -> None:
    poor = {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    outcome = process("nekos", "image", "neko", environment=poor)
    assert (outcome.code, outcome.err) == (0, "")
    assert "青葉ミオ" in outcome.text
    outcome = process("nekos", "image", "猫", environment=poor)
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)


@pytest.mark.parametrize("content", [b"rate = \n", b"\xff", b"rate = 'fast'\n", b"timeout = 0\n"])
def test_a_broken_configuration_is_told(
    content: bytes, process: Process, service: SampleServer, config_file: Path
) -> None:
    config_file.write_bytes(content)
    outcome = process("nekos", "image", "neko")
    assert (outcome.code, outcome.err.count("\n"), outcome.out) == (2, 1, b"")
    assert outcome.err.startswith("animedex: ")
    assert len(service.arrivals) == 0


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY", "ANIMEDEX_TIMEOUT"])
def test_an_unreadable_variable_is_told(
    variable: str, process: Process, service: SampleServer
) -> None:
    outcome = process("nekos", "image", "neko", environment={variable: "http://[half"})
    assert (outcome.code, outcome.err.count("\n"), outcome.out) == (2, 1, b"")
    assert len(service.arrivals) == 0


def test_optimised_python_works_alike(service: SampleServer) -> None:
    command = [
        sys.executable,
        "-OO",
        "-m",
        "animedex",
        "nekos",
        "image",
        "neko",
        "--jq",
        ".[0].url",
    ]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, b"")
