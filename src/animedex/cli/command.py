"""Commands whose help has examples, the service with its limits, and advice for agents."""

from __future__ import annotations

from copy import copy
from importlib import import_module
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from animedex.cli.error_conversion import no_such_command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from animedex.backend import Backend


class CommandSettings(TypedDict, total=False):
    """The arguments that click's decorators pass to a command."""

    callback: Callable[..., object] | None
    params: list[click.Parameter] | None
    help: str | None


class OptionSettings(TypedDict, total=False):
    """The arguments of an option."""

    type: click.Choice[str]
    default: str
    metavar: str
    is_flag: bool
    multiple: bool
    expose_value: bool
    help: str


class CommandWithHelp(click.Command):
    """A command whose help is written as all output is, even if standard output is broken."""

    def get_help_option(self, ctx: click.Context) -> click.Option:
        """Return the option for help, which all commands share."""
        del ctx
        return _HELP_OPTION


def _print_help(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: FBT001  click's own way
    del param
    if value and not ctx.resilient_parsing:
        from animedex.cli.streams import write_out

        write_out(f"{ctx.get_help()}\n")
        ctx.exit()


class Option(click.Option):
    """An option in a named section of the help."""

    def __init__(
        self, names: Sequence[str], *, section: str, **settings: Unpack[OptionSettings]
    ) -> None:
        super().__init__(names, **settings)
        self.section = section


_HELP_OPTION = click.Option(
    ["-h", "--help"],
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_help,
    help="Show this message and exit.",
)
# Whoever reads errors as JSON may ask every command for that.
ERRORS_OPTION = Option(
    ["--errors"],
    type=click.Choice(["text", "json"]),
    default="text",
    section="Requests",
    help="Print an error as one JSON object.",
)
_UNUSED_ERRORS_OPTION = copy(ERRORS_OPTION)
_UNUSED_ERRORS_OPTION.expose_value = False


class Command(CommandWithHelp):
    """A command with examples, and the service that it sends requests to."""

    def __init__(
        self,
        name: str | None,
        *,
        examples: Sequence[str] = (),
        backend: Backend | None = None,
        guidance: str | None = None,
        **settings: Unpack[CommandSettings],
    ) -> None:
        super().__init__(name, **settings)
        if all(param.name != "errors" for param in self.params):
            self.params.append(_UNUSED_ERRORS_OPTION)
        self.examples = examples
        self.backend = backend
        self.guidance = guidance or (backend.guidance if backend else None)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List a command's own options first, then those that all commands share."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if isinstance(param, click.Argument):
                continue
            entry = param.get_help_record(ctx)
            if entry is not None:
                sections.setdefault(_section(param), []).append(entry)
        for title, entries in sections.items():
            with formatter.section(title):
                formatter.write_dl(entries)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Add examples, the service with its limits, and advice for agents."""
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{example}\n")
        write_service(self.backend, formatter)
        write_paragraph("For agents", self.guidance, formatter)


class Group(CommandWithHelp, click.Group):
    """A service's commands; an unknown one is an error with the nearest name."""

    command_class = Command

    def __init__(
        self,
        name: str | None,
        *,
        backend: Backend | None = None,
        **settings: Unpack[CommandSettings],
    ) -> None:
        super().__init__(name, **settings)
        self.backend = backend

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one command."""
        command = super().get_command(ctx, cmd_name)
        if command is None and not ctx.resilient_parsing:
            raise no_such_command(ctx.command_path, cmd_name, self.list_commands(ctx))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their full summaries, which click would cut to one line."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, one.get_short_help_str(limit=200)) for name, one in commands if one]
            )

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Add the service with its limits, and advice for agents."""
        write_service(self.backend, formatter)
        guidance = self.backend.guidance if self.backend else None
        write_paragraph("For agents", guidance, formatter)


class SubcommandGroup(Group):
    """A group whose commands are the modules named after it, such as `library_add`."""

    def __init__(self, name: str, *, module: str, **settings: Unpack[CommandSettings]) -> None:
        super().__init__(name, **settings)
        self._package, _, self._prefix = f"{module}_".rpartition(".")

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        from pkgutil import iter_modules

        modules = (module.name for module in iter_modules(import_module(self._package).__path__))
        return sorted(
            name.removeprefix(self._prefix) for name in modules if name.startswith(self._prefix)
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name in self.list_commands(ctx):
            return load_command(f"{self._package}.{self._prefix}{cmd_name}")
        return super().get_command(ctx, cmd_name)


def load_command(module: str) -> click.Command:
    """Import a module, and return its command."""
    command: click.Command = import_module(module).command
    return command


def write_service(backend: Backend | None, formatter: click.HelpFormatter) -> None:
    """Write the service and its limits."""
    if backend is not None:
        write_paragraph("Service", f"{backend.title}, {backend.docs_url}", formatter)
        write_paragraph("Limits", backend.limits_note, formatter)


def write_paragraph(title: str, text: str | None, formatter: click.HelpFormatter) -> None:
    """Write a titled paragraph, if there is one."""
    if text:
        with formatter.section(title):
            formatter.write_text(text)


def _section(param: click.Parameter) -> str:
    return param.section if isinstance(param, Option) else "Options"
