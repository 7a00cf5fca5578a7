"""Text is read in the encodings that other systems write, wherever it is read."""

from __future__ import annotations

import io
import json
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from animedex.art.row_reader import read_files, read_rows, read_rows_and_errors
from animedex.cli.path_arguments import read_list
from animedex.config import toml_file
from animedex.errors import AnimedexError, BadArguments
from animedex.images.sidecar import read_sidecar
from animedex.library.entry import NewEntry
from animedex.library.import_export import Kind, export_entries, import_lines
from animedex.library.picture_library import Library
from animedex.models import ArtPost, Rating
from animedex.text_encoding import decode_text, open_text, utf8_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": str.encode,
    "a mark": lambda text: text.encode("utf-8-sig"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "a mark and CRLF": lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 and CRLF": lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    "UTF-16, high byte first": lambda text: ("\ufeff" + text).encode("utf-16-be"),
    "UTF-32": lambda text: text.encode("utf-32"),
}
POST = ArtPost(id="waifu:1", rating=Rating.GENERAL, artists=["青葉"], tags=["a"])


def _rows(data: bytes, folder: Path) -> object:
    (folder / "a.json").write_bytes(data)
    return [row.value for row in read_files([str(folder / "a.json")])]


def _list(data: bytes, folder: Path) -> object:
    del folder
    return list(read_list(io.BytesIO(data)))


def _toml(data: bytes, folder: Path) -> object:
    path = str(folder / "a.toml")
    (folder / "a.toml").write_bytes(data)
    loaded = toml_file.read_toml(path)
    with toml_file.edit_toml(path) as document:
        assert document == loaded
        document["added"] = True
    assert toml_file.read_toml(path) == {**loaded, "added": True}
    return loaded


def _sidecar(data: bytes, folder: Path, ending: str) -> object:
    (folder / f"a.png.{ending}").write_bytes(data)
    result = read_sidecar(str(folder / "a.png"))
    return result and (result.post.id, result.post.artists)


def _sidecar_text(kind: str) -> str:
    from animedex.images.sidecars import hydrus_sidecar as hydrus
    from animedex.images.sidecars import json_sidecar as own
    from animedex.images.sidecars import text_sidecar as text

    writers = {
        "json": own.format_sidecar,
        "txt": text.format_sidecar,
        "hydrus": hydrus.format_sidecar,
    }
    return writers[kind](POST, None).decode()


ROW = {"path": "/猫.png"}
CREDIT = ("waifu:1", ["青葉"])
SURFACES: dict[str, tuple[str, object, Callable[[bytes, Path], object]]] = {
    "rows": (json.dumps([ROW, ROW], ensure_ascii=False, indent=1), [ROW, ROW], _rows),
    "lines of rows": ((json.dumps(ROW, ensure_ascii=False) + "\n") * 2, [ROW, ROW], _rows),
    "a list of paths": ("/猫.png\nb.png\n", ["/猫.png", "b.png"], _list),
    "a list with NUL": ("/猫\n.png\0b.png\0", ["/猫\n.png", "b.png"], _list),
    "a list of rows": (json.dumps(ROW, ensure_ascii=False) + "\n", ["/猫.png"], _list),
    "an array of rows": (json.dumps([{"path": "a"}]), ["a"], _list),
    "TOML": ('# 猫\nname = "猫"\n', {"name": "猫"}, _toml),
    "a sidecar": (_sidecar_text("json"), CREDIT, partial(_sidecar, ending="json")),
    "a text sidecar": (_sidecar_text("txt"), CREDIT, partial(_sidecar, ending="txt")),
    "a list of tags": (_sidecar_text("hydrus"), CREDIT, partial(_sidecar, ending="txt")),
}


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_surface_reads_every_encoding(surface: str, encoding: str, tmp_path: Path) -> None:
    text, expected, read = SURFACES[surface]
    data = ENCODINGS[encoding](text)
    if surface == "a list with NUL" and "CRLF" in encoding:
        expected = ["/猫\r\n.png", "b.png"]
    assert read(data, tmp_path) == expected


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(str(tmp_path / "library.db")) as library:
        for number in (1, 2):
            path = tmp_path / f"{number}猫.png"
            Image.new("RGB", (9, number)).save(path)
            library.add(NewEntry(str(path), POST))
        yield library


