"""Help: complete for every command, with examples that run."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import click
import pytest

from animedex import __version__, backends
from animedex.cli.command import Command
from animedex.cli.guide import GuideEntry
from animedex.cli.guide_json import input_schema
from animedex.cli.root import root
from animedex.testing import SampleServer
from animedex.testing.samples.sample_images import DRAWN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kit.command_line import Cli, Process

MOST_TOKENS = 6000
# What serves does not end, or speaks no shell; what signs in wants a key.
NOT_RUN = ("animedex serve", "animedex mcp", "animedex auth login")


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Name every command there is."""
    context = click.Context(group)
    for name in group.list_commands(context):
        inner = group.get_command(context, name)
        yield (*path, name)
        if isinstance(inner, click.Group):
            yield from commands(inner, (*path, name))


def command_at(path: tuple[str, ...]) -> click.Command:
    """Return the command of this name."""
    result: click.Command = root
    for name in path:
        assert isinstance(result, click.Group)
        inner = result.get_command(click.Context(result), name)
        assert inner is not None
        result = inner
    return result


PATHS = list(commands(root))
LEAVES = [path for path in PATHS if isinstance(command_at(path), Command)]
EXAMPLES = [
    (path, example)
    for path in LEAVES
    if isinstance(found := command_at(path), Command)
    for example in found.examples
]
SERVICES = backends.list_names()
OF_A_SERVICE = [path for path in PATHS if path[0] in SERVICES or path[-1] in SERVICES]


