"""Plan what shall go wrong: faults written as text, and answers laid down in advance.

A fault is written ``PATH:PART[;PART…][xTIMES]``.

``PATH``
    A path below the API's base, such as ``/neko``, or a pattern: ``/neko/*`` is every picture of
    a category, ``*`` every path.
``xTIMES``
    How many requests it befalls; without it, all of them.

The parts, of which at most one may be an answer:

=====================  ==========================================================================
``503``                that status (200 to 599) with a small JSON body
``503html``            that status with an HTML page
``html``               200 with an HTML page
``garbage``            200 with random bytes that claim to be JSON
``retry-after=3600``   with a status: this ``Retry-After`` header
``delay=2.5``          the answer starts that many seconds late
``drip=0.05``          its body comes byte by byte, with that pause in seconds before each
``cut``                the connection closes in mid-body, after ``Content-Length`` promised it all
=====================  ==========================================================================

Examples: ``/neko:503x2``, ``/search:429;retry-after=3600``, ``*:delay=2.5``,
``/endpoints:503html;drip=0.05``, ``/neko/*:cutx1``. Where several faults match a request, the first
in order that is not used up befalls it.
"""

from __future__ import annotations

import math
import random
import re
import threading
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FORMS = (
    "PATH:PART[;PART...][xTIMES], PATH being '/neko', '/neko/*' or '*', and each PART one of "
    "503, 503html, html, garbage, retry-after=VALUE (with a status), delay=SECONDS, "
    "drip=SECONDS, cut"
)
JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"
_SPEC = re.compile(r"(?P<path>[/*][^:]*):(?P<parts>.+?)(?:x(?P<times>[1-9][0-9]{0,8}))?")
_STATUS = re.compile(r"(?P<status>[2-5][0-9]{2})(?P<html>html)?")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Reply(NamedTuple):
    """A complete response, as bytes on the wire."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Fault(NamedTuple):
    """Describe what befalls the requests on a path; without a reply, the real answer is used."""

    path: str
    times: int | None = None
    reply: Reply | None = None
    delay: float = 0.0
    drip: float = 0.0
    cut: bool = False


class Faults:
    """What is still to go wrong; safe to use from any thread while the server runs."""

    def __init__(self, specs: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._answers: list[Fault] = []
        self._faults = [parse_fault(spec) for spec in specs]

    def add(self, spec: str) -> None:
        """Plan one more fault; a spec that cannot be read is a ``ValueError``."""
        fault = parse_fault(spec)
        with self._lock:
            self._faults.append(fault)

    def answer(self, path: str, reply: Reply, times: int | None) -> None:
        """Plan an answer, which goes before every fault."""
        with self._lock:
            self._answers.append(Fault(path, times, reply))

    def clear(self) -> None:
        """Let everything go right again."""
        with self._lock:
            self._answers.clear()
            self._faults.clear()

    def take(self, path: str) -> Fault | None:
        """Return what befalls this request, used up by one."""
        with self._lock:
            return _take(self._answers, path) or _take(self._faults, path)


def parse_fault(spec: str) -> Fault:
    """Read a fault; what cannot be read is a ``ValueError`` that names the accepted forms.

    >>> fault = parse_fault("/search:429;retry-after=3600;delay=0.5x2")
    >>> fault.path, fault.times, fault.reply.status, fault.delay
    ('/search', 2, 429, 0.5)
    >>> parse_fault("*:cut")
    Fault(path='*', times=None, reply=None, delay=0.0, drip=0.0, cut=True)
    >>> parse_fault("/neko:explode")
    Traceback (most recent call last):
        ...
    ValueError: fault '/neko:explode': 'explode' is not known; a fault is PATH:PART[;PART...]...
    """
    match = _SPEC.fullmatch(spec)
    if match is None:
        raise _bad(spec, "it has not this form")
    times = int(match["times"]) if match["times"] else None
    fault = Fault(match["path"], times)
    for part in match["parts"].split(";"):
        fault = _with_part(fault, part.strip(), spec)
    return fault


def make_reply(status: int, headers: Mapping[str, str | bytes], body: bytes) -> Reply:
    r"""Build a response; ``Content-Type`` defaults to JSON, ``Content-Length`` to the body's.

    Header text goes out as UTF-8, header bytes as they are.

    >>> make_reply(200, {"X-Note": "é"}, b"[]").headers[0]
    (b'x-note', b'\xc3\xa9')
    """
    raw = [(name.lower().encode("ascii"), _header_bytes(value)) for name, value in headers.items()]
    names = {name for name, _ in raw}
    if status not in _BODILESS:
        if b"content-type" not in names:
            raw.append((b"content-type", JSON_TYPE.encode()))
        if not names & {b"content-length", b"transfer-encoding"}:
            raw.append((b"content-length", b"%d" % len(body)))
    return Reply(status, tuple(raw), body)


def _header_bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _take(planned: list[Fault], path: str) -> Fault | None:
    for index, fault in enumerate(planned):
        if fnmatchcase(path, fault.path):
            if fault.times == 1:
                del planned[index]
            elif fault.times is not None:
                planned[index] = fault._replace(times=fault.times - 1)
            return fault
    return None


def _with_part(fault: Fault, part: str, spec: str) -> Fault:
    name, equals, value = part.partition("=")
    if name == "delay" and equals:
        return fault._replace(delay=_seconds(value, spec))
    if name == "drip" and equals:
        return fault._replace(drip=_seconds(value, spec))
    if part == "cut":
        return fault._replace(cut=True)
    if name == "retry-after" and equals:
        return fault._replace(reply=_with_retry_after(fault.reply, value, spec))
    if fault.reply is not None:
        raise _bad(spec, f"{part!r} would be a second answer, or is not known")
    return fault._replace(reply=_parse_reply(part, spec))


def _parse_reply(part: str, spec: str) -> Reply:
    if part == "garbage":
        return make_reply(HTTPStatus.OK, {}, b"\xff" + random.randbytes(255))  # noqa: S311 - noise
    if part == "html":
        return _html_reply(HTTPStatus.OK)
    match = _STATUS.fullmatch(part)
    if match is None:
        raise _bad(spec, f"{part!r} is not known")
    status = int(match["status"])
    return _html_reply(status) if match["html"] else _json_reply(status)


def _json_reply(status: int) -> Reply:
    body = b'{"code":%d,"message":"%s"}' % (status, _phrase(status).encode())
    return make_reply(status, {}, b"" if status in _BODILESS else body)


def _html_reply(status: int) -> Reply:
    title = f"{status} {_phrase(status)}"
    page = (
        f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n"
        f"<body><h1>{title}</h1><p>This page was asked for as a fault.</p></body></html>\n"
    )
    return make_reply(status, {"content-type": HTML_TYPE}, page.encode())


def _with_retry_after(reply: Reply | None, value: str, spec: str) -> Reply:
    if reply is None:
        raise _bad(spec, "'retry-after' stands after a status")
    if not _HEADER_VALUE.fullmatch(value):
        raise _bad(spec, "'retry-after' needs a value in plain ASCII")
    return reply._replace(headers=(*reply.headers, (b"retry-after", value.encode())))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unnamed Status"


def _seconds(text: str, spec: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise _bad(spec, f"{text!r} is not a number of seconds")
    return seconds


def _bad(spec: str, reason: str) -> ValueError:
    return ValueError(f"fault {spec!r}: {reason}; a fault is {FORMS}")
