"""Services that send something else, and folders that take nothing."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING

import msgspec
import pytest
from PIL import Image

from animedex.downloads import download
from animedex.errors import BadArguments
from animedex.images.sidecar import read_sidecar
from tests.downloads.conftest import noise, picture_name
from tests.downloads.test_download import visible

if TYPE_CHECKING:
    from pathlib import Path

    from animedex import Client
    from animedex.http_message import JsonObject
    from animedex.library.picture_library import Library
    from tests.kit.services import Services

PATH = f"/neko/{picture_name(0)}"
PNG = noise(0)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


BOMB = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(bytes(1000)))
    + chunk(b"IEND", b"")
)
BODIES = {
    "nothing": (b"", "upstream-decode", "the file is empty"),
    "a page": (b"<!DOCTYPE html><title>Blocked</title>", "upstream-decode", "a page"),
    "JSON": (b'{"message": "no"}', "upstream-decode", "of an unknown type"),
    "half a picture": (PNG[: len(PNG) // 2], "corrupt", None),
    "damaged in the middle": (PNG[:1000] + bytes(500) + PNG[1500:], "corrupt", None),
    "a bomb that is cut": (BOMB[:-20], "corrupt", None),
}


@pytest.mark.parametrize("sent", BODIES.values(), ids=BODIES)
def test_what_is_no_whole_picture_leaves_nothing(
    sent: tuple[bytes, str, str | None], client: Client, services: Services, folder: Path
) -> None:
    body, reason, message = sent
    kind = "text/html" if body.startswith(b"<") else "image/png"
    row = {"url": f"{services.nekos.url}{PATH}", "artist_name": "a"}
    services.nekos.answer(PATH, body=body, headers={"content-type": kind, "etag": '"1"'})
    (one,) = download(client, [row], folder)
    assert one.error is not None
    assert (one.status, one.error.reason) == ("failed", reason)
    assert str(folder) not in one.error.message
    assert one.error.hint
    if message:
        assert message in one.error.message
    assert os.listdir(folder) == []


def test_a_bomb_is_kept_and_not_decoded(
    client: Client, services: Services, folder: Path, library: Library
) -> None:
    services.nekos.answer(PATH, body=BOMB, headers={"content-type": "image/png"})
    warnings: list[str] = []
    row = {"url": f"{services.nekos.url}{PATH}", "artist_name": "a"}
    (one,) = download(client, [row], folder, library=library, warn=warnings.append)
    assert (one.status, one.error) == ("fetched", None)
    (entry,) = library.entries()
    assert entry.path == one.path
    assert library.fingerprint(entry.id) is None
    (warning,) = warnings
    assert "60000 x 60000 pixels" in warning
    assert "too large to decode" in warning


@pytest.mark.parametrize(("sidecar", "where"), [(None, "json file"), ("none", "no file")])
def test_what_has_metadata_that_cannot_be_read_gets_a_sidecar_and_a_warning(
    sidecar: str | None, where: str, client: Client, services: Services, folder: Path
) -> None:
    body = PNG[:33] + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<!DOCTYPE x><a/>") + PNG[33:]
    services.nekos.answer(PATH, body=body, headers={"content-type": "image/png"})
    row = {"url": f"{services.nekos.url}{PATH}", "artist_name": "a"}
    said: list[str] = []
    (one,) = download(client, [row], folder, sidecar=sidecar, warn=said.append)
    assert one.path is not None
    assert (folder / one.path).read_bytes() == body
    (warning,) = said
    assert "metadata" in warning
    assert where in warning
    credited = read_sidecar(one.path)
    assert (credited and credited.post.artists) == (None if sidecar else ["a"])


def test_a_picture_of_another_type_is_called_what_it_is(
    client: Client, services: Services, folder: Path
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "jpeg")
    services.nekos.answer(PATH, body=out.getvalue(), headers={"content-type": "image/png"})
    row = {"url": f"{services.nekos.url}{PATH}", "artist_name": "a"}
    (one,) = download(client, [row], folder)
    assert one.error is None
    assert visible(folder) == [f"a - nekos {picture_name(0)[:-4]}.jpg"]


def test_another_checksum_than_the_one_promised(
    client: Client, services: Services, folder: Path
) -> None:
    post = client.danbooru.search("filetype:png", rating="g", limit=1)[0]
    path = (post.file_url or "").removeprefix(services.danbooru.url)
    good = noise(1, side=4)
    body = good + bytes((post.file_size or 0) - len(good))
    services.danbooru.answer(path, body=body, headers={"content-type": "image/png"})
    (one,) = download(client, [post], folder)
    assert one.error is not None
    assert one.error.reason == "corrupt"
    assert "checksum" in one.error.message


def test_another_length_than_the_one_promised(
    client: Client, services: Services, folder: Path
) -> None:
    image = client.waifu.image(5000)
    services.waifu.answer("/cdn/5000.png", body=PNG, headers={"content-type": "image/png"})
    (one,) = download(client, [image], folder)
    assert one.error is not None
    assert one.error.reason == "upstream-decode"
    told = f"the service announced {image.byte_size} bytes, but sent {len(PNG)}"
    assert one.error.message == told
    assert os.listdir(folder) == []


ODD_ROWS = {
    "no URL": {"url": "http://[", "artist_name": "a"},
    "no URL in a post": {"id": "danbooru:1", "rating": "g", "url": "http://["},
    "a URL by itself": "http://[",
    "no host": {"url": "https://[::1/neko/a.png", "artist_name": "a"},
}


@pytest.mark.parametrize("odd", ODD_ROWS.values(), ids=ODD_ROWS)
def test_what_is_no_url_is_told_and_the_rest_is_fetched(
    odd: JsonObject | str, client: Client, services: Services, folder: Path
) -> None:
    row = {"url": f"{services.nekos.url}{PATH}", "artist_name": "a"}
    bad, good = download(client, [odd, row], folder)
    assert bad.error is not None
    assert (bad.status, bad.error.reason) == ("failed", "bad-args")
    assert bad.error.hint
    assert good.status == "fetched"


@pytest.mark.parametrize("number", [10**21, -(10**21)])
def test_a_number_that_no_column_holds_does_not_end_the_download(
    number: int, client: Client, services: Services, folder: Path, library: Library
) -> None:
    film = client.danbooru.search("filetype:mp4", limit=1)[0]
    post = msgspec.structs.replace(film.to_common(), width=number, height=number)
    said: list[str] = []
    result = download(client, [post, "waifu:5000"], folder, library=library, warn=said.append)
    assert [one.status for one in result] == ["fetched", "fetched"]
    assert len(said) + library.count() == 2
    assert library.holding("waifu:5000") is not None


def test_a_redirect_to_another_host_is_not_followed(
    client: Client, services: Services, folder: Path
) -> None:
    row = {"url": f"{services.nekos.url}{PATH}", "artist_name": "a"}
    services.nekos.answer(PATH, status=302, headers={"location": "https://elsewhere.example/1.png"})
    (one,) = download(client, [row], folder)
    assert one.error is not None
    assert one.error.reason == "upstream-error"
    assert "elsewhere.example" in one.error.message


def test_a_url_of_another_host_is_refused_before_anything_is_sent(
    client: Client, services: Services, folder: Path
) -> None:
    row = {"id": "danbooru:1", "rating": "g", "url": "https://elsewhere.example/1.png"}
    result = download(client, [row, "https://elsewhere.example/1.png"], folder)
    assert [one.error.reason for one in result if one.error] == ["bad-args", "bad-args"]
    assert services.requests() == 0


@pytest.mark.parametrize(
    "artist",
    [
        "x" * 5000,
        "..",
        "../../../etc/passwd",
        "a\x00b\x1b[31m",
        "\u202egnp.exe",
        "👩\u200d🚀" * 200,
        "CON",
    ],
)
def test_no_name_leads_anywhere_else(
    artist: str, client: Client, services: Services, folder: Path, tmp_path: Path
) -> None:
    before = set(tmp_path.iterdir())
    row = {"url": f"{services.nekos.url}{PATH}", "artist_name": artist}
    (one,) = download(client, [row], folder, name="{artist}/{artist} - {id}.{ext}")
    assert one.error is None
    assert one.path is not None
    assert os.path.realpath(one.path).startswith(f"{folder}/")
    assert set(tmp_path.iterdir()) - before == {folder}


def test_a_link_in_the_folder_leads_nowhere_else(
    client: Client, services: Services, folder: Path, tmp_path: Path
) -> None:
    folder.mkdir()
    (tmp_path / "outside").mkdir()
    (folder / "waifu").symlink_to(tmp_path / "outside")
    (one,) = download(client, "waifu:5000", folder, name="{source}/{id}.{ext}")
    assert one.error is not None
    assert one.error.reason == "bad-args"
    assert list((tmp_path / "outside").iterdir()) == []
    assert [path.name for path in folder.iterdir()] == ["waifu"]
    assert "/cdn/5000.png" not in [each.path for each in services.waifu.arrivals]
    # A link inside is no way out.
    (folder / "here").mkdir()
    (folder / "waifu").unlink()
    (folder / "waifu").symlink_to(folder / "here")
    (one,) = download(client, "waifu:5000", folder, name="{source}/{id}.{ext}")
    assert one.error is None


@pytest.mark.parametrize("named", ["waifu", "WAIFU"])
def test_a_picture_that_a_link_leads_out_to_is_not_here(
    named: str, client: Client, folder: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    download(client, "waifu:5000", outside, name="{id}")
    before = sorted(outside.iterdir())
    folder.mkdir()
    (folder / named).symlink_to(outside)
    # Some systems take the two names for one.
    leads_out = (folder / "waifu").is_symlink()
    (one,) = download(client, "waifu:5000", folder, name="{source}/{id}.{ext}", sidecar="json")
    assert one.status == ("failed" if leads_out else "fetched")
    assert sorted(outside.iterdir()) == before


def test_a_sidecar_that_is_a_link_is_not_followed(
    client: Client, folder: Path, tmp_path: Path
) -> None:
    folder.mkdir()
    (folder / "5000.png.json").symlink_to(tmp_path / "outside.json")
    said: list[str] = []
    (one,) = download(client, "waifu:5000", folder, name="{id}", sidecar="json", warn=said.append)
    assert one.status == "fetched"
    assert not (tmp_path / "outside.json").exists()
    assert len(said) == 1


def test_a_link_is_not_followed_to_a_file(client: Client, folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    (tmp_path / "mine.png").write_bytes(b"mine")
    (folder / "5000.png").symlink_to(tmp_path / "mine.png")
    (one,) = download(client, "waifu:5000", folder, name="{id}")
    assert one.path == str(folder / "5000 (2).png")
    assert (tmp_path / "mine.png").read_bytes() == b"mine"


def test_a_folder_that_is_a_file(client: Client, services: Services, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for to in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(BadArguments) as raised:
            download(client, "waifu:5000", to)
        assert "another folder" in (raised.value.hint or "")
    assert services.requests() == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_is_not_writable(client: Client, services: Services, folder: Path) -> None:
    folder.mkdir(mode=0o500)
    with pytest.raises(BadArguments, match="cannot be written to"):
        download(client, "waifu:5000", folder)
    assert services.requests() == 0


FULL = """
import resource, sys
from animedex import Client
from animedex.downloads import download
nekos, url, folder, limit = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
with Client(base_urls={"nekos": nekos}, limits=False, state=folder + ".db", cache=False) as client:
    (one,) = download(client, [{"url": url, "artist_name": "a"}], folder)
    print(one.error.reason, one.error.message)
"""


@pytest.mark.parametrize("limit", [100_000, len(PNG) + 100], ids=["the file", "the credit"])
def test_a_disk_that_fills_up(
    limit: int, services: Services, folder: Path, client: Client, url: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, services.nekos.url, url, str(folder), str(limit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("no-space "), done.stderr
    assert visible(folder) == [name for name in visible(folder) if name.startswith(".animedex-")]
    # With room again it goes on from there.
    (one,) = download(client, [{"url": url, "artist_name": "a"}], folder)
    assert one.error is None
    assert services.nekos.arrivals[-1].headers.get("range")
    assert len(visible(folder)) == 1
