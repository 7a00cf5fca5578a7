"""Unfinished files: which stay when a download ends early, and removing those that were left."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from animedex.body_writer import FileSink
from animedex.downloads import iter_downloads
from animedex.downloads.own_files import try_lock
from animedex.downloads.resumable_file import ResumableFile
from animedex.downloads.unfinished_files import UnfinishedFiles, remove_unfinished_files
from animedex.errors import BadArguments, UpstreamDecode
from animedex.http_message import Response
from tests.downloads.test_resumable_file import head, left

if TYPE_CHECKING:
    from pathlib import Path

    from animedex import Client
    from tests.kit.services import Services

URL = "https://x.example/1.png"
OTHER = "https://x.example/2.png"


def hidden(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder) if name.startswith(".animedex-"))


def test_left_parts_are_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(b"cat")
    (tmp_path / ".animedex-notes.part").write_bytes(b"mine")
    (tmp_path / "folder").mkdir()
    left(tmp_path, b"12345", URL, etag='"a"')
    left(tmp_path, b"123", OTHER, etag='"b"')
    left(tmp_path / "folder", b"123", OTHER, etag='"b"')
    names = hidden(tmp_path)
    removed = remove_unfinished_files(str(tmp_path))
    assert len(removed.paths) == 4
    assert sorted(map(os.path.basename, removed.paths)) == names[:4]
    assert removed.size == 8 + len('"a"\n"b"\n')
    assert sorted(os.listdir(tmp_path)) == [".animedex-notes.part", "cat.png", "folder"]
    assert len(hidden(tmp_path / "folder")) == 2
    assert remove_unfinished_files(str(tmp_path)) == ([], 0)


def test_a_copy_that_got_no_further_is_removed(tmp_path: Path) -> None:
    with ResumableFile(str(tmp_path), URL, 1.0) as partial:
        pass
    for path in (partial.path, partial.finished_path):
        with open(path, "wb") as file:
            file.write(b"12")
    os.link(partial.finished_path, tmp_path / "placed.png")
    assert sorted(remove_unfinished_files(str(tmp_path)).paths) == [
        partial.path,
        partial.finished_path,
    ]
    assert os.listdir(tmp_path) == ["placed.png"]


def test_a_download_that_runs_keeps_its_files(tmp_path: Path) -> None:
    left(tmp_path, b"123", OTHER, etag='"b"')
    with ResumableFile(str(tmp_path), URL, 1.0) as partial:
        partial.open_writer(head(etag='"a"')).write(b"12345")
        assert len(remove_unfinished_files(str(tmp_path)).paths) == 2
        assert (partial.size(), len(hidden(tmp_path))) == (5, 1)
        partial.store()
        assert remove_unfinished_files(str(tmp_path)).paths == []
        assert (partial.size(), len(hidden(tmp_path))) == (5, 2)


def test_a_copy_that_is_being_made_stays(tmp_path: Path) -> None:
    path = tmp_path / f".animedex-{'ab' * 12}.part"
    path.write_bytes(b"123")
    with path.open("r+b") as file:
        assert try_lock(file.fileno())
        assert remove_unfinished_files(str(tmp_path)) == ([], 0)
    assert remove_unfinished_files(str(tmp_path)).paths == [str(path)]


@pytest.mark.skipif(os.name == "nt", reason="there no file can be removed that is open")
def test_what_is_left_of_other_files_is_removed_and_what_is_written_stays(tmp_path: Path) -> None:
    sink = FileSink(str(tmp_path / "cat.png.json"))
    sink.write(b"{}")
    assert len(hidden(tmp_path)) == 1
    assert remove_unfinished_files(str(tmp_path)) == ([], 0)
    sink.finish()
    assert os.listdir(tmp_path) == ["cat.png.json"]
    left_over = tmp_path / f".animedex-{'0' * 24}.part"
    left_over.write_bytes(b"{}")
    assert remove_unfinished_files(str(tmp_path)) == ([str(left_over)], 2)


@pytest.mark.skipif(os.name == "nt", reason="there links take a privilege")
def test_links_and_what_they_lead_to_stay(tmp_path: Path) -> None:
    victim, folder = tmp_path / "victim", tmp_path / "folder"
    victim.write_bytes(b"precious")
    folder.mkdir()
    with ResumableFile(str(folder), URL, 1.0) as partial:
        pass
    os.symlink(victim, partial.path)
    os.symlink(victim, partial.path.replace(".part", ".state.part"))
    os.mkdir(partial.finished_path)
    before = hidden(folder)
    assert remove_unfinished_files(str(folder)) == ([], 0)
    assert (hidden(folder), victim.read_bytes()) == (before, b"precious")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_files_of_another_user_stay(tmp_path: Path) -> None:
    left(tmp_path, b"12345", URL, etag='"a"')
    names = hidden(tmp_path)
    for name in names:
        os.chown(tmp_path / name, 12_345, 12_345)
    assert remove_unfinished_files(str(tmp_path)) == ([], 0)
    assert hidden(tmp_path) == names


def test_a_folder_without_a_name() -> None:
    with pytest.raises(BadArguments, match="the name of the folder is empty"):
        remove_unfinished_files("")


def test_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    for name in ("none", "nul\0"):
        with pytest.raises(BadArguments, match="cannot be read"):
            remove_unfinished_files(str(tmp_path / name))


@pytest.mark.parametrize(("keep", "count"), [(True, 1), (False, 0)])
def test_who_ends_early_keeps_what_can_be_resumed(
    *, keep: bool, count: int, tmp_path: Path
) -> None:
    parts = UnfinishedFiles(keep=keep)
    with (
        ResumableFile(str(tmp_path), URL, 1.0) as one,
        ResumableFile(str(tmp_path), OTHER, 1.0) as other,
    ):
        parts.add(one)
        parts.add(other)
        one.open_writer(head(etag='"a"')).write(b"12345")
        other.open_writer(head()).write(b"12345")
        assert parts.abandon() == count
        assert len(hidden(tmp_path)) == 2 * count
        for partial in (one, other):
            with pytest.raises(UpstreamDecode, match="cancelled"):
                partial.open_writer(head())


@pytest.mark.parametrize("keep", [True, False])
def test_what_fails_is_kept_only_where_it_can_be_asked_for_again(
    *, keep: bool, client: Client, services: Services, folder: Path, url: str
) -> None:
    services.nekos.faults.add("/neko/*:cutx1")
    services.nekos.faults.add("/neko/*:404")
    row = {"url": url, "artist_name": "a"}
    result = iter_downloads(client, [row], folder, unfinished=UnfinishedFiles(keep=keep))
    assert [one.status for _, one in result] == ["failed"]
    assert len(hidden(folder)) == 2 * keep


def test_a_file_is_not_begun_while_all_is_abandoned(tmp_path: Path) -> None:
    parts = UnfinishedFiles(keep=False)
    with ResumableFile(str(tmp_path), URL, 1.0) as partial:
        parts.add(partial)
        abandoning = threading.Thread(target=parts.abandon)

        class Head(Response):
            """Bring Ctrl-C in the midst of beginning a file."""

            def header(self, name: str) -> str | None:
                if not abandoning.ident:
                    abandoning.start()
                    abandoning.join(0.2)
                return super().header(name)

        sink = partial.open_writer(Head(200, (("etag", '"a"'),), b"", URL))
        abandoning.join()
        sink.discard()
        assert hidden(tmp_path) == []


def test_a_file_that_begins_after_all_was_abandoned_takes_nothing(tmp_path: Path) -> None:
    parts = UnfinishedFiles(keep=False)
    assert parts.abandon() == 0
    with ResumableFile(str(tmp_path), URL, 1.0) as partial:
        parts.add(partial)
        with pytest.raises(UpstreamDecode, match="cancelled"):
            partial.open_writer(head(etag='"a"'))
    assert hidden(tmp_path) == []
