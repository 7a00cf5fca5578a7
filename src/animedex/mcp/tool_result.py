"""The result of a tool in three forms: structured values, text and scaled-down pictures."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from animedex import backends
from animedex.backends.asset_call import fetch_file
from animedex.errors import AnimedexError, BadArguments, Corrupt, NotFound, TimedOut
from animedex.mcp.text_format import format_answer, to_art_post
from animedex.models import ArtPost
from animedex.render.json_output import post_payload, to_plain_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from PIL import Image

    from animedex.client import AsyncClient
    from animedex.http_message import JsonObject, JsonValue
    from animedex.tool import Arguments, Tool

MOST_PICTURES = 4
LONGEST_EDGE = 512
MOST_BYTES = 32 * 1024 * 1024
_QUALITY = 85
_REPORT = "please report this, with the call that you made"
# What a service has besides still pictures.
_FILMS = (".mp4", ".webm", ".zip", ".swf")


class ToolResult(NamedTuple):
    """The result of one call."""

    content: JsonObject
    text: str
    pictures: list[PictureContent]


async def build_result(client: AsyncClient, tool: Tool[Any], arguments: Arguments) -> ToolResult:
    """Run a tool, within the client's time limit for one call; raises `AnimedexError`."""
    from asyncio import get_running_loop

    now, limit = get_running_loop().time, client.config.timeout
    began = now()
    answer = await tool.run(client, arguments)
    content = {key: _plain(value) for key, value in answer.items()}
    text, pictures = format_answer(tool, answer), list[PictureContent]()
    if getattr(arguments, "picture", False):
        left = None if limit is None else max(0.0, began + limit - now())
        text = "\n".join([text, *await _fetch_pictures(client, answer, pictures, left)])
    return ToolResult(content, text, pictures)


def build_failure(error: Exception) -> AnimedexError:
    """Return the error to report for any exception."""
    from animedex.database import StoreLocked
    from animedex.ratelimit.store import StoreUnavailable

    if isinstance(error, AnimedexError):
        return error
    if isinstance(error, StoreUnavailable):
        return error.rate_limited()
    if isinstance(error, StoreLocked):
        message = "another process has locked the file of budgets or of the cache"
        return TimedOut(message, hint="try again in a moment")
    return AnimedexError(f"{type(error).__name__}: {error}", hint=_REPORT)


async def _fetch_pictures(
    client: AsyncClient,
    answer: Mapping[str, object],
    pictures: list[PictureContent],
    seconds: float | None,
) -> list[str]:
    """Fetch the first pictures of an answer; describe where each is, or why it is missing."""
    posts = [post for value in answer.values() for post in _posts(value)]
    first_posts = posts[:MOST_PICTURES]
    notes: list[str] = []
    for post, came in zip(first_posts, await _fetch_all(client, first_posts, seconds), strict=True):
        if isinstance(came, PictureContent):
            pictures.append(came)
            notes.append(f"picture {len(pictures)} is {post.id}")
        else:
            notes.append(f"{post.id} is not shown: {came}")
    if len(posts) > MOST_PICTURES:
        notes.append(f"no more than {MOST_PICTURES} pictures are shown")
    return notes


async def _fetch_all(
    client: AsyncClient, posts: Sequence[ArtPost], seconds: float | None
) -> list[PictureContent | AnimedexError]:
    """Fetch pictures at once; return each one that arrived in time, or its failure."""
    import asyncio

    tasks = [asyncio.create_task(_fetch_one(client, post)) for post in posts]
    try:
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
    finally:
        for task in tasks:
            task.cancel()
    return [_come(each) for each in await asyncio.gather(*tasks, return_exceptions=True)]


def _come(each: PictureContent | BaseException) -> PictureContent | AnimedexError:
    if isinstance(each, PictureContent):
        return each
    if isinstance(each, Exception):
        return build_failure(each)
    return TimedOut("it did not arrive within the call's time limit")


async def _fetch_one(client: AsyncClient, post: ArtPost) -> PictureContent:
    """Fetch a picture, the smaller file that is large enough; the next one where that fails."""
    from asyncio import to_thread

    backend = backends.find_backend(post.id.partition(":")[0])
    urls = [post.sample_url, post.url, post.preview_url]
    image_urls = dict.fromkeys(url for url in urls if url and not url.lower().endswith(_FILMS))
    failed: AnimedexError = NotFound("there is no picture to fetch", backend=backend.name)
    for url in image_urls:
        try:
            file = await client.perform(fetch_file(backend, url, cap=MOST_BYTES))
            return await to_thread(scale_picture, file.body)
        except AnimedexError as error:
            failed = error
    raise failed


def _posts(value: object) -> Iterator[ArtPost]:
    for item in cast("list[object]", value) if isinstance(value, list) else []:
        post = to_art_post(item)
        if post is not None:
            yield post


def _plain(value: object) -> JsonValue:
    """Return records and art posts as rows, each with its source."""
    if isinstance(value, ArtPost):
        return post_payload(value)
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[object]", value)]
    return to_plain_value(value)


class PictureContent(NamedTuple):
    """A picture in the protocol's form."""

    data: bytes
    media_type: str = "image/jpeg"


def scale_picture(data: bytes, edge: int = LONGEST_EDGE) -> PictureContent:
    """Scale a picture down to fit a square, the first frame of what moves; small ones stay small.

    Raises `Corrupt` for bytes that are no picture, or one that would not fit into memory.
    """
    from importlib.util import find_spec

    if find_spec("PIL") is None:
        message = "scaling pictures needs Pillow, which is not installed"
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
