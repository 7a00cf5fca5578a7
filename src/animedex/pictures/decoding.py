"""Opening pictures for a decoder: by what they are, none too large, and nothing told aside."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from animedex.errors import AnimedexError, Corrupt, TooLarge
from animedex.pictures import formats
from animedex.pictures.containers import picture_stream
from animedex.pictures.containers.source import HINT
from animedex.pictures.decode_cost import Limits

if TYPE_CHECKING:
    from collections.abc import Generator

    from PIL.ImageFile import ImageFile

    from animedex.pictures.formats import Format

# Each decoder takes a core, and the memory for a whole picture.
_MAX_DECODERS = min(4, os.cpu_count() or 1)
# What decoders say where a file ends too soon.
_CUT = ("truncated", "end of", "incomplete", "not enough", "no more images")


class _Held(threading.local):
    """How often a thread has entered `decoder_slot`."""

    depth = 0


_slots = threading.BoundedSemaphore(_MAX_DECODERS)
_held = _Held()


@contextmanager
def decoder_slot() -> Generator[None]:
    """Wait until this thread may decode: in this process, only a few do so at a time."""
    if not _held.depth:
        _slots.acquire()
    _held.depth += 1
    try:
        yield
    finally:
        _held.depth -= 1
        if not _held.depth:
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
        from animedex.pictures.plain_jpeg import PlainJpeg

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
