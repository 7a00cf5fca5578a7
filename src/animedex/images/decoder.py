"""Opening pictures for a decoder: by what they are, none too large, and nothing told aside."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from animedex.errors import AnimedexError, Corrupt, TimedOut, TooLarge
from animedex.images import formats
from animedex.images.containers import picture_stream
from animedex.images.containers.file_reader import HINT
from animedex.images.decode_cost import Limits

if TYPE_CHECKING:
    from collections.abc import Generator

    from PIL.ImageFile import ImageFile

    from animedex.images.formats import Format

# How long it may take, in seconds, until it is noticed that nobody waits any longer.
POLL = 0.1
# Each decoder takes a core, and the memory for a whole picture.
_MAX_DECODERS = min(4, os.cpu_count() or 1)
# What decoders say where a file ends too soon.
_CUT = ("truncated", "end of", "incomplete", "not enough", "no more images")


class _Waiting(threading.local):
    """How a thread waits for decoders: until when, by the monotonic clock, and what ends it early.

    `depth` is how often it has entered `decoder_slot`.
    """

    deadline: float | None = None
    cancelled: threading.Event | None = None
    depth = 0


_slots = threading.BoundedSemaphore(_MAX_DECODERS)
_waiting = _Waiting()


@contextmanager
def decoding_limits(
    deadline: float | None, cancelled: threading.Event | None = None
) -> Generator[None]:
    """Let this thread wait for decoders no longer than to a moment, or until an event is set."""
    before = _waiting.deadline, _waiting.cancelled
    _waiting.deadline, _waiting.cancelled = deadline, cancelled
    try:
        yield
    finally:
        _waiting.deadline, _waiting.cancelled = before


def check_wait(name: str) -> None:
    """Raise `TimedOut` where this thread waits no longer for a picture to be decoded."""
    if _waiting.cancelled is not None and _waiting.cancelled.is_set():
        message = f"decoding {name} was cancelled"
        raise TimedOut(message, hint="try again")
    if _waiting.deadline is not None and time.monotonic() >= _waiting.deadline:
        message = f"decoding {name} did not end before the deadline"
        raise TimedOut(message, hint="allow more time with --timeout")


@contextmanager
def decoder_slot() -> Generator[None]:
    """Wait until this thread may decode: in this process, only a few do so at a time."""
    while not _waiting.depth and not _slots.acquire(timeout=POLL):
        check_wait("the picture")
    _waiting.depth += 1
    try:
        yield
    finally:
        _waiting.depth -= 1
        if not _waiting.depth:
            _slots.release()


def image_of(file: BinaryIO, kind: Format, name: str) -> ImageFile:
    """Open a picture without decoding it.

    It is opened by its format's own class, so that nothing is guessed, and nothing set for the
    whole process. The class reads only what a decoder needs: see `containers`. Raises `TooLarge`
    where it has too many pixels, `Corrupt` where the container shows that pixels are missing, and
    else what the class meets, which is for `damage_told`.
    """
    image = _opened(picture_stream(file, kind, name), kind)
    # The decoder may read another size than the estimate did.
    Limits(name, 0, *image.size).check_size()
    return image


def _opened(file: BinaryIO, kind: Format) -> ImageFile:
    if kind == formats.JPEG:
        from animedex.images.jpeg_decoder import PlainJpeg

        return PlainJpeg(file)
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
def damage_told(name: str) -> Generator[None]:
    """Turn whatever a decoder raises into `Corrupt`; the decoder's own words go to the log.

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
            raise out_of_memory(name) from None
        message = f"{name} is a damaged picture: {_describe_damage(error)}"
        raise Corrupt(message, hint=HINT) from None


def out_of_memory(name: str) -> TooLarge:
    """Return the error for a picture that the memory left does not suffice for."""
    message = f"there is not enough memory to decode {name}"
    return TooLarge(message, hint="close other programs, or decode fewer at once")


def _describe_damage(error: Exception) -> str:
    """Return what is wrong with a picture, in words that are the same whatever the decoder says."""
    text = str(error).lower()
    if isinstance(error, EOFError | IndexError) or any(word in text for word in _CUT):
        return "it is cut short"
    if "checksum" in text:
        return "a checksum is wrong"
    return "it cannot be decoded"
