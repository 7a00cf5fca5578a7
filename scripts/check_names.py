"""Check names, docstrings and imports against the rules of CONTRIBUTING.md, "Names".

    python scripts/check_names.py [PATH...]

Prints each violation as `path:line: message` and exits 1 if there is one. Without a path, checks
all Python files of the project.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = ("src", "tests", "scripts", "benchmarks")
PACKAGE = ROOT / "src" / "animedex"
BANNED_WORDS = frozenset(
    {"told", "tell", "found", "known", "asked", "given", "shown"}
    | {"kept", "noted", "wanted", "made", "held", "put"}
)
# The status 404 has this name everywhere.
FIELD_TERMS = frozenset({"NotFound"})
BANNED_OPENINGS = re.compile(r"(Give|Tell|Hold|Say)(s|ing)?\b")
# These files of a service's folder speak to the command line.
COMMAND_MODULES = ("commands", "cards", "asset_command", "offline_commands")


def main(paths: list[str]) -> int:
    """Print the violations of these files, or of all; return the exit code."""
    files = [Path(path).resolve() for path in paths] or list(python_files())
    messages = [message for path in files for message in check_file(path)]
    if not paths:
        messages += [*check_base_names(PACKAGE), *check_package_cycles(PACKAGE)]
    for message in messages:
        print(message)
    if messages:
        print(f"{len(messages)} violations", file=sys.stderr)
    return 1 if messages else 0


def python_files() -> Iterator[Path]:
    """Yield every Python file of the project."""
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))


def check_file(path: Path) -> Iterator[str]:
    """Yield the violations in one file's definitions and docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    shown_path = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    for line, message in (*check_definitions(tree), *check_docstrings(tree)):
        yield f"{shown_path}:{line}: {message}"


def check_definitions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield module-level functions and classes whose names have a banned word in them.

    >>> [message for _, message in check_definitions(ast.parse("def found_rows(): ..."))]
    ["found_rows: 'found' does not say what it is"]
    """
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        # Names of tests are sentences.
        if node.name.startswith("test_") or node.name in FIELD_TERMS:
            continue
        for word in split_words(node.name):
            if word in BANNED_WORDS:
                yield node.lineno, f"{node.name}: {word!r} does not say what it is"


def split_words(name: str) -> list[str]:
    """Return the words of a name in lower case.

    >>> split_words("_FoundRows"), split_words("is_known")
    (['found', 'rows'], ['is', 'known'])
    """
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]


def check_docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield docstrings that begin with a banned verb.

    >>> list(check_docstrings(ast.parse("def f():\\n    'Give it.'")))
    [(2, "docstring begins with 'Give'")]
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            opening = BANNED_OPENINGS.match(ast.get_docstring(node) or "")
            if opening:
                yield node.body[0].lineno, f"docstring begins with {opening[0]!r}"


def check_base_names(package: Path) -> Iterator[str]:
    """Yield base names of modules that stand in unrelated folders.

    Sibling folders may have modules of the same role, and their parent may have what these share.
    """
    folders: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(package.rglob("*.py")):
        if not path.stem.startswith("__"):
            folders[path.stem].append(path.parent)
    for name, places in folders.items():
        if any(not are_related(package, *pair) for pair in combinations(places, 2)):
            listed = ", ".join(str(place.relative_to(package)) for place in places)
            yield f"{name}.py: in unrelated folders ({listed})"


def are_related(package: Path, one: Path, other: Path) -> bool:
    """Return whether two folders are siblings below the package's root, or parent and child.

    >>> root = Path("animedex")
    >>> are_related(root, root / "backends/nekos", root / "backends/waifu")
    True
    >>> are_related(root, root / "art", root / "library")
    False
    """
    siblings = one.parent == other.parent and one.parent != package
    return siblings or one in other.parents or other in one.parents


def check_package_cycles(package: Path) -> Iterator[str]:
    """Yield pairs of packages, or of modules beside them, that import each other."""
    imports: dict[str, set[str]] = defaultdict(set)
    for path in sorted(package.rglob("*.py")):
        part = part_of(path, package)
        exempt = part == "backends" and path.stem in COMMAND_MODULES
        # The root exports lazily what stands above it.
        if exempt or path == package / "__init__.py":
            continue
        imports[part] |= set(imported_parts(ast.parse(path.read_text("utf-8")), package))
    for one, other in combinations(sorted(imports), 2):
        if other in imports[one] and one in imports[other]:
            yield f"{one} and {other} import each other"


def part_of(path: Path, package: Path) -> str:
    """Return the first part of a module's dotted name below the package."""
    return path.relative_to(package).with_suffix("").parts[0]


def imported_parts(tree: ast.Module, package: Path) -> Iterable[str]:
    """Yield the parts of the package that a module imports anywhere, for types as well."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == package.name and len(parts) > 1 and not parts[1].startswith("__"):
                yield parts[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
