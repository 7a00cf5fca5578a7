from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import msgspec
import pytest

from animedex import errors
from animedex.errors import AnimedexError, NotFound, RateLimited, Unreachable, UpstreamError

KINDS = sorted(
    (
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, AnimedexError) and kind is not AnimedexError
    ),
    key=lambda kind: kind.__name__,
)
CODES = {
    "bad-args": {2},
    "unknown-field": {2},
    "jq-failed": {1, 2},
    "not-found": {3},
    "auth-required": {4},
    "refused": {4},
    "rate-limited": {5},
    "unreachable": {6},
    "timeout": {6},
    "upstream-decode": {7},
    "upstream-shape": {7},
    "upstream-error": {1},
    "no-space": {1},
    "corrupt": {1},
    "too-large": {1},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_drawn_in_the_tree_with_its_reason_and_exit_code(
    kind: type[AnimedexError],
) -> None:
    drawn = [line.split() for line in (errors.__doc__ or "").splitlines()]
    row = next(words for words in drawn if kind.__name__ in words)
    name = row.index(kind.__name__)
    assert row[name + 1 : name + 3] == [kind.reason, str(kind.exit_code)]
    assert kind.exit_code in CODES[kind.reason]


@pytest.mark.parametrize(
    ("kind", "built_in"),
    [
        (errors.BadArguments, ValueError),
        (errors.UnknownField, ValueError),
        (errors.Unreachable, ConnectionError),
        (errors.TimedOut, TimeoutError),
    ],
)
def test_an_error_is_also_the_built_in_one(
    kind: type[AnimedexError], built_in: type[Exception]
) -> None:
    error = kind("what was wrong", hint="what to do")
    with pytest.raises(built_in) as caught:
        raise error
    assert caught.value is error
    assert (str(error), error.args) == ("what was wrong (what to do)", ("what was wrong",))
    assert getattr(error, "errno", None) is None


def test_every_reason_is_used() -> None:
    assert {kind.reason for kind in KINDS} == set(CODES)


@pytest.mark.parametrize("kind", KINDS)
def test_errors_survive_pickling_and_copying(kind: type[AnimedexError]) -> None:
    error = kind("what was wrong", hint="what to do", backend="nekos", status=418, request_id="7f")
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is kind
        assert (str(twin), twin.to_payload()) == (str(error), error.to_payload())


def test_what_an_error_says_besides_survives_pickling_too() -> None:
    limited = RateLimited("too often")
    limited.retry_after = 4.5
    broken = Unreachable("no such certificate")
    broken.transient = False
    assert pickle.loads(pickle.dumps(limited)).retry_after == 4.5
    assert pickle.loads(pickle.dumps(broken)).transient is False
    assert RateLimited("too often").retry_after is None
    assert Unreachable("gone").transient is True


def test_an_error_is_one_flat_object() -> None:
    assert NotFound("no such thing").to_payload() == {
        "reason": "not-found",
        "message": "no such thing",
        "hint": None,
        "backend": None,
        "status": None,
    }


def test_a_path_that_is_not_utf_8_can_be_told() -> None:
    error = NotFound("there is no file \udcff\u732b\ud800", hint="see \udc80")
    payload = msgspec.json.decode(msgspec.json.encode(error.to_payload()))
    assert payload["message"] == "there is no file \\xff\u732b\\ud800"
    assert payload["hint"] == "see \\x80"


def test_a_request_id_is_told_where_there_is_one() -> None:
    error = UpstreamError("it has trouble", backend="waifu", status=500, request_id="0af7-65")
    assert error.request_id == "0af7-65"
    assert list(error.to_payload().items())[-1] == ("request_id", "0af7-65")
    assert "request_id" not in UpstreamError("it has trouble").to_payload()


def test_an_error_imports_nothing() -> None:
    program = """
import sys
from animedex.errors import NoSpace
loaded = set(sys.modules)
NoSpace("the disk is full", hint="allow more with --timeout").to_payload("command line")
print(sorted(set(sys.modules) - loaded))
"""
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
