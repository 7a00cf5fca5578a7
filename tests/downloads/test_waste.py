"""A file that was just written is not read again by everybody who wants to know something of it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from animedex.downloads import download
from animedex.library.picture_library import Library
from tests.downloads.test_resumable_file import left

if TYPE_CHECKING:
    from pathlib import Path

    from animedex import Client
    from tests.kit.services import Services

CHILD = """
import json, os, sys

danbooru, number, folder, library = sys.argv[1:]
opened = []

def watch(event, args):
    if event == "open" and str(args[0]).startswith(folder + "/"):
        opened.append(os.path.basename(args[0]))

from animedex import Client
from animedex.downloads import download
from animedex.library.picture_library import Library

sys.addaudithook(watch)
with (
    Client(
        base_urls={"danbooru": danbooru}, limits=False, state=folder + ".db", cache=False
    ) as client,
    Library(library) as kept,
):
    (one,) = download(client, "danbooru:" + number, folder, name="{id}", library=kept)
print(json.dumps([one.status, opened]))
"""


def test_each_step_reads_a_file_once(
    client: Client, services: Services, folder: Path, tmp_path: Path
) -> None:
    post = client.danbooru.search("filetype:png", rating="g", limit=1)[0]
    library = tmp_path / "library.db"
    command = [services.danbooru.url, str(post.id), str(folder), str(library)]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    status, opened = json.loads(done.stdout)
    assert status == "fetched"
    # Its fingerprint is made of it, beside other transfers.
    assert opened.count(f"{post.id}.png") == 1
    # It is in memory while it comes, and written once, with its credit.
    hidden = [name.split(".")[2:] for name in opened if name.endswith(".part")]
    assert hidden == [["state", "part"], ["ready", "part"]]
    with Library(str(library)) as kept:
        (entry,) = kept.entries()
        assert entry.size == (folder / f"{post.id}.png").stat().st_size


def test_the_checksum_of_what_came_in_parts_is_that_of_all_of_it(
    client: Client, services: Services, folder: Path, tmp_path: Path
) -> None:
    from animedex.backends import find_backend
    from animedex.backends.asset_call import fetch_file

    post = client.danbooru.search("filetype:png", rating="g", limit=1)[0]
    assert post.md5
    assert post.file_url
    result = client.perform(fetch_file(find_backend("danbooru"), post.file_url))
    left(folder, result.body[:50], post.file_url, etag=result.header("etag") or "")
    (one,) = download(client, [post], folder)
    assert one.status == "fetched"
    assert services.danbooru.arrivals[-1].status == 206
