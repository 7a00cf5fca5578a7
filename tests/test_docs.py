"""The documentation is true: examples run, links lead somewhere, numbers are the code's.

Conventions of the pages:

- A `python` block is a program of its own; `python pytest` holds tests.
- In a `console` block every `$ animedex …` line is run, on a terminal, one after the other on a
  page. It ends with 0 or as a comment says (`# exit 3`). What is shown below it is what it
  prints, `…` standing for anything.
- A block marked `no-run` is only read.
"""

from __future__ import annotations

import ast
import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import pytest

import animedex
from animedex import backends, errors
from animedex.backends.nekos import calls, composite_calls
from animedex.backends.nekos.backend import BACKEND
from animedex.call import MAX_JSON_BYTES
from animedex.cli.shared_options import PICTURE_OPTIONS
from animedex.client import Client
from animedex.client_options import ClientOptions
from animedex.config.config_file import Config
from animedex.config.settings import SETTINGS
from animedex.ratelimit import rate_limiter
from animedex.ratelimit.limits import scale_limits
from animedex.ratelimit.store import FILE_NAME, MAX_SEEN
from animedex.testing import SampleServer
from animedex.testing.faults import parse_fault
from animedex.testing.samples.danbooru_sample import DanbooruSample
from animedex.testing.samples.waifu_sample import WaifuSample
from animedex.transport import pipeline
from animedex.transport import response_cache as cache
from animedex.transport import retry_after as advice
from animedex.transport.status_errors import STATUSES
from tests.kit.pages import ROOT, cells, quoted, text_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
# Where the pages have the stand-ins: what `animedex serve --sample --service all` starts.
SHOWN_URLS = {
    "ANIMEDEX_NEKOS_URL": "http://127.0.0.1:8080/api/v2",
    "ANIMEDEX_DANBOORU_URL": "http://127.0.0.1:8081",
    "ANIMEDEX_WAIFU_URL": "http://127.0.0.1:8082",
}
HOSTS = {
    "cache.example",
    *("nekos.best", "docs.nekos.best", "example.org", "127.0.0.1"),
    *("danbooru.donmai.us", "cdn.donmai.us", "www.waifu.im", "docs.waifu.im", "cdn.waifu.im"),
    *("api.waifu.im", "jqlang.org", "keepachangelog.com", "semver.org", "twitter.com"),
    *("x.com", "www.pixiv.net", "i.pximg.net", "modelcontextprotocol.io"),
}
FENCE = re.compile(r"^```(\S*)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:[A-Z_]+=\S+ )*animedex\b")
CHECK_HELP = [sys.executable, str(ROOT / "scripts" / "write_help.py"), "--check"]
pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


class Block(NamedTuple):
    """A fenced block; `line` is where it begins."""

    language: str
    mark: str
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    text = page.read_text("utf-8")
    return [
        Block(result[1], result[2] or "", result[3], text.count("\n", 0, result.start()) + 1)
        for result in FENCE.finditer(text)
    ]


def programs() -> dict[str, Block]:
    """Return every block of Python by where it stands."""
    return {
        f"{page.name}:{block.line}": block
        for page in PAGES
        for block in blocks(page)
        if block.language == "python"
    }


