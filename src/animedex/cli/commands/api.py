"""`animedex api SERVICE PATH`: a request of the user's own, within the service's limits."""

from __future__ import annotations

import sys
from shlex import quote
from typing import TYPE_CHECKING, TypedDict, Unpack, cast

import click
import msgspec

from animedex import backends
from animedex.body_writer import FileSink, check_target, to_file
from animedex.call import Call
from animedex.cli.command import Command, Group
from animedex.cli.command_context import CommandSession, with_requests
from animedex.cli.streams import is_terminal, write_bytes, write_out
from animedex.errors import BadArguments
from animedex.http_message import Request, Response
from animedex.models import parse_json
from animedex.render.safe_text import escape_control_characters
from animedex.transport.status_errors import status_error

if TYPE_CHECKING:
    from animedex.backend import Backend
    from animedex.call import SourceTag
    from animedex.http_message import JsonValue

MOST_BYTES = 256 * 1024 * 1024
# These say how the message itself is sent, which is not the caller's to say.
_FIELD = "Add a parameter to the query; may be repeated."
_OWN_HEADERS = frozenset({"connection", "content-length", "host", "transfer-encoding", "te"})
_CONTACT_HINT = "every request says who asks; `animedex config set contact` adds whom to write to"


class ApiOptions(TypedDict):
    """The command's own arguments and options."""

    path: str
    fields_given: tuple[str, ...]
    header: tuple[str, ...]
    method: str
    include: bool
    to: str | None
    silent: bool


class Services(Group):
    """A group with a command for each service."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the services."""
        del ctx
        return backends.list_names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command for one service."""
        if cmd_name in backends.list_names():
            return _for(backends.find_backend(cmd_name))
        return super().get_command(ctx, cmd_name)


@click.group("api", cls=Services)
def command() -> None:
    """Send a custom request to a service, within its limits."""


def _for(backend: Backend) -> click.Command:
    """Return `animedex api SERVICE`, with that service's limits in its help."""
    path = f"animedex api {backend.name} {quote(backend.example_path)}"

    @click.command(
        backend.name,
        cls=Command,
        backend=backend,
        examples=(path, f"{path} --include --silent", f"{path} -o answer.json"),
        help=f"Send a GET or HEAD request to {backend.title} and print the response as it is.",
    )
    @click.argument("path", help="A path below the base URL, or a whole URL of the service.")
    @click.option("-f", "--field", "fields_given", multiple=True, metavar="KEY=VALUE", help=_FIELD)
    @click.option("-H", "--header", multiple=True, metavar="NAME: VALUE", help="Add a header.")
    @click.option(
        "-X", "--method", default="GET", metavar="GET|HEAD", help="HTTP method (default: GET)."
    )
    @click.option("-i", "--include", is_flag=True, help="Also print the status and headers.")
    @click.option("-o", "--output", "to", metavar="FILE", help="Write the body to a file.")
    @click.option("--silent", is_flag=True, help="Print no body.")
    @click.option("--jq", metavar="EXPR", help="Run a jq program on a JSON body.")
    @click.option(
        "-r", "--raw-output", is_flag=True, help="Print strings from --jq without quotes."
    )
    @with_requests
    def api(session: CommandSession, **options: Unpack[ApiOptions]) -> None:
        _send(session, backend, options)

    return api


def _send(session: CommandSession, backend: Backend, options: ApiOptions) -> None:
    """Send the request, print the answer, and raise the error of its status."""
    if options["to"] == "-":
        options["to"] = None
    if session.output.program is not None and (options["to"] is not None or options["silent"]):
        message = "--jq cannot be combined with -o or --silent"
        raise BadArguments(message, backend=backend.name)
    response = session.ask(raw_call(backend, options))
    if options["include"]:
        write_out(head(response, terminal=is_terminal(sys.stdout)))
    if response.writer is None and not options["silent"]:
        _print(session, backend, response)
    if not response.is_success:
        raise status_error(response, backend, session.client.config.user_agent)


def raw_call(backend: Backend, options: ApiOptions) -> Call[Response]:
    """Build the call from the options; raise `BadArguments` if it cannot be sent."""
    method = options["method"].upper()
    if method not in {"GET", "HEAD"}:
        message = f"only GET and HEAD are sent, not {method}"
        raise BadArguments(message, backend=backend.name)
    request = Request(
        method,
        options["path"],
        tuple(_pair(text, "=", "-f") for text in options["fields_given"]),
        tuple(_header(text) for text in options["header"]),
    )
    sink = None
    if options["to"] is not None:
        check_target(options["to"])
        sink = to_file(options["to"])
    return Call(
        backend,
        request,
        _read_whole,
        max_bytes=sys.maxsize if sink else MOST_BYTES,
        is_raw=True,
        gzip=False,
        open_writer=sink,
    )


def head(response: Response, *, terminal: bool) -> str:
    """Format status and headers as in HTTP, with an empty line at the end."""
    lines = [f"HTTP {response.status}", *(f"{name}: {value}" for name, value in response.headers)]
    return (
        "\n".join(escape_control_characters(line) if terminal else line for line in lines) + "\n\n"
    )


def _print(session: CommandSession, backend: Backend, response: Response) -> None:
    """Print a body: filtered or unchanged, and on a terminal only as escaped text."""
    if session.output.program is not None and response.is_success:
        # The program is given the numbers as they came.
        document = parse_json(response.body, msgspec.Raw, backend.name)
        session.output.json(cast("JsonValue", document))
    elif not is_terminal(sys.stdout):
        write_bytes(response.body)
    elif response.body:
        write_out(escape_control_characters(readable(response.body), lines=True))


def readable(body: bytes) -> str:
    """Return a body as text for a terminal; raise `BadArguments` for binary data."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text:
        message = "the response is binary, and is not printed on a terminal"
        raise BadArguments(message, hint="write it to a file with -o FILE, or into a pipe")
    return text if text.endswith("\n") else f"{text}\n"


def _read_whole(response: Response, source: SourceTag) -> Response:
    """Return the answer unchanged, or with the file that it was written to."""
    del source
    if isinstance(response.writer, FileSink):
        response.writer.finish()
    return response


def _pair(text: str, sign: str, option: str) -> tuple[str, str]:
    name, separator, value = text.partition(sign)
    if not separator or not name.strip():
        message = f"{option} {text!r}: there is no name before a {sign!r}"
        raise BadArguments(message)
    return name.strip(), value


def _header(text: str) -> tuple[str, str]:
    name, value = _pair(text, ":", "-H")
    if name.lower() == "user-agent":
        message = "the User-Agent is the same for all requests"
        raise BadArguments(message, hint=_CONTACT_HINT)
    if name.lower() in _OWN_HEADERS:
        message = f"the header {name} cannot be set"
        raise BadArguments(message)
    return name, value.strip()
