"""Run the tests under every Python that is found on this machine and that the project supports."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from glob import glob

OLDEST = (3, 11)
NEWEST_TRIED = 15
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def pythons() -> dict[str, str]:
    """Map each supported version to a working interpreter: on the path, or under pyenv."""
    found: dict[str, str] = {}
    home = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    for minor in range(OLDEST[1], NEWEST_TRIED):
        name = f"python3.{minor}"
        candidates = [shutil.which(name), *glob(f"{home}/versions/3.{minor}.*/bin/{name}")]
        working = [path for path in candidates if path and works(path)]
        if working:
            found[f"3.{minor}"] = working[0]
    return found


def works(path: str) -> bool:
    """Return whether an interpreter starts; pyenv's stand-ins may lead nowhere."""
    return (
        subprocess.run([path, "-c", "import venv"], capture_output=True, check=False).returncode
        == 0
    )


def tested(version: str, python: str) -> bool:
    """Run the tests under one interpreter, in an environment of its own."""
    folder = os.path.join(ROOT, f".venv-{version}")
    inside = os.path.join(folder, "bin", "python")
    if not os.path.exists(inside):
        subprocess.run([python, "-m", "venv", folder], check=True)
    pip = [inside, "-m", "pip", "install", "--quiet", "--upgrade"]
    subprocess.run([*pip, "pip>=25.1"], check=True)
    project = ["--editable", ".[pictures,serve]", "--group", "dev"]
    subprocess.run([*pip, *project], cwd=ROOT, check=True)
    done = subprocess.run([inside, "-m", "pytest", "-n", "auto", "-q"], cwd=ROOT, check=False)
    return done.returncode == 0


def main() -> None:
    """Test under each version, and end with a failure if one failed or none was found."""
    outcomes = {version: tested(version, path) for version, path in pythons().items()}
    for version, passed in outcomes.items():
        print(f"Python {version}: {'passed' if passed else 'failed'}")
    sys.exit(not outcomes or not all(outcomes.values()))


if __name__ == "__main__":
    main()
