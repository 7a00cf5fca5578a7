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
    "remedies": set[str](),
    "lazy_names": set[str](),
    "errors": {"remedies"},
    "plurals": set[str](),
    "clock": set[str](),
    "database": set[str](),
    "ratelimit": {"clock", "database", "errors", "http_message"},
    "text_normalization": set[str](),
    "text_encoding": {"errors"},
    "http_message": set[str](),
    "files": {"errors"},
    "backend": {"errors", "http_message", "ratelimit.limits"},
    "call": {"backend", "errors", "http_message"},
    "config": {"backend", "errors", "files", "http_message", "text_encoding"},
    "models": {"call", "errors", "http_message", "record_schema"},
    "record_schema": {"errors", "http_message"},
    "body_writer": {"errors", "files", "http_message", "transport.content_encoding"},
    "endpoint": {"call", "session"},
    "tool": {"call", "session"},
    "transport": {
        *("backend", "call", "clock", "config.settings", "database", "errors", "http_message"),
        "ratelimit",
    },
    "backends": {
        *("backend", "body_writer", "call", "endpoint", "errors", "http_message", "models"),
        *(
            "images.formats",
            "lazy_names",
            "plurals",
            "ratelimit.limits",
            "text_normalization",
            "tool",
        ),
    },
    "client_options": {
        *("", "backends", "config", "errors", "http_message", "ratelimit", "transport"),
    },
    "session": {
        *("backend", "call", "client_options", "clock", "config", "errors", "http_message"),
        *("ratelimit", "transport"),
    },
    "client": {"backends", "session"},
    "art": {
        *("backends", "call", "errors", "http_message", "models", "session", "text_encoding"),
        *("tool",),
    },
    "images": {"body_writer", "errors", "files", "http_message", "models", "text_encoding"},
    "library": {
        *("art", "backends", "call", "config.paths", "database", "errors", "files", "images"),
        *("models", "text_encoding", "text_normalization"),
    },
    "downloads": {
        "remedies",
        *("art", "backends", "body_writer", "call", "errors", "files", "http_message", "images"),
        *("library", "models", "plurals", "session", "transport.content_encoding"),
    },
    "asgi": set[str](),
    "testing": {"asgi"},
    "gallery": {"asgi", "errors", "files", "images", "library", "models", "plurals", "testing"},
    "render": {"call", "errors", "http_message", "models"},
    "mcp": {
        "remedies",
        *("", "backends", "client", "client_options", "database", "errors", "http_message"),
        *("images", "models", "ratelimit", "record_schema", "render", "tool", "transport"),
    },
    "cli": {
        *("", "art", "backend", "backends", "body_writer", "call", "client", "client_options"),
        *("clock", "config", "database", "downloads", "errors", "files", "gallery", "http_message"),
        *(
            "images",
            "library",
            "mcp",
            "models",
            "plurals",
            "ratelimit",
            "record_schema",
            "render",
        ),
        *("testing", "text_encoding", "transport"),
    },
    "__main__": {"", "cli"},
    "": {
        *("art", "call", "client", "downloads", "errors", "http_message", "lazy_names", "models"),
        "transport.events",
    },
}
# The one kind of file below that speaks to the command line.
COMMANDS = {"cli", "library", "render", "text_encoding"}
COMMAND_FILES = (".cards", ".commands", ".offline_commands", ".asset_command")
HTTP_LIBRARY = "pyreqwest"


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield name, ast.parse(path.read_text("utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    """Return every module that is imported anywhere in a file, for types alone as well."""
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


def documented_layers() -> Iterator[tuple[str, set[str]]]:
    """Read the table of layers in the documentation."""
    _, result, rest = ARCHITECTURE.partition("\n| part | may import |\n|---|---|\n")
    assert result
    for line in rest.partition("\n\n")[0].splitlines():
        part, below = line[1:-1].split("|")
        yield part.strip().strip("`"), set(re.findall(r"`([^`]+)`", below))


def test_the_layers_are_told_in_the_documentation() -> None:
    held = {part: names - {""} for part, names in ALLOWED.items() if part not in {"", "__main__"}}
    rows = list(documented_layers())
    told = dict(rows)
    told["cli"] = held.keys() - {"cli"} - told["cli"]
    assert told == held
    assert len(rows) == len(told)


def test_every_part_is_in_the_map() -> None:
    """Compare the map of folders in the documentation with the folders that exist."""
    _, heading, text = ARCHITECTURE.partition("```text\nsrc/animedex/\n")
    assert heading
    folders = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    assert set(re.findall(r"(?:^| )(\w+)/  ", text.partition("```")[0])) == folders
