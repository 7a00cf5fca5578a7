"""The page about MCP lists the tools and resources that the server has."""

from __future__ import annotations

from animedex.mcp.resources import list_resources
from animedex.mcp.tool_registry import all_tools
from animedex.mcp.tool_result import LONGEST_EDGE, MOST_PICTURES
from tests.kit.pages import cells, quoted, words_of


def test_every_tool_is_in_the_table_with_its_arguments() -> None:
    rows = cells("docs/mcp.md", "tool | returns | arguments")
    documented = {quoted(name)[0]: quoted(arguments) for name, _, arguments in rows}
    tools = all_tools()
    assert documented == {n: list(tool.arguments.__struct_fields__) for n, tool in tools.items()}


def test_every_resource_is_in_the_table() -> None:
    documented = {quoted(row[0])[0] for row in cells("docs/mcp.md", "resource | content")}
    assert documented == {one.uri for one in list_resources(all_tools())}


def test_the_size_of_pictures_is_documented() -> None:
    page = words_of("docs/mcp.md")
    assert MOST_PICTURES == 4
    assert "the first four pictures" in page
    assert f"{LONGEST_EDGE} × {LONGEST_EDGE} pixels" in page
