"""Print so many rows as JSON, of three services in turn, of which a fifth are duplicates.

Each hundred rows, in no order, holds 78 that are new; 5 that are new posts of a known md5; 5 that
name the page of a known work; 5 whose perceptual hash differs from a known one in up to three bits;
5 rows that were there before; and 2 that name a work without the page that is known of it. Which
rows are doubled is drawn, from all that are new so far.
"""

from __future__ import annotations

import json
import random
import sys
from hashlib import blake2b, md5
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Row: TypeAlias = "dict[str, object]"

HUNDRED, NEW, EACH, VAGUE, SERVICES = 100, 78, 5, 2, 3
STAMP = "2026-01-31T09:00:00Z"
TAGS = " ".join(f"tag_number_{number}" for number in range(40))
SIZES = ("180x180", "360x360", "720x720", "sample", "original")


def rows(count: int) -> Iterator[Row]:
    """Return rows, a hundred at a time."""
    draw = random.Random(count)
    for block in range(count // HUNDRED):
        first = block * NEW
        beyond = first + NEW
        several = [new(number) for number in range(first, beyond)]
        for extra in range(EACH):
            number = count + block * HUNDRED + extra * SERVICES
            several += [
                danbooru(number, digest(draw_row(draw, beyond)), ""),
                nekos(number, page_url(draw_row(draw, beyond))),
                waifu(number, "", near(draw, draw_row(draw, beyond) + 1)),
                new(draw.randrange(beyond)),
            ]
        for extra in range(EACH, EACH + VAGUE):
            number = count + block * HUNDRED + extra * SERVICES
            several.append(nekos(number, work_url(first + extra * SERVICES)))
        draw.shuffle(several)
        yield from several


def new(number: int) -> Row:
    """Return a number's row; its service is the number's remainder by three."""
    kind = number % SERVICES
    if kind == 0:
        return danbooru(number, digest(number), page_url(number))
    if kind == 1:
        return waifu(number, f"https://x.com/someone/status/{10**18 + number}", hash_number(number))
    return nekos(number, work_url(number))


def draw_row(draw: random.Random, beyond: int) -> int:
    """Draw a new row of Danbooru's; the next number is one of Waifu.im's."""
    return SERVICES * draw.randrange(beyond // SERVICES)


def digest(number: int) -> str:
    return md5(str(number).encode()).hexdigest()


def hash_number(number: int) -> int:
    return int.from_bytes(blake2b(str(number).encode(), digest_size=8).digest())


def near(draw: random.Random, number: int) -> int:
    """Flip one, two or three bits of a hash."""
    value = hash_number(number)
    for bit in draw.sample(range(64), draw.randint(1, 3)):
        value ^= 1 << bit
    return value


def work_url(number: int) -> str:
    return f"https://www.pixiv.net/artworks/{10**7 + number}"


def page_url(number: int) -> str:
    place = "https://i.pximg.net/img-original/img/2026/01/31/09/00/00"
    return f"{place}/{10**7 + number}_p{number % 5}.jpg"


def danbooru(number: int, file: str, source: str) -> Row:
    place = f"https://cdn.example/original/{file[:2]}/{file[2:4]}"
    variants = [
        {"type": size, "url": f"{place}/{size}-{file}.jpg", "width": 720, "height": 1019}
        for size in SIZES
    ]
    asset = {"id": number, "created_at": STAMP, "md5": file, "file_ext": "jpg", "image_width": 2000}
    return {
        "id": number + 1,
        "created_at": STAMP,
        "uploader_id": number % 1000,
        "score": number % 100,
        "source": source,
        "md5": file,
        "rating": "g",
        "image_width": 2000,
        "image_height": 2830,
        "tag_string": TAGS,
        "fav_count": number % 70,
        "file_ext": "jpg",
        "file_size": 1_000_000 + number,
        "has_children": False,
        "tag_count_general": 40,
        "updated_at": STAMP,
        "is_deleted": False,
        "tag_count": 40,
        "bit_flags": 0,
        "tag_string_general": TAGS,
        "tag_string_artist": f"artist_{number % 5000}",
        "tag_string_meta": "highres",
        "media_asset": {**asset, "duration": None, "variants": variants},
        "file_url": f"{place}/{file}.jpg",
        "large_file_url": f"{place}/sample-{file}.jpg",
        "preview_file_url": f"{place}/180x180-{file}.jpg",
        "_source": beside("danbooru"),
    }


def waifu(number: int, source: str, value: int) -> Row:
    return {
        "id": number + 1,
        "perceptualHash": f"{value:016x}",
        "extension": ".jpg",
        "dominantColor": "#b0a090",
        "source": source,
        "artists": [{"id": number % 300 + 1, "name": f"artist {number % 300}", "pixiv": None}],
        "uploadedAt": STAMP,
        "isNsfw": False,
        "isAnimated": False,
        "width": 1500,
        "height": 2000,
        "byteSize": 800_000 + number,
        "url": f"https://cdn.waifu.im/{number + 1}.jpg",
        "tags": [{"id": 12, "name": "Waifu", "slug": "waifu", "description": "A drawn girl."}],
        "favorites": number % 50,
        "_source": beside("waifu"),
    }


def nekos(number: int, source: str) -> Row:
    name = f"{number % 2**32:08x}-0000-4000-8000-{number:012x}"
    return {
        "artist_href": f"https://gallery.example/{number % 700}",
        "artist_name": f"artist {number % 700}",
        "source_url": source,
        "url": f"https://nekos.best/api/v2/neko/{name}.png",
        "dimensions": {"width": 1200, "height": 1600},
        "_source": beside("nekos"),
    }


def beside(service: str) -> Row:
    return {"backend": service, "fetched_at": STAMP, "cached": False, "rate_limited": False}


def main() -> None:
    """Print as many rows as the argument says, as one array or with `--jsonl` as lines."""
    count, lines = int(sys.argv[1]), "--jsonl" in sys.argv
    before = "" if lines else "["
    for row in rows(count):
        sys.stdout.write(before + json.dumps(row, separators=(",", ":")))
        before = "\n" if lines else ","
    sys.stdout.write("\n" if lines else "]\n")


if __name__ == "__main__":
    main()
