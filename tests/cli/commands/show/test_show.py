"""`animedex show`: what it takes, what it says of the rest, and what travels with a file."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from animedex.library.entry import NewEntry
from animedex.library.picture_library import Library
from animedex.models import ArtPost, Rating
from tests.cli.commands.show.conftest import credited, draw, rows_of
from tests.kit.odd_pictures import cut, whole

if TYPE_CHECKING:
    from animedex.testing import SampleServer
    from tests.kit.command_line import Cli, Outcome, Process
    from tests.kit.terminal import Emulator, Terminal

HALF = "▀"


def lines(outcome: Outcome) -> list[str]:
    """Return what is shown without what is drawn, and what the terminal is asked."""
    text = re.sub(r"\x1b\[16t|\x1b\[c|\x1b_[^\x1b]*\x1b\\\r\x1b\[K", "", outcome.text)
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return [line for line in text.splitlines() if HALF not in line]


def test_a_file_is_drawn_with_its_name(terminal: Terminal, picture: Path) -> None:
    done = terminal("show", str(picture), "--color", "always")
    assert (done.code, done.err) == (0, "")
    assert done.text.count(HALF) == 29 * 22
    assert "drawn.png" in lines(done)[-1]


def test_the_artist_is_named_where_the_file_tells(
    terminal: Terminal, picture: Path, tmp_path: Path
) -> None:
    done = terminal("show", str(credited(tmp_path / "b.png", picture)))
    assert "青葉ミオ�[31m" in done.text
    assert "[src: waifu]" in done.text


@pytest.mark.parametrize(
    ("environment", "escape"),
    [
        ({"COLORTERM": "truecolor"}, "\x1b[38;2;"),
        ({}, "\x1b[38;5;"),
        ({"TERM": "xterm"}, "\x1b[37;"),
        ({"TERM": "unheard-of-256color"}, "\x1b[38;5;"),
    ],
)
def test_there_are_as_many_colours_as_the_terminal_has(
    environment: dict[str, str], escape: str, terminal: Terminal, picture: Path
) -> None:
    done = terminal("show", str(picture), environment={"COLORTERM": "", **environment})
    assert escape in done.text
    assert HALF in done.text


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        ([], {"NO_COLOR": "1"}),
        (["--color", "never"], {}),
        ([], {"TERM": "vt100"}),
        ([], {"TERM": "unheard-of"}),
    ],
)
def test_without_colours_there_are_shades(
    arguments: list[str], environment: dict[str, str], terminal: Terminal, picture: Path
) -> None:
    done = terminal("show", str(picture), *arguments, environment={"COLORTERM": "", **environment})
    assert done.code == 0
    assert HALF not in done.text
    assert "▒" in done.text
    assert ";5;" not in done.text


def test_several_are_labelled_beside_each_other(terminal: Terminal, tmp_path: Path) -> None:
    paths = [str(draw(tmp_path / f"{name}.png")) for name in "abcd"]
    done = terminal("show", *paths)
    assert [line.split() for line in lines(done)] == [["a.png", "b.png"], ["c.png", "d.png"]]


def test_what_cannot_be_drawn_does_not_stop_the_rest(
    terminal: Terminal, picture: Path, tmp_path: Path
) -> None:
    (tmp_path / "cut.png").write_bytes(picture.read_bytes()[:120])
    (tmp_path / "film.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(60))
    names = ["cut.png", "film.mp4", "none.png", "drawn.png"]
    done = terminal("show", *(str(tmp_path / name) for name in names))
    assert done.code == 3
    assert HALF in done.text
    told = done.err.splitlines()
    assert len(told) == 3
    assert [next(name for name in names if name in line) for line in told] == [
        *("cut.png", "film.mp4", "none.png"),
    ]
    assert all(line.startswith("animedex: ") for line in told)


def test_an_animation_that_breaks_off_does_not_stop_the_rest(
    terminal: Terminal, tmp_path: Path
) -> None:
    frames = [Image.effect_noise((90, 90), 90 + number) for number in range(4)]
    whole = io.BytesIO()
    frames[0].save(whole, "gif", save_all=True, append_images=frames[1:], duration=20)
    path = tmp_path / "broken.gif"
    path.write_bytes(whole.getvalue()[: len(whole.getvalue()) * 3 // 5])
    paths = [str(path), *(str(draw(tmp_path / f"{name}.png")) for name in "abc")]
    done = terminal("show", *paths, columns=30)
    assert done.code == 1
    assert "broken.gif is a damaged picture" in done.err
    assert [name for name in lines(done) if name.endswith(".png")] == ["a.png", "b.png", "c.png"]


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"", 1, "is empty"),
        (b"text", 2, "is not a picture"),
        (b"\x89PNG\r\n\x1a\n123", 1, "is a damaged picture"),
        (b"\x1aE\xdf\xa3\x87B\x82\x84webm", 2, "video/webm ("),
    ],
)
def test_a_file_that_is_no_picture_is_one_line(
    content: bytes, code: int, message: str, terminal: Terminal, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(content)
    done = terminal("show", str(tmp_path / "a.png"))
    assert (done.code, lines(done), done.err.count("\n")) == (code, [], 1)
    assert message in done.err


def test_what_has_all_pixels_is_shown_and_what_lacks_some_is_not(
    terminal: Terminal, tmp_path: Path
) -> None:
    tables = {"whole": whole(), "cut": cut()}
    for word, table in tables.items():
        for number, one in enumerate(list(table.values())[::9]):
            (tmp_path / f"{word}{number}").write_bytes(one.data)
    done = terminal("show", *map(str, sorted(tmp_path.glob("whole*"))), columns=30)
    assert (done.code, done.err) == (0, "")
    names = sorted(path.name for path in tmp_path.glob("cut*"))
    done = terminal("show", *(str(tmp_path / name) for name in names), columns=30)
    assert done.code == 1
    for name in names:
        assert f"{name} is a damaged picture: " in done.err


def test_a_folder_is_no_file(terminal: Terminal, tmp_path: Path) -> None:
    done = terminal("show", str(tmp_path))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "is a folder" in done.err


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (5, 3), (400, 200)])
def test_any_window_will_do(size: tuple[int, int], emulator: Emulator, picture: Path) -> None:
    done = emulator("show", str(picture), size=size, environment={"TERM": "linux"})
    assert (done.code, done.err, done.restored) == (0, "", True)


def test_letters_that_an_encoding_lacks(terminal: Terminal, picture: Path) -> None:
    environment = {"PYTHONIOENCODING": "latin-1"}
    done = terminal("show", str(picture), environment=environment)
    assert (done.code, lines(done), done.err.count("\n")) == (2, [], 1)
    assert "LANG=C.UTF-8" in done.err


@pytest.mark.parametrize("redirect", ["| cat", "> out.txt", ">&-"])
def test_nothing_is_drawn_into_a_pipe(
    redirect: str, process: Process, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(picture.parent)
    done = process("show", str(picture), redirect=redirect)
    assert (done.code, done.out) == (0 if redirect == "| cat" else 2, b"")
    assert done.err.count("\n") == 1
    assert "shown on a terminal" in done.err


def test_nothing_is_asked_for_a_pipe(cli: Cli, services: SampleServer) -> None:
    assert cli("show", f"{services.url}/neko/a.png").code == 2
    assert not services.arrivals


def test_a_drawn_picture_is_no_json(terminal: Terminal, picture: Path) -> None:
    done = terminal("show", str(picture), "--json")
    assert (done.code, done.out) == (2, b"")
    assert "--info" in done.err


def test_the_extra_is_named_where_it_is_missing(
    terminal: Terminal, picture: Path, tmp_path: Path
) -> None:
    (tmp_path / "lacking" / "PIL").mkdir(parents=True)
    lacking = 'raise ModuleNotFoundError("No module named \'PIL\'", name="PIL")'
    (tmp_path / "lacking" / "PIL" / "__init__.py").write_text(lacking)
    done = terminal("show", str(picture), environment={"PYTHONPATH": str(tmp_path / "lacking")})
    assert (done.code, done.out, done.err.count("\n")) == (2, b"", 1)
    assert "pip install 'animedex[pictures]'" in done.err


def test_pictures_of_services_are_fetched(
    cli: Cli, terminal: Terminal, services: SampleServer
) -> None:
    (neko,) = rows_of(cli("nekos", "image", "neko"))
    (waifu,) = rows_of(cli("waifu", "images"))
    (post, *_) = rows_of(cli("danbooru", "search", "filetype:png", "--rating", "g", "--limit", "1"))
    for text, source in (
        (str(neko["url"]), "nekos"),
        (f"waifu:{waifu['id']}", "waifu"),
        (f"danbooru:{post['id']}", "danbooru"),
        (str(post["file_url"]), "danbooru"),
    ):
        done = terminal("show", text)
        assert (done.code, done.err) == (0, ""), text
        assert HALF in done.text
        assert f"[src: {source}]" in done.text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://example.org/1.png", 2),
        ("danbooru:x", 2),
        ("waifu:99999999", 3),
        ("nowhere.png", 3),
        ("7", 3),
        ("9" * 5000, 3),
    ],
)
def test_what_nobody_knows(
    text: str, code: int, terminal: Terminal, services: SampleServer
) -> None:
    done = terminal("show", text)
    assert (done.code, done.out, done.err.count("\n")) == (code, b"", 1)
    assert "(" in done.err


def test_the_library_s_copy_costs_no_request(
    terminal: Terminal, services: SampleServer, picture: Path
) -> None:
    url = "https://nekos.best/api/v2/neko/11111111-0001-4c1e-9d51-5a3d8a1c0001.png"
    name = url.rpartition("/")[2]
    post = ArtPost(id=f"nekos:{name}", rating=Rating.GENERAL, url=url, artists=["Mio"])
    with Library() as library:
        entry = library.add(NewEntry(str(picture), post=post))
    here = f"{services.url}/neko/{name}"
    for text in (url, here, f"nekos:{name}", str(entry.id)):
        done = terminal("show", text)
        assert (done.code, done.err) == (0, ""), text
        assert "Mio" in done.text
        assert "[src: nekos, library]" in done.text
    assert not services.arrivals


def test_rows_are_read_from_a_pipe(
    cli: Cli, emulator: Emulator, services: SampleServer, tmp_path: Path
) -> None:
    rows = [*rows_of(cli("nekos", "image", "--amount", "2")), *rows_of(cli("waifu", "images"))]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    for arguments in (["show", "-"], ["show"]):
        done = emulator(*arguments, stdin=tmp_path / "rows.json")
        assert (done.code, done.err) == (0, ""), done.err
        assert done.out.count(b"[src: nekos]") == 2
        assert done.out.count(b"[src: waifu]") == 1


def test_rows_that_show_nothing_are_named(
    emulator: Emulator, services: SampleServer, picture: Path, tmp_path: Path
) -> None:
    withheld = {"id": "danbooru:1", "rating": "g", "url": None}
    film = {"id": "danbooru:2", "rating": "g", "url": "https://cdn.donmai.us/2.mp4"}
    rows = [withheld, film, {"a": 1}, {"path": str(picture)}]
    (tmp_path / "rows.json").write_text("\n".join(map(json.dumps, rows)))
    done = emulator("show", "-", stdin=tmp_path / "rows.json")
    assert done.code == 3
    assert HALF.encode() in done.out
    told = done.err.splitlines()
    assert len(told) == 3
    assert any("row 1: danbooru:1 is withheld" in line for line in told)
    assert any("row 2: danbooru:2 is a video" in line for line in told)
    assert any("row 3: the row is not from a supported service" in line for line in told)


def test_the_bytes_of_a_picture_are_read_from_a_pipe(emulator: Emulator, picture: Path) -> None:
    done = emulator("show", "-", stdin=picture)
    assert (done.code, done.err) == (0, "")
    assert HALF.encode() in done.out
    assert b"standard input" in done.out


@pytest.mark.parametrize("content", [b"", b" \n", b"[]", b"<html>", b"GIF89a"])
def test_a_pipe_that_brings_nothing(content: bytes, emulator: Emulator, tmp_path: Path) -> None:
    (tmp_path / "nothing").write_bytes(content)
    done = emulator("show", "-", stdin=tmp_path / "nothing")
    assert (done.code, done.err.count("\n")) == (1 if content[:1] == b"G" else 2, 1)


def test_without_anything_there_is_nothing_to_show(terminal: Terminal) -> None:
    done = terminal("show")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "nothing to show" in done.err


def test_a_name_with_escapes_is_harmless(terminal: Terminal, tmp_path: Path) -> None:
    path = draw(tmp_path / "\x1b[2Jcleared.png")
    done = terminal("show", str(path))
    assert "\x1b[2J" not in done.text
    assert "�[2Jcleared.png" in done.text
    assert os.path.exists(path)
