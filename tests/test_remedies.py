"""What errors suggest, worded for each surface."""

from __future__ import annotations

import ast
import pickle
import re
from pathlib import Path

import pytest

import animedex
from animedex.errors import BadArguments, TimedOut
from animedex.remedies import Remedy

ROOT = Path(animedex.__file__).parent
TEXTS_OF_THE_COMMAND_LINE = re.compile(r"`animedex |(?<![\w-])--[a-z]")


def templates() -> set[str]:
    """Return every text of the package that could be a remedy, with `x` for what is filled in."""
    result: set[str] = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (one.value if isinstance(one, ast.Constant) else "x" for one in node.values)
                result.add("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                result.add(node.value)
    return {text for text in result if "\n" not in text and TEXTS_OF_THE_COMMAND_LINE.search(text)}


def test_no_remedy_names_the_command_line_elsewhere() -> None:
    remedies = [Remedy(text) for text in templates() if text.count("`") % 2 == 0]
    assert len(remedies) > 100
    for remedy in remedies:
        assert remedy.word("command line") == remedy.template
        assert not TEXTS_OF_THE_COMMAND_LINE.search(remedy), remedy.template
        assert not TEXTS_OF_THE_COMMAND_LINE.search(remedy.word("tool")), remedy.template


@pytest.mark.parametrize(
    ("template", "python", "tool"),
    [
        ("allow more time with --timeout", "allow more time with `timeout=`", "try again later"),
        (
            "list them with `animedex nekos categories`",
            "list them with `nekos.categories()`",
            "list them with `nekos_categories`",
        ),
        (
            "sign in with `animedex auth login danbooru`, or set DANBOORU_API_KEY",
            "sign in with 'animedex auth login danbooru' in a terminal, or set DANBOORU_API_KEY",
            "sign in with 'animedex auth login danbooru' in a terminal, or set DANBOORU_API_KEY",
        ),
        ("ask another with --from", "ask another with `services=`", "ask another with `services`"),
        ("did you mean 'neko'?", "did you mean 'neko'?", "did you mean 'neko'?"),
    ],
)
def test_a_remedy_is_worded_for_its_reader(template: str, python: str, tool: str) -> None:
    error = TimedOut("no answer", hint=template)
    assert error.remedy is not None
    assert (error.hint, error.to_payload()["hint"]) == (python, python)
    assert str(error) == f"no answer ({python})"
    assert error.to_payload("tool")["hint"] == error.remedy.word("tool") == tool
    assert error.to_payload("command line")["hint"] == template


def test_a_remedy_survives_copies() -> None:
    error = BadArguments("odd", hint="use --min-match=0.8")
    again = pickle.loads(pickle.dumps(error))
    assert again.remedy.word("command line") == "use --min-match=0.8"
    assert again.hint == BadArguments("other", hint=error.hint).hint == "use `min_match='0.8'`"
