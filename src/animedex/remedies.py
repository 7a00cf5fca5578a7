"""The next step that an error suggests, worded for the surface where it is read.

A remedy is written once, as the command line says it: ``allow more time with --timeout, or see
`animedex status` ``. Its options and commands are references, not words: Python and language models
read the argument or the function instead. A command that only exists in a terminal is named as one.
"""

from __future__ import annotations

import re
from typing import Literal, Self, TypeAlias

Surface: TypeAlias = Literal["command line", "python", "tool"]

# Compiled at the first error, and not at every start.
_REFERENCE = r"--([a-z][a-z-]*)(?:=([\w.'<>]+))?|`animedex ([^`]+)`"
# Arguments that have another name than the option.
_ARGUMENTS = {"from": "services"}
# What no caller of a tool can do anything about.
_NOT_OF_TOOLS = frozenset({"timeout", "refresh", "no-check", "jobs"})
_LATER = "try again later"
# Functions and tools that do what a command does.
_FUNCTIONS = {
    "nekos categories": "nekos.categories()",
    "waifu tags": "waifu.tags()",
    "waifu artists": "waifu.artists()",
    "waifu image ID": "waifu.image(id)",
    "danbooru autocomplete TEXT": "danbooru.autocomplete(text)",
    "config set contact": "Client(contact=...)",
    "config set contact you@example.org": "Client(contact='you@example.org')",
}
_TOOLS = {
    "nekos categories": "nekos_categories",
    "waifu tags": "waifu_tags",
    "danbooru autocomplete TEXT": "danbooru_tags",
}


class Remedy(str):
    """The next step to try. As a string it is worded for Python.

    >>> remedy = Remedy("allow more time with --timeout, or see `animedex status`")
    >>> print(remedy)
    allow more time with `timeout=`, or see 'animedex status' in a terminal
    >>> remedy.word("tool")
    'try again later'
    """

    __slots__ = ("template",)
    template: str

    def __new__(cls, template: str) -> Self:
        """Word a template for Python, and store the template for other surfaces."""
        remedy = super().__new__(cls, _word(template, "python"))
        remedy.template = template
        return remedy

    def __getnewargs__(self) -> tuple[str]:
        """Pickle the template, from which everything else is derived."""
        return (self.template,)

    def word(self, surface: Surface) -> str:
        """Return the remedy, worded for one surface."""
        return _word(self.template, surface)


def _word(template: str, surface: Surface) -> str:
    if surface == "command line":
        return template
    references = [match.groups() for match in re.finditer(_REFERENCE, template)]
    if surface == "tool" and any(option in _NOT_OF_TOOLS for option, _, _ in references):
        return _LATER

    def replace(match: re.Match[str]) -> str:
        option, value, words = match.groups()
        return _word_option(option, value, surface) if option else _word_command(words, surface)

    return re.sub(_REFERENCE, replace, template)


def _word_option(name: str, value: str | None, surface: Surface) -> str:
    """Return the argument that an option is outside the command line.

    >>> [_word_option("sidecar", "json", surface) for surface in ("python", "tool")]
    ["`sidecar='json'`", '`sidecar` json']
    >>> _word_option("timeout", None, "python")
    '`timeout=`'
    """
    argument = _ARGUMENTS.get(name, name.replace("-", "_"))
    if surface == "tool":
        return f"`{argument}`" + ("" if value is None else f" {value}")
    return f"`{argument}={'' if value is None else repr(value)}`"


def _word_command(words: str, surface: Surface) -> str:
    """Return the function or tool that does what a command does, or else where to run that.

    >>> [_word_command("waifu tags", surface) for surface in ("python", "tool")]
    ['`waifu.tags()`', '`waifu_tags`']
    >>> _word_command("auth login danbooru", "tool")
    "'animedex auth login danbooru' in a terminal"
    >>> _word_command("cache clear --seen", "python")
    "'animedex cache clear' with its option seen in a terminal"
    """
    same = (_FUNCTIONS if surface == "python" else _TOOLS).get(words)
    if same:
        return f"`{same}`"
    command, *options = words.split(" --")
    added = f" with its option {' and '.join(options)}" if options else ""
    return f"'animedex {command}'{added} in a terminal"
