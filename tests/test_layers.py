"""Imports go one way: whoever stands below knows nothing of what stands above."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import animedex

ROOT = Path(animedex.__file__).parent
ARCHITECTURE = (Path(__file__).parent.parent / "docs" / "architecture.md").read_text("utf-8")

# What each part may import, beside itself. The first part whose name begins a module's is its own.
ALLOWED = {
    "errors": set[str](),
    "counts": set[str](),
    "folding": set[str](),
    "folders": set[str](),
    "text_input": {"errors"},
    "tomlfile": {"errors", "text_input"},
    "credentials": {
        "backends.backend",
        "backends.sign_in",
        "errors",
        "folders",
        "tomlfile",
        "wire",
    },
    "wire": {"errors", "backends.backend"},
    "models": {"errors", "wire", "schema"},
    "schema": {"errors", "models", "wire"},
    "settings": {"errors"},
    "config": {"errors", "folders", "settings", "tomlfile"},
    "sinks": {"errors", "wire"},
    "endpoint": {"wire", "client"},
    "tool": {"wire", "client"},
    "backends": {"counts", "errors", "wire", "models", "endpoint", "sinks", "folding", "tool"},
    "transport": {"errors", "wire", "backends.backend", "backends.meaning", "settings"},
    "options": {"backends", "config", "errors", "folders", "settings", "transport", "wire", ""},
    "client": {"credentials", "errors", "options", "transport", "wire", "backends"},
    "art": {"backends", "client", "errors", "models", "text_input", "tool", "wire"},
    "pictures": {"errors", "models", "sinks", "text_input", "wire"},
    "library": {
        *("art", "backends", "errors", "folders", "folding", "models", "pictures", "sinks"),
        *("text_input", "transport.database", "wire"),
    },
    "download": {
        *("art", "backends", "client", "counts", "errors", "library", "models", "pictures"),
        *("sinks", "wire"),
    },
    "gallery": {
        "counts",
        "errors",
        "folders",
        "folding",
        "library",
        "models",
        "pictures",
        "server",
        "wire",
    },
    "render": {"errors", "models", "wire"},
    "mcp": {
        *("", "backends", "client", "errors", "models", "options", "pictures", "render", "schema"),
        *("tool", "transport", "wire"),
    },
    "server": {"folding", ""},
    "pytest_plugin": {"server"},
    "cli": {
        *("", "art", "backends", "client", "config", "counts", "credentials", "download", "errors"),
        *("folders", "gallery", "library", "mcp", "models", "options", "pictures", "render"),
        *("schema", "server", "settings", "sinks", "text_input", "transport", "wire"),
    },
    "__main__": {"cli", ""},
    "": {"client", "errors", "models", "wire"},
}
# The one kind of file below that speaks to the command line.
COMMANDS = {"cli", "library", "render", "text_input"}
COMMAND_FILES = (".cards", ".commands", ".offline", ".saving")
HTTP_LIBRARY = "pyreqwest"


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield name, ast.parse(path.read_text("utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    """Give every module that is imported anywhere in a file, for types alone as well."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from names if node.module == "animedex" else [node.module]


def part_of(name: str) -> str:
    return name.partition(".")[0]


def may_import(name: str, other: str) -> bool:
    own = part_of(name)
    allowed = set(ALLOWED[own])
    if own == "backends" and name.endswith(COMMAND_FILES):
        allowed |= COMMANDS
    if part_of(other) == own or any(other == one or other.startswith(f"{one}.") for one in allowed):
        return True
    return "" in allowed and other.startswith("__")


MODULES = dict(modules())


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_one_way(name: str) -> None:
    ours = {other for other in imported(MODULES[name]) if other.split(".")[0] == "animedex"}
    below = {other.removeprefix("animedex").lstrip(".") for other in ours}
    assert {other for other in below if not may_import(name, other)} == set()


@pytest.mark.parametrize("name", MODULES)
def test_the_http_library_is_known_to_one_file_alone(name: str) -> None:
    knows = any(other.split(".")[0] == HTTP_LIBRARY for other in imported(MODULES[name]))
    assert knows == (name == "transport.http")


@pytest.mark.parametrize("name", [name for name in MODULES if part_of(name) == "backends"])
def test_a_backend_knows_no_other(name: str) -> None:
    folders = {part for part in (ROOT / "backends").iterdir() if part.is_dir()}
    own = name.split(".")[1] if "." in name else ""
    others = {folder.name for folder in folders} - {own}
    known = {other.split(".")[2] for other in imported(MODULES[name]) if other.count(".") >= 2}
    assert not known & others


def test_every_part_is_in_the_table() -> None:
    assert {part_of(name) for name in MODULES} == set(ALLOWED)


def told_layers() -> Iterator[tuple[str, set[str]]]:
    """Read the table of layers in the documentation."""
    _, found, rest = ARCHITECTURE.partition("\n| part | may import |\n|---|---|\n")
    assert found
    for line in rest.partition("\n\n")[0].splitlines():
        part, below = line[1:-1].split("|")
        yield part.strip().strip("`"), set(re.findall(r"`([^`]+)`", below))


def test_the_layers_are_told_in_the_documentation() -> None:
    held = {part: names - {""} for part, names in ALLOWED.items() if part not in {"", "__main__"}}
    rows = list(told_layers())
    told = dict(rows)
    told["cli"] = held.keys() - {"cli"} - told["cli"]
    assert told == held
    assert len(rows) == len(told)


def mapped_files() -> Iterator[str]:
    """Read the map of files: a folder ends in a slash, and what is in it stands further in."""
    _, found, drawn = ARCHITECTURE.partition("```text\nsrc/animedex/\n")
    assert found
    folders: list[str] = []
    for line in drawn.partition("```")[0].splitlines():
        name = line.split()[0]
        del folders[(len(line) - len(line.lstrip())) // 2 - 1 :]
        if name.endswith("/"):
            folders.append(name)
        else:
            assert len(line.split()) > 1, f"{name} is not described"
            yield "".join(folders) + name


def test_the_map_of_files_is_true() -> None:
    kinds = {".py", ".lua"}
    files = [path for path in ROOT.rglob("*") if path.suffix in kinds]
    real = {path.relative_to(ROOT).as_posix() for path in files}
    assert sorted(mapped_files()) == sorted(real)