def examples(block: Block) -> list[tuple[str, str]]:
    """Return each command with what is shown below it."""
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    return [(command, shown) for command, _, shown in (part.partition("\n") for part in parts)]


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Run the stand-ins; give an environment in which `animedex` asks them, without limits."""
    command = tmp_path / "bin" / "animedex"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m animedex "$@"\n')
    command.chmod(0o755)
    with (
        SampleServer(limits=False, seed=7) as nekos,
        DanbooruSample(limits=False, seed=7) as danbooru,
        WaifuSample(limits=False, seed=7) as waifu,
    ):
        yield {
            **os.environ,
            "PYTHONPATH": str(Path(animedex.__file__).parent.parent),
            "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
            "ANIMEDEX_NEKOS_URL": nekos.url,
            "ANIMEDEX_DANBOORU_URL": danbooru.url,
            "ANIMEDEX_WAIFU_URL": waifu.url,
            "ANIMEDEX_LIMITS": "off",
            "COLUMNS": "80",
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
        }


def run_on_terminal(command: str, environment: dict[str, str], folder: Path) -> tuple[int, str]:
    """Run a shell command on a terminal; give its exit code and all that it shows."""
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        ["/bin/sh", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        cwd=folder,
    ) as process:
        os.close(theirs)
        shown = b"".join(chunks(ours))
        code = process.wait()
    os.close(ours)
    return code, shown.decode().replace("\r\n", "\n")


def chunks(terminal: int) -> Iterator[bytes]:
    # Linux tells the end of a terminal by an error.
    with contextlib.suppress(OSError):
        while chunk := os.read(terminal, 65536):
            yield chunk


def assert_shows(printed: str, shown: str) -> None:
    pattern = ".*".join(re.escape(part) for part in shown.split("…"))
    if not re.fullmatch(pattern, printed, re.DOTALL):
        assert printed == shown


@pytest.mark.skipif(os.name == "nt", reason="the examples are for a POSIX shell")
@pages
def test_console_examples_run_and_print_what_is_shown(
    page: Path, sample: dict[str, str], tmp_path: Path
) -> None:
    # So that nobody is told how to set a contact, which happens once a day.
    data = Path(os.environ["ANIMEDEX_DATA_DIR"])
    data.mkdir(parents=True)
    (data / "contact-suggested").touch()
    for block in blocks(page):
        if block.language != "console" or block.mark == "no-run":
            continue
        for command, shown in examples(block):
            if not COMMAND.match(command):
                continue
            code, printed = run_on_terminal(command, sample, tmp_path)
            expected = re.search(r"# exit (\d+)", command)
            assert code == (int(expected[1]) if expected else 0), (command, printed)
            if shown.strip():
                for variable, url in SHOWN_URLS.items():
                    printed = printed.replace(sample[variable], url)
                assert_shows(printed, shown.rstrip("\n") + "\n")


@pytest.mark.parametrize("block", programs().values(), ids=programs())
def test_python_examples_run(block: Block, sample: dict[str, str], tmp_path: Path) -> None:
    assert ast.parse(block.text).body
    if block.mark == "no-run":
        return
    program = tmp_path / "test_example.py"
    program.write_text(block.text, "utf-8")
    tests = ["-m", "pytest", "-q", "-p", "animedex.testing.pytest_plugin"]
    done = subprocess.run(
        [sys.executable, "-W", "error", *(tests if block.mark == "pytest" else []), str(program)],
        env={**sample, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_configuration_example_is_readable(config_file: Path) -> None:
    page = blocks(ROOT / "docs" / "configuration.md")
    (example,) = (block.text for block in page if block.language == "toml")
    config_file.write_text(example, "utf-8")
    read = {name for name, result in Config().all().items() if result.source == "file"}
    assert read == {"contact", "timeout", "cache", "base_urls.nekos"}


@pages
def test_every_block_says_what_it_is(page: Path) -> None:
    assert {block.language for block in blocks(page)} <= {
        "python",
        "console",
        "json",
        "text",
        "toml",
    }
    assert {block.mark for block in blocks(page)} <= {"", "no-run", "pytest"}


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in headings)
    return {re.sub(r"\s", "-", heading.strip()) for heading in plain}


@pages
def test_relative_links_resolve(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", page.read_text("utf-8")))
    for link in links:
        path, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target), link


@pages
def test_other_hosts_are_few_and_known(page: Path) -> None:
    # What `animedex mcp` names has no host.
    urls: list[str] = re.findall(r"(?!animedex)\b[a-z]+://[^\s<>\"'`)|]+", page.read_text("utf-8"))
    assert {urlsplit(url.partition("…")[0]).hostname for url in urls} <= HOSTS


@pages
def test_pages_speak_of_the_project_alone(page: Path) -> None:
    text = FENCE.sub("", page.read_text("utf-8"))
    assert not re.findall(r"(?:^|\s)(?:issue )?#\d+|\bissue \d+|/(?:home|root|tmp|work)/", text)


def test_the_index_links_every_page() -> None:
    linked = set(re.findall(r"\]\(([\w./-]+)", text_of("docs/index.md")))
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"} <= linked
    assert {f"docs/{name}" for name in linked if "/" not in name} <= set(
        re.findall(r"\]\(([\w./-]+)", text_of("README.md"))
    )


def test_help_in_the_documentation_is_current() -> None:
    done = subprocess.run(CHECK_HELP, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (("Usage: animedex status", "Usage: nothing"), "stale"),
        (("<!-- help: animedex status -->", ""), "on 0 pages"),
        (("help: animedex status", "help: animedex weather"), "no command `animedex weather`"),
        (("<!-- end help -->", ""), "no end marker"),
        (("# Limits", "<!-- help: animedex -->\n<!-- end help -->\n# Limits"), "on 2 pages"),
    ],
)
def test_help_that_is_wrong_is_named(
    tmp_path: Path, wrong: tuple[str, str], complaint: str
) -> None:
    shutil.copytree(ROOT / "docs", tmp_path, dirs_exist_ok=True)
    (tmp_path / "limits.md").write_text(text_of("docs/limits.md").replace(*wrong, 1), "utf-8")
    check = [*CHECK_HELP, "--docs", str(tmp_path)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert complaint in done.stderr


BUCKET, WINDOW = BACKEND.limits.bucket, BACKEND.limits.windows["/search"]
SLOW = scale_limits(BACKEND.limits, 0.5)
MIB = 1024 * 1024
FACTS = [
    ("limits", f"{BUCKET.rate:g} per second, with a burst of {BUCKET.burst}"),
    ("limits", f"{WINDOW.calls} in any {WINDOW.seconds:g} seconds"),
    ("limits", f"{BUCKET.burst} + {BUCKET.rate:g} · 60 = {BUCKET.burst + BUCKET.rate * 60:g}"),
    ("limits", f"{SLOW.bucket.rate:g} per second with a burst of {SLOW.bucket.burst}"),
    ("limits", f"and {SLOW.windows['/search'].calls} searches"),
    ("limits", f"at most {pipeline.MAX_RETRIES} times, GET and HEAD only"),
    (
        "limits",
        "429, 502, 503 and 504" if sorted(advice.RETRIED_STATUSES) == [429, 502, 503, 504] else "?",
    ),
    (
        "limits",
        "otherwise {:g} s, {:g} s and {:g} s".format(*map(advice.backoff, range(3), [1] * 3)),
    ),
    ("limits", f"At most {pipeline.MAX_REDIRECTS} redirects"),
    ("limits", f"`--timeout` (default: {SETTINGS['timeout'].default:g} seconds)"),
    ("limits", f"more than {MAX_JSON_BYTES // MIB} MiB"),
    ("limits", f"at most {cache.CACHE_CAP // MIB} MiB"),
    ("limits", "for at most a day" if rate_limiter.MAX_BLOCK == 86_400 else "?"),
    ("limits", f"{calls.MOST} rows per request"),
    ("nekos", f"{BUCKET.rate:g} per second with a burst of {BUCKET.burst}"),
    ("nekos", f"1 to {calls.MOST} pictures"),
    ("nekos", f"the last {MAX_SEEN:,}"),
    ("nekos", f"{composite_calls.MAX_TRIES} times in all"),
    ("nekos", f"up to {calls.ASSET_CAP // MIB} MiB"),
    ("python", f"(default: {SETTINGS['timeout'].default:g})"),
    ("configuration", f"`{cache.FILE_NAME}`"),
    ("configuration", f"`{FILE_NAME}`"),
]


@pytest.mark.parametrize(("page", "fact"), FACTS)
def test_numbers_are_those_of_the_code(page: str, fact: str) -> None:
    assert fact in words_of(f"docs/{page}.md")


def test_lifetimes_are_those_of_the_calls() -> None:
    spans = {"10 minutes": 600.0, "24 hours": 86_400.0, "never": 0.0}
    rows = cells("docs/limits.md", "response | cached for")
    catalogue, search, never = (spans[span] for _, span in rows)
    assert catalogue == calls.categories().ttl == calls.categories_full().ttl
    assert search == calls.search("x").ttl
    assert never == calls.image("neko").ttl == calls.asset("neko/1.png").ttl == 0


def all_errors(kind: type[errors.AnimedexError]) -> Iterator[type[errors.AnimedexError]]:
    for below in kind.__subclasses__():
        yield below
        yield from all_errors(below)


def test_exit_codes_are_those_of_the_errors() -> None:
    told = {
        (int(code), reason)
        for code, reasons, _ in cells("docs/output.md", "code | reasons | meaning")
        for reason in quoted(reasons)
    }
    assert told == {(kind.exit_code, kind.reason) for kind in all_errors(errors.AnimedexError)}


def test_agents_are_told_of_every_exit_code() -> None:
    told = [row[0] for row in cells("docs/agents.md", "code | action")]
    assert told == [row[0] for row in cells("docs/output.md", "code | reasons | meaning")]


def test_the_error_tree_is_the_code_s_own() -> None:
    assert errors.__doc__ is not None
    tree = errors.__doc__.partition("\n\n")[2].partition("\n\n")[0]
    assert f"```text\n{tree}\n```" in text_of("docs/python.md")


def test_statuses_are_those_of_the_table() -> None:
    told = {row[0]: quoted(row[1])[0] for row in cells("docs/output.md", "status | reason")}
    assert told.pop("any other") == "upstream-error"
    assert told == {str(status): kind.reason for status, (kind, _) in STATUSES.items()}


def test_every_setting_is_told_with_its_default() -> None:
    rows = cells("docs/configuration.md", "setting | default | values")
    told = {quoted(row[0])[0]: row[1].strip("`") for row in rows}
    assert told.pop("base_urls.<service>") == "the service's"
    defaults = {name: setting.default for name, setting in SETTINGS.items()}
    numbers = {name: f"{d:g}" if isinstance(d, float) else d for name, d in defaults.items()}
    assert told == {name: "none" if d is None else str(d) for name, d in numbers.items()}


def test_environment_variables_are_those_that_are_read() -> None:
    names = [*SETTINGS, "config_dir", "cache_dir", "data_dir", "serve_token"]
    read = {f"ANIMEDEX_{name.upper()}" for name in names}
    for backend in map(backends.find_backend, backends.list_names()):
        fields = backend.sign_in.fields if backend.sign_in else ()
        read |= {backend.url_variable, *map(backend.variable, fields)}
    variable = re.compile(r"\bANIMEDEX_[A-Z_]+")
    named = {page: set(variable.findall(page.read_text("utf-8"))) for page in PAGES}
    assert named.pop(ROOT / "docs" / "configuration.md") == read
    assert set[str]().union(*named.values()) <= read


def test_client_arguments_are_those_of_the_client() -> None:
    rows = cells("docs/python.md", "argument | value")
    assert {quoted(row[0])[0] for row in rows} == set(ClientOptions.__annotations__)


def test_output_options_are_those_of_the_command() -> None:
    known = {name for option in PICTURE_OPTIONS for name in option.opts}
    rows = cells("docs/output.md", "option | prints")
    told = {name.split(" ")[0] for row in rows for name in quoted(row[0])}
    assert told | {"--color"} == known


def test_faults_are_those_that_the_server_knows() -> None:
    for row in cells("docs/testing.md", "part | what happens"):
        part = quoted(row[0])[0]
        assert parse_fault(f"/neko:{'429;' if part.startswith('retry') else ''}{part}x2").times == 2


def test_services_of_a_client_are_those_that_exist() -> None:
    assert set(Client.__annotations__) - {"_http"} == set(backends.list_names())
    assert all(f"{name}.md" in text_of("docs/index.md") for name in backends.list_names())


def test_the_changelog_has_this_version() -> None:
    assert re.search(
        rf"^## \[{re.escape(animedex.__version__)}\] - \d{{4}}-\d\d-\d\d$",
        text_of("CHANGELOG.md"),
        re.MULTILINE,
    )
