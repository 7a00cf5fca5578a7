"""Pictures with faults: whole ones come, cut ones only where their row announces their bytes."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest
from PIL import Image

from animedex import Client
from animedex.downloads import download
from animedex.images.sidecar import read_any_credit
from animedex.images.xmp import read_credit
from animedex.library.picture_library import Library
from animedex.library.verification import verify
from animedex.models import ArtPost, Rating
from tests.images.containers.test_containers import frames
from tests.kit.odd_pictures import cut, gif_ends, saved, whole

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from animedex.downloads import DownloadReport
    from tests.kit.raw_server import StartRawServer

EVERY = 5
WHOLE = [one.data for one in whole().values()][::EVERY]
DAMAGED = [one.data for one in cut().values()][::EVERY]
# A decoder finds nothing that it knows in these, and one is very large.
STUBS = [b"GIF89a" + b"?" * 99, b"\xff\xd8\xff" + b"?" * 99, b"\x89PNG\r\n\x1a\n", b"RIFF....WEBP"]


class Fetch(NamedTuple):
    """Fetch files of a server, with what their rows announce of them."""

    client: Client
    url: str
    files: list[bytes]
    library: Library
    folder: Path
    warnings: list[str]

    def __call__(
        self, files: list[bytes], announce: Callable[[bytes], dict[str, object]]
    ) -> list[DownloadReport]:
        self.files[:] = files
        posts = [
            ArtPost(
                id=f"nekos:{number}.png",
                rating=Rating.GENERAL,
                url=f"{self.url}/neko/{number}.png",
                artists=["青葉ミオ"],
                **announce(data),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  the tests say what
            )
            for number, data in enumerate(files)
        ]
        warn = self.warnings.append
        done = download(self.client, posts, self.folder, library=self.library, warn=warn)
        return list(done)


@pytest.fixture
def fetch(raw_server: StartRawServer, tmp_path: Path, folder: Path) -> Iterator[Fetch]:
    files: list[bytes] = []

    def script(connection: socket.socket, over: threading.Event) -> None:
        del over
        number = re.search(rb"/neko/([0-9]+)", server.requests[-1])
        assert number
        data = files[int(number[1])]
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(data) + data)

    server = raw_server(script)
    state, urls = tmp_path / "state.db", {"nekos": server.url}
    with (
        Client(base_urls=urls, limits=False, state=state, cache=False) as client,
        Library(str(tmp_path / "library.db")) as library,
    ):
        yield Fetch(client, server.url, files, library, folder, [])


def nothing(_data: bytes) -> dict[str, object]:
    return {}


def size(data: bytes) -> dict[str, object]:
    return {"byte_size": len(data)}


def md5(data: bytes) -> dict[str, object]:
    return {"md5": hashlib.md5(data, usedforsecurity=False).hexdigest().upper()}


def md5_and_another_size(data: bytes) -> dict[str, object]:
    return {**md5(data), "byte_size": len(data) + 1}


def test_what_has_all_pixels_comes_with_its_credit(fetch: Fetch) -> None:
    done = fetch(WHOLE, nothing)
    assert [one.error for one in done] == [None] * len(WHOLE)
    for one in done:
        assert one.path
        credited = read_credit(one.path)
        assert credited
        assert credited.post.artists == ["青葉ミオ"]
    entries = list(fetch.library.iter_entries())
    assert len(entries) == len(WHOLE)
    assert all(fetch.library.fingerprint(entry.id) for entry in entries)
    assert fetch.warnings == []


def test_what_lacks_pixels_does_not_come(fetch: Fetch) -> None:
    """That it is as long as the answer's head says proves nothing."""
    done = fetch([*DAMAGED, *STUBS], nothing)
    for one in done:
        assert (one.status, one.path) == ("failed", None)
        assert one.error
        assert one.error.reason == "corrupt"
        assert "is a damaged picture: " in one.error.message
    assert not list(fetch.library.iter_entries())