def test_there_are_commands() -> None:
    assert ("nekos", "image") in LEAVES
    assert ("api", "nekos") in LEAVES
    assert ("config", "set") in LEAVES


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_has_a_summary(path: tuple[str, ...], cli: Cli) -> None:
    outcome = cli(*path, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.text.splitlines()
    assert lines[0].startswith(f"Usage: animedex {' '.join(path)}")
    assert lines[2].strip()[0].isupper()
    assert cli(*path, "-h").text == outcome.text
    assert max(map(len, lines)) <= 110


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_is_not_cut_at_80_columns(path: tuple[str, ...], cli: Cli) -> None:
    lines = cli(*path, "--help").text.splitlines()[1:]
    assert [line for line in lines if line.endswith(("...", "…"))] == []


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_argument_and_option_has_help(path: tuple[str, ...], cli: Cli) -> None:
    command = command_at(path)
    context = click.Context(command)
    text = " ".join(cli(*path, "--help").text.split())
    for param in command.get_params(context):
        said = getattr(param, "help", None)
        assert said, param.name
        assert " ".join(said.split()) in text
        assert said[0].isupper() or said[0].isdigit()
        assert said.rstrip().endswith(".")


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_has_examples_of_itself(path: tuple[str, ...], cli: Cli) -> None:
    command = command_at(path)
    assert isinstance(command, Command)
    assert f"animedex {' '.join(path)}" in " ".join(command.examples)
    help_text = cli(*path, "--help").text
    assert all(f"  {example}\n" in help_text for example in command.examples)


@pytest.mark.parametrize("path", OF_A_SERVICE, ids=" ".join)
def test_a_service_is_named_with_its_limits(path: tuple[str, ...], cli: Cli) -> None:
    backend = backends.find_backend(path[0] if path[0] in SERVICES else path[-1])
    shown = "".join(cli(*path, "--help").text.split())
    told = (f"{backend.title}, {backend.docs_url}", backend.limits_note, backend.guidance)
    assert all("".join(text.split()) in shown for text in told)


def test_the_limits_of_nekos_are_told_in_numbers(cli: Cli) -> None:
    text = " ".join(cli("nekos", "--help").text.split())
    assert "200 requests per minute" in text
    assert "7 searches in any 5 seconds" in text


@pytest.fixture(scope="module")
def drawn_nekos() -> Iterator[SampleServer]:
    with SampleServer(limits=False) as server:
        yield server


@pytest.fixture
def drawn_service(drawn_nekos: SampleServer, monkeypatch: pytest.MonkeyPatch) -> SampleServer:
    """Point the command line at nekos with pictures that can be decoded."""
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", drawn_nekos.url)
    return drawn_nekos


@pytest.fixture
def shim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put `animedex` on the path, and begin in an empty folder."""
    place = tmp_path / "bin"
    place.mkdir()
    script = place / "animedex"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m animedex "$@"\n')
    script.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    for folder in (".zfunc", ".config/fish/completions"):
        os.makedirs(os.path.join(os.environ["HOME"], folder))
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("BROWSER", "true")
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def library(shim: Path, cli: Cli) -> None:
    """Keep five pictures, and have one more and an export at hand."""
    pictures = os.path.join(os.environ["HOME"], "Pictures")
    os.mkdir(pictures)
    first, *rest = sorted((DRAWN / "neko").glob("*.png"))[:6]
    shutil.copy(first, shim / "picture.png")
    for path in rest:
        shutil.copy(path, pictures)
    assert cli("library", "add", pictures).code == 0
    (shim / "library.jsonl").write_bytes(cli("library", "export").out)


OF_THE_LIBRARY = "animedex library"


@pytest.mark.parametrize(
    "example", [example for _, example in EXAMPLES if example.startswith(OF_THE_LIBRARY)]
)
def test_the_example_runs_on_a_library(example: str, library: None) -> None:
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", example], capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "example",
    [
        example
        for _, example in EXAMPLES
        # What is drawn needs a terminal and real pictures: docs/show.md is run with both.
        if not example.startswith((*NOT_RUN, OF_THE_LIBRARY))
        and not any(word in example for word in ("powershell", "animedex show"))
    ],
)
def test_the_example_runs(
    example: str, shim: Path, drawn_service: SampleServer, neighbours: None
) -> None:
    line = example.replace("http://127.0.0.1:8080/api/v2", drawn_service.url)
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    kept = [path for path in shim.iterdir() if path.suffix in {".png", ".json"}]
    fetched = " download " in example and "--to" not in example
    assert bool(kept) == (" -o " in example or fetched)


def test_the_version_is_told_in_one_line(process: Process, cli: Cli) -> None:
    for option in ("--version", "-V"):
        assert process(option) == (0, f"animedex {__version__}\n".encode(), "")
    assert cli("--version").text == f"animedex {__version__}\n"


@pytest.mark.parametrize("arguments", [(), ("nekos",), ("config",), ("cache",), ("api",)])
def test_a_group_alone_shows_its_help(arguments: tuple[str, ...], cli: Cli) -> None:
    outcome = cli(*arguments)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.text == cli(*arguments, "--help").text


def test_agents_are_told_of_every_command(cli: Cli) -> None:
    guide = cli("--agent-guide").text
    for path in LEAVES:
        assert f"- `animedex {' '.join(path)}" in guide
    # A token is at least three characters of English and code.
    assert len(guide) / 3 < MOST_TOKENS


def test_agents_are_told_the_same_as_json(cli: Cli) -> None:
    outcome = cli("--agent-guide", "--json")
    assert outcome.code == 0
    assert len(outcome.text) / 3 < MOST_TOKENS
    told = cast("dict[str, Any]", outcome.json)
    named = {name for names in told["commands"] for name in names.split("; ")}
    assert named == {" ".join(path) for path in LEAVES}
    assert told["services"].keys() == set(SERVICES)
    image = told["commands"]["nekos image"]["input"]["properties"]
    assert image["--amount"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 20,
        "description": "Number of pictures (default: 1)",
    }
    assert "nekos_image" in told["tools"]
    assert cli("--json", "--agent-guide").text == outcome.text


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_is_described_by_a_schema(path: tuple[str, ...]) -> None:
    command = command_at(path)
    assert isinstance(command, Command)
    schema = input_schema(GuideEntry(click.Context(command, info_name=" ".join(path)), command))
    import_module("jsonschema").Draft202012Validator.check_schema(schema)
    known = cast("dict[str, Any]", schema.get("properties", {}))
    assert set(cast("list[str]", schema.get("required", []))) <= set(known)
    assert all(one["description"] for one in known.values())


def test_json_is_for_a_command_or_the_guide(cli: Cli) -> None:
    outcome = cli("--json", "nekos", "categories")
    assert (outcome.code, outcome.out) == (2, b"")
    assert "--json goes after a command" in outcome.err


def test_agents_are_told_codes_and_limits(cli: Cli) -> None:
    guide = cli("--agent-guide").text
    for needed in ("--jq", "--errors json", "_source", "200 requests per minute", "--min-match"):
        assert needed in guide
    assert all(f"{code} " in guide for code in range(8))
