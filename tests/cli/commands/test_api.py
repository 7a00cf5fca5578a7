"""Requests of the user's own: bytes untouched, the service's limits kept, no other host asked."""

from __future__ import annotations

import json
import os
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from animedex.backends.nekos.backend import BACKEND
from animedex.cli.commands.api import readable
from animedex.errors import BadArguments
from tests.kit.transport import LIMITER_FILE, postpone_limits

if TYPE_CHECKING:
    from animedex.testing import SampleServer
    from tests.kit.command_line import Cli, Process
    from tests.kit.raw_server import StartRawServer
    from tests.kit.terminal import Terminal

NEKO = "/neko/11111111-0001-4c1e-9d51-5a3d8a1c0001.png"
ODD = b'{"results" : [ ] }\r\n\x00\xff not JSON at all \n'


def fetch(service: SampleServer, path: str) -> bytes:
    """Ask the server without any of this program's code."""
    connection = HTTPConnection("127.0.0.1", service.port, timeout=120)
    connection.request("GET", service.base + path, headers={"User-Agent": "tester/1.0"})
    body = connection.getresponse().read()
    connection.close()
    return body


@pytest.mark.parametrize("path", ["/neko", NEKO, "/search?query=mio&type=1"])
def test_bytes_come_through_untouched(path: str, process: Process, service: SampleServer) -> None:
    expected = fetch(service, path)
    assert process("api", "nekos", path) == (0, expected, "")


def test_odd_bytes_come_through_untouched(cli: Cli, service: SampleServer) -> None:
    service.answer("/neko", body=ODD)
    assert cli("api", "nekos", "/neko") == (0, ODD, "")


def test_encoded_bytes_are_not_decoded(cli: Cli, service: SampleServer) -> None:
    body = b"\x1f\x8b" + b"whatever"
    service.answer("/neko", headers={"content-encoding": "gzip"}, body=body)
    assert cli("api", "nekos", "/neko").out == body
    assert service.arrivals[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "spelling",
    ["/neko", "neko", "{url}/neko", "https://nekos.best/api/v2/neko", "//neko", "/neko#part"],
)
def test_the_path_may_be_spelled_in_many_ways(
    spelling: str, cli: Cli, service: SampleServer
) -> None:
    outcome = cli("api", "nekos", spelling.format(url=service.url))
    assert (outcome.code, outcome.err) == (0, "")
    assert [arrival.path for arrival in service.arrivals] == ["/neko"]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/api/v2/neko",
        "http://nekos.best/api/v2/neko",
        "https://nekos.best/other",
        "https://nekos.best:8443/api/v2/neko",
        "https://nekos.best.example.com/api/v2/neko",
        "https://nekos.best@example.com/api/v2/neko",
        "https://example.com#@nekos.best/api/v2/neko",
        "https://example.com\\@nekos.best/api/v2/neko",
        "https://me:secret@nekos.best/api/v2/neko",
        "https://[half/neko",
        "https://nekos.best:99999/api/v2",
        "ftp://nekos.best/api/v2/neko",
        "file:///etc/passwd",
        "http://127.0.0.1:1/api/v2/neko",
        "http://localhost/api/v2/neko",
        "://neko",
    ],
)
def test_another_host_is_never_asked(url: str, cli: Cli, service: SampleServer) -> None:
    outcome = cli("api", "nekos", url)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, b"", 1)
    assert "please report" not in outcome.err
    assert "secret" not in outcome.err
    assert len(service.arrivals) == 0


def test_fields_and_headers_are_sent(cli: Cli, service: SampleServer) -> None:
    outcome = cli(
        *("api", "nekos", "/search?query=a", "-f", "type=1", "-f", "amount=2", "-f", "note=a&b=é"),
        *("-H", "X-Note: one", "-H", "accept:text/plain"),
    )
    assert outcome.code == 0
    (arrival,) = service.arrivals
    assert arrival.query.multi_items() == [
        *(("query", "a"), ("type", "1"), ("amount", "2"), ("note", "a&b=é"))
    ]
    assert (arrival.headers["x-note"], arrival.headers["accept"]) == ("one", "text/plain")


@pytest.mark.parametrize(
    "options",
    [
        *(("-f", text) for text in ("amount", "=3", " =3")),
        *(("-H", text) for text in ("x-note", ": one", "Host: x.example", "te: x")),
        *(("-H", text) for text in ("Content-Length: 3", "a b: c", "x: a\nb")),
        *(("-X", text) for text in ("POST", "DELETE", "", "GET /")),
        ("--jq", ".", "-o", "x"),
        ("--jq", ".", "--silent"),
        ("-r",),
    ],
)
def test_what_cannot_be_sent_is_told(
    options: tuple[str, ...], cli: Cli, service: SampleServer
) -> None:
    outcome = cli("api", "nekos", "/neko", *options)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, b"", 1)
    assert len(service.arrivals) == 0


