"""The process that `decode_process` starts: it decodes one picture within its limits."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO

from animedex.errors import AnimedexError, TooLarge
from animedex.images.decode_cost import SMALLER_HINT
from animedex.images.decode_process import MAX_MEMORY_BYTES, MAX_SECONDS

if TYPE_CHECKING:
    from animedex.images.decode_process import DecodeResult, DecodeTask

_MEBIBYTE = 1024 * 1024


def main(task: DecodeTask) -> None:
    """Do a task, and write its answer to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    answer: DecodeResult = {
        "error": "",
        "message": "",
        "hint": None,
        "format": "",
        "size": (0, 0),
        "frames": 1,
        "mode": "",
        "frame": (0, 0),
        "seconds": 0.0,
    }
    data = b""
    try:
        with _open_input(task) as file:
            data = _decode(task, file, answer)
    except AnimedexError as error:
        if isinstance(error, TooLarge) and "memory" in error.message:
            limit = f"{MAX_MEMORY_BYTES // _MEBIBYTE} MiB"
            error.message = f"{task['name']} takes more than {limit} of memory to decode"
            error.hint = SMALLER_HINT
        answer["error"], answer["message"] = type(error).__name__, error.message
        answer["hint"] = error.remedy and error.remedy.template
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + data)


def _open_input(task: DecodeTask) -> BinaryIO:
    if task["path"]:
        return open(bytes.fromhex(task["path"]), "rb")
    return io.BytesIO(sys.stdin.buffer.read())


def _decode(task: DecodeTask, file: BinaryIO, answer: DecodeResult) -> bytes:
    from animedex.images import image_inspection, open_image
    from animedex.images.containers import open_pixel_stream
    from animedex.images.decoder import convert_decoder_errors

    if task["fingerprint"]:
        # What it loads is not the picture's.
        import_module("animedex.images.perceptual_hash")
    _set_limits()
    if task["container"]:
        with convert_decoder_errors(task["name"]):
            open_pixel_stream(file, open_image.read_format(file, task["name"]), task["name"])
        return b""
    if not task["side"]:
        size, fingerprint = image_inspection.decode_image(
            file, task["name"], fingerprint=task["fingerprint"]
        )
        answer["format"], answer["frames"] = size.format, size.frames
        answer["size"] = size.width, size.height
        return fingerprint.to_bytes() if fingerprint else b""
    side = task["side"]
    with open_image.open_in_process(file, task["name"]) as picture:
        first = picture.first_frame((side, side))
        answer["size"], answer["frame"] = picture.size, first.image.size
        answer["mode"] = first.image.mode
        answer["seconds"] = first.seconds
        return first.image.tobytes()


def _set_limits() -> None:
    """Limit processor time and memory, where the system can do that."""
    from PIL import AvifImagePlugin

    # Each of its threads takes memory for itself.
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = _read_memory_bytes() + MAX_MEMORY_BYTES
    if os.path.exists("/proc/self/statm"):
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _read_memory_bytes() -> int:
    """Return how much memory this process has for data, in bytes."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0
