"""Pictures that may cost much are decoded in a process of their own, which can be ended."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from animedex.errors import BadArguments, Corrupt, TimedOut, TooLarge
from animedex.gallery.thumbnails import thumbnail
from animedex.images.decode_cost import CHEAP_BYTES, Cost, estimate_cost
from animedex.images.decode_process import DecodeInput, decode_in_subprocess
from animedex.images.decoder import decoder_slot, decoding_limits
from animedex.images.formats import identify_format
from animedex.images.image_inspection import decode_image, inspect_image, measure_image
from animedex.images.open_image import StillImage, open_image, read_image
from animedex.mcp.tool_result import scale_picture
from tests.kit.odd_pictures import endless_jpeg

if TYPE_CHECKING:
    from pathlib import Path

_COST = Cost(is_high=True, width=60, height=40)


def save(path: Path, form: str = "PNG", *, animated: bool = False, large: bool = False) -> str:
    """Write a small picture; a large one has zeros behind its end."""
    image = Image.linear_gradient("L").resize((60, 40)).convert("RGB")
    more = {"save_all": True, "append_images": [image.rotate(180)]} if animated else {}
    image.save(path, form, **more)
    if large:
        with path.open("ab") as file:
            file.truncate(path.stat().st_size + CHEAP_BYTES)
    return str(path)


def is_dear(path: str) -> bool:
    with open(path, "rb") as file:
        kind = identify_format(file.read(64))
        assert kind is not None
        return estimate_cost(file, kind, path).is_high


def children() -> set[str]:
    """Return the processes that this one has started and not seen ended."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())],
        check=True,
        capture_output=True,
        text=True,
    )
    return {
        line
        for line in listed.stdout.splitlines()
        if "decode_worker" in line or "<defunct>" in line
    }


@pytest.mark.parametrize(("form", "animated"), [("JPEG", False), ("PNG", False), ("GIF", True)])
def test_a_process_finds_what_this_one_does(form: str, *, animated: bool, tmp_path: Path) -> None:
    path = save(tmp_path / "a", form, animated=animated, large=True)
    assert is_dear(path)
    with open(path, "rb") as file:
        measured, seen = decode_image(file, path, fingerprint=True)
    assert inspect_image(path) == (*measured, seen)
    assert measure_image(path) == measured


def test_a_picture_without_a_path_is_sent(tmp_path: Path) -> None:
    data = (tmp_path / "a").read_bytes() if save(tmp_path / "a", "JPEG", large=True) else b""
    with read_image(io.BytesIO(data), "it") as picture:
        assert isinstance(picture, StillImage)
        assert (picture.size, picture.first_frame().image.size) == ((60, 40), (60, 40))
    assert Image.open(io.BytesIO(scale_picture(data).data)).size == (60, 40)


def test_a_dear_animation_stands_still(tmp_path: Path) -> None:
    path = save(tmp_path / "a", "GIF", animated=True, large=True)
    with open_image(path) as picture:
        assert (picture.is_animated, list(picture.other_frames()), picture.size) == (
            False,
            [],
            (60, 40),
        )
    small = Image.open(io.BytesIO(thumbnail(path) or b""))
    assert small.size == (60, 40)


def test_a_name_that_is_no_text_is_found(tmp_path: Path) -> None:
    path = save(tmp_path / os.fsdecode(b"\xff\xfe.jpg"), "JPEG", large=True)
    assert inspect_image(path).width == 60


def test_too_much_processor_time_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(endless_jpeg())
    source = DecodeInput("it", Cost(is_high=True, width=7, height=8), str(tmp_path / "a.jpg"))
    with pytest.raises(TooLarge, match="more than 4 seconds of processor time to decode") as told:
        decode_in_subprocess(source)
    assert (told.value.width, told.value.height) == (7, 8)
    assert not children()


def test_a_damaged_picture_is_damaged_there_too(tmp_path: Path) -> None:
    path = save(tmp_path / "a", "PNG", large=True)
    with open(path, "r+b") as file:
        file.seek(60)
        file.write(bytes(60))
    with pytest.raises(Corrupt, match="damaged") as told:
        inspect_image(path)
    assert not isinstance(told.value, TooLarge)


def test_what_is_no_picture_is_told_there_too() -> None:
    with pytest.raises(BadArguments, match="it is not a picture"):
        decode_in_subprocess(DecodeInput("it", _COST, data=b"nothing"), side=9)


def test_decoding_ends_at_the_deadline(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(endless_jpeg())
    with decoding_limits(time.monotonic()), pytest.raises(TimedOut, match="before the deadline"):
        inspect_image(str(tmp_path / "a"))
    assert not children()


def test_decoding_ends_where_it_is_cancelled(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(endless_jpeg())
    cancelled = threading.Event()
    cancelled.set()
    with decoding_limits(None, cancelled), pytest.raises(TimedOut, match="cancelled"):
        inspect_image(str(tmp_path / "a"))
    assert not children()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals like these")
def test_ctrl_c_ends_both_processes(tmp_path: Path) -> None:
    pipe = str(tmp_path / "a.png")
    os.mkfifo(pipe)
    code = (
        "import sys\n"
        "from animedex.images.decode_cost import Cost\n"
        "from animedex.images.decode_process import DecodeInput, decode_in_subprocess\n"
        "decode_in_subprocess(DecodeInput('it', Cost(True), sys.argv[1]))\n"
    )
    command = [sys.executable, "-I", "-c", code, pipe]
    with (
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process,
        # This goes on when the other process is there to read.
        open(pipe, "wb", buffering=0) as end,
    ):
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=120)
        with pytest.raises(BrokenPipeError):
            end.write(b"nobody reads this")
    assert "KeyboardInterrupt" in complaint


def test_a_thread_may_take_its_slot_again() -> None:
    with decoder_slot(), decoder_slot():
        taken = True
    assert taken


def test_a_few_decode_at_a_time_and_no_more() -> None:
    most, inside, lock = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal most, inside
        with decoder_slot():
            with lock:
                inside += 1
                most = max(most, inside)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most <= min(4, os.cpu_count() or 1)


def test_nobody_waits_for_a_slot_beyond_the_deadline() -> None:
    amount = min(4, os.cpu_count() or 1)
    taken, done = threading.Barrier(amount + 1), threading.Event()

    def hold() -> None:
        with decoder_slot():
            taken.wait()
            done.wait()

    threads = [threading.Thread(target=hold) for _ in range(amount)]
    for thread in threads:
        thread.start()
    taken.wait()
    try:
        with pytest.raises(TimedOut), decoding_limits(time.monotonic()), decoder_slot():
            pass
    finally:
        done.set()
        for thread in threads:
            thread.join()
