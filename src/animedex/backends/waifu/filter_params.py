"""Arguments checked before a request, as the service ignores invalid ones silently.

https://docs.waifu.im/docs/tags
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from animedex.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Several: TypeAlias = "str | int | Sequence[str | int]"
Size: TypeAlias = "str | int"
Nsfw = Literal["no", "yes", "all"]
Orientation = Literal["landscape", "portrait", "square"]
Order = Literal["random", "uploaded_at", "favorites"]

MOST = 100
MOST_PAGE = 1_000_000
NSFW = {"no": "False", "yes": "True", "all": "All"}
ORIENTATIONS = {"landscape": "LANDSCAPE", "portrait": "PORTRAIT", "square": "SQUARE"}
# Without an order they come at random.
ORDERS = {"random": None, "uploaded_at": "UploadedAt", "favorites": "Favorites"}
_SLUG = re.compile(r"[a-z0-9-]{1,100}")
# The service reads numbers of 64 bits.
_SIZE = re.compile(r"(>=|>|<=|<|)([0-9]{1,18})|([0-9]{1,18})\.\.([0-9]{1,18})")
_UNNAMEABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_BACKWARDS = {"=>": ">=", "=<": "<=", "≥": ">=", "≤": "<="}
_SIZE_HINT = "write '>=1500', '<1500', '1000..2000' or '1500', in quotes on a command line"
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


def bad_argument(message: str, hint: str | None = None) -> BadArguments:
    """Return the error for an invalid argument."""
    return BadArguments(message, backend="waifu", hint=hint)


def parse_tags(values: Several) -> list[str]:
    """Return tags as parameters, by slug or id; raise `BadArguments` for other text.

    >>> parse_tags("raiden-shogun"), parse_tags([12, "maid"])
    (['raiden-shogun'], ['12', 'maid'])
    """
    return [parse_tag(one) for one in _parse_each("a tag", values)]


def parse_tag(value: str | int) -> str:
    """Return one tag as a request names it."""
    text = str(value) if is_id(value) else value
    if not isinstance(text, str) or not is_tag(text):
        near = slugify(text) if isinstance(text, str) else ""
        hint = "list them with `animedex waifu tags`"
        if isinstance(text, str) and "," in text:
            hint = "give each tag by itself, such as maid and uniform"
        elif near:
            hint = f"did you mean {near}?"
        message = f"a tag is a slug (small letters, digits, dashes) or an id, not {value!r:.80}"
        raise bad_argument(message, hint)
    return text


def is_tag(text: str) -> bool:
    """Return whether a text is a slug, or an id in digits."""
    return _SLUG.fullmatch(text) is not None


def slugify(text: str) -> str:
    """Return the slug that words would have.

    >>> slugify("Raiden Shogun"), slugify(" long_hair "), slugify("猫")
    ('raiden-shogun', 'long-hair', '')
    """
    return re.sub(r"[^a-z0-9]+", "-", text[:100].lower()).strip("-")


def parse_artists(values: Several) -> list[int | str]:
    """Return artists by id if they are given so, else by name."""
    return [parse_artist(one) for one in _parse_each("an artist", values)]


def parse_artist(value: str | int) -> int | str:
    """Return an artist's id or name.

    >>> parse_artist("80"), parse_artist("GongHa")
    (80, 'GongHa')
    """
    if is_id(value):
        return int(value)
    hint = "list them with `animedex waifu artists`"
    if not isinstance(value, str):
        message = f"an artist is a name or an id, not {value!r:.80}"
    elif not value.strip() or _UNNAMEABLE.search(value) or value.strip() in {".", ".."}:
        message = f"{value!r:.80} cannot be the name of an artist"
    else:
        return value.strip()
    raise bad_argument(message, hint)


def parse_ids(values: Several) -> list[str]:
    """Return ids of images."""
    numbers = list(_parse_each("an id", values))
    for one in numbers:
        if not is_id(one):
            message = f"an id is a whole number, not {one!r:.80}"
            raise bad_argument(message)
    return [str(one) for one in numbers]


def parse_id(value: Several) -> list[str]:
    """Return the only id to include: of several, an image would have to have all at once."""
    number = parse_ids(value)
    if len(number) > 1:
        message = f"only one id can be used, not {len(number)}: an image has one id"
        raise bad_argument(message, "ask for each with `animedex waifu image ID`")
    return number


def is_id(value: object) -> bool:
    """Return whether a value is an id, as a number or in digits.

    >>> is_id(12), is_id("12"), is_id("maid"), is_id(True), is_id(-1)
    (True, True, False, False, False)
    """
    if type(value) is int:
        return 0 <= value < 10**18
    return isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value) is not None


def parse_size(name: str, value: Size | None) -> str | None:
    """Return a filter for a size as the service reads it; None for none.

    >>> parse_size("width", ">= 1500"), parse_size("width", "1000..2000"), parse_size("width", 800)
    ('>=1500', '1000..2000', '800')
    """
    if value is None:
        return None
    text = "".join(value.split()) if isinstance(value, str) else str(value)
    match = _SIZE.fullmatch(text) if _is_of_type(value, str, int) else None
    if match is None:
        message = f"{name} needs a number of at most 18 digits, not {value!r:.80}"
        raise bad_argument(message, _size_hint(text))
    least, most = match[3], match[4]
    if least and int(least) > int(most):
        message = f"the {name} {value!r} is empty, because {least} is more than {most}"
        raise bad_argument(message, f"did you mean {most}..{least}?")
    return text


def _size_hint(text: str) -> str:
    for spelled, meant in _BACKWARDS.items():
        mended = text.replace(spelled, meant)
        if mended != text and _SIZE.fullmatch(mended):
            return f"did you mean '{mended}'?"
    return _SIZE_HINT


def parse_whole_number(name: str, value: int, most: int) -> int:
    """Return a whole number of at least 1."""
    if not _is_of_type(value, int) or not 1 <= value <= most:
        message = f"{name} is a whole number from 1 to {most:,}, not {value!r:.80}"
        raise bad_argument(message)
    return value


def parse_choice(name: str, value: str, choices: Mapping[str, str | None]) -> str | None:
    """Return the parameter for one of our choices; case and dashes are ignored."""
    text = value.lower().replace("-", "_") if _is_of_type(value, str) else ""
    if text not in choices:
        *others, last = choices
        message = f"{name} is {', '.join(others)} or {last}, not {value!r:.80}"
        raise bad_argument(message)
    return choices[text]


def parse_flag(name: str, value: bool | None) -> str | None:  # noqa: FBT001  the value itself
    """Return the parameter for yes or no; None if none is given."""
    if value is not None and not _is_of_type(value, bool):
        message = f"{name} is true or false, not {value!r:.80}"
        raise bad_argument(message)
    return None if value is None else str(value)


def _parse_each(what: str, values: Several) -> Iterable[str | int]:
    """Return the values as a sequence, a single one as well."""
    if isinstance(values, str | int):
        return (values,)
    try:
        return tuple(values)
    except TypeError:
        message = f"{what} is text or a number, not {values!r:.80}"
        raise bad_argument(message) from None


def _is_of_type(value: object, *kinds: type) -> bool:
    """Return whether a value is of one of these types: not every caller uses a type checker.

    A bool is an int to Python, but no number of anything.
    """
    return type(value) in kinds


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
