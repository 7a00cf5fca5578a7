"""Files are those of entries, and come as what they are."""

from __future__ import annotations

import os
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from animedex.gallery.entry_files import EntryFiles
from animedex.gallery.nekos_library_adapter import file_name_for
from animedex.library.entry import NewEntry
from tests.gallery.conftest import NEKO, Page

if TYPE_CHECKING:
    from animedex.asgi.loopback_server import LoopbackServer
    from tests.gallery.conftest import GalleryFixture, Visit

FILM = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(2000)


def test_a_file_comes_byte_for_byte(filled: GalleryFixture, visit: Visit) -> None:
    entry = filled.library.holding(f"nekos:{NEKO}")
    assert entry is not None
    answer = visit(f"/file/{entry.id}?v={entry.sha256[:16]}")
    assert answer.body == (filled.folder / NEKO).read_bytes()
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == "inline"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "immutable" not in visit(f"/file/{entry.id}").headers["Cache-Control"]


def test_a_part_of_a_file_may_be_asked_for(filled: GalleryFixture, visit: Visit) -> None:
    answer = visit("/file/1", headers={"Range": "bytes=0-3"})
    assert (answer.status, answer.body) == (206, visit("/file/1").body[:4])
    again = visit("/file/1", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.gif"])
@pytest.mark.parametrize("called", ["a.html", "a.svg", "a", "a.png.exe", "a.js"])
def test_a_file_is_what_its_content_is_whatever_it_is_called(
    name: str, called: str, own: GalleryFixture, own_server: LoopbackServer, visit: Visit
) -> None:
    path = own.draw(name).rename(own.folder / called)
    entry = own.add(path)
    answer = visit(f"/file/{entry.id}", server=own_server)
    assert answer.headers["Content-Type"] == f"image/{entry.format}"
    rows = visit("/api/v2/own", server=own_server).json
    assert isinstance(rows, dict)
    assert str(rows).count("/own/") == 1
    served = visit(f"/api/v2/own/{file_name_for(entry)}", server=own_server)
    assert served.headers["Content-Type"] == f"image/{entry.format}"


def test_what_has_changed_is_not_served(
    own: GalleryFixture, own_server: LoopbackServer, visit: Visit
) -> None:
    path = own.draw("a.png")
    entry = own.add(path)
    assert visit(f"/file/{entry.id}", server=own_server).status == 200
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    answer = visit(f"/file/{entry.id}", server=own_server)
    assert (answer.status, "has changed" in Page(answer).text) == (404, True)
    assert visit(f"/api/v2/own/{file_name_for(entry)}", server=own_server).status == 404


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_put_in_the_place_of_a_file_leads_nowhere(
    own: GalleryFixture, own_server: LoopbackServer, visit: Visit
) -> None:
    secret = own.folder / "secret.txt"
    path = own.draw("a.png")
    entry = own.add(path)
    secret.write_bytes(b"s" * entry.size)
    path.unlink()
    path.symlink_to(secret)
    answer = visit(f"/file/{entry.id}", server=own_server)
    assert answer.status == 404
    assert b"sssss" not in answer.body
    path.unlink()
    os.mkfifo(path)
    assert visit(f"/file/{entry.id}", server=own_server).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/file/../../etc/passwd",
        "/file/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/file/1/../../library.db",
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static//etc/passwd",
        "/thumbnail/..%2f1",
        "/api/v2/own/..%2f..%2flibrary.db",
        "/api/v2/neko/%2fetc%2fpasswd",
        "/api/v2/../../../etc/passwd",
        "/library.db",
    ],
)
def test_no_path_leaves_the_library(path: str, visit: Visit) -> None:
    answer = visit(path)
    assert answer.status == 404
    assert not {b"root:", b"SQLite", b"import"} & set(answer.body.split())


def test_a_film_is_played_and_not_drawn(
    own: GalleryFixture, own_server: LoopbackServer, visit: Visit
) -> None:
    path = own.folder / "film.mp4"
    path.write_bytes(FILM)
    entry = own.library.add(NewEntry(str(path)))
    answer = visit(f"/file/{entry.id}", server=own_server)
    assert answer.headers["Content-Type"] == "video/mp4"
    page = Page(visit(f"/picture/{entry.id}", server=own_server))
    assert [each["src"] for each in page.all("video")] == [
        f"/file/{entry.id}?v={entry.sha256[:16]}"
    ]
    assert page.all("source") == []
    assert visit("/api/v2/endpoints", server=own_server).json == {}
    small = visit(f"/thumbnail/{entry.id}", server=own_server)
    assert small.headers["Content-Type"] == "image/svg+xml"


def test_a_file_is_read_again_only_when_it_was_written_to(own: GalleryFixture) -> None:
    files, path = EntryFiles(), own.draw("a.png")
    entry = own.add(path)
    assert files.check(entry) is files.check(entry)
    again = BytesIO()
    Image.new("RGB", (60, 80), "red").save(again, "PNG")
    path.write_bytes(again.getvalue())
    assert files.check(entry).format is None


def test_at_a_glance_only_what_was_written_to_is_read(own: GalleryFixture) -> None:
    path = own.draw("a.png")
    entry = own.add(path)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    for seconds, said in ((-10, ""), (10, "The file has changed since it was added.")):
        moment = entry.added_at.timestamp() + seconds
        os.utime(path, (moment, moment))
        assert EntryFiles().check_cached(entry).startswith(said)
        assert bool(EntryFiles().check_cached(entry)) == bool(said)
