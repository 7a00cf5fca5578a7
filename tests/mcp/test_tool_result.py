"""Whatever goes wrong becomes one of our own errors."""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
import struct
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from animedex import AsyncClient
from animedex.database import StoreLocked
from animedex.errors import AnimedexError, BadArguments, Corrupt, NotFound
from animedex.mcp.argument_parser import choose_tool, parse_arguments
from animedex.mcp.tool_registry import all_tools
from animedex.mcp.tool_result import LONGEST_EDGE, build_failure, build_result, scale_picture
from animedex.ratelimit.store import StoreUnavailable
from animedex.testing import SampleServer
from tests.kit.effort import retry_with_more_time


@pytest.mark.parametrize(
    ("raised", "reason", "said"),
    [
        (NotFound("no such thing"), "not-found", "no such thing"),
        (
            StoreLocked("locked"),
            "timeout",
            "another process has locked the file of budgets or of the cache",
        ),
        (
            StoreUnavailable("redis://cache.example", "does not answer", 1.0),
            "rate-limited",
            "budgets are kept at redis://cache.example, which does not answer",
        ),
        (RecursionError("too deep"), "error", "RecursionError: too deep"),
    ],
)
def test_every_failure_has_a_reason(raised: Exception, reason: str, said: str) -> None:
    error = build_failure(raised)
    assert isinstance(error, AnimedexError)
    assert (error.reason, error.message) == (reason, said)


# Which of two limits ends a picture, the tool's or its request's, is the scheduler's choice.
LATE = " is not shown: (?:it did not arrive within the call's|no complete response came in) time"


def test_a_call_s_time_limit_is_that_of_its_pictures_too() -> None:
    async def main(url: str, seconds: float) -> str:
        options = {"category": "neko", "amount": 4, "picture": True}
        async with AsyncClient(base_urls={"nekos": url}, timeout=seconds, limits=False) as client:
            tool = choose_tool("nekos_image", all_tools())
            return (await build_result(client, tool, parse_arguments(tool, options))).text

    def check(seconds: float) -> None:
        with SampleServer(limits=False, seed=1) as server:
            server.faults.add("/neko/*:delay=1000")
            text = asyncio.run(main(server.url, seconds))
            assert len(server.arrivals) == 5
        assert len(re.findall(LATE, text)) == 4

    retry_with_more_time(check)


def drawn(size: tuple[int, int], form: str = "PNG", mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, form)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_large_picture_is_scaled_to_fit(form: str) -> None:
    shown = scale_picture(drawn((1600, 800), form))
    assert shown.media_type == "image/jpeg"
    assert opened(shown.data).size == (LONGEST_EDGE, LONGEST_EDGE // 2)


def test_a_small_picture_stays_small() -> None:
    assert opened(scale_picture(drawn((30, 40))).data).size == (30, 40)


def test_what_is_transparent_becomes_white() -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(clear, "PNG")
    assert opened(scale_picture(clear.getvalue()).data).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_mode_is_shown(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (9, 9)).save(out, "PNG")
    assert opened(scale_picture(out.getvalue()).data).size == (9, 9)


def test_the_first_frame_is_shown_of_what_moves() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    result = opened(scale_picture(out.getvalue()).data).getpixel((5, 5))
    assert isinstance(result, tuple)
    assert result[0] > 200


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_shown_the_way_it_is_held(form: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (30, 10)).save(out, form, exif=exif)
    assert opened(scale_picture(out.getvalue()).data).size == (10, 30)


@pytest.mark.parametrize("form", ["BMP", "EPS", "ICO", "PDF", "TIFF"])
def test_only_what_services_send_is_decoded(form: str) -> None:
    with pytest.raises(Corrupt, match="is not a picture"):
        scale_picture(drawn((30, 40), form))


def bomb(edge: int) -> bytes:
    """Claim a picture of so many pixels on a side in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", edge, edge, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize("edge", [9_000, 12_000, 60_000, 2**31 - 1])
def test_a_bomb_is_not_unpacked(edge: int) -> None:
    with pytest.raises(Corrupt) as caught:
        scale_picture(bomb(edge))
    assert caught.value.hint == "open its URL instead"


@given(data=st.binary(max_size=200), cut=st.integers(0, 400))
def test_bytes_that_are_no_picture(data: bytes, cut: int) -> None:
    good = drawn((40, 40))
    for one in (data, good[:cut], good[:cut] + data):
        with contextlib.suppress(Corrupt):
            assert scale_picture(one).data


def test_pillow_is_asked_for_where_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(BadArguments) as caught:
        scale_picture(drawn_before)
    assert caught.value.hint == "pip install 'animedex[pictures]'"


drawn_before = drawn((3, 3))
