"""The sample server from the command line."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.kit.command_line import Cli, Process

BLOCKED = """
import sys
sys.modules[sys.argv[1]] = None
from animedex.cli.main import run
sys.exit(run(["serve", *sys.argv[2:]]))
"""
SECRET = "correct-horse-battery"


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one child there")
def test_it_serves_until_ctrl_c(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-m", "animedex", "serve", "--sample", "--port", "0"]
    with subprocess.Popen(
        [*command, "--fault", "/hug:500", "--seed", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            request = Request(f"{url}/endpoints", headers={"User-Agent": "tester/1.0"})
            with urlopen(request, timeout=120) as answer:
                assert json.load(answer)["neko"] == {"format": "png"}
            monkeypatch.setenv("ANIMEDEX_NEKOS_URL", url)
            assert cli("nekos", "image", "neko").code == 0
            assert cli("api", "nekos", "/hug", "--silent").code == 1
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=120)
        finally:
            # A failure above must not leave a server behind that is waited for.
            process.kill()
    assert (process.returncode, output) == (130, "")
    assert errors == f"try: ANIMEDEX_NEKOS_URL={url} animedex nekos image neko\n"


@contextmanager
def serving(*options: str, notes: int, **variables: str) -> Generator[tuple[str, list[str]]]:
    """Serve the library, which is empty; give the address and what is said besides."""
    command = [sys.executable, "-m", "animedex", "serve", "--port", "0", *options]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **variables},
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            address = process.stdout.readline().strip()
            # Ctrl-C must not come before all notes are written.
            said = [process.stderr.readline().removesuffix("\n") for _ in range(notes)]
            yield address, said
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=120)
            said += errors.splitlines()
        finally:
            process.kill()
    assert (process.returncode, output) == (130, "")


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one child there")
def test_the_library_is_served_until_ctrl_c() -> None:
    with serving(notes=1) as (address, said):
        with urlopen(address, timeout=120) as answer:
            assert "There is nothing in your library yet." in answer.read().decode()
        with urlopen(f"{address}api/v2/endpoints", timeout=120) as answer:
            assert json.load(answer) == {}
    assert said == [f"try: ANIMEDEX_NEKOS_URL={address}api/v2 animedex nekos categories"]


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one child there")
def test_a_new_token_is_shown_once_with_an_address_that_opens_the_gallery() -> None:
    with serving("--host", "0.0.0.0", "--token", "new", notes=3) as (address, said):
        with pytest.raises(HTTPError) as refused:
            urlopen(address, timeout=120)
        refused.value.close()
        assert refused.value.code == 401
    assert address.startswith("http://127.0.0.1:")
    token, opening, others = said
    port = address.rstrip("/").rpartition(":")[2]
    assert others == f"others use this machine's address: http://ADDRESS:{port}/?token=TOKEN"
    secret = token.removeprefix("the token is ")
    assert len(secret) >= 32
    assert opening == f"open: {address}?token={secret}"


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one child there")
def test_a_token_of_one_s_own_is_taken_out_of_sight_and_not_repeated() -> None:
    with serving(notes=1, ANIMEDEX_SERVE_TOKEN=SECRET) as (address, said):
        signed = Request(address, headers={"Authorization": f"Bearer {SECRET}"})
        with urlopen(signed, timeout=120) as answer:
            assert answer.status == 200
    assert said == ["everybody who has the token can open it"]


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one child there")
@pytest.mark.parametrize(
    ("service", "path", "example"),
    [
        ("danbooru", "/posts.json", "animedex danbooru search 1girl"),
        ("waifu", "/images", "animedex waifu images --tag waifu"),
    ],
)
def test_another_service_is_served_by_name(service: str, path: str, example: str) -> None:
    output, errors = served("--service", service, "--seed", "1", paths=[path])
    (url,) = output
    assert url.startswith("http://127.0.0.1:")
    assert errors == f"try: ANIMEDEX_{service.upper()}_URL={url} {example}\n"


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one child there")
def test_all_services_are_told_in_lines_for_a_shell() -> None:
    output, errors = served("--service", "all", paths=["/endpoints", "/posts.json", "/images"])
    names = [line.partition("=")[0] for line in output]
    assert names == [f"export ANIMEDEX_{name}_URL" for name in ("NEKOS", "DANBOORU", "WAIFU")]
    tried = [line.split(" animedex ")[0] for line in errors.splitlines()]
    assert tried == [line.replace("export", "try:") for line in output]


def served(*options: str, paths: list[str]) -> tuple[list[str], str]:
    """Ask each server for a path, and end it by Ctrl-C; give the lines that it printed."""
    command = [sys.executable, "-m", "animedex", "serve", "--sample", "--port", "0", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            lines = [process.stdout.readline().strip() for _ in paths]
            tries = "".join(process.stderr.readline() for _ in paths)
            for line, path in zip(lines, paths, strict=True):
                url = line.rpartition("=")[2] + path
                request = Request(url, headers={"User-Agent": "tester/1.0"})
                with urlopen(request, timeout=120) as answer:
                    assert json.load(answer)
            process.send_signal(signal.SIGINT)
            rest, errors = process.communicate(timeout=120)
        finally:
            process.kill()
    assert (process.returncode, rest, errors) == (130, "", "")
    return lines, tries


@pytest.mark.parametrize("what", [("--sample",), ()])
def test_a_port_in_use_is_told(what: tuple[str, ...], cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        outcome = cli("serve", *what, "--port", port)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, b"", 1)
    assert f"port {port} cannot be used" in outcome.err


def test_of_several_ports_all_are_named(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        outcome = cli("serve", "--sample", "--service", "all", "--port", str(port))
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, b"", 1)
    assert f"one of the ports {port} to {port + 2} cannot be used" in outcome.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--service", "waifu"), "use `animedex serve --sample`"),
        (("--no-limits",), "use `animedex serve --sample`"),
        (("--fault", "/neko:503"), "use `animedex serve --sample`"),
        (("--sample", "--host", "0.0.0.0"), "--host cannot be combined with --sample"),
        (("--sample", "--token", "x" * 20), "--token cannot be combined with --sample"),
        (("--host", "0.0.0.0"), "--token=new makes one"),
        (("--token", "guessed"), "a token is 16 to 512 characters"),
        (
            ("--host", "no.invalid", "--token", "new"),
            "no.invalid is not an address of this machine",
        ),
        (
            ("--host", "203.0.113.1", "--token", "new"),
            "203.0.113.1 is not an address of this machine",
        ),
        (("--host", "203.0.113.1", "--token", "new"), "pass an address of this machine to --host"),
        (("--sample", "--port", "x"), "'x' is not a valid integer"),
        (("--sample", "--port", "-1"), "range"),
        (("--sample", "--port", "65536"), "range"),
        (("--sample", "--port", "9" * 30), "range"),
        (("--sample", "--port", "0", "--fault", "nope"), "fault 'nope'"),
        (("--sample", "--port", "0", "--fault", "/neko:explode"), "a fault is PATH:PART"),
        (("--sample", "--port", "0", "--seed", "x"), "'x' is not a valid integer"),
        (("--sample", "--service", "weather"), "'nekos', 'danbooru', 'waifu', 'all'"),
        (("--sample", "--service", "all", "--fault", "/neko:503"), "name the service with"),
        (("--sample", "--service", "all", "--port", "65535"), "there are 65535"),
    ],
)
def test_what_cannot_be_served_is_told(options: tuple[str, ...], said: str, cli: Cli) -> None:
    outcome = cli("serve", *options)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, b"", 1)
    assert said in outcome.err


@pytest.mark.parametrize(
    ("missing", "options", "hint"),
    [
        ("starlette", ("--sample",), "pip install 'animedex[serve]'"),
        ("starlette", (), "pip install 'animedex[serve]'"),
        ("jinja2", (), "pip install 'animedex[serve]'"),
        ("PIL", (), "pip install 'animedex[pictures,serve]'"),
    ],
)
def test_what_is_not_installed_is_told(missing: str, options: tuple[str, ...], hint: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED, missing, *options, "--errors", "json"],
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (2, b"")
    error = json.loads(done.stderr)
    assert {"PIL": "Pillow"}.get(missing, missing) in error["message"]
    assert error["hint"] == hint


def test_only_this_machine_is_served(process: Process) -> None:
    assert "listens on loopback unless" in " ".join(process("serve", "--help").text.split())
