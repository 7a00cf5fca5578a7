"""Pictures made small enough to be looked at by a model."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

from animedex.errors import AnimedexError, BadArguments, Corrupt

if TYPE_CHECKING:
    from PIL import Image

LONGEST_EDGE = 512
MOST_BYTES = 32 * 1024 * 1024
_QUALITY = 85


class PictureContent(NamedTuple):
    """A picture as it is shown."""

    data: bytes
    media_type: str = "image/jpeg"


def scale_picture(data: bytes, edge: int = LONGEST_EDGE) -> PictureContent:
    """Scale a picture down to fit a square, the first frame of what moves; small ones stay small.

    Raises `Corrupt` for bytes that are no picture, or one that would not fit into memory.
    """
    from importlib.util import find_spec

    if find_spec("PIL") is None:
        message = "pictures can be scaled with Pillow alone, which is not installed"
        raise BadArguments(message, hint="pip install 'animedex[pictures]'")
    from animedex.images.decoder import convert_decoder_errors, decoder_slot
    from animedex.images.open_image import read_image

    try:
        with (
            convert_decoder_errors("it"),
            decoder_slot(),
            read_image(io.BytesIO(data), "it") as picture,
        ):
            return _scale_bytes(picture.first_frame((edge, edge)).image, edge)
    except AnimedexError as error:
        message = f"the picture cannot be shown: {error.message}"
        raise Corrupt(message, hint="open its URL instead") from None


def _scale_bytes(image: Image.Image, edge: int) -> PictureContent:
    from PIL import Image

    image.thumbnail((edge, edge))
    # What is transparent would come out black.
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image.convert("RGBA"))
    out = io.BytesIO()
    white.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    return PictureContent(out.getvalue())
