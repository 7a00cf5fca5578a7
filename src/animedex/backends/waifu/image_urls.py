"""URLs of a picture: its file, its page, its row; each contains the picture's id."""

from __future__ import annotations

import re

# Longer numbers are no id, and nobody is to make a service read them.
_ID = "([0-9]{1,18})"
# Whole and with the host that it is, so that no other host can look like the service's.
_ADDRESS = re.compile(
    rf"(?:https?://)?(?:cdn\.waifu\.im/{_ID}\.[a-z0-9]{{1,8}}"
    # So are the files of a stand-in, written as if it were the service.
    rf"|api\.waifu\.im/cdn/{_ID}\.[a-z0-9]{{1,8}}"
    rf"|(?:(?:www|api)\.)?waifu\.im/(?:images|preview)/{_ID}/?)(?:[?#].*)?",
    re.IGNORECASE | re.ASCII,
)


def parse_image_id(text: str) -> int | None:
    """Parse a picture's id, or a URL that contains it; None for other text.

    >>> parse_image_id("7256"), parse_image_id("https://cdn.waifu.im/7256.jpg")
    (7256, 7256)
    >>> parse_image_id("https://www.waifu.im/images/7256"), parse_image_id("7256.jpg")
    (7256, None)
    >>> parse_image_id("https://waifu.im.example/7256.jpg")
    """
    match = re.fullmatch(_ID, text.strip()) or _ADDRESS.fullmatch(text.strip())
    digits = next((group for group in match.groups() if group), None) if match else None
    return None if digits is None else int(digits)
