"""Pictures made small enough to be looked at by a model."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, NamedTuple

from animedex.errors import BadArguments, Corrupt

if TYPE_CHECKING:
    from PIL import Image

LONGEST_EDGE = 512
MOST_BYTES = 32 * 1024 * 1024
# What is unpacked takes four bytes for each.
_MOST_PIXELS = 64 * 1024 * 1024
_QUALITY = 85


class Picture(NamedTuple):
    """Hold a picture as it is shown."""

    data: bytes
    media_type: str = "image/jpeg"


def scaled(data: bytes, edge: int = LONGEST_EDGE) -> Picture:
    """Scale a picture down to fit a square, the first frame of what moves; small ones stay small.

    Raises `Corrupt` for bytes that are no picture, or one that would not fit into memory.
    """
    try:
        from PIL import Image
    except ImportError:
        message = "pictures can be scaled with Pillow alone, which is not installed"
        raise BadArguments(message, hint="pip install 'animedex[pictures]'") from None
    try:
        with warnings.catch_warnings():
            # A decoder has much to say of what is odd; here it is a picture, or it is not.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                return _scaled(image, edge)
    except Corrupt:
        raise
    except Exception as error:  # noqa: BLE001  decoders raise whatever occurs to them
        message = f"the picture cannot be decoded: {type(error).__name__}"
        raise Corrupt(message, hint="open its URL instead") from None


def _scaled(image: Image.Image, edge: int) -> Picture:
    from PIL import Image

    if image.width * image.height > _MOST_PIXELS:
        message = f"the picture is too large to be scaled: {image.width} x {image.height} pixels"
        raise Corrupt(message, hint="open its URL instead")
    # A JPEG is decoded at a fraction of its size at once.
    image.draft("RGB", (edge, edge))
    image.thumbnail((edge, edge))
    # What is transparent would come out black.
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image.convert("RGBA"))
    out = io.BytesIO()
    white.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    return Picture(out.getvalue())