TABLES: dict[str, Callable[[str], str]] = {
    "commas": lambda text: text,
    "semicolons": lambda text: text.replace(",", ";"),
    "tabs": lambda text: text.replace(",", "\t"),
    "old line ends": lambda text: text.replace("\n", "\r"),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", ["jsonl", *TABLES])
def test_imports_are_read_in_every_encoding(
    kind: str, encoding: str, library: Library, tmp_path: Path
) -> None:
    form: Kind = "jsonl" if kind == "jsonl" else "csv"
    text = b"".join(export_entries(library, form)).decode()
    data = ENCODINGS[encoding](TABLES.get(kind, str)(text))
    with Library(str(tmp_path / "other.db")) as other:
        result = list(import_lines(other, io.BytesIO(data), form))
        assert [(one.error, one.new) for one in result] == [(None, True)] * 2
        posts = [entry.post for entry in other.entries()]
        assert [post and post.artists for post in posts] == [["青葉"]] * 2


def test_a_table_that_a_spreadsheet_saved_again_is_read(library: Library, tmp_path: Path) -> None:
    """It leaves columns out, adds others, and quotes what it likes."""
    path = library.entries()[0].path
    text = f'id;"path";note\r\nwaifu:1;"{path}";"a;b"\r\n'
    with Library(str(tmp_path / "other.db")) as other:
        (result,) = import_lines(other, io.BytesIO(text.encode("utf-16")), "csv")
        assert result.new


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff", "a.txt, line 1: it is not UTF-8"),
        (b"a\n\nb\xe4\n\xe4", "a.txt, line 3: it is not UTF-8"),
        ("a\nb".encode("utf-16-le"), "a.txt, line 1: it has NUL bytes"),
        (b"\xff\xfea\0\n\0b", "a.txt, line 2: it is not UTF-16-LE, as its byte order mark says"),
        (b"\xfe\xff\0a\xdc\0", "a.txt, line 1: it is not UTF-16-BE"),
        (b"\xff\xfe\0\0aaaa", "a.txt, line 1: it is not UTF-32-LE"),
        (b"\xef\xbb\xbf\n\xff", "a.txt, line 2: it is not UTF-8"),
    ],
)
def test_what_is_no_text_is_told_with_file_line_and_encoding(data: bytes, message: str) -> None:
    with pytest.raises(BadArguments) as caught:
        decode_text(data, "a.txt")
    assert caught.value.message.startswith(message)
    assert caught.value.hint


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
@pytest.mark.parametrize("encoding", ["latin-1", "utf-16-le"])
def test_an_import_in_another_encoding_is_told_once(
    kind: str, encoding: str, library: Library
) -> None:
    text = "path,id,tags\n" if kind == "csv" else ""
    text += '"/a.png","waifu:1","ä"\n' * 3 if kind == "csv" else '{"path": "/ä.png"}\n' * 3
    source = io.BytesIO(text.encode(encoding))
    if kind == "csv" and encoding == "utf-16-le":
        with pytest.raises(BadArguments, match="UTF-16 without a byte order mark"):
            list(import_lines(library, source, "csv"))
        return
    result = list(import_lines(library, source, "csv" if kind == "csv" else "jsonl"))
    assert all(one.error for one in result)
    assert [one.is_repeated for one in result][:3] == [False, True, True]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ('[{"a": 1}]'.encode("utf-16-le"), "has NUL bytes"),
        ('{"a": 1}'.encode("utf-16-be"), "has NUL bytes"),
        ('{"a": 1}'.encode("utf-16-le"), "has NUL bytes"),
        (b'{"a": "\xe4"}', "it is not UTF-8"),
    ],
)
def test_rows_in_another_encoding_are_told(data: bytes, message: str) -> None:
    (fault, *_) = read_rows_and_errors([data], "a.json")
    assert isinstance(fault, AnimedexError)
    assert fault.message.startswith("a.json, row")
    assert message in fault.message


def test_rows_of_files_put_together_are_read() -> None:
    one = b'\xef\xbb\xbf{"a": 1}\r\n'
    assert [row.raw for row in read_rows([one + one], "a.json")] == [b'{"a": 1}'] * 2


@pytest.mark.parametrize("path", [b"\xff\xfe.png", b"\xff\xfe\xe4.png", b"\xfe\xff.png", b"\xe4"])
def test_paths_that_are_no_text_stay_as_they_are(path: bytes) -> None:
    for data in (path + b"\nb.png\n", path + b"\0b.png\0"):
        assert [name.encode(errors="surrogateescape") for name in read_list(io.BytesIO(data))] == [
            path,
            b"b.png",
        ]


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map("a".__add__),
    st.integers(1, 7),
)
def test_text_comes_back_in_whatever_pieces_it_came(text: str, size: int) -> None:
    for name, write in ENCODINGS.items():
        data = write(text)
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        expected = text.replace("\n", "\r\n") if "CRLF" in name else text
        assert b"".join(utf8_pieces(pieces, "a")).decode() == expected
        assert open_text(io.BytesIO(data), "a").read().decode() == expected


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text",
    ["pics/a.png\r\nb.png\r\n", "a\nb\n", "/srv/\u732b/a", '[{"path": "a.png"}]', '{"path": "a"}'],
)
def test_a_list_in_utf_16_without_a_mark_is_refused_whole(encoding: str, text: str) -> None:
    """Its letters, read as paths with NUL between them, would name the root."""
    with pytest.raises(BadArguments, match="standard input, line 1: it has NUL bytes"):
        list(read_list(io.BytesIO(text.encode(encoding))))


@pytest.mark.parametrize("data", [b"a\0b\0", b"./a\0/\0", b"/\0", b"a\nb\0c\0"])
def test_a_list_with_nul_between_short_names_is_read(data: bytes) -> None:
    assert [name.encode() for name in list(read_list(io.BytesIO(data)))] == data.removesuffix(
        b"\0"
    ).split(b"\0")


def test_rows_of_paths_in_another_encoding_are_refused_in_one_sentence() -> None:
    data = '{"path": "a.png"}\n{"path": "\xe4.png"}\n'.encode("latin-1")
    with pytest.raises(BadArguments, match="standard input, line 2: it is not UTF-8"):
        list(read_list(io.BytesIO(data)))


def test_a_list_that_is_not_what_its_byte_order_mark_says_is_refused() -> None:
    data = "\ufeffpics/a.png\n".encode("utf-16-le") + b"x"
    with pytest.raises(BadArguments, match="line 2: it is not UTF-16-LE, as its byte order mark"):
        list(read_list(io.BytesIO(data)))
