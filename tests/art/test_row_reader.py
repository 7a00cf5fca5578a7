"""Rows out of JSON, however it is laid out and wherever it is cut."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.art.row_reader import LONGEST, Row, read_files, read_rows, read_rows_and_errors
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from('ab{}[]",\\'), inner),
    max_leaves=8,
)
ROWS = st.lists(st.dictionaries(st.sampled_from("abcd"), VALUES), max_size=6)


def in_pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


class Slow(io.RawIOBase):
    """Return a few bytes at a time, as a pipe does."""

    def __init__(self, data: bytes, most: int) -> None:
        self._data = io.BytesIO(data)
        self._most = most

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, self._most))


def failing(data: bytes) -> tuple[list[Row], str]:
    """Return the rows that were read, and what was wrong after them."""
    read: list[Row] = []
    with pytest.raises(BadArguments) as told:
        read.extend(read_rows([data], "a.json"))
    assert told.value.hint
    return read, told.value.message


@given(ROWS, st.integers(1, 40), st.booleans())
def test_rows_are_read_wherever_they_are_cut_and_however_laid_out(
    expected: list[dict[str, object]],
    size: int,
    bom: bool,  # noqa: FBT001  hypothesis draws it
) -> None:
    opening = b"\xef\xbb\xbf" if bom else b""
    lines = "\n".join(json.dumps(row) for row in expected).encode()
    pretty = "\r\n".join(json.dumps(row, indent=2) for row in expected).encode()
    arrays = [json.dumps(expected).encode(), json.dumps(expected, indent=1).encode()]
    for data in (lines, pretty, *arrays, b" [] ".join([b"", arrays[0], b"\n"])):
        whole = opening + data
        assert [row.value for row in read_rows([whole])] == expected
        assert [row.value for row in read_rows(in_pieces(whole, size))] == expected
        assert [row.value for row in read_rows(Slow(whole, size))] == expected


@given(ROWS)
def test_each_row_keeps_its_own_bytes(expected: list[dict[str, object]]) -> None:
    for indent in (None, 3):
        raws = [json.dumps(row, indent=indent).encode() for row in expected]
        assert [row.raw for row in read_rows([b"[" + b" ,\n".join(raws) + b"]"])] == raws


@given(ROWS, st.data())
def test_what_is_cut_gives_the_rows_before_it_and_then_says_so(
    expected: list[dict[str, object]], data: st.DataObject
) -> None:
    whole = json.dumps(expected).encode()
    cut = data.draw(st.integers(1, len(whole) - 1))
    read, message = failing(whole[:cut])
    assert [row.value for row in read] == expected[: len(read)]
    assert "ends" in message


@pytest.mark.parametrize("data", [b'[{"a": -', b'[{"a": 1e', b'[{"a": tr', b'[{"a": "\\u00'])
def test_what_is_cut_within_a_word_or_a_number_ends_there(data: bytes) -> None:
    assert failing(data) == ([], "a.json, row 1: it ends in the middle")


def test_a_number_beyond_python_s_is_a_number() -> None:
    (row,) = read_rows([b'{"a": 1e999}'])
    assert (row.raw, row.value) == (b'{"a": 1e999}', {"a": float("inf")})


def test_numbers_stay_as_they_are_written() -> None:
    (row,) = read_rows([b'{"a": 1.50, "b": 123456789012345678901234567890, "c": 1E2}'])
    assert row.raw == b'{"a": 1.50, "b": 123456789012345678901234567890, "c": 1E2}'
    assert row.value["b"] == 123456789012345678901234567890


@pytest.mark.parametrize("data", [b"", b" \n", b"[]", b"[ ]\n[]", b"\xef\xbb\xbf"])
def test_nothing_has_no_rows(data: bytes) -> None:
    assert list(read_rows([data])) == []


@pytest.mark.parametrize(
    ("data", "number", "message"),
    [
        (b'[{"a": 1}, 5]', 2, "it is no JSON object"),
        (b"null", 1, "it is no JSON object"),
        (b"no rows to be seen", 1, "it is no JSON object"),
        (b'"https://x.example/"', 1, "it is a string, no object"),
        (b"[[{}]]", 1, "it is an array, no object"),
        (b"[{},]", 2, "it is no JSON object"),
        (b'{"a": 1}, {"a": 2}', 2, "it is no JSON object"),
        (b"{}]", 2, "it is no JSON object"),
        (b"[{} {}]", 1, "neither a comma nor the end of the array follows it"),
        (b"[{}", 1, "the array ends before it is closed"),
        (b"[{},", 2, "the array ends before it is closed"),
        (b'{"a": 1', 1, "it ends in the middle"),
        (b'{}{"a": 1,}', 2, "it is no JSON: trailing comma in object (byte 8)"),
        (b'{"a": 01}' + b" " * 600_000 + b"{}", 1, "it is no JSON: invalid number (byte 7)"),
        (b'{"a": "\xff"}', 1, "it is not UTF-8"),
        (b"[\0{\0}\0]\0", 1, "it has NUL bytes, as UTF-16 without a byte order mark has"),
        (b'{"a":' * 100_000, 1, "it is no JSON: nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_told_with_file_and_row(
    data: bytes, number: int, message: str
) -> None:
    read, told = failing(data)
    assert told == f"a.json, row {number}: {message}"
    assert len(read) in {number - 1, number}


def test_a_row_that_is_too_long_is_refused_and_a_long_one_is_not() -> None:
    long = b'{"a": "%s"}' % (b"x" * (LONGEST - 100))
    assert [len(row.raw) for row in read_rows(in_pieces(long + b"{}", 100_000))] == [len(long), 2]
    endless = b'{"a": "%s' % (b"x" * (2 * LONGEST))
    assert failing(endless)[1] == "a.json, row 1: it is longer than 16 MiB"
    assert failing(endless + b'"}')[1] == "a.json, row 1: it is longer than 16 MiB"
    assert failing(b'{"a": "%s"}' % (b"x" * LONGEST))[1].endswith("longer than 16 MiB")


def test_an_array_is_not_held_as_a_whole() -> None:
    row = b'{"a": "%s"}' % (b"x" * 1000)
    source = iter([b"[" + row] + [b"," + row] * 20_000 + [b"]"])
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_rows(source)) == 20_001
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("between", "place"), [("", 3), (",", 3), (" ", 4), (" \n, ", 5)])
def test_the_place_where_others_follow_a_value_is_told_as_we_rely_on(
    between: str, place: int
) -> None:
    with pytest.raises(msgspec.DecodeError) as told:
        msgspec.json.decode(f"{{}}{between}{{}}".encode(), type=msgspec.Raw)
    assert str(told.value) == f"JSON is malformed: trailing characters (byte {place})"


def test_files_are_read_in_turn(tmp_path: Path) -> None:
    one, other = tmp_path / "1.json", tmp_path / "2.json"
    one.write_bytes(b'[{"a": 1}]')
    other.write_bytes(b'\xef\xbb\xbf{"a": 2}\n{"a": 3}')
    read = [row.value for row in read_files([str(one), str(other), str(one)])]
    assert read == [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 1}]


@pytest.mark.parametrize("name", ["none.json", "folder", "null\0byte"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadArguments, match="cannot be read") as told:
        list(read_files([str(tmp_path / name)]))
    assert told.value.hint == "give another file, or - for standard input"


@pytest.mark.parametrize("paths", [[], ["-"]])
def test_standard_input_is_read_where_no_file_is_named(
    paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"a": 1}')))
    assert [row.value for row in read_files(paths)] == [{"a": 1}]


def test_a_closed_standard_input_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(BadArguments, match="standard input is closed"):
        list(read_files([]))


LINES = st.lists(
    st.sampled_from(
        [b'{"a": 1}', b'{"a": ?', b'{"a": 1', b"[]", b'[{"a": 1}, {"a": 1}]', b'{"a": "\xff"}', b""]
    ),
    max_size=12,
)


@given(LINES, st.integers(1, 7))
def test_what_is_wrong_in_a_line_is_told_and_the_others_are_read(
    lines: list[bytes], size: int
) -> None:
    data = b"\n".join(lines)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    result = list(read_rows_and_errors(pieces, "it"))
    whole = sum(line.count(b'{"a": 1}') for line in lines)
    assert [one.value for one in result if isinstance(one, Row)] == [{"a": 1}] * whole
    faults = [one for one in result if isinstance(one, BadArguments)]
    assert len(faults) == sum(line.startswith((b'{"a": ?', b'{"a": "')) for line in lines) + sum(
        line == b'{"a": 1' for line in lines
    )


def test_behind_what_is_wrong_in_an_array_nothing_is_read() -> None:
    row, fault = read_rows_and_errors([b'[{"a": 1}, {"b": ?},\n{"c": 3}]\n{"d": 4}\n'], "it")
    assert isinstance(row, Row)
    assert isinstance(fault, BadArguments)
    assert fault.message.startswith("it, row 2: ")
    assert fault.message.endswith("what follows was not read")
