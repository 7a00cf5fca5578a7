"""Write every command's help into the documentation, where markers ask for it.

A marker is `<!-- help: animedex nekos image -->`, and `<!-- end help -->` ends what it stands for.
Every command has its place on exactly one page, and so has the guide for agents. With `--check`
nothing is written, and what is stale, lacking or unknown is named.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from animedex.cli.guide import agent_guide
from animedex.cli.root import root

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parent.parent / "docs"
COLUMNS = 80
BLOCK = re.compile(
    r"<!-- help: (?P<name>[^>]*?) -->\n(?P<text>.*?)(?P<end><!-- end help -->|(?=<!-- help: )|\Z)",
    re.DOTALL,
)


def commands() -> dict[str, str]:
    """Return the help of every command there is, groups included, and the guide for agents."""
    return {**dict(collect_help(root, "animedex", None)), "animedex --agent-guide": agent_guide()}


def collect_help(
    command: click.Command, name: str, parent: click.Context | None
) -> Iterator[tuple[str, str]]:
    """Return a command's help, and that of all commands below it."""
    context = click.Context(command, parent, name, **command.context_settings)
    # Click leaves two columns free at the right of a terminal.
    context.terminal_width = COLUMNS - 2
    yield context.command_path, click.unstyle(command.get_help(context)).rstrip() + "\n"
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None, f"{context.command_path} names {child} and does not have it"
            yield from collect_help(found, child, context)


def fill_page(text: str, known: dict[str, str]) -> str:
    """Put help between the markers of a page; what has no such command stays as it is."""

    def block(found: re.Match[str]) -> str:
        name = found["name"]
        if name not in known or not found["end"]:
            return found[0]
        return f"<!-- help: {name} -->\n```text\n{known[name]}```\n<!-- end help -->"

    return BLOCK.sub(block, text)


def find_faults(pages: dict[str, str], known: dict[str, str]) -> Iterator[str]:
    """Yield which markers are wrong, whether or not help is to be written."""
    blocks = [(page, found) for page, text in pages.items() for found in BLOCK.finditer(text)]
    for page, found in blocks:
        if found["name"] not in known:
            yield f"{page}: there is no command `{found['name']}`"
        if not found["end"]:
            yield f"{page}: the help of `{found['name']}` has no end marker"
    places = Counter(found["name"] for _, found in blocks)
    for name in known:
        if places[name] != 1:
            yield f"`{name}` has its help on {places[name]} pages instead of one"


def main() -> int:
    """Write or check; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, name what is stale")
    parser.add_argument("--docs", type=Path, default=DOCS, help="the folder of the documentation")
    given = parser.parse_args()
    pages = {str(path): path.read_text("utf-8") for path in sorted(given.docs.rglob("*.md"))}
    known = commands()
    wrong = list(find_faults(pages, known))
    for page, text in pages.items():
        new = fill_page(text, known)
        if new == text:
            continue
        if given.check:
            wrong.append(f"{page}: a command's help is stale: run `make docs`")
        else:
            Path(page).write_text(new, encoding="utf-8", newline="\n")
            print(f"wrote {page}")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
