"""jq's language and its formatting."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.errors import JqFailed, JqInvalid
from animedex.render.jq_program import JqProgram
from animedex.render.json_output import format_json

if TYPE_CHECKING:
    from animedex.http_message import JsonValue

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
DOCUMENTS: st.SearchStrategy[JsonValue] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def results(program: str, document: JsonValue, *, raw: bool = False) -> list[str]:
    """Run a program on a value."""
    return list(JqProgram(program).run(json.dumps(document), raw=raw))


@given(DOCUMENTS)
def test_the_identity_lays_a_document_out(document: JsonValue) -> None:
    (result,) = results(".", document)
    # jq is free to write a number in another way: 1e-07 or 1E-7 are the same.
    assert json.loads(result) == json.loads(format_json(document))
    assert result.count("\n") == format_json(document).count("\n")


@given(DOCUMENTS)
def test_compact_results_are_one_line(document: JsonValue) -> None:
    (result,) = JqProgram(".").run(json.dumps(document), compact=True)
    assert "\n" not in result
    assert json.loads(result) == json.loads(json.dumps(document))


@given(TEXT)
def test_a_raw_string_is_itself(text: str) -> None:
    assert results(".", text, raw=True) == [text]


@given(st.lists(TEXT | st.integers(-(2**53), 2**53)))
def test_each_result_stands_for_itself(items: list[str | int]) -> None:
    result = results(".[]", list(items))
    assert [json.loads(one) for one in result] == items


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("1.0", "1.0"),
        ("100000000000000000000001", "100000000000000000000001"),
        ("3.14159265358979323846", "3.14159265358979323846"),
        ("9007199254740993", "9007199254740993"),
        ("-0", "-0"),
        ('"é青 \\u00e9 \\/ \\u001b"', '"é青 é / \\u001b"'),
        ('{"b":1,"a":[]}', '{\n  "b": 1,\n  "a": []\n}'),
        ("[[],{}]", "[\n  [],\n  {}\n]"),
        ('"\\u202e"', '"\\u202e"'),
    ],
)
def test_values_are_written_as_they_stand(document: str, expected: str) -> None:
    assert list(JqProgram(".").run(document)) == [expected]


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (".a.b", ["null"]),
        (".a, .c", ["{}", '"x"']),
        (".. | numbers", ["1", "2"]),
        ("[.d[] * 2]", ["[\n  2,\n  4\n]"]),
        ("empty", []),
        (". as {$c} | $c # a comment", ['"x"']),
        ("def f: .c; f", ['"x"']),
        (".d | @csv", ['"1,2"']),
        ('"\\(.c)!"', ['"x!"']),
    ],
)
def test_the_language(program: str, expected: list[str]) -> None:
    assert results(program, {"a": {}, "c": "x", "d": [1, 2]}) == expected


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (".[]", ["a\nb", "1", "null", '[\n  "c"\n]', "true"]),
        (".[0]", ["a\nb"]),
        (".[0] | tojson", ['"a\\nb"']),
    ],
)
def test_only_strings_are_raw(program: str, expected: list[str]) -> None:
    assert results(program, ["a\nb", 1, None, ["c"], True], raw=True) == expected


def test_raw_results_may_be_compact() -> None:
    result = JqProgram(".[]").run('["a",{"b":[1]}]', raw=True, compact=True)
    assert list(result) == ["a", '{"b":[1]}']


@pytest.mark.parametrize(
    "program", ["", " ", ".[", "nope", ".a |", ")|(", ".)|(.", "# only a comment", "{", '"', "\x00"]
)
def test_what_does_not_compile_is_told_at_once(program: str) -> None:
    with pytest.raises(JqInvalid) as caught:
        JqProgram(program)
    assert "\n" not in caught.value.message
    assert caught.value.exit_code == 2


def test_a_failure_comes_after_the_results_before_it() -> None:
    result = JqProgram('.[] , error("enough")').run("[1,2]")
    assert [next(result), next(result)] == ["1", "2"]
    with pytest.raises(JqFailed, match="enough"):
        next(result)


@pytest.mark.parametrize("program", [".a", ".[0].x", "error", "error(null)", "tonumber", "1/0"])
def test_a_failure_is_one_line(program: str) -> None:
    with pytest.raises((JqFailed, JqInvalid)) as caught:
        results(program, ["two\nlines"])
    assert "\n" not in caught.value.message


def test_results_come_as_soon_as_they_are_there() -> None:
    endless = JqProgram("repeat(.)").run("1")
    assert [next(endless) for _ in range(3)] == ["1", "1", "1"]


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.parametrize(
    "program", [".", ".[0]", "keys", ".[1]", "length", ".[1:]", ".[] | type", "map(type)"]
)
def test_the_layout_is_jq_s_own(program: str) -> None:
    document: JsonValue = [{"b": ["é", 1], "a": {"c": None, "d": []}}, "x\ty", -3, True, []]
    given = msgspec.json.encode(document)
    told = subprocess.run(
        ["jq", program], input=given, capture_output=True, check=True, timeout=120
    )
    assert "".join(f"{one}\n" for one in results(program, document)) == told.stdout.decode()


@pytest.mark.parametrize(
    ("program", "before", "text"),
    [
        ("halt_error", [], ': bo"om'),
        (".,halt_error,.", ['"bo\\"om"'], ': bo"om'),
        ("halt_error(5)", [], ': bo"om'),
        ("[1, halt_error]", [], ': bo"om'),
        ('"a\\nb\\n" | halt_error', [], ": a\nb"),
        ("{a: [1]} | halt_error", [], ': {"a":[1]}'),
        ("null | halt_error(1)", [], ": null"),
        ('"" | halt_error', [], ""),
        ('try error("x") catch ., halt_error', ['"x"'], ': bo"om'),
        # jq halts here too, and only the text is not known.
        ("try halt_error catch repeat(.)", [], ""),
        ("halt_error?", [], ""),
    ],
)
@pytest.mark.parametrize("raw", [False, True])
def test_halt_error_fails_with_its_text(
    program: str, before: list[str], text: str, *, raw: bool
) -> None:
    run = JqProgram(program).run('"bo\\"om"', raw=raw)
    result = [next(run) for _ in before]
    assert result == ([json.loads(one) for one in before] if raw else before)
    with pytest.raises(JqFailed) as caught:
        next(run)
    assert caught.value.exit_code == 1
    assert caught.value.message == f"the jq program stopped with halt_error{text}"


@pytest.mark.parametrize(("program", "expected"), [("halt", []), (".,halt,.", ["1"])])
def test_halt_is_no_failure(program: str, expected: list[str]) -> None:
    assert results(program, 1) == expected


def test_a_program_s_own_halt_error_is_its_own() -> None:
    assert results("def halt_error: 7; halt_error", 1) == ["7"]


def test_halt_error_wants_a_number() -> None:
    with pytest.raises(JqFailed, match=r"failed: .* number required"):
        results('halt_error("x")', 1)


@pytest.mark.parametrize("raw", [False, True])
def test_numbers_are_written_as_jq_writes_them(*, raw: bool) -> None:
    document = "[1.10, 1E5, -0, 1e400, 12345678901234567890123]"
    result = list(JqProgram(".[]").run(document, raw=raw))
    assert result == ["1.10", "1E+5", "-0", "1E+400", "12345678901234567890123"]
