"""Pictures fetched into a folder, from what is asked for to the file in its place."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from animedex.downloads import download
from animedex.downloads.save_options import Deadline
from animedex.errors import BadArguments
from animedex.images.sidecar import read_sidecar
from animedex.images.xmp import read_credit
from animedex.models import ArtPost, Rating
from tests.downloads.conftest import noise, picture_name

if TYPE_CHECKING:
    from animedex import Client
    from animedex.downloads.targets import Source
    from animedex.library.picture_library import Library
    from tests.kit.services import Services


def visible(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def pixels(path: Path | str) -> bytes:
    with Image.open(path) as image:
        return image.tobytes()


def test_a_url_becomes_a_file_with_its_credit(
    client: Client, services: Services, folder: Path, url: str
) -> None:
    (one,) = download(client, url, folder)
    name = f"青葉ミオ - nekos {picture_name(0)}"
    assert visible(folder) == [name]
    assert (one.status, one.path, one.error) == ("fetched", str(folder / name), None)
    assert (one.id, one.url, one.name) == (f"nekos:{picture_name(0)}", url, url)
    written = (folder / name).read_bytes()
    assert (one.size, one.sha256) == (len(written), hashlib.sha256(written).hexdigest())
    assert pixels(folder / name) == random.Random(0).randbytes(300 * 300 * 3)
    credited = read_credit(str(folder / name))
    assert credited is not None
    assert credited.post.artists == ["青葉ミオ"]
    assert credited.post.source_tag is not None
    assert [each.method for each in services.nekos.arrivals] == ["HEAD", "GET"]


def test_ids_urls_rows_records_and_posts_are_all_understood(
    client: Client, services: Services, folder: Path
) -> None:
    post = client.danbooru.search("filetype:png", rating="g", limit=1)[0]
    image = client.waifu.images(limit=1)[0]
    rows = client.nekos.image("neko")
    whats: list[Source] = [
        "waifu:5000",
        f"{services.waifu.url}/cdn/5001.png",
        "danbooru:9000013",
        post.file_url or "",
        {**rows[0].payload, "_source": {"backend": "nekos"}},
        image,
        image.to_common(),
    ]
    result = download(client, whats, folder, jobs=1)
    assert [one.error for one in result] == [None] * 7
    assert [one.status for one in result] == ["fetched"] * 6 + ["here"]
    assert result[0].id == "waifu:5000"
    assert result[1].id == "waifu:5001"
    assert result[3].id == f"danbooru:{post.id}"
    assert result[6].path == result[5].path


def test_a_row_is_kept_to_the_byte_and_what_stands_beside_it_is_not(
    client: Client, services: Services, folder: Path, url: str
) -> None:
    from animedex.art.row_reader import read_rows

    text = f'{{"url":"{url}","new":1.50,"_match":0.5,"_source":{{"backend":"nekos"}}}}'
    (row,) = read_rows([text.encode()])
    (one,) = download(client, [row], folder)
    credited = read_credit(one.path or "")
    assert credited is not None
    assert credited.row == f'{{"url":"{url}","new":1.50}}'.encode()
    assert [each.method for each in services.nekos.arrivals] == ["GET"]


def test_what_is_in_the_folder_is_not_fetched_again(
    client: Client, services: Services, folder: Path
) -> None:
    rows = list({row.url: row for row in client.nekos.image("neko", 20)}.values())
    first = download(client, rows, folder)
    before = services.requests()
    again = download(client, rows, folder)
    assert services.requests() == before
    assert [one.status for one in again] == ["here"] * len(rows)
    assert [one.path for one in again] == [one.path for one in first]
    assert [one.sha256 for one in again] == [one.sha256 for one in first]


def test_what_the_library_has_costs_no_request(
    client: Client, services: Services, folder: Path, library: Library, url: str
) -> None:
    whats = [url, "waifu:5000", "danbooru:9000013"]
    first = download(client, whats, folder, library=library)
    before = services.requests()
    with contextlib.chdir(folder.parent):
        again = download(client, whats, library=library)
    assert services.requests() == before
    assert [one.status for one in again] == ["here"] * 3
    assert [one.path for one in again] == [one.path for one in first]
    assert not list(folder.parent.glob("*.png"))


def test_the_library_is_told_all_that_is_known(
    client: Client, folder: Path, library: Library, url: str
) -> None:
    (one,) = download(client, url, folder, library=library)
    (entry,) = library.entries()
    assert (entry.path, entry.sha256, entry.category) == (one.path, one.sha256, "neko")
    assert (entry.format, entry.width, entry.height) == ("png", 300, 300)
    assert entry.post is not None
    assert entry.row is not None
    assert json.loads(entry.row)["url"] == url


def test_what_was_fetched_without_the_library_is_added_the_next_time(
    client: Client, services: Services, folder: Path, library: Library, url: str
) -> None:
    download(client, url, folder)
    gets = len([each for each in services.nekos.arrivals if each.method == "GET"])
    (one,) = download(client, url, folder, library=library)
    assert one.status == "here"
    assert len([each for each in services.nekos.arrivals if each.method == "GET"]) == gets
    assert [entry.path for entry in library.entries()] == [one.path]


def test_a_library_that_cannot_be_used_is_told_once_and_done_without(
    client: Client, folder: Path, tmp_path: Path
) -> None:
    from animedex.library.picture_library import Library

    (tmp_path / "a file").write_bytes(b"")
    said: list[str] = []
    with Library(str(tmp_path / "a file" / "library.db")) as library:
        result = download(
            client, ["waifu:5000", "waifu:5001"], folder, library=library, warn=said.append
        )
    assert [one.status for one in result] == ["fetched", "fetched"]
    assert len(said) == 1
    assert said[0].startswith("the library does not have what is fetched")


def test_one_that_fails_does_not_stop_the_rest(
    client: Client, services: Services, folder: Path
) -> None:
    whats: list[Source] = [
        "waifu:5000",
        "waifu:99",
        "nothing",
        "waifu:5001",
        {"a": 1},
        BadArguments("row 7"),
    ]
    result = download(client, whats, folder)
    assert [one.status for one in result] == [
        "fetched",
        *["failed"] * 2,
        "fetched",
        *["failed"] * 2,
    ]
    reasons = [one.error.reason for one in result if one.error]
    assert reasons == ["not-found", "bad-args", "bad-args", "bad-args"]
    assert len(visible(folder)) == 2


def test_a_withheld_picture_says_so(client: Client, services: Services, folder: Path) -> None:
    post = ArtPost(id="danbooru:1", rating=Rating.GENERAL)
    (one,) = download(client, [post], folder)
    assert one.error is not None
    assert one.error.reason == "not-found"
    assert "withheld" in one.error.message
    assert services.requests() == 0


def test_two_pictures_of_one_name_get_two(client: Client, folder: Path) -> None:
    result = download(client, ["waifu:5000", "waifu:5001", "waifu:5002"], folder, name="{source}")
    assert sorted(visible(folder)) == ["waifu (2).png", "waifu (3).png", "waifu.png"]
    again = download(client, ["waifu:5002", "waifu:5001", "waifu:5000"], folder, name="{source}")
    assert [one.status for one in again] == ["here"] * 3
    assert [one.path for one in again] == [one.path for one in reversed(result)]


def test_another_file_of_that_name_stays_as_it_is(client: Client, folder: Path) -> None:
    folder.mkdir()
    (folder / "WAIFU.png").write_bytes(b"mine")
    (folder / "waifu (2).png").write_bytes(noise(77))
    (one,) = download(client, "waifu:5000", folder, name="{source}")
    assert one.path == str(folder / "waifu (3).png")
    assert (folder / "WAIFU.png").read_bytes() == b"mine"
    assert (folder / "waifu (2).png").read_bytes() == noise(77)


def test_a_file_that_was_cut_since_is_fetched_beside_it(
    client: Client, folder: Path, url: str
) -> None:
    (one,) = download(client, url, folder)
    assert one.path is not None
    os.truncate(one.path, 100_000)
    (other,) = download(client, url, folder)
    assert other.status == "fetched"
    assert other.path == one.path.replace(".png", " (2).png")
    assert os.stat(one.path).st_size == 100_000


def test_the_original_without_credit_is_the_same_picture(
    client: Client, folder: Path, drawn: Path, url: str
) -> None:
    folder.mkdir()
    name = f"青葉ミオ - nekos {picture_name(0)}"
    (folder / name).write_bytes((drawn / picture_name(0)).read_bytes())
    (one,) = download(client, url, folder)
    assert (one.status, one.path) == ("here", str(folder / name))
    assert visible(folder) == [name, f"{name}.json"]
    credited = read_sidecar(one.path or "")
    assert credited is not None
    assert credited.post.artists == ["青葉ミオ"]
    assert download(client, url, folder, sidecar="none")[0].status == "here"


def test_a_credit_that_was_left_out_comes_later_unless_it_is_not_wanted(
    client: Client, services: Services, folder: Path
) -> None:
    film = client.danbooru.search("filetype:mp4", limit=1)
    for sidecar in ("none", "none"):
        download(client, film, folder, name="{id}", sidecar=sidecar)
        assert visible(folder) == [f"{film[0].id}.mp4"]
    # As a process leaves it that ends between the two.
    (one,) = download(client, film, folder, name="{id}")
    assert one.status == "here"
    assert visible(folder) == [f"{film[0].id}.mp4", f"{film[0].id}.mp4.json"]
    before = (folder / f"{film[0].id}.mp4.json").read_bytes()
    download(client, film, folder, name="{id}")
    assert (folder / f"{film[0].id}.mp4.json").read_bytes() == before


def test_what_carries_its_credit_gets_no_sidecar_the_next_time(
    client: Client, folder: Path
) -> None:
    download(client, "waifu:5000", folder, name="{id}")
    download(client, "waifu:5000", folder, name="{id}")
    assert visible(folder) == ["5000.png"]


def test_a_file_that_was_overwritten_with_nothing_is_fetched_again(
    client: Client, folder: Path, library: Library, url: str
) -> None:
    (one,) = download(client, url, folder, library=library)
    assert one.path is not None
    with open(one.path, "r+b") as file:
        file.write(bytes(one.size or 0))
    (other,) = download(client, url, folder, library=library)
    assert other.status == "fetched"
    assert other.path == one.path.replace(".png", " (2).png")
    (again,) = download(client, url, folder, library=library)
    assert (again.status, again.path) == ("here", other.path)


def test_a_file_that_cannot_be_added_is_told_and_the_library_has_the_rest(
    client: Client, folder: Path, library: Library, url: str
) -> None:
    from animedex.downloads.library_writer import LibraryWriter
    from animedex.downloads.targets import find_target
    from animedex.library.entry import NewEntry

    warnings: list[str] = []
    writer = LibraryWriter(library, warnings.append)
    target = find_target(client, url, Deadline(None))
    folder.mkdir()
    (folder / "no picture.png").write_bytes(b"text")
    (folder / "a folder").mkdir()
    (folder / "half.png").write_bytes(noise(1)[:1000])
    (folder / "good.png").write_bytes(noise(2))
    for name in ("gone.png", "no picture.png", "a folder", "half.png", "good.png"):
        file = writer.examine(NewEntry(str(folder / name), target.post, target.row), None)
        writer.store([file] if file else [])
    assert len(warnings) == 4
    assert [entry.path for entry in library.entries()] == [str(folder / "good.png")]


def test_films_have_their_credit_beside_them_and_are_known_by_their_checksum(
    client: Client, services: Services, folder: Path
) -> None:
    film = client.danbooru.search("filetype:mp4", limit=1)
    (one,) = download(client, film, folder, name="{id}.{ext}")
    assert visible(folder) == [f"{film[0].id}.mp4", f"{film[0].id}.mp4.json"]
    before = services.requests()
    (again,) = download(client, film, folder, name="{id}.{ext}")
    assert (again.status, again.path) == ("here", one.path)
    assert services.requests() == before


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        *(("json", [".json"]), ("xmp", [".xmp"]), ("txt", [".txt"]), ("hydrus", [".txt"])),
        *(("none", []), (["xmp", "json", "xmp"], [".json", ".xmp"])),
    ],
)
def test_sidecars(client: Client, folder: Path, kind: str | list[str], names: list[str]) -> None:
    download(client, "waifu:5000", folder, name="{id}", sidecar=kind)
    assert visible(folder) == ["5000.png", *(f"5000.png{name}" for name in names)]


@pytest.mark.parametrize("jobs", [0, 17, True, "4"])
def test_jobs_are_few(client: Client, services: Services, folder: Path, jobs: int) -> None:
    with pytest.raises(BadArguments, match="from 1 to 16"):
        download(client, "waifu:5000", folder, jobs=jobs)
    assert services.requests() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        *({"name": "{no}"}, {"sidecar": "xml"}, {"sidecar": ["json", "none"]}),
        {"sidecar": ["txt", "hydrus"]},
    ],
)
def test_what_is_wrong_is_told_before_anything_is_asked(
    client: Client, services: Services, folder: Path, wrong: dict[str, str | list[str]]
) -> None:
    with pytest.raises(BadArguments):
        download(client, "waifu:5000", folder, **wrong)  # type: ignore[arg-type]
    assert services.requests() == 0


def test_nothing_is_nothing(client: Client, folder: Path) -> None:
    assert download(client, [], folder) == []


def test_a_sidecar_that_is_there_stays_and_one_that_is_not_is_written(
    client: Client, folder: Path
) -> None:
    download(client, "waifu:5000", folder, name="{id}")
    download(client, "waifu:5000", folder, name="{id}", sidecar="json")
    sidecar = folder / "5000.png.json"
    before = sidecar.read_bytes()
    (one,) = download(client, "waifu:5000", folder, name="{id}", sidecar="json")
    assert one.status == "here"
    assert sidecar.read_bytes() == before


def test_a_sidecar_of_somebody_else_stays_and_is_told(client: Client, folder: Path) -> None:
    folder.mkdir()
    (folder / "5000.png.json").write_bytes(b"mine")
    said: list[str] = []
    (one,) = download(client, "waifu:5000", folder, name="{id}", sidecar="json", warn=said.append)
    assert one.status == "fetched"
    assert (folder / "5000.png.json").read_bytes() == b"mine"
    assert len(said) == 1


def test_without_embedding_the_file_is_the_service_s(
    client: Client, folder: Path, drawn: Path, url: str
) -> None:
    (one,) = download(client, url, folder, embed=False)
    original = (drawn / picture_name(0)).read_bytes()
    assert one.path is not None
    assert Path(one.path).read_bytes() == original
    assert read_credit(one.path) is None
    credited = read_sidecar(one.path)
    assert credited is not None
    assert credited.post.artists == ["青葉ミオ"]
    (again,) = download(client, url, folder, embed=False)
    assert (again.status, again.path) == ("here", one.path)
    # With its credit beside it, it is the same picture where nothing is said of embedding.
    assert download(client, url, folder)[0].path == one.path


def test_without_embedding_a_file_that_carries_its_credit_is_not_enough(
    client: Client, folder: Path, drawn: Path, url: str
) -> None:
    (credited,) = download(client, url, folder)
    (one,) = download(client, url, folder, embed=False, sidecar="xmp")
    assert credited.path is not None
    assert (one.status, one.path) == ("fetched", credited.path.replace(".png", " (2).png"))
    assert Path(one.path or "").read_bytes() == (drawn / picture_name(0)).read_bytes()
    assert any(name.endswith("(2).png.xmp") for name in visible(folder))


def test_without_embedding_a_checksum_tells_the_file(
    client: Client, services: Services, folder: Path
) -> None:
    posts = client.danbooru.search("filetype:png", limit=1)
    (one,) = download(client, posts, folder, embed=False, sidecar="none")
    with open(one.path or "", "rb") as file:
        assert hashlib.md5(file.read()).hexdigest() == posts[0].md5
    before = services.requests()
    assert download(client, posts, folder, embed=False, sidecar="none")[0].status == "here"
    assert services.requests() == before
