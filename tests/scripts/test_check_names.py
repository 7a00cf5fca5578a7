"""The check of names, docstrings and imports that `make lint` runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "check_names.py"


def check(*paths: Path) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, SCRIPT, *paths], capture_output=True, text=True, check=False, timeout=120
    )
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize(
    ("source", "messages"),
    [
        ("def shown_rows():\n    pass\n", ["1: shown_rows: 'shown' does not say what it is"]),
        ("class Known:\n    '''A set.'''\n", ["1: Known: 'known' does not say what it is"]),
        ("def rows():\n    '''Give rows.'''\n", ["2: docstring begins with 'Give'"]),
        ("class Rows:\n    '''Holds rows.'''\n", ["2: docstring begins with 'Holds'"]),
        ("def rows():\n    '''Return what was found.'''\n    found = 1\n", []),
        ("class NotFound(Exception):\n    '''The service has no such thing.'''\n", []),
        ("def test_a_told_thing():\n    pass\n", []),
    ],
)
def test_names_and_docstrings_are_checked(source: str, messages: list[str], tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(source)
    assert check(path) == (1 if messages else 0, [f"{path}:{message}" for message in messages])


def test_the_project_follows_the_rules() -> None:
    assert check() == (0, [])


def test_base_names_and_cycles_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(SCRIPT.parent), *sys.path])
    from check_names import check_base_names, check_package_cycles

    package = tmp_path / "animedex"
    for name, source in {
        "art/search.py": "from animedex.library import rows\n",
        "library/search.py": "def f():\n    import animedex.art.random\n",
        "backends/one/models.py": "",
        "backends/two/models.py": "",
        "models.py": "",
    }.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(source)
    assert list(check_base_names(package)) == ["search.py: in unrelated folders (art, library)"]
    assert list(check_package_cycles(package)) == ["art and library import each other"]
