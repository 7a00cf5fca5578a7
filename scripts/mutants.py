"""Change the source in small ways, and list the changes that no test notices.

`python scripts/mutants.py [AREA ...]` takes a sample of mutants with a fixed seed from each area,
runs the area's tests against each, and writes the survivors to `benchmarks/RESULTS.md`. cosmic-ray
makes the mutants. It works on copies of the project, one for each processor.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
BEGIN, END = "<!-- mutants -->", "<!-- end mutants -->"
# Where the source of an area is below src/animedex, and its tests below tests.
AREAS = {"ratelimit": "ratelimit", "transport": "transport", "art": "art", "xmp": "images/xmp"}
SEED = 11
SAMPLE = 50
SECONDS = 180
COPIED = ("src", "tests", "typings", "scripts", "docs", "pyproject.toml", "README.md")
# What changes no behaviour that a test could see.
SKIPPED_OPERATORS = ("core/ExceptionReplacer", "core/RemoveDecorator", "core/VariableReplacer")


class Mutant(NamedTuple):
    """Represent one change of one line of a module."""

    area: str
    module: Path
    line: int
    before: str
    after: str
    code: str


def sample_mutants(area: str, size: int) -> list[Mutant]:
    """Return a sample of the mutants of an area, in the order of its lines."""
    folder = ROOT / "src" / "animedex" / AREAS[area]
    paths = [path for path in sorted(folder.rglob("*.py")) if path.name != "__init__.py"]
    changes = [change for path in paths for change in find_changes(path)]
    random.Random(SEED).shuffle(changes)
    mutants = (mutant for change in changes if (mutant := apply_change(area, change)))
    return sorted(islice(mutants, size), key=lambda one: (one.module, one.line))


class Change(NamedTuple):
    """Represent one occurrence of what an operator of cosmic-ray changes in a module."""

    path: Path
    operator: str
    number: int


def find_changes(path: Path) -> Iterator[Change]:
    """Yield all changes that can be made to a module."""
    plugins: Any = import_module("cosmic_ray.plugins")
    syntax: Any = import_module("cosmic_ray.ast")
    nodes = list(syntax.ast_nodes(syntax.get_ast(path.read_text("utf-8"))))
    for name in sorted(plugins.operator_names()):
        kind = plugins.get_operator(name)
        if name not in SKIPPED_OPERATORS and not kind.arguments():
            places = [place for node in nodes for place in kind().mutation_positions(node)]
            yield from (Change(path, name, number) for number in range(len(places)))


def apply_change(area: str, change: Change) -> Mutant | None:
    """Return a mutant; None if what is executed stays the same."""
    plugins: Any = import_module("cosmic_ray.plugins")
    mutating: Any = import_module("cosmic_ray.mutating")
    code = change.path.read_text("utf-8")
    operator = plugins.get_operator(change.operator)()
    changed = mutating.mutate_code(code, operator, change.number)
    if changed is None or parse_executed_code(changed) in {parse_executed_code(code), None}:
        return None
    return Mutant(area, change.path.relative_to(ROOT), *first_change(code, changed), changed)


def identity_mutant(mutant: Mutant) -> Mutant:
    """Return a mutant that is its module as it stands."""
    return mutant._replace(code=(ROOT / mutant.module).read_text("utf-8"))


def first_change(code: str, changed: str) -> tuple[int, str, str]:
    """Return the first line that differs: its number, and what it is in either text."""
    pairs = zip(code.splitlines(), changed.splitlines(), strict=False)
    return next(
        (number, before.strip(), after.strip())
        for number, (before, after) in enumerate(pairs, 1)
        if before != after
    )


def parse_executed_code(code: str) -> str | None:
    """Return a module's tree without annotations; None if it is no Python."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return None
    return ast.dump(WithoutTypes().visit(tree))


class WithoutTypes(ast.NodeTransformer):
    """Remove what only a type checker reads."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        """Remove blocks for type checkers."""
        return None if "TYPE_CHECKING" in ast.dump(node.test) else self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Remove an argument's annotation."""
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Remove the annotation of what is returned."""
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """Remove a variable's annotation."""
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)


