"""The next step that an error suggests, worded for the surface where it is read.

A remedy is written once, as the command line says it: ``allow more time with --timeout, or see
`animedex status` ``. Its options and commands are references, not words: Python and language models
read the argument or the function instead. A command that only exists in a terminal is named as one.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, Self, TypeAlias

Surface: TypeAlias = Literal["command line", "python", "tool"]

_REFERENCE = re.compile(r"--([a-z][a-z-]*)(?:=([\w.'<>]+))?|`animedex ([^`]+)`")
# Arguments that have another name than the option.
_ARGUMENTS = {"from": "services", "order": "order", "max-size": "max_size"}
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


class Option(NamedTuple):
    """An option of the command line, perhaps with the value to use."""

    name: str
    value: str | None

    def word(self, surface: Surface) -> str:
        """Return the option, or the argument that it is elsewhere.

        >>> [Option("sidecar", "json").word(one) for one in ("command line", "python", "tool")]
        ['--sidecar=json', "`sidecar='json'`", '`sidecar` json']
        >>> Option("timeout", None).word("python")
        '`timeout=`'
        """
        if surface == "command line":
            return f"--{self.name}" + ("" if self.value is None else f"={self.value}")
        argument = _ARGUMENTS.get(self.name, self.name.replace("-", "_"))
        if surface == "tool":
            return f"`{argument}`" + ("" if self.value is None else f" {self.value}")
        value = "" if self.value is None else repr(self.value)
        return f"`{argument}={value}`"


class Command(NamedTuple):
    """A command line, without the name of the program."""

    words: str

    def word(self, surface: Surface) -> str:
        """Return the command, or the function or tool that does the same.

        >>> [Command("waifu tags").word(one) for one in ("command line", "python", "tool")]
        ['`animedex waifu tags`', '`waifu.tags()`', '`waifu_tags`']
        >>> Command("auth login danbooru").word("tool")
        "'animedex auth login danbooru' in a terminal"
        >>> Command("cache clear --seen").word("python")
        "'animedex cache clear' with its option seen in a terminal"
        """
        if surface == "command line":
            return f"`animedex {self.words}`"
        same = (_FUNCTIONS if surface == "python" else _TOOLS).get(self.words)
        words, *options = self.words.split(" --")
        added = f" with its option {' and '.join(options)}" if options else ""
        return f"`{same}`" if same else f"'animedex {words}'{added} in a terminal"


class Remedy(str):
    """The next step to try. As a string it is worded for Python.

    >>> remedy = Remedy("allow more time with --timeout, or see `animedex status`")
    >>> print(remedy)
    allow more time with `timeout=`, or see 'animedex status' in a terminal
    >>> remedy.word("tool")
    'try again later'
    """

    __slots__ = ("parts", "template")
    template: str
    parts: tuple[str | Option | Command, ...]

    def __new__(cls, template: str) -> Self:
        """Parse the template."""
        parts = tuple(_parse(template))
        remedy = super().__new__(cls, _word(parts, "python"))
        remedy.template, remedy.parts = template, parts
        return remedy

    def __getnewargs__(self) -> tuple[str]:
        """Pickle the template, of which all else is made."""
        return (self.template,)

    def word(self, surface: Surface) -> str:
        """Return the remedy as one surface says it."""
        return _word(self.parts, surface)


def _parse(template: str) -> list[str | Option | Command]:
    parts: list[str | Option | Command] = []
    end = 0
    for match in _REFERENCE.finditer(template):
        parts.append(template[end : match.start()])
        option, value, words = match.groups()
        parts.append(Option(option, value) if option else Command(words))
        end = match.end()
    return [*parts, template[end:]]


def _word(parts: tuple[str | Option | Command, ...], surface: Surface) -> str:
    options = {part.name for part in parts if isinstance(part, Option)}
    if surface == "tool" and options & _NOT_OF_TOOLS:
        return _LATER
    return "".join(part if isinstance(part, str) else part.word(surface) for part in parts)