@pytest.mark.parametrize("method", ["HEAD", "head"])
def test_head_has_no_body(method: str, cli: Cli, service: SampleServer) -> None:
    outcome = cli("api", "nekos", NEKO, "-X", method, "-i")
    assert outcome.text.startswith("HTTP 200\n")
    assert outcome.text.endswith("\n\n")
    assert "content-type: image/png\n" in outcome.text
    assert [arrival.method for arrival in service.arrivals] == ["HEAD"]


def test_the_head_goes_before_the_body(cli: Cli, service: SampleServer) -> None:
    service.answer("/neko", headers={"x-note": "one"}, body=b"[]")
    head, _, body = cli("api", "nekos", "/neko", "--include").text.partition("\n\n")
    assert head.splitlines()[0] == "HTTP 200"
    assert "x-note: one" in head.splitlines()
    assert body == "[]"


def test_silence(cli: Cli, service: SampleServer) -> None:
    assert cli("api", "nekos", "/neko", "--silent") == (0, b"", "")
    assert cli("api", "nekos", "/neko", "--silent", "-i").text.count("\n\n") == 1


def test_the_body_goes_to_a_file(cli: Cli, service: SampleServer, tmp_path: Path) -> None:
    target = tmp_path / "body"
    assert cli("api", "nekos", NEKO, "-o", str(target)) == (0, b"", "")
    assert target.read_bytes() == fetch(service, NEKO)


def test_a_failure_leaves_no_file(cli: Cli, service: SampleServer, tmp_path: Path) -> None:
    outcome = cli("api", "nekos", "/nekoo", "-o", str(tmp_path / "body"))
    assert (outcome.code, list(tmp_path.iterdir())) == (3, [])
    outcome = cli("api", "nekos", "/neko", "-o", str(tmp_path / "no" / "body"))
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)


def test_a_dash_is_standard_output(cli: Cli, service: SampleServer) -> None:
    assert cli("api", "nekos", NEKO, "-o", "-") == (0, fetch(service, NEKO), "")


@pytest.mark.parametrize("name", ["", "none/body", "\0"])
@pytest.mark.parametrize("command", [("api", "nekos", NEKO), ("nekos", "asset", NEKO[1:])])
def test_a_file_that_cannot_be_written_is_told_before_anything_is_sent(
    command: tuple[str, ...], name: str, cli: Cli, service: SampleServer, tmp_path: Path
) -> None:
    target = f"{tmp_path}/{name}" if name else ""
    outcome = cli(*command, "-o", target)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, b"", 1)
    assert len(service.arrivals) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_file_for_a_body(cli: Cli, service: SampleServer, tmp_path: Path) -> None:
    assert cli("api", "nekos", NEKO, "-o", str(tmp_path)).code == 2
    assert len(service.arrivals) == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device there")
def test_a_head_that_cannot_be_printed_leaves_nothing_half_written(
    process: Process, service: SampleServer, tmp_path: Path
) -> None:
    target = tmp_path / "body"
    outcome = process("api", "nekos", NEKO, "-i", "-o", str(target), redirect=">/dev/full")
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["User-Agent", "user-agent", "USER-AGENT "])
def test_the_user_agent_is_not_the_caller_s_to_choose(
    name: str, cli: Cli, service: SampleServer
) -> None:
    outcome = cli("api", "nekos", "/neko", "-H", f"{name}: other/1.0", "--errors", "json")
    assert (outcome.code, outcome.error["reason"]) == (2, "bad-args")
    assert "animedex config set contact" in str(outcome.error["hint"])
    assert len(service.arrivals) == 0


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (400, 1, "upstream-error"),
        (401, 4, "auth-required"),
        (403, 4, "refused"),
        (404, 3, "not-found"),
        (410, 3, "not-found"),
        (418, 1, "upstream-error"),
        (429, 5, "rate-limited"),
        (500, 1, "upstream-error"),
        (503, 1, "upstream-error"),
    ],
)
def test_a_failure_prints_its_body_and_has_its_code(
    status: int, code: int, reason: str, cli: Cli, service: SampleServer
) -> None:
    body = b'{"code":%d,"message":"Not today."}' % status
    headers = {"retry-after": "3600"}
    service.answer("/neko", status=status, headers=headers, body=body, times=None)
    outcome = cli("api", "nekos", "/neko", "--errors", "json")
    assert (outcome.code, outcome.out) == (code, body)
    assert (outcome.error["reason"], outcome.error["status"]) == (reason, status)
    assert len(service.arrivals) == 1


