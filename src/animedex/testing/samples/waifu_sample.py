"""Run a sample of Waifu.im v7: its routes, limit and rules over the drawn pictures."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from animedex.testing.nekos.image_store import ANIMATED_FORMAT, Size
from animedex.testing.rate_limit_middleware import UnannouncedLimit
from animedex.testing.rate_limits import Bucket
from animedex.testing.samples.sample_images import sample_collection
from animedex.testing.samples.service_sample import FILE_GUARDS, ServiceSample, json_guards
from animedex.testing.waifu.app import waifu_app
from animedex.testing.waifu.image_rows import written_time
from animedex.testing.waifu.image_store import WaifuCollection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import ASGIApp

    from animedex.testing.nekos.image_store import Picture
    from animedex.testing.samples.service_sample import Rules
    from animedex.testing.waifu.request_params import Ignored

API_KEY = "sample-key-of-nobody"
"""The only API key that the sample accepts."""
USER = {
    "id": 31,
    "name": "mio_visits",
    "discordId": "990000000000000031",
    "avatarUrl": "https://avatars.example/31.png",
    "role": "User",
    "isBlacklisted": False,
    "blacklistReason": None,
    "requestCount": 12,
    "apiKeyRequestCount": 9,
    "jwtRequestCount": 3,
    "uploadedImageCount": 0,
    "albumImageCount": 0,
}
_FIRST_ID = 5000
_TRAITS = ("maid", "uniform", "long-hair")
_SITES = {"www.pixiv.net": "pixiv", "twitter.com": "twitter"}


class WaifuSample(ServiceSample[WaifuCollection]):
    """Serve a faithful Waifu.im v7 on loopback; its options are those of every sample.

    The API key that it knows is ``API_KEY``.
    """

    ignored: list[Ignored]
    """Parameters that had no effect on their answer, as they came: of unknown name, unreadable
    where the service keeps silent about that, or given once too often."""

    def application(self, collection: WaifuCollection | None, rules: Rules) -> ASGIApp:
        """Build the application of Waifu.im over a collection, or else over the drawn images."""
        self.ignored = []
        # At most 20 requests a second, and 30 at once.
        counter = Bucket(rate=20.0, burst=30)
        limit = UnannouncedLimit(counter, clock=rules.clock, enforced=rules.limits)
        return waifu_app(
            sample_images() if collection is None else collection,
            random=rules.random,
            users={API_KEY: USER},
            ignored=self.ignored,
            json_guards=json_guards(limit.admit, pages=True),
            file_guards=FILE_GUARDS,
        )


@cache
def sample_images() -> WaifuCollection:
    """Return the drawn pictures as images of Waifu.im, built once."""
    pictures = sample_collection().pictures
    artists = _artists(pictures)
    rows = [_image(picture, place, artists) for place, picture in enumerate(pictures)]
    for copy, original in zip(rows[5::24], rows[4::24], strict=False):
        copy["perceptualHash"] = _nearly(str(original["perceptualHash"]))
    files = zip(range(_FIRST_ID, _FIRST_ID + len(pictures)), pictures, strict=True)
    return WaifuCollection(rows, {number: picture.path for number, picture in files})


def _image(
    picture: Picture, place: int, artists: Mapping[str, Mapping[str, object]]
) -> dict[str, object]:
    """Generate the missing fields of a picture's row, always the same."""
    noise = hashlib.sha256(picture.filename.encode()).digest()
    nsfw = place % 8 == 3  # noqa: PLR2004 - some are to be, although none is
    size = picture.size or Size(0, 0)
    return {
        "id": _FIRST_ID + place,
        "perceptualHash": noise[:8].hex(),
        "extension": picture.path.suffix,
        "dominantColor": f"#{noise[8:11].hex().upper()}",
        "source": picture.credits.get("source_url"),
        "artists": [artists[name] for name in [picture.credits.get("artist_name")] if name],
        "uploadedAt": written_time(int.from_bytes(noise[11:13]) % 20_000),
        "isNsfw": nsfw,
        "isAnimated": _is_animated(picture),
        **size._asdict(),
        "byteSize": picture.path.stat().st_size,
        "tags": [
            {"slug": slug, "description": f"Drawn for a sample: {slug}."}
            for slug in _slugs(picture, noise[13], nsfw=nsfw)
        ],
        "favorites": noise[14] % 40,
    }


def _slugs(picture: Picture, noise: int, *, nsfw: bool) -> list[str]:
    """Invent tags: the category, for most stills ``waifu`` and a trait, ``ecchi`` where NSFW."""
    slugs = [picture.category]
    if not _is_animated(picture):
        slugs += ["waifu", _TRAITS[noise % len(_TRAITS)]]
    if picture.category == "husbando":
        slugs.remove("waifu")
    return list(dict.fromkeys([*slugs, *["ecchi"] * nsfw]))


def _artists(pictures: Iterable[Picture]) -> dict[str, dict[str, object]]:
    """Describe each artist by all that the pictures know of them."""
    by_name: dict[str, dict[str, object]] = {}
    for credit in (picture.credits for picture in pictures if "artist_name" in picture.credits):
        artist = by_name.setdefault(credit["artist_name"], {"name": credit["artist_name"]})
        href = credit.get("artist_href", "")
        site = _SITES.get(urlsplit(href).hostname or "")
        if site is not None:
            artist[site] = href
    return by_name


def _nearly(perceptual_hash: str) -> str:
    """Flip two bits of a hash.

    >>> _nearly("00ff00ff00ff00ff")
    '00ff00ff00ff00fc'
    """
    return f"{int(perceptual_hash, 16) ^ 0b11:016x}"


def _is_animated(picture: Picture) -> bool:
    return picture.path.suffix == f".{ANIMATED_FORMAT}"