class Copies:
    """Represent copies of the project, each lent to one mutant at a time."""

    def __init__(self, folder: Path, number: int) -> None:
        self._free: SimpleQueue[Path] = SimpleQueue()
        for index in range(number):
            copy = folder / str(index)
            copy.mkdir()
            for name in COPIED:
                source = ROOT / name
                if source.is_dir():
                    shutil.copytree(source, copy / name)
                else:
                    shutil.copy(source, copy / name)
            self._free.put(copy)

    def survives(self, mutant: Mutant) -> bool:
        """Return whether the tests pass with a mutant in place of its module."""
        copy = self._free.get()
        path = copy / mutant.module
        original = path.read_text("utf-8")
        try:
            path.write_text(mutant.code, "utf-8")
            forget_compiled(path)
            return all(passes(copy, tests) for tests in tests_of(mutant))
        finally:
            path.write_text(original, "utf-8")
            forget_compiled(path)
            self._free.put(copy)


def forget_compiled(path: Path) -> None:
    """Remove a module's bytecode: a mutant may be as long and as old as the module."""
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
        compiled.unlink()


def tests_of(mutant: Mutant) -> list[list[str]]:
    """Return what to run in turn: the tests that mirror the module, then all of its area."""
    below = mutant.module.relative_to("src/animedex")
    mirror = [
        f"tests/{below.parent}/{name}"
        for name in (f"test_{below.stem}.py", below.stem)
        if (ROOT / "tests" / below.parent / name).exists()
    ]
    everything = [f"tests/{AREAS[mutant.area]}", str(mutant.module)]
    return [mirror, everything] if mirror else [everything]


def passes(copy: Path, tests: Sequence[str]) -> bool:
    """Return whether tests pass in a copy; what takes too long does not."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-m", "not slow", "--timeout", "60"]
    try:
        done = subprocess.run(
            [*command, *tests],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy / "src")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def report(samples: dict[str, list[Mutant]], survivors: dict[str, list[Mutant]]) -> str:
    """Return the results as Markdown."""
    lines = ["| area | mutants | killed | share |", "|---|---|---|---|"]
    for area, sample in samples.items():
        killed = len(sample) - len(survivors[area])
        lines.append(f"| {area} | {len(sample)} | {killed} | {killed / len(sample):.0%} |")
    lines += ["", "Survivors:", ""]
    lines += [
        f"- `{one.module}:{one.line}`: `{one.before}` → `{one.after}`"
        for area in survivors
        for one in survivors[area]
    ]
    return "\n".join(lines)


def write_results(text: str) -> None:
    """Put the results between their marks in the results of the benchmarks."""
    page = RESULTS.read_text("utf-8")
    if BEGIN not in page:
        page = f"{page.rstrip()}\n\n## Mutants\n\n{BEGIN}\n{END}\n"
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    RESULTS.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


def main(arguments: Iterable[str]) -> None:
    """Run the sample of each area; fail if fewer than nine of ten mutants are killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("areas", nargs="*", default=list(AREAS), help="default: all")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="mutants of each area")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="tests at a time")
    options = parser.parse_args(list(arguments))
    samples: dict[str, list[Mutant]] = {}
    survivors: dict[str, list[Mutant]] = {}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.jobs) as pool:
        copies = Copies(Path(folder), options.jobs)
        for area in options.areas:
            samples[area] = sample_mutants(area, options.sample)
            if not copies.survives(identity_mutant(samples[area][0])):
                sys.exit(f"the tests of {area} fail without a mutant")
            alive = pool.map(copies.survives, samples[area])
            survivors[area] = [
                one for one, lives in zip(samples[area], alive, strict=True) if lives
            ]
            print(f"{area}: {len(samples[area])} mutants tried", flush=True)
            for one in survivors[area]:
                print(f"  {one.module}:{one.line}: {one.before} -> {one.after}", flush=True)
    write_results(report(samples, survivors))
    tried, alive_at_all = (sum(map(len, one.values())) for one in (samples, survivors))
    if tried * 0.1 < alive_at_all:
        sys.exit(f"only {tried - alive_at_all} of {tried} mutants were killed")


if __name__ == "__main__":
    main(sys.argv[1:])
