"""Show what animedex does: the real command line against sample servers on this machine.

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
def sample_servers() -> Generator[dict[str, str]]:
    """Run `animedex serve --sample` on free ports; give the variables that lead there."""
    with subprocess.Popen(
        [ANIMEDEX, "serve", "--sample", "--service", "all", "--port", "0", "--seed", "7"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        told = [server.stdout.readline().removeprefix("export ").strip() for _ in range(3)]
        urls = dict(line.split("=", 1) for line in told if "=" in line)
        try:
            places = [url for url in urls.values() if url.startswith("http://127.0.0.1:")]
            expect(len(places) == 3, "three servers say where they are")
            yield urls
        finally:
            server.terminate()


def run(*arguments: str, title: str, stdin: str | None = None) -> str:
    """Run one command, print it and what it prints, and give that."""
    print(f"\n{BOLD}# {title}{PLAIN}\n$ animedex {shlex.join(arguments)}")
    done = subprocess.run(
        [ANIMEDEX, *arguments], capture_output=True, text=True, check=False, input=stdin
    )
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


def compare() -> None:
    """Walk through the neighbours: their own commands, then all three at once."""
    posts = run(
        *("danbooru", "search", "order:score", "--rating", "g", "--limit", "2"),
        *("--jq", ".[] | {id, score, rating}", "-c"),
        title="Danbooru, in its own words",
    )
    expect(posts.count('"rating":"g"') == 2, "two posts, both general")
    images = run(
        *("waifu", "images", "--width", ">=200", "--limit", "2", "--common"),
        *("--jq", "[.[] | {id, rating}]", "-c"),
        title="Waifu.im, in the shape that all share",
    )
    expect(images.count('"waifu:') == 2, "two images, named by their service")

    found = run(
        *("art", "search", "kitsunebi_note", "--common", "--fields", BRIEF, "--jsonl"),
        title="All three at once",
    )
    services = {json.loads(line)["_source"]["backend"] for line in found.splitlines()}
    expect(len(services) > 1, "rows of several services")
    kept = run("art", "dedupe", "--keep", "best", "-c", title="One of each", stdin=found)
    expect(0 < len(json.loads(kept)) <= found.count("\n"), "no more rows than before")

    work = "https://www.pixiv.net/artworks/990000000"
    told = json.loads(run("art", "identify", work, "--fields", FACTS, title="Who is this?"))
    expect(told["work"] == "pixiv:990000000", "the work is known by its name")


def keep(folder: str) -> None:
    """Walk through files: fetched with their credit in them, and found again."""
    place = os.path.join(folder, "pictures")
    told = json.loads(
        run(
            *("nekos", "download", "kitsune", "--amount", "3", "--to", place),
            *("--fields", "status,path"),
            title="Pictures into files",
        )
    )
    expect([one["status"] for one in told] == ["fetched"] * 3, "three files")
    path = told[0]["path"]
    facts = json.loads(
        run(
            *("show", path, "--info", "--jq", ".post | {artists, source_url, rating}"),
            title="A file says whose it is",
        )
    )
    expect(facts["artists"], "the artist is in the file")
    found = run(
        *("library", "search", facts["artists"][0], "--jq", ".[].path", "-r"),
        title="The library finds it by its artist",
    )
    expect(path in found.splitlines(), "the file is found")
    alike = run(
        *("library", "similar", path, "--fields", "id,_distance", "--no-source", "-c"),
        title="And by what it looks like",
    )
    expect('"_distance":0' in alike, "it looks like itself")


BRIEF = "id,url,md5,source_url,width,height"
FACTS = "work,characters,copyrights,artists"


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
    with tempfile.TemporaryDirectory() as folder, sample_servers() as urls:
        for kind in ("CACHE", "CONFIG", "DATA"):
            os.environ[f"ANIMEDEX_{kind}_DIR"] = os.path.join(folder, kind.lower())
        os.environ.update(urls)
        print(f"{DIM}sample servers: {', '.join(urls.values())}{PLAIN}")
        demonstrate(folder)
        compare()
        keep(folder)
        project()
        print(f"\n{BOLD}All of it worked.{PLAIN}")


if __name__ == "__main__":
    main()
