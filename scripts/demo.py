"""Show what animedex does: the real command line against a sample server on this machine.

Every command is printed as a user would type it and run as a process of its own; what it prints
is checked, and the first surprise ends the demonstration with a failure.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Generator

ANIMEDEX = os.path.join(sysconfig.get_path("scripts"), "animedex")
BOLD, DIM, PLAIN = ("\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "")


@contextlib.contextmanager
def sample_server() -> Generator[str]:
    """Run `animedex serve --sample` on a free port; give its address."""
    with subprocess.Popen(
        [ANIMEDEX, "serve", "--sample", "--port", "0", "--seed", "7"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        try:
            expect(url.startswith("http://127.0.0.1:"), "the server says where it is")
            yield url
        finally:
            server.terminate()


def run(*arguments: str, title: str) -> str:
    """Run one command, print it and what it prints, and give that."""
    print(f"\n{BOLD}# {title}{PLAIN}\n$ animedex {shlex.join(arguments)}")
    done = subprocess.run([ANIMEDEX, *arguments], capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    print("\n".join(lines[:20]))
    if len(lines) > 20:
        print(f"{DIM}… {len(lines) - 20} more lines{PLAIN}")
    if done.stderr:
        print(f"{DIM}{done.stderr.rstrip()}{PLAIN}")
    expect(done.returncode == 0, f"exit code 0, not {done.returncode}")
    return done.stdout


def expect(truth: object, what: str) -> None:
    """End the demonstration where something is not as it should be."""
    if not truth:
        sys.exit(f"the demonstration failed: {what}")


def demonstrate(folder: str) -> None:
    """Walk through the catalogue, pictures, a search, the projection, and a picture's bytes."""
    names = run("nekos", "categories", title="The catalogue: one name a line").split()
    expect(len(names) == 63 and names == sorted(names), "63 categories in alphabetical order")

    shape = run("nekos", "categories-full", "--jq", '."husbando"', title="A category's format")
    expect(shape == '{\n  "format": "png"\n}\n', "husbando has PNG files, and nothing else is told")

    rows = json.loads(run("nekos", "image", "neko", "--amount", "2", title="Two random pictures"))
    expect([row["_source"]["backend"] for row in rows] == ["nekos"] * 2, "two rows, with source")

    program = ".[0] | {url, artist: .artist_name, source_url}"
    run("nekos", "image", "husbando", "--jq", program, title="Just what is wanted, by jq")

    found = json.loads(
        run(
            *("nekos", "search", "kumo", "--amount", "5", "--fields", "artist_name,_match", "-c"),
            title="A search, and how well each row answers",
        )
    )
    expect(all(0 <= row["_match"] <= 1 for row in found), "each row has a match in 0..1")
    nothing = run(
        *("nekos", "search", "no such thing at all", "--min-match", "0.8"),
        title="A search that finds nothing says so",
    )
    expect(json.loads(nothing) == [], "no row is good enough")

    target = os.path.join(folder, "picture.png")
    address = rows[0]["url"]
    told = json.loads(run("nekos", "asset", address, "-o", target, title="A picture, with credit"))
    check_picture(target, told)
    project()
    print(f"\n{BOLD}All of it worked.{PLAIN}")


def check_picture(path: str, told: dict[str, object]) -> None:
    """See that the picture is one, whole, and print whose it is."""
    with open(path, "rb") as file:
        content = file.read()
    expect(content.startswith(b"\x89PNG\r\n\x1a\n"), "the file is a PNG")
    expect(content.rstrip().endswith(b"IEND\xaeB`\x82"), "the file is whole")
    expect(len(content) == told["size"], "the file is as long as was told")
    expect(told["artist_name"], "the artist is named")
    print(f"{len(content)} bytes of PNG by {told['artist_name']}")


def project() -> None:
    """Show the library: a row projected onto the shape shared by all services."""
    from animedex.backends.nekos import image

    print(f"\n{BOLD}# From Python: one shape for all services{PLAIN}")
    print('>>> post = image("husbando")[0].to_common()\n>>> post.id, post.rating, post.artist')
    post = image("husbando")[0].to_common()
    print((post.id, str(post.rating), post.artist))
    expect(post.id.startswith("nekos:") and post.rating == "g", "the projection names its source")


def main() -> None:
    """Run the demonstration with files of its own, so that the user's stay as they are."""
    with tempfile.TemporaryDirectory() as folder, sample_server() as url:
        for kind in ("CACHE", "CONFIG", "DATA"):
            os.environ[f"ANIMEDEX_{kind}_DIR"] = os.path.join(folder, kind.lower())
        os.environ["ANIMEDEX_NEKOS_URL"] = url
        print(f"{DIM}sample server: {url}{PLAIN}")
        demonstrate(folder)


if __name__ == "__main__":
    main()