@pytest.mark.parametrize("announce", [size, md5, md5_and_another_size])
def test_what_its_row_announces_is_kept_as_it_is(
    announce: Callable[[bytes], dict[str, object]], fetch: Fetch
) -> None:
    files = [*DAMAGED[::3], *STUBS]
    done = fetch(files, announce)
    assert [one.status for one in done] == ["fetched"] * len(files)
    for data, one in zip(files, done, strict=True):
        assert one.path
        with open(one.path, "rb") as file:
            assert file.read() == data
        credited = read_any_credit(one.path)
        assert credited
        assert credited.post.artists == ["青葉ミオ"]
    entries = list(fetch.library.iter_entries())
    assert len(entries) == len(files)
    assert not any(fetch.library.fingerprint(entry.id) for entry in entries)
    assert len(fetch.warnings) == len(files)
    assert all("the service has the same file" in warning for warning in fetch.warnings)
    assert list(verify(fetch.library)) == []


def test_what_was_kept_is_not_fetched_again(fetch: Fetch, tmp_path: Path) -> None:
    files = DAMAGED[:3]
    first = fetch(files, md5)
    assert [one.status for one in fetch(files, md5)] == ["here"] * 3
    with Library(str(tmp_path / "another.db")) as library:
        again = fetch._replace(library=library)(files, md5)
        assert [(one.status, one.path) for one in again] == [("here", one.path) for one in first]
        assert len(list(library.iter_entries())) == 3


def unnoticed() -> dict[str, tuple[bytes, bytes]]:
    """Return files with other pixels than they should have, and what they should be."""
    jpeg, webp, gif, avif = (saved(form) for form in ("jpeg", "webp", "gif", "avif"))
    moving = saved("gif", 4)
    last = [end for kind, end in gif_ends(moving) if kind == ord(",")][-2]
    return {
        "a JPEG with an end behind half of it": (jpeg[: len(jpeg) // 2] + b"\xff\xd9", jpeg),
        "a WebP with zeros in it": (webp[:-300] + bytes(300), webp),
        "a GIF with other colours": (gif[:20] + bytes([gif[20] ^ 64]) + gif[21:], gif),
        "a GIF without its last frame": (moving[:last] + b";", moving),
        "an AVIF with other pixels": (avif[:-9] + bytes([avif[-9] ^ 1]) + avif[-8:], avif),
    }


@pytest.mark.parametrize("name", unnoticed())
def test_what_no_format_can_tell_a_checksum_does(name: str, fetch: Fetch) -> None:
    data, right = unnoticed()[name]
    (one,) = fetch([data], nothing)
    assert (one.status, one.error) == ("fetched", None)
    assert frames(data) != frames(right)
    shutil.rmtree(fetch.folder)
    (one,) = fetch([data], lambda _: md5(right))
    assert one.status == "failed"
    assert one.error
    assert one.error.reason == "corrupt"


@pytest.mark.parametrize("wrong", [{"md5": "0" * 32}, {"byte_size": 7}])
def test_other_bytes_than_announced_do_not_come(wrong: dict[str, object], fetch: Fetch) -> None:
    done = fetch([WHOLE[0], DAMAGED[0], STUBS[0]], lambda _: wrong)
    assert [one.status for one in done] == ["failed"] * 3


def test_a_page_does_not_come_whatever_announces_it(fetch: Fetch) -> None:
    page = b"<!DOCTYPE html><title>Gone</title>"
    for announce in (size, md5):
        (one,) = fetch([page], announce)
        assert one.status == "failed"
        assert one.error
        assert one.error.reason == "upstream-decode"


def test_what_is_too_large_to_decode_is_kept_with_its_credit(fetch: Fetch) -> None:
    file = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(file, "png")
    (one,) = fetch([file.getvalue()], nothing)
    assert (one.status, one.error) == ("fetched", None)
    assert one.path
    credited = read_credit(one.path)
    assert credited
    assert credited.post.artists == ["青葉ミオ"]
    (entry,) = fetch.library.iter_entries()
    assert fetch.library.fingerprint(entry.id) is None
    (warning,) = fetch.warnings
    assert "10000 x 10000 pixels" in warning
    assert list(verify(fetch.library)) == []
