"""What is kept on this machine, and forgetting it."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from tests.kit.transport import CACHE_FILE

if TYPE_CHECKING:
    from animedex.http_message import JsonObject
    from animedex.testing import SampleServer
    from tests.kit.command_line import Cli


def info(cli: Cli) -> JsonObject:
    return cast("JsonObject", cli("cache", "info").json)


def test_an_empty_cache(cli: Cli) -> None:
    told = info(cli)
    assert list(told) == ["path", "answers", "bytes", "most_bytes", "shown_pictures"]
    assert (told["answers"], told["bytes"], told["shown_pictures"]) == (0, 0, 0)
    assert str(told["path"]).startswith(os.environ["ANIMEDEX_CACHE_DIR"])


def test_answers_are_counted_and_forgotten(cli: Cli, service: SampleServer) -> None:
    cli("nekos", "categories")
    cli("nekos", "search", "mio")
    told = info(cli)
    assert told["answers"] == 2
    assert isinstance(told["bytes"], int)
    assert told["bytes"] > 0
    assert cli("cache", "clear") == (0, b"", "deleted 2 cached responses\n")
    assert info(cli)["answers"] == 0
    cli("nekos", "categories")
    assert len(service.arrivals.on("/endpoints")) == 2


def test_small_pictures_of_the_gallery_are_forgotten_with_answers(cli: Cli) -> None:
    kept = Path(os.environ["ANIMEDEX_CACHE_DIR"], "thumbnails", "ab", f"{'c' * 62}-480.webp")
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"small")
    assert cli("cache", "clear", "--seen").err == "deleted the record of 0 seen pictures\n"
    assert kept.exists()
    assert cli("cache", "clear").err == "deleted 0 cached responses\ndeleted 1 thumbnail\n"
    assert not kept.exists()


def test_shown_pictures_are_counted_and_forgotten(cli: Cli, service: SampleServer) -> None:
    cli("nekos", "image", "neko")
    cli("nekos", "image", "baka")
    assert info(cli)["shown_pictures"] == 2
    assert cli("nekos", "image", "neko", "--fresh").text == "[]\n"
    assert cli("nekos", "image", "neko", "--fresh").code == 3
    assert cli("cache", "clear", "--seen").err == "deleted the record of 2 seen pictures\n"
    assert info(cli)["shown_pictures"] == 0
    assert len(cast("list[object]", cli("nekos", "image", "neko", "--fresh").json)) == 1


def test_one_kind_of_memory_does_not_touch_the_other(cli: Cli, service: SampleServer) -> None:
    cli("nekos", "categories")
    cli("nekos", "image", "neko")
    cli("cache", "clear")
    assert info(cli)["shown_pictures"] == 1
    cli("nekos", "categories")
    cli("cache", "clear", "--seen")
    assert info(cli)["answers"] == 1


def test_files_are_their_owner_s_alone(cli: Cli, service: SampleServer) -> None:
    cli("nekos", "categories")
    for kind in ("CACHE", "DATA"):
        folder = os.environ[f"ANIMEDEX_{kind}_DIR"]
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
        for name in os.listdir(folder):
            assert stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode) == 0o600


@pytest.mark.parametrize(
    "command",
    [
        ("nekos", "categories"),
        ("nekos", "categories-full"),
        ("nekos", "search", "x"),
        ("nekos", "image"),
    ],
)
@pytest.mark.parametrize("body", [b"<html>", b"\xff", b"", b"[1]", b"null", b"{}"])
def test_a_kept_answer_that_cannot_be_read_is_asked_for_anew(
    cli: Cli, service: SampleServer, command: tuple[str, ...], body: bytes
) -> None:
    assert cli(*command).code == 0
    path = Path(os.environ["ANIMEDEX_CACHE_DIR"]) / CACHE_FILE
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE answer SET body = ?", (body,))
    service.arrivals.clear()
    assert (cli(*command).code, cli(*command).code) == (0, 0)
    assert len(service.arrivals.on("/search")) + len(service.arrivals.on("/endpoints")) == 1
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM answer WHERE body = ?", (body,)).fetchone() == (0,)
