"""Open pictures for display: frames in 8-bit sRGB, turned upright.

All that is displayed or compared comes from here, and so has the same colours and shape.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TypeAlias, cast

from animedex.errors import AnimedexError, BadArguments, Corrupt, NotFound
from animedex.images.containers.file_reader import HINT
from animedex.images.decode_cost import estimate_cost
from animedex.images.decoder import convert_decoder_errors, create_decoder
from animedex.images.exif_orientation import parse_orientation
from animedex.images.fingerprint import COARSE_SIDE
from animedex.images.formats import GIF, HEAD_BYTES, JPEG, PNG, WEBP, identify_format
from animedex.images.srgb import iter_strips, reduce_image, to_srgb

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

    from animedex.images.decode_cost import Cost
    from animedex.images.formats import Format

# Files that say less were made for browsers, which take it for this.
_DEFAULT_SECONDS = 0.1
_MIN_SECONDS = 0.011
# A JPEG is decoded to fewer pixels than `COARSE_SIDE`, as all of it is read all the same.
_DRAFT_SIDE = 96
# A picture that was decoded in another process has up to twice as many pixels on its longer side.
_MAX_SIDE = 960
_HEAD_BYTES = 34


class Frame(NamedTuple):
    """A frame of a picture, and for how many seconds it is seen."""

    image: Image
    seconds: float


class OpenImage:
    """A picture that is open; `Corrupt` is raised where a frame cannot be decoded.

    `size` is that of the upright picture, in pixels. `is_lossless` says that the file keeps 8-bit
    sRGB pixels as they are.
    """

    def __init__(
        self, name: str, image: ImageFile, kind: Format, *, is_lossless: bool = False
    ) -> None:
        self.format = kind.name
        self._name = name
        self._image = image
        with convert_decoder_errors(name):
            self._raw_mode = _raw_mode(image)
            if kind == PNG:
                # The orientation may stand behind the pixels.
                image.load()
            self._turn = parse_orientation(cast("object", image.info.get("exif")))
            self.is_animated = bool(getattr(image, "is_animated", False))
            self._profile = cast("bytes | None", image.info.get("icc_profile"))
        is_converted = bool(self._profile) or "16" in image.mode + self._raw_mode
        self.is_lossless = is_lossless and not is_converted
        self.size = self._swap(image.size)

    def first_frame(self, size: tuple[int, int] | None = None) -> Frame:
        """Return the first frame, reduced where it is more than twice as large as `size`."""
        with convert_decoder_errors(self._name):
            if size is not None and self.format == JPEG.name:
                # Only JPEG can be decoded smaller, and it never gets smaller than this.
                self._image.draft("RGB", (max(size), max(size)))
            return self._frame(size)

    def other_frames(self, size: tuple[int, int] | None = None) -> Iterator[Frame]:
        """Yield the frames after the first, each decoded on demand."""
        for number in range(1, self.count_frames()):
            with convert_decoder_errors(self._name):
                self._image.seek(number)
                frame = self._frame(size)
            yield frame

    def count_frames(self) -> int:
        """Return the number of frames."""
        with convert_decoder_errors(self._name):
            return int(getattr(self._image, "n_frames", 1))

    def reduce_frame(self, number: int) -> Image:
        """Return a frame reduced for a fingerprint; frames must be read in order."""
        if self.format == JPEG.name:
            self._image.draft("YCbCr", (_DRAFT_SIDE, _DRAFT_SIDE))
        if number:
            self._image.seek(number)
        self._image.load()
        width, height = self._image.size
        return self._upright((max(1, width // COARSE_SIDE), max(1, height // COARSE_SIDE)))

    def iter_strips(self) -> Iterator[Image]:
        """Yield all pixels of the frame that was decoded last, from the top."""
        self._image.load()
        if self._turn.orientation != 1:
            return iter([self._upright((1, 1))])
        return (to_srgb(strip, self._profile) for strip in iter_strips(self._image, self._raw_mode))

    def _frame(self, size: tuple[int, int] | None) -> Frame:
        self._image.load()
        duration = cast("object", self._image.info.get("duration"))
        seconds = duration / 1000 if isinstance(duration, int | float) else 0.0
        factor = 1
        if size is not None:
            sides = zip(self._image.size, self._swap(size), strict=True)
            factor = max(1, *(side // (2 * least) for side, least in sides))
        image = self._upright((factor, factor))
        return Frame(image, seconds if seconds >= _MIN_SECONDS else _DEFAULT_SECONDS)

    def _upright(self, factors: tuple[int, int]) -> Image:
        small = to_srgb(reduce_image(self._image, factors, self._raw_mode), self._profile)
        turned = self._turn.apply(small)
        return turned.copy() if turned is self._image else turned

    def _swap(self, size: tuple[int, int]) -> tuple[int, int]:
        """Exchange width and height where the picture is stored lying on its side."""
        width, height = size
        return (height, width) if self._turn.swaps_sides else (width, height)


class StillImage(NamedTuple):
    """A picture whose first frame was decoded in a process of its own; it does not move."""

    size: tuple[int, int]
    frame: Frame
    is_animated: bool = False

    def first_frame(self, size: tuple[int, int] | None = None) -> Frame:
        """Return the frame, which may be smaller than the picture."""
        del size
        return self.frame

    def other_frames(self, size: tuple[int, int] | None = None) -> Iterator[Frame]:
        """Yield nothing: an animation that costs this much is not played."""
        del size
        return iter(())


Viewable: TypeAlias = "OpenImage | StillImage"


@contextmanager
def open_image(path: str) -> Generator[Viewable]:
    """Open a picture file.

    Raises `NotFound` where there is none, `BadArguments` for what is no picture or cannot be
    opened, `Corrupt` for a picture that cannot be decoded, and `TooLarge` for one that costs too
    much to decode.
    """
    with open_seekable(path) as file, read_image(file, path) as image:
        yield image


@contextmanager
def read_image(file: BinaryIO, name: str) -> Generator[Viewable]:
    """Do as `open_image`, with a file that is open and can be read at any place."""
    cost = estimate_cost(file, read_format(file, name), name)
    if cost.is_high:
        yield _decode_in_subprocess(file, name, cost)
        return
    with open_in_process(file, name) as image:
        yield image


@contextmanager
def open_in_process(file: BinaryIO, name: str) -> Generator[OpenImage]:
    """Open a picture in this process, whatever decoding it costs."""
    kind = read_format(file, name)
    file.seek(0)
    is_lossless = _is_lossless(file.read(_HEAD_BYTES), kind)
    file.seek(0)
    with convert_decoder_errors(name):
        image = create_decoder(file, kind, name)
    with image:
        yield OpenImage(name, image, kind, is_lossless=is_lossless)


def _is_lossless(opening: bytes, kind: Format) -> bool:
    """Return whether a file that opens so keeps pixels as they are, as far as its format goes."""
    if kind == WEBP:
        # The first chunk, or what follows the one that announces others; a profile may be between.
        return b"VP8L" in {opening[12:16], opening[30:34]}
    return kind in {PNG, GIF}


def _decode_in_subprocess(file: BinaryIO, name: str, cost: Cost) -> StillImage:
    from PIL.Image import frombytes

    from animedex.images.decode_process import create_input, decode_in_subprocess

    answer, data = decode_in_subprocess(create_input(file, name, cost), side=_MAX_SIDE)
    (width, height), (across, down) = answer["size"], answer["frame"]
    image = frombytes(answer["mode"], (across, down), data)
    return StillImage((width, height), Frame(image, answer["seconds"]))


def _raw_mode(image: ImageFile) -> str:
    """Return how the file stores pixels, as a raw mode of Pillow."""
    arguments = cast("object", image.tile[0].args) if image.tile else None
    return arguments if isinstance(arguments, str) else ""


_PICTURES = "pictures are png, jpeg, gif, webp and avif"


def read_format(file: BinaryIO, name: str) -> Format:
    """Return the format of an open picture; raise `BadArguments` for what is none."""
    file.seek(0)
    file_format = detect_format(file.read(HEAD_BYTES), name)
    if not file_format.is_picture:
        message = f"{name} is not a picture: it is {file_format.media_type}"
        is_video = file_format.media_type.startswith("video/")
        hint = "open it with a player, such as mpv" if is_video else _PICTURES
        raise BadArguments(message, hint=hint)
    return file_format


def detect_format(opening: bytes, name: str) -> Format:
    """Return the format of a file by its first bytes; raise if it is empty or unknown."""
    if not opening:
        message = f"{name} is empty"
        raise Corrupt(message, hint=HINT)
    file_format = identify_format(opening)
    if file_format is None:
        message = f"{name} is not a picture"
        raise BadArguments(message, hint=_PICTURES)
    return file_format


@contextmanager
def open_seekable(path: str) -> Generator[BinaryIO]:
    """Open a file, or read a pipe to its end; raise `NotFound` or `BadArguments` if that fails."""
    try:
        with open(path, "rb") as file:
            yield file if file.seekable() else io.BytesIO(file.read())
    except FileNotFoundError:
        message = f"there is no file {path}"
        raise NotFound(message, hint="check its name") from None
    except IsADirectoryError:
        message = f"{path} is a folder"
        raise BadArguments(message, hint="name the files in it") from None
    except AnimedexError:
        raise
    except (OSError, ValueError) as error:
        # A name with a null byte is a ValueError.
        message = f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise BadArguments(message, hint="give another file") from None
