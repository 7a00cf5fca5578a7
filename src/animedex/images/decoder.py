"""Open pictures with the decoder of their format, within limits, and without warnings."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from animedex.errors import AnimedexError, Corrupt, TimedOut, TooLarge
from animedex.images import formats
from animedex.images.containers import open_pixel_stream
from animedex.images.containers.file_reader import HINT
from animedex.images.decode_cost import ImageLimits

if TYPE_CHECKING:
    from collections.abc import Generator

    from PIL.ImageFile import ImageFile

    from animedex.images.formats import Format

# Seconds between checks whether the caller still waits.
POLL_SECONDS = 0.1
# Each decoder takes a core, and the memory for a whole picture.
_MAX_DECODERS = min(4, os.cpu_count() or 1)
# What decoders say where a file ends too soon.
_TRUNCATION_WORDS = ("truncated", "end of", "incomplete", "not enough", "no more images")


class _WaitState(threading.local):
    """How long a thread waits for decoders: its deadline, and the event that cancels it.

    `depth` is how often it has entered `decoder_slot`.
    """

    deadline: float | None = None
    cancelled: threading.Event | None = None
    depth = 0


_semaphore = threading.BoundedSemaphore(_MAX_DECODERS)
_wait_state = _WaitState()


@contextmanager
def decoding_limits(
    deadline: float | None, cancelled: threading.Event | None = None
) -> Generator[None]:
    """Let this thread wait for decoders no longer than to a moment, or until an event is set."""
    before = _wait_state.deadline, _wait_state.cancelled
    _wait_state.deadline, _wait_state.cancelled = deadline, cancelled
    try:
        yield
    finally:
        _wait_state.deadline, _wait_state.cancelled = before


def check_wait(name: str) -> None:
    """Raise `TimedOut` where this thread waits no longer for a picture to be decoded."""
    if _wait_state.cancelled is not None and _wait_state.cancelled.is_set():
        message = f"decoding {name} was cancelled"
        raise TimedOut(message, hint="try again")
    if _wait_state.deadline is not None and time.monotonic() >= _wait_state.deadline:
        message = f"decoding {name} did not end before the deadline"
        raise TimedOut(message, hint="allow more time with --timeout")


@contextmanager
def decoder_slot() -> Generator[None]:
    """Wait until this thread may decode: in this process, only a few do so at a time."""
    while not _wait_state.depth and not _semaphore.acquire(timeout=POLL_SECONDS):
        check_wait("the picture")
    _wait_state.depth += 1
    try:
        yield
    finally:
        _wait_state.depth -= 1
        if not _wait_state.depth:
            _semaphore.release()


def create_decoder(file: BinaryIO, kind: Format, name: str) -> ImageFile:
    """Open a picture without decoding it.

    It is opened by its format's own class, so that nothing is guessed, and nothing set for the
    whole process. The class reads only what a decoder needs: see `containers`. Raises `TooLarge`
    where it has too many pixels, `Corrupt` where the container shows that pixels are missing, and
    else what the class meets, which is for `convert_decoder_errors`.
    """
    image = _open_as(open_pixel_stream(file, kind, name), kind)
    # The decoder may read another size than the estimate did.
    ImageLimits(name, 0, *image.size).check_size()
    return image


def _open_as(file: BinaryIO, kind: Format) -> ImageFile:
    if kind == formats.JPEG:
        from animedex.images.jpeg_decoder import JpegDecoder

        return JpegDecoder(file)
    if kind == formats.PNG:
        from PIL.PngImagePlugin import PngImageFile

        return PngImageFile(file)
    if kind == formats.GIF:
        from PIL.GifImagePlugin import GifImageFile

        return GifImageFile(file)
    if kind == formats.WEBP:
        from PIL.WebPImagePlugin import WebPImageFile

        return WebPImageFile(file)
    from PIL.AvifImagePlugin import AvifImageFile

    return AvifImageFile(file)


@contextmanager
def convert_decoder_errors(name: str) -> Generator[None]:
    """Convert any decoder error to `Corrupt`; the decoder's message goes to the log.

    Lack of memory says nothing about the picture: it is `TooLarge`.
    """
    try:
        yield
    except AnimedexError:
        raise
    except Exception as error:  # noqa: BLE001  decoders raise what they meet, of any kind
        import logging  # not before: loading it takes longer than a request

        logging.getLogger("animedex").debug("%s: %s: %s", name, type(error).__name__, error)
        if isinstance(error, MemoryError) or "memory" in str(error).lower():
            raise memory_error(name) from None
        message = f"{name} is a damaged picture: {_describe_damage(error)}"
        raise Corrupt(message, hint=HINT) from None


def memory_error(name: str) -> TooLarge:
    """Return the error for a picture that the memory left does not suffice for."""
    message = f"there is not enough memory to decode {name}"
    return TooLarge(message, hint="close other programs, or decode fewer at once")


def _describe_damage(error: Exception) -> str:
    """Return what is wrong with a picture, in the same words for every decoder."""
    text = str(error).lower()
    if isinstance(error, EOFError | IndexError) or any(word in text for word in _TRUNCATION_WORDS):
        return "it is cut short"
    if "checksum" in text:
        return "a checksum is wrong"
    return "it cannot be decoded"
