"""Install the wheel and the source distribution into empty environments, and use them.

Give the folder that holds both: `python scripts/smoke.py dist`.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

BINARIES = "Scripts" if os.name == "nt" else "bin"
IMPORTS = """
from importlib.resources import files
import animedex, animedex.backends.nekos as nekos
assert (files("animedex") / "py.typed").is_file(), "py.typed is missing"
assert callable(nekos.image) and nekos.image.call("neko").request.path == "/neko"
print(animedex.__version__, animedex.__file__)
"""
GALLERY = """
from importlib.resources import files
there = files("animedex.gallery")
assert {one.name for one in (there / "templates").iterdir()} >= {"page.html", "picture.html"}
assert any(one.name.endswith(".css") for one in (there / "static").iterdir())
"""


class Installed:
    """An environment of its own, with files of its own, outside the source tree."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        venv.create(folder / "venv", with_pip=True)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANIMEDEX_", "PYTHON"))}
        own = {f"ANIMEDEX_{kind}_DIR": str(folder / kind) for kind in ("CONFIG", "CACHE", "DATA")}
        self.environment = {**kept, **own}

    def path(self, program: str) -> str:
        """Name a program of the environment."""
        return str(self.folder / "venv" / BINARIES / program)

    def install(self, what: str) -> None:
        """Install a requirement with pip, from its shared cache where that has it."""
        self.run("python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", what)

    def run(self, program: str, *arguments: str, code: int = 0, **environment: str) -> str:
        """Run a program; give what it prints, or end with all of it where the code differs."""
        done = subprocess.run(
            [self.path(program), *arguments],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        command = " ".join([program, *arguments])
        expect(
            done.returncode == code,
            f"`{command}` ends with {code}, not {done.returncode}\n{done.stdout}{done.stderr}",
        )
        return done.stdout

    @contextlib.contextmanager
    def sample_server(self) -> Generator[str]:
        """Run the sample server on a free port; give its address."""
        with subprocess.Popen(
            [self.path("animedex"), "serve", "--sample", "--port", "0"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as server:
            assert server.stdout is not None
            try:
                yield server.stdout.readline().strip()
            finally:
                server.terminate()


def check(artifact: Path) -> None:
    """Install one artifact, first bare and then with the server, and use it."""
    with tempfile.TemporaryDirectory() as folder:
        there = Installed(Path(folder).resolve())
        there.install(str(artifact))
        told = there.run("animedex", "--version").strip()
        expect(artifact.name.startswith(told.replace(" ", "-")), f"the version is {told}")
        expect("categories-full" in there.run("animedex", "nekos", "--help"), "help lists commands")
        version, place = there.run("python", "-c", IMPORTS).split(maxsplit=1)
        expect(told == f"animedex {version}", "package and command are of one version")
        expect(place.startswith(str(there.folder)), "what is imported is what was installed")
        there.run("animedex", "serve", "--sample", "--port", "0", code=2)
        passed(artifact, "bare: version, help, imports, py.typed, a hint in place of the server")

        there.run("animedex", "nekos", "download", "neko", code=2)
        passed(artifact, "bare: a hint in place of a download")

        there.install(f"animedex[pictures,serve] @ {artifact.as_uri()}")
        with there.sample_server() as url:
            expect(url.startswith("http://127.0.0.1:"), "the server says where it is")
            answer = there.run("animedex", "nekos", "image", "neko", ANIMEDEX_NEKOS_URL=url)
            (row,) = json.loads(answer)
            expect(row["url"].startswith(f"{url}/neko/"), "a picture comes from the sample server")
            passed(artifact, "with [serve]: a picture from the sample server")
            there.run("animedex", "nekos", "download", "hug", "--to", ".", ANIMEDEX_NEKOS_URL=url)
        kept = json.loads(there.run("animedex", "library", "list"))
        expect([entry["there"] for entry in kept] == [True], "the library has what was fetched")
        there.run("python", "-c", GALLERY)
        passed(artifact, "with [pictures]: a download, the library, the gallery's files")


def expect(truth: object, what: str) -> None:
    """End with a failure where something is not as it should be."""
    if not truth:
        sys.exit(f"smoke test failed: {what}")


def passed(artifact: Path, what: str) -> None:
    """Return what passed."""
    print(f"{artifact.name}: {what}", flush=True)


def main(arguments: list[str]) -> None:
    """Check the one wheel and the one source distribution of a folder."""
    expect(len(arguments) == 1, "give the folder that holds wheel and source distribution")
    began = time.monotonic()
    artifacts: list[Path] = []
    for pattern in ("animedex-*.whl", "animedex-*.tar.gz"):
        found = sorted(Path(arguments[0]).resolve().glob(pattern))
        expect(len(found) == 1, f"there is one {pattern}, not {len(found)}")
        artifacts += found
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(check, artifact) for artifact in artifacts]:
            done.result()
    print(f"both passed in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
