"""The command line of nekos.best: what becomes of its arguments, and what is shown."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import pytest

from animedex.backends.nekos import asset_command as saving
from animedex.backends.nekos.commands import image_card
from animedex.backends.nekos.models import NekosAsset, NekosImage
from animedex.call import SourceTag
from animedex.cli.main import run
from animedex.errors import BadArguments
from animedex.models import with_match
from animedex.testing import SampleServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from animedex.http_message import JsonObject

TAG = SourceTag("nekos", datetime(2026, 5, 8, tzinfo=UTC), cached=False, rate_limited=False)
URL = "https://nekos.best/api/v2/neko/a.png"
PNG = b"\x89PNG\r\n\x1a\n"
CREDIT = {
    "content-type": "image/png",
    "artist_name": "%E9%9D%92+Mio",
    "source_url": "https%3A%2F%2Fgallery.example%2F1",
}


@pytest.fixture(scope="module")
def running() -> Iterator[SampleServer]:
    with SampleServer(limits=False, seed=5) as server:
        yield server


@pytest.fixture
def server(running: SampleServer, monkeypatch: pytest.MonkeyPatch) -> SampleServer:
    running.arrivals.clear()
    running.faults.clear()
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", running.url)
    monkeypatch.setenv("ANIMEDEX_LIMITS", "off")
    return running


Rows = list["JsonObject"]


@pytest.fixture
def rows(
    server: SampleServer, capfdbinary: pytest.CaptureFixture[bytes]
) -> Callable[..., list[JsonObject]]:
    """Run a command that prints rows."""

    def invoke(*arguments: str) -> list[JsonObject]:
        capfdbinary.readouterr()
        assert run(["nekos", *arguments]) == 0
        return cast("list[JsonObject]", json.loads(capfdbinary.readouterr().out))

    return invoke


def test_a_category_is_asked_for_so_many(rows: Callable[..., Rows], server: SampleServer) -> None:
    assert len(rows("image", "neko", "--amount", "7")) == 7
    (arrival,) = server.arrivals
    assert (arrival.path, arrival.query.multi_items()) == ("/neko", [("amount", "7")])


def test_without_a_category_one_is_drawn(rows: Callable[..., Rows], server: SampleServer) -> None:
    (row,) = rows("image")
    paths = [arrival.path for arrival in server.arrivals]
    assert paths[0] == "/endpoints"
    assert f"/api/v2{paths[1]}/" in str(row["url"])
    rows("image")
    assert len(server.arrivals.on("/endpoints")) == 1


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ((), "1"),
        (("--type", "image"), "1"),
        (("--type", "1"), "1"),
        (("--type", "GIF"), "2"),
        (("--type", "2"), "2"),
        (("--category", "neko"), "1"),
        (("--category", "hug"), "2"),
        (("--category", "hug", "--type", "image"), "1"),
    ],
)
def test_a_search_has_the_type_that_fits(
    options: tuple[str, ...], sent: str, rows: Callable[..., Rows], server: SampleServer
) -> None:
    rows("search", "umi", *options)
    (arrival,) = server.arrivals.on("/search")
    assert (arrival.query["type"], arrival.query["query"]) == (sent, "umi")


def test_a_search_drops_what_matches_worse(rows: Callable[..., Rows]) -> None:
    everything = rows("search", "umi", "--type", "gif", "--amount", "20")
    scores = [cast("float", row["_match"]) for row in everything]
    middle = sorted(scores)[len(scores) // 2]
    kept = rows("search", "umi", "--type", "gif", "--amount", "20", "--min-match", str(middle))
    assert [row["url"] for row in kept] == [
        row["url"] for row in everything if cast("float", row["_match"]) >= middle
    ]


def test_fresh_pictures_run_out(
    rows: Callable[..., Rows], capfdbinary: pytest.CaptureFixture[bytes], server: SampleServer
) -> None:
    first = rows("image", "neko", "--fresh", "--amount", "2")
    second = rows("image", "neko", "--fresh", "--amount", "2")
    assert len({str(row["url"]) for row in first + second}) == 4
    capfdbinary.readouterr()
    assert run(["nekos", "image", "neko", "--fresh", "--amount", "20"]) == 0
    out, err = capfdbinary.readouterr()
    left = len(json.loads(out))
    assert err.decode() == (
        f"animedex: only {left} of 20 pictures that are new to you were sent"
        " (`animedex cache clear --seen` forgets which you have been shown)\n"
    )


@pytest.mark.parametrize(
    ("asked", "out"),
    [
        *(("image", "[]\n"), ("image -c", "[]\n"), ("image --common", "[]\n")),
        *(("image --fields url", "[]\n"), ("image --jsonl", ""), ("image --jq .[0].url", "")),
        *(("download", "[]\n"), ("download --paths", ""), ("download --paths --json", "[]\n")),
        *(("download --jsonl", ""), ("download --jq .[0] -r", "")),
    ],
)
def test_nothing_new_is_an_empty_answer(
    asked: str,
    out: str,
    capfdbinary: pytest.CaptureFixture[bytes],
    server: SampleServer,
    tmp_path: Path,
) -> None:
    row = {"url": f"{server.url}/neko/a.png", "artist_name": "a"}
    server.answer("/neko", body=json.dumps({"results": [row]}).encode(), times=None)
    assert run(["nekos", "image", "neko"]) == 0
    capfdbinary.readouterr()
    to = ["--to", str(tmp_path)] if "download" in asked else []
    assert run(["nekos", *asked.split(), "neko", "--fresh", *to]) == 3
    printed = capfdbinary.readouterr()
    assert printed.out.decode() == out
    assert printed.err.decode() == (
        "animedex: nekos has sent no picture of category 'neko' that is new to you"
        " (`animedex cache clear --seen` forgets which you have been shown)\n"
    )


def apart(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own, as the browser is chosen but once in each."""
    command = [sys.executable, "-m", "animedex", "nekos", *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=120)


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in for the user's browser by a program that notes what it is to open."""
    note = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" >> {note}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    return note


