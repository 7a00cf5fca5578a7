"""Files that somebody else has put into the folder under names that a download uses."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

from animedex.downloads import download
from animedex.downloads.resumable_file import ResumableFile
from animedex.http_message import Response
from tests.downloads.conftest import noise, picture_name
from tests.downloads.test_download import visible
from tests.downloads.test_resumable_file import left, resume_headers

if TYPE_CHECKING:
    from pathlib import Path

    from animedex import Client
    from animedex.http_message import JsonObject
    from tests.kit.services import Services

URL = "https://x.example/1.png"
OTHER_USER = 12_345
pytestmark = pytest.mark.skipif(os.name == "nt", reason="there links take a privilege")
as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away"
)


def names_of(url: str, folder: Path) -> list[str]:
    """Return the hidden names that a download of a URL uses, learnt from one that was cut."""
    left(folder, b"12345", url, etag='"a"')
    with ResumableFile(str(folder), url, 1.0) as partial:
        names = [os.path.basename(path) for path in (partial.path, partial.finished_path)]
    return sorted({*names, *os.listdir(folder)})


@pytest.fixture
def row(services: Services) -> JsonObject:
    return {"url": f"{services.nekos.url}/neko/{picture_name(0)}", "artist_name": "a"}


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "victim"
    path.write_bytes(b"precious")
    return path


@pytest.fixture(params=[0, 1, 2])
def planted(request: pytest.FixtureRequest, row: JsonObject, folder: Path, tmp_path: Path) -> Path:
    """Name one of the hidden files that the download of the row uses."""
    names = names_of(str(row["url"]), tmp_path / "elsewhere")
    assert len(names) == 3
    folder.mkdir()
    return folder / names[int(request.param)]


def plant(kind: str, path: Path, victim: Path) -> None:
    if kind == "link":
        path.symlink_to(victim)
    elif kind == "dangling link":
        path.symlink_to(victim.with_name("created"))
    elif kind == "hard link":
        os.link(victim, path)
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()


@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "pipe", "folder"])
def test_what_is_planted_is_left_alone_and_the_picture_fetched(
    kind: str, planted: Path, row: JsonObject, client: Client, victim: Path
) -> None:
    plant(kind, planted, victim)
    (one,) = download(client, [row], planted.parent)
    assert one.error is None
    assert (one.status, visible(planted.parent)[-1]) == (
        "fetched",
        os.path.basename(one.path or ""),
    )
    assert victim.read_bytes() == b"precious"
    assert not victim.with_name("created").exists()


def test_a_link_planted_beside_a_part_that_was_left(
    planted: Path, row: JsonObject, client: Client, victim: Path
) -> None:
    left(planted.parent, noise(0)[:1000], str(row["url"]), etag='"a"')
    planted.unlink(missing_ok=True)
    planted.symlink_to(victim)
    (one,) = download(client, [row], planted.parent)
    assert one.status == "fetched"
    assert victim.read_bytes() == b"precious"
    assert planted.is_symlink()


@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "pipe", "folder"])
def test_what_is_planted_where_a_sidecar_is_to_be_is_left_alone(
    kind: str, row: JsonObject, client: Client, folder: Path, victim: Path
) -> None:
    folder.mkdir()
    plant(kind, planted := folder / "x.png.json", victim)
    warnings: list[str] = []
    (one,) = download(client, [row], folder, name="x", sidecar="json", warn=warnings.append)
    assert (one.status, victim.read_bytes()) == ("fetched", b"precious")
    assert not victim.with_name("created").exists()
    assert planted.lstat().st_size != 0 or kind == "pipe"
    assert [warning.partition(": ")[0] for warning in warnings] == [f"{planted} was not changed"]
    assert "choose another kind" in warnings[0]


@as_root
def test_a_file_of_another_user_is_neither_used_nor_removed(
    planted: Path, row: JsonObject, client: Client
) -> None:
    planted.write_bytes(b'"a"\n9\n')
    os.chown(planted, OTHER_USER, OTHER_USER)
    (one,) = download(client, [row], planted.parent)
    assert one.status == "fetched"
    assert planted.read_bytes() == b'"a"\n9\n'


def test_every_known_name_is_taken_and_the_picture_fetched_all_the_same(
    row: JsonObject, client: Client, folder: Path, victim: Path
) -> None:
    folder.mkdir()
    # Each try shows the next name; somebody who watches plants there, too.
    for _ in range(12):
        with ResumableFile(str(folder), str(row["url"]), 1.0) as partial:
            os.symlink(victim, partial.path)
    (one,) = download(client, [row], folder)
    assert one.status == "fetched"
    assert victim.read_bytes() == b"precious"
    names = [name for name in os.listdir(folder) if not (folder / name).is_symlink()]
    assert names == [os.path.basename(one.path or "")]


def test_what_is_fetched_under_a_name_that_is_not_found_again_is_not_left(folder: Path) -> None:
    folder.mkdir()
    for _ in range(12):
        with ResumableFile(str(folder), URL, 1.0) as partial:
            os.symlink("nowhere", partial.path)
    planted = set(os.listdir(folder))
    head = Response(200, (("etag", '"a"'),), b"", URL)
    with ResumableFile(str(folder), URL, 1.0) as partial:
        partial.open_writer(head).write(b"123")
    assert set(os.listdir(folder)) == planted


def test_a_part_beside_a_planted_one_is_resumed(folder: Path) -> None:
    folder.mkdir()
    with ResumableFile(str(folder), URL, 1.0) as partial:
        os.symlink("nowhere", partial.path)
    left(folder, b"12345", URL, etag='"a"')
    assert resume_headers(folder) == {"range": "bytes=4-", "if-range": '"a"'}


USER = """
import os, sys
from animedex.downloads.resumable_file import ResumableFile
from animedex.http_message import Response
os.setgid(int(sys.argv[1]))
os.setuid(int(sys.argv[1]))
with ResumableFile(sys.argv[2], sys.argv[3], 0.0) as partial:
    partial.open_writer(Response(200, (("etag", '"other"'),), b"", "")).write(b"abc")
    print("has it", flush=True)
    sys.stdin.read()
"""


@as_root
def test_two_users_in_one_folder_do_not_block_each_other() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o1777)
        command = [sys.executable, "-c", USER, str(OTHER_USER), folder, URL]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "has it\n"
            with ResumableFile(folder, URL, 0.0) as partial:
                partial.open_writer(Response(200, (("etag", '"mine"'),), b"", "")).write(b"12345")
            other.communicate("")
        with ResumableFile(folder, URL, 0.0) as partial:
            assert dict(partial.resume_headers())["if-range"] == '"mine"'
            assert partial.open().read() == b"12345"
        assert len(os.listdir(folder)) == 4
