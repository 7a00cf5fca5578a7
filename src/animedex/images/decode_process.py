"""Decode expensive pictures in a process of their own.

Its processor time and memory are limited, and it ends with the caller.
"""

from __future__ import annotations

import atexit
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, NoReturn, TypedDict, cast

from animedex import errors
from animedex.errors import AnimedexError, Corrupt, TooLarge
from animedex.images.containers.file_reader import HINT
from animedex.images.decode_cost import SMALLER_HINT
from animedex.images.decoder import POLL_SECONDS, check_wait, decoder_slot

if TYPE_CHECKING:
    from collections.abc import Generator

    from animedex.images.decode_cost import Cost

# What a picture may take: processor time of its process, and memory beyond the program's own.
MAX_SECONDS, MAX_MEMORY_BYTES = 4, 448 * 1024 * 1024
# Where a system cannot limit processor time, or the machine is busy, this is the end.
_MAX_WAIT = 60.0
_BOOTSTRAP = (
    "import json, sys; task = json.loads(sys.argv[1]);"
    " sys.path[:] = task['modules'];"
    " from animedex.images.decode_worker import main; main(task)"
)


class DecodeOptions(TypedDict):
    """What to decode of a picture.

    `side` is the size of the frame to return, in pixels. Without it, all of the picture is decoded
    for its size and, with `fingerprint`, for its fingerprint; or nothing is decoded, and
    `container` is checked alone.
    """

    side: int
    fingerprint: bool
    container: bool


class DecodeTask(DecodeOptions):
    """A task for a process: `path` is in hexadecimal, and empty if the bytes follow."""

    modules: list[str]
    name: str
    path: str


class DecodeResult(TypedDict):
    """The result of a process: the size of the upright picture, or the error; bytes follow.

    `mode`, `frame` and `seconds` are those of the frame.
    """

    error: str
    message: str
    hint: str | None
    format: str
    size: tuple[int, int]
    frames: int
    mode: str
    frame: tuple[int, int]
    seconds: float


class DecodeInput(NamedTuple):
    """A picture's file, or the bytes of one that has no path; its name and size for errors."""

    name: str
    cost: Cost
    path: str = ""
    data: bytes = b""


_processes: set[subprocess.Popen[bytes]] = set()


def create_input(file: BinaryIO, name: str, cost: Cost) -> DecodeInput:
    """Return the place where a process can read the content of an open file."""
    path = getattr(file, "name", None)
    if isinstance(path, str) and not isinstance(file, io.BytesIO):
        return DecodeInput(name, cost, path)
    file.seek(0)
    return DecodeInput(name, cost, data=file.read())


def decode_in_subprocess(
    source: DecodeInput, *, side: int = 0, fingerprint: bool = False
) -> tuple[DecodeResult, bytes]:
    """Decode a picture in a process of its own.

    Raises `TooLarge` where that takes too much time or memory, `TimedOut` at the deadline or where
    it is cancelled, and what the decoder raises.
    """
    try:
        return _run(source, {"side": side, "fingerprint": fingerprint, "container": False})
    except TooLarge as error:
        error.width, error.height = source.cost.width or None, source.cost.height or None
        raise


def check_in_subprocess(source: DecodeInput) -> None:
    """Raise `Corrupt` for a picture whose container shows that it is cut short."""
    with suppress(TooLarge):
        _run(source, {"side": 0, "fingerprint": False, "container": True})


def _run(source: DecodeInput, wish: DecodeOptions) -> tuple[DecodeResult, bytes]:
    if not sys.executable or getattr(sys, "frozen", False):
        _raise_too_large(
            source.name, "needs a process of its own to be decoded, and there is no Python"
        )
    path = os.fsencode(os.path.abspath(source.path)).hex() if source.path else ""
    task: DecodeTask = {"modules": sys.path, "name": source.name, "path": path, **wish}
    with decoder_slot(), _open_input(source.data) as data, _start_process(task, data) as process:
        output = _wait_for_output(process, source.name)
    return _parse_output(output, process.returncode, source.name)


@contextmanager
def _open_input(data: bytes) -> Generator[BinaryIO]:
    """Put bytes where a process can read them, however long it takes for that."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        yield cast("BinaryIO", file)


@contextmanager
def _start_process(task: DecodeTask, data: BinaryIO) -> Generator[subprocess.Popen[bytes]]:
    """Start a process; end it in any case."""
    command = [sys.executable, "-I", "-X", "utf8", "-c", _BOOTSTRAP, json.dumps(task)]
    # One thread does the arithmetic: starting more takes longer than what they save.
    variables = os.environ | {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
    process = subprocess.Popen(  # noqa: S603  it is this program itself
        command,
        stdin=data,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=variables,
    )
    _processes.add(process)
    try:
        yield process
    finally:
        process.kill()
        with process:
            _processes.discard(process)


def _wait_for_output(process: subprocess.Popen[bytes], name: str) -> bytes:
    """Return what a process writes, unless that takes too long."""
    end = time.monotonic() + _MAX_WAIT
    while True:
        try:
            return process.communicate(timeout=POLL_SECONDS)[0]
        except subprocess.TimeoutExpired:
            check_wait(name)
            if time.monotonic() > end:
                _raise_too_large(name, f"takes more than {_MAX_WAIT:.0f} seconds to decode")


def _parse_output(output: bytes, code: int, name: str) -> tuple[DecodeResult, bytes]:
    """Read what a process wrote before it ended."""
    head, _, data = output.partition(b"\n")
    if not head:
        _raise_exit_error(code, name)
    answer = cast("DecodeResult", json.loads(head))
    if answer["error"]:
        kind = cast("type[AnimedexError]", getattr(errors, answer["error"]))
        raise kind(answer["message"], hint=answer["hint"])
    return answer, data


def _raise_exit_error(code: int, name: str) -> NoReturn:
    """Raise the error for a process that ended without a result."""
    if code in {-getattr(signal, "SIGXCPU", 0), -getattr(signal, "SIGKILL", 0)}:
        _raise_too_large(name, f"takes more than {MAX_SECONDS} seconds of processor time to decode")
    message = f"{name} is a damaged picture: it cannot be decoded"
    raise Corrupt(message, hint=HINT)


def _raise_too_large(name: str, reason: str) -> NoReturn:
    message = f"{name} {reason}"
    raise TooLarge(message, hint=SMALLER_HINT)


@atexit.register
def _kill_all() -> None:
    """End the processes of threads that are not waited for at exit."""
    for process in list(_processes):
        process.kill()