@pytest.mark.skipif(os.name == "nt", reason="a browser is a shell script here")
@pytest.mark.parametrize("source", ["https://gallery.example/1", None])
def test_the_first_picture_s_page_is_opened(
    source: str | None, opened: Path, server: SampleServer
) -> None:
    body = json.dumps({"results": [{"url": URL, "source_url": source}, {"url": "x"}]}).encode()
    server.answer("/neko", body=body)
    assert apart("image", "neko", "--open").returncode == 0
    assert opened.read_text() == f"{source or URL}\n"


@pytest.mark.skipif(os.name == "nt", reason="a browser is a shell script here")
@pytest.mark.parametrize(
    "page", ["file:///etc/passwd", "javascript:alert(1)", "/bin/sh", "--help", "ftp://x.example/"]
)
def test_only_a_page_is_opened(page: str, opened: Path, server: SampleServer) -> None:
    body = json.dumps({"results": [{"url": URL, "source_url": page}]}).encode()
    server.answer("/search", body=body)
    done = apart("search", "x", "--open")
    assert (done.returncode, done.stderr) == (0, f"animedex: cannot open {page}\n".encode())
    assert not opened.exists()


def test_a_picture_goes_into_a_folder_by_its_own_name(
    server: SampleServer, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    server.answer("/neko/a.png", headers=CREDIT, body=PNG)
    assert run(["nekos", "asset", "neko/a.png", "-o", str(tmp_path)]) == 0
    payload = json.loads(capfdbinary.readouterr().out)
    assert list(payload) == [
        *("path", "size", "content_type", "url"),
        *("anime_name", "artist_name", "artist_href", "source_url", "_source"),
    ]
    assert (payload["artist_name"], payload["anime_name"], payload["size"]) == ("青 Mio", None, 8)
    assert payload["path"] == str(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes() == PNG


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_picture_is_not_printed_on_a_terminal(
    server: SampleServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", Screen())
    assert run(["nekos", "asset", f"{server.url}/neko/a.png"]) == 2
    assert "a picture is not printed on a terminal" in capfd.readouterr().err
    assert len(server.arrivals) == 0


@pytest.mark.parametrize("to", [(), ("-o", "-")])
def test_a_picture_goes_into_a_pipe_with_its_credit_beside(
    to: tuple[str, ...], server: SampleServer, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    server.answer("/neko/a.png", headers=CREDIT, body=PNG)
    assert run(["nekos", "asset", f"{server.url}/neko/a.png", *to]) == 0
    out, err = capfdbinary.readouterr()
    assert out == PNG
    assert err.decode() == "animedex: 青 Mio, https://gallery.example/1 [src: nekos]\n"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": "image/png"}, b"GIF89a"),
        ({"content-type": "image/png"}, b""),
        ({"content-type": "text/html"}, PNG),
        ({"content-type": "image/png"}, b"<html>"),
    ],
)
def test_what_is_no_picture_leaves_no_file(
    headers: dict[str, str],
    body: bytes,
    server: SampleServer,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    server.answer("/neko/a.png", headers=headers, body=body)
    assert run(["nekos", "asset", "neko/a.png", "-o", str(tmp_path / "a.png")]) == 7
    out, err = capfdbinary.readouterr()
    assert (out, err.count(b"\n"), os.listdir(tmp_path)) == (b"", 1, [])


def test_a_card_shows_what_is_known() -> None:
    row = {
        "url": URL,
        "artist_name": "Mio",
        "artist_href": "https://gallery.example/mio",
        "anime_name": "Umi",
        "source_url": "https://gallery.example/1",
        "dimensions": {"width": 3, "height": 4},
    }
    shown = image_card(with_match(NekosImage.from_payload(cast("JsonObject", row)), 0.256))
    assert (shown.title, shown.url, shown.source) == ("neko", URL, "nekos")
    assert dict(shown.lines) == {
        "artist": "Mio",
        "artist's page": "https://gallery.example/mio",
        "anime": "Umi",
        "size": "3 x 4",
        "match": "0.26",
        "source": "https://gallery.example/1",
    }


@pytest.mark.parametrize("size", [{}, {"width": 3}, {"width": None, "height": 4}, None])
def test_a_card_leaves_out_what_is_not_known(size: JsonObject | None) -> None:
    shown = image_card(NekosImage.from_payload({"url": "a.png", "dimensions": size}))
    assert shown.title == "a.png"
    assert {value for _, value in shown.lines} == {None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (URL, URL),
        (f'"{URL}"\n', URL),
        ("neko/a.png", "neko/a.png"),
        (f'{{"url": "{URL}"}}', URL),
        (f' [{{"url": "{URL}", "new": [1]}}]', URL),
    ],
)
def test_a_picture_s_address_is_found(
    text: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert saving.target_path(text) == expected
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        data = io.BytesIO(text.replace("\n", "\r\n").encode(encoding))
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data))
        assert saving.target_path("-") == expected


def test_several_rows_are_not_one() -> None:
    with pytest.raises(BadArguments, match="there are 2 rows"):
        saving.target_path(f'[{{"url": "{URL}"}}, {{"url": "x"}}]')


@pytest.mark.parametrize("text", ["{", "[", "[]", "{}", "[1]", '{"url": null}', '[["url"]]'])
def test_what_is_no_row_is_told(text: str) -> None:
    with pytest.raises(BadArguments) as caught:
        saving.target_path(text)
    assert "not a row" in caught.value.message


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("neko/a.png", "a.png"),
        (f"{URL}?x=/b", "a.png"),
        ("neko/.", "picture"),
        ("neko/___", "picture"),
        ("neko/a b;c.png", "a_b_c.png"),
        ("neko/" + "a" * 300 + ".png", "a" * 116 + ".png"),
        ("neko/\u202egnp.exe", "_gnp.exe"),
    ],
)
def test_a_file_name_is_harmless(what: str, name: str) -> None:
    assert saving.file_name(what) == name


def asset(**known: str | None) -> NekosAsset:
    kept: dict[str, str | None] = dict.fromkeys(
        ("path", "anime_name", "artist_name", "artist_href", "source_url")
    )
    kept.update(known)
    return NekosAsset(url=URL, content_type="image/png", size=8, body=None, source_tag=TAG, **kept)


def test_the_credit_is_one_line() -> None:
    assert saving.credit_line(asset(artist_name="Mio", source_url="https://x.example")) == (
        "Mio, https://x.example [src: nekos]"
    )
    assert saving.credit_line(asset()) == "no credit was sent [src: nekos]"


def test_a_saved_picture_has_a_card() -> None:
    shown = saving.asset_card(asset(path="a.png", artist_name="Mio"))
    assert (shown.title, shown.url, shown.source) == ("a.png", URL, "nekos")
    assert ("artist", "Mio") in shown.lines
    assert ("bytes", "8") in shown.lines
    assert saving.asset_card(asset()).title == URL