def test_jq_filters_the_body(cli: Cli, service: SampleServer) -> None:
    assert cli("api", "nekos", "/neko", "--jq", ".results | length").text == "1\n"
    assert cli("api", "nekos", "/neko", "-r", "--jq", ".results[0].artist_name").text == (
        "青葉ミオ\n"
    )


def test_jq_leaves_the_body_of_a_failure_alone(cli: Cli, service: SampleServer) -> None:
    outcome = cli("api", "nekos", "/nekoo", "--jq", ".results")
    assert (outcome.code, json.loads(outcome.out)["code"]) == (3, 404)


def test_jq_needs_json(cli: Cli, service: SampleServer) -> None:
    service.answer("/neko", body=b"<html>")
    outcome = cli("api", "nekos", "/neko?api_key=abc", "--jq", ".", "--errors", "json")
    assert (outcome.code, outcome.error["backend"]) == (7, "nekos")
    assert "abc" not in outcome.err


def test_searches_count_in_the_search_window(cli: Cli, service: SampleServer) -> None:
    window = BACKEND.limits.windows["/search"]
    for _ in range(window.calls - 1):
        assert cli("api", "nekos", "/search?query=a&type=1", "--silent").code == 0
    assert cli("nekos", "search", "b").code == 0
    postpone_limits(Path(os.environ["ANIMEDEX_DATA_DIR"]) / LIMITER_FILE, 3600.0)
    outcome = cli("api", "nekos", "search", "-f", "query=c")
    assert (outcome.code, outcome.out) == (5, b"")
    assert len(service.arrivals) == window.calls
    left = '.budgets.nekos.windows."/search".left'
    assert cli("status", "--jq", left).text == "0\n"


def test_nothing_is_kept_of_it(cli: Cli, service: SampleServer) -> None:
    for _ in range(2):
        assert cli("api", "nekos", "/neko", "--silent").code == 0
        assert cli("api", "nekos", "/endpoints", "--silent").code == 0
    assert len(service.arrivals) == 4
    assert cli("cache", "info", "--jq", ".answers").text == "0\n"


def test_the_user_agent_is_the_same(cli: Cli, service: SampleServer) -> None:
    cli("api", "nekos", "/neko")
    cli("nekos", "image", "neko")
    assert len({arrival.headers["user-agent"] for arrival in service.arrivals}) == 1


def test_a_terminal_gets_no_binary(terminal: Terminal, service: SampleServer) -> None:
    outcome = terminal("api", "nekos", NEKO)
    assert (outcome.code, outcome.out) == (2, b"")
    assert "-o FILE" in outcome.err


def test_a_terminal_gets_text_with_a_line_end(terminal: Terminal, service: SampleServer) -> None:
    service.answer("/neko", headers={"content-type": "text/plain"}, body="é\x1b[1m".encode())
    assert terminal("api", "nekos", "/neko").text == "é\ufffd[1m\n"


@pytest.mark.parametrize("body", [b"\xff", b"a\x00b", b"\x89PNG"])
def test_binary_is_not_readable(body: bytes) -> None:
    with pytest.raises(BadArguments):
        readable(body)


def test_text_is_readable() -> None:
    assert readable(b"a\n") == "a\n"
    assert readable("é".encode()) == "é\n"


ECHO = {
    "json": "".join(f"\\u{ord(letter):04x}" for letter in "s3cr3t/k3y"),
    "url": "s3cr3t%2Fk3y",
    "slash": "s3cr3t\\/k3y",
    "plain": "s3cr3t/k3y",
}


@pytest.mark.parametrize("told", ECHO.values(), ids=ECHO)
@pytest.mark.parametrize("options", [(), ("--errors", "json"), ("-i", "-v"), ("--silent",)])
def test_a_key_that_a_failure_tells_back_is_not_printed(
    told: str,
    options: tuple[str, ...],
    cli: Cli,
    raw_server: StartRawServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = f'{{"success": false, "message": "bad key {told}"}}'.encode()
    head = f"HTTP/1.1 401 No\r\nX-Echo: {told}\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    monkeypatch.setenv("ANIMEDEX_DANBOORU_URL", raw_server(head + body).url)
    monkeypatch.setenv("ANIMEDEX_DANBOORU_LOGIN", "me")
    monkeypatch.setenv("ANIMEDEX_DANBOORU_API_KEY", "s3cr3t/k3y")
    outcome = cli("api", "danbooru", "/posts.json", *options)
    printed = outcome.text + outcome.err
    assert outcome.code == 4
    assert told not in printed
    assert "k3y" not in printed
    if "--silent" not in options:
        assert "***" in outcome.text
