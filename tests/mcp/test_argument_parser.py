"""Arguments: what is wrong is told with its path, and with what is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.errors import BadArguments
from animedex.mcp.argument_parser import choose_tool, parse_arguments
from animedex.mcp.tool_registry import all_tools

if TYPE_CHECKING:
    from animedex.tool import Arguments

TOOLS = all_tools()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("name", "arguments", "said", "hint"),
    [
        ("nekos_image", {"amount": 21}, "amount: expected `int` <= 20", '"maximum":20'),
        ("nekos_image", {"amount": "3"}, "amount: expected `int`, got `str`", "integer"),
        ("nekos_image", {"amount": True}, "amount: expected `int`, got `bool`", "integer"),
        ("nekos_image", {"amount": None}, "amount: expected `int`", "integer"),
        ("nekos_image", {"categry": "neko"}, "no argument 'categry'", "did you mean category?"),
        ("nekos_image", {"zzz": 1}, "no argument 'zzz'", "there are category, amount"),
        ("nekos_search", {}, "missing required field `query`", "An artist or a show."),
        ("nekos_search", {"query": ""}, "query: expected `str` of length >= 1", "minLength"),
        ("nekos_search", {"query": ["a"]}, "query: expected `str`, got `array`", "string"),
        ("nekos_categories", {"all": True}, "no argument 'all'", "it takes no arguments"),
        ("danbooru_search", {"tags": [1]}, "tags: expected `str`", "array"),
        ("danbooru_search", {"rating": "x"}, "rating: invalid enum value 'x'", '"any"'),
        ("danbooru_post", {"id": 0}, "id: expected `int` >= 1", '"minimum":1'),
        ("danbooru_post", {"id": 1.5}, "id: expected `int`, got `float`", "integer"),
    ],
)
def test_what_is_wrong_and_what_is_right(
    name: str, arguments: dict[str, object], said: str, hint: str
) -> None:
    with pytest.raises(BadArguments) as caught:
        parse_arguments(TOOLS[name], arguments)
    assert said in caught.value.message
    assert hint in (caught.value.hint or "")


def test_a_huge_argument_is_told_in_short() -> None:
    for arguments in ({"amount": "9" * 10**6}, {"x" * 10**6: 1}, {"type": "y" * 10**6}):
        with pytest.raises(BadArguments) as caught:
            parse_arguments(TOOLS["nekos_search"], {"query": "a", **arguments})
        assert len(str(caught.value)) < 600


def test_an_unknown_tool_is_told_with_the_near_name() -> None:
    with pytest.raises(BadArguments) as caught:
        choose_tool("neko_image", TOOLS)
    assert caught.value.hint == "did you mean nekos_image?"
    with pytest.raises(BadArguments) as caught:
        choose_tool("zzz" * 1000, TOOLS)
    assert "nekos_image" in (caught.value.hint or "")


@given(
    name=st.sampled_from(sorted(TOOLS)),
    arguments=st.dictionaries(
        st.sampled_from(["query", "amount", "tags", "id", "rating", "picture"]) | st.text(), JSON
    ),
)
def test_whatever_is_given_is_read_or_refused(name: str, arguments: dict[str, object]) -> None:
    result: Arguments | BadArguments
    try:
        result = parse_arguments(TOOLS[name], arguments)
    except BadArguments as error:
        result = error
    assert isinstance(result, (TOOLS[name].arguments, BadArguments))
