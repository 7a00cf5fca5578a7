"""A small TOML file of the user's: read leniently, changed without losing what else is there."""

from __future__ import annotations

import os
import stat
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.config.toml_file import edit_toml, get_table, read_toml
from animedex.errors import BadArguments, NoSpace

if TYPE_CHECKING:
    from pathlib import Path


def write_value(path: Path | str, name: str, value: object) -> None:
    with edit_toml(str(path)) as document:
        document[name] = value


def test_a_file_that_is_not_there_is_empty(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x = 1")
    (tmp_path / "empty.toml").write_text("")
    for name in ("none.toml", "file/none.toml", "none/none.toml", "empty.toml"):
        assert read_toml(str(tmp_path / name)) == {}


def test_what_is_there_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("x = 1\n[t]\ny = 'ü'\n", encoding="utf-8")
    assert read_toml(str(tmp_path / "a.toml")) == {"x": 1, "t": {"y": "ü"}}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes")
def test_a_pipe_or_a_device_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    (tmp_path / "folder.toml").mkdir()
    for name in ("pipe.toml", "zero.toml"):
        with pytest.raises(BadArguments, match="it is not a regular file"):
            read_toml(str(tmp_path / name))
        with pytest.raises(BadArguments, match="it is not a regular file"):
            write_value(tmp_path / name, "x", 1)
    with pytest.raises(BadArguments, match="cannot be read"):
        read_toml(str(tmp_path / "folder.toml"))


@pytest.mark.parametrize(
    "content",
    [b"x = = 3", b"x", b"x = '\xff'", b"x = 1\nx = 2", b"\xff\xfe(", b"x=" + b"[" * 100_000],
)
def test_what_is_no_toml_is_told_and_left_as_it_is(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(BadArguments, match=r"is not (TOML|UTF)") as raised:
        read_toml(str(path))
    assert str(path) in raised.value.message
    assert raised.value.hint
    with pytest.raises(BadArguments, match=r"is not (TOML|UTF)"):
        write_value(path, "y", 1)
    assert path.read_bytes() == content


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadArguments, match="cannot be read: Is a directory"):
        read_toml(str(tmp_path))
    with pytest.raises(BadArguments, match="cannot be read"):
        write_value(tmp_path, "y", 1)


ODD = b"""
[s3cret.b.d]
[s3cret.c]
[s3cret.b.c]
y = "s"
[c]
[s3cret]
[s3cret.b]
"""


def test_what_only_one_reader_understands_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(ODD)
    assert read_toml(str(path))
    with pytest.raises(BadArguments, match="that animedex cannot change") as raised:
        write_value(path, "y", 1)
    assert "s3cret" not in str(raised.value.to_payload())
    assert path.read_bytes() == ODD


def test_changes_keep_comments_order_and_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"# mine\r\nz = 1  # for now\r\n\r\n[t]  # more\r\ny = 'x'\r\n")
    with edit_toml(str(path)) as document:
        document["z"] = 2
        get_table(document, "t", str(path))["a"] = "b"
        get_table(document, "new", str(path))["c"] = "d"
    text = path.read_bytes().decode()
    for kept in ("# mine\r\nz = 2  # for now\r\n", "[t]  # more\r\ny = 'x'\r\n"):
        assert kept in text
    assert tomllib.loads(text) == {"z": 2, "t": {"y": "x", "a": "b"}, "new": {"c": "d"}}


def test_what_is_no_table_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("t = 5\n")
    with (
        pytest.raises(BadArguments, match=r"t: a table is expected in .*a\.toml"),
        edit_toml(str(path)) as document,
    ):
        get_table(document, "t", str(path))
    assert path.read_text() == "t = 5\n"


def test_nothing_is_written_where_the_change_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("x = 1\n")

    def change() -> None:
        with edit_toml(str(path)) as document:
            document["x"] = 2
            del document["y"]

    with pytest.raises(KeyError):
        change()
    assert path.read_text() == "x = 1\n"
    assert os.listdir(tmp_path) == ["a.toml"]


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("x = 1\n")
    with pytest.raises(BadArguments, match="this text cannot be stored"):
        write_value(path, "y", "\udcff")
    assert path.read_text() == "x = 1\n"


@pytest.mark.skipif(os.name == "nt", reason="files have no such modes there")
def test_folder_and_file_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "a.toml"
    write_value(path, "proxy", "http://me:secret@proxy.example")
    assert tomllib.loads(path.read_text()) == {"proxy": "http://me:secret@proxy.example"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["a.toml"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "a.toml"
    real.write_text("# mine\n")
    link.symlink_to(real)
    write_value(link, "x", "here")
    assert link.is_symlink()
    assert "here" in real.read_text()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadArguments, match="cannot be written"):
        write_value(tmp_path / "file" / "a.toml", "x", 1)


def test_two_that_write_at_once_do_not_write_into_one_file(tmp_path: Path) -> None:
    other = tmp_path / "a.toml.new"
    other.write_text("half of what another proc")
    write_value(tmp_path / "a.toml", "x", 1)
    assert other.read_text() == "half of what another proc"
    assert sorted(os.listdir(tmp_path)) == ["a.toml", "a.toml.new"]


def test_a_file_that_may_not_grow_is_left_as_it_was(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="there are no such limits")
    path = tmp_path / "a.toml"
    write_value(path, "x", "before")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, limits[1]))
    try:
        with pytest.raises(NoSpace):
            write_value(path, "x", "after")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert read_toml(str(path)) == {"x": "before"}
    assert os.listdir(tmp_path) == ["a.toml"]


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8")))
def test_what_is_written_is_read_back(name: str, text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.toml")
        with edit_toml(path) as document:
            document[name] = text
            get_table(document, f"{name}.", path)[name] = text
        assert read_toml(path) == {name: text, f"{name}.": {name: text}}
