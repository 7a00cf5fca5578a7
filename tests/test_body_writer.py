"""A file appears under its name only when it is complete."""

from __future__ import annotations

import errno
import gzip
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from animedex.body_writer import FileSink, check_target
from animedex.errors import BadArguments, NoSpace, UpstreamDecode
from animedex.files import write_error

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_appears_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "cat.png"
    sink = FileSink(str(target))
    sink.write(b"one")
    assert not target.exists()
    sink.write(b"two")
    sink.finish()
    assert os.listdir(tmp_path) == ["cat.png"]
    assert target.read_bytes() == b"onetwo"
    assert (sink.size, sink.opening, sink.path) == (6, b"onetwo", str(target))


def test_the_opening_is_what_came_first(tmp_path: Path) -> None:
    sink = FileSink(str(tmp_path / "cat.png"))
    for chunk in (b"", bytes(range(100)), b"x"):
        sink.write(chunk)
    assert (sink.opening, sink.size) == (bytes(range(64)), 101)
    sink.discard()


def test_the_opening_is_put_together_from_small_pieces(tmp_path: Path) -> None:
    sink = FileSink(str(tmp_path / "cat.png"))
    for chunk in (b"\x89P", b"NG\r\n", b"\x1a\n" + b"." * 80):
        sink.write(chunk)
    assert sink.opening == b"\x89PNG\r\n\x1a\n" + b"." * 56
    sink.discard()


def test_an_old_file_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "cat.png"
    target.write_bytes(b"old")
    sink = FileSink(str(target))
    sink.write(b"new")
    assert target.read_bytes() == b"old"
    sink.finish()
    assert target.read_bytes() == b"new"


def test_discarding_leaves_nothing_and_may_be_repeated(tmp_path: Path) -> None:
    target = tmp_path / "cat.png"
    target.write_bytes(b"old")
    sink = FileSink(str(target))
    sink.write(b"new")
    sink.discard()
    sink.discard()
    assert os.listdir(tmp_path) == ["cat.png"]
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize("name", ["猫" * 80 + ".png", "c" * 250 + ".png"])
def test_a_name_may_be_as_long_as_the_system_allows(name: str, tmp_path: Path) -> None:
    sink = FileSink(str(tmp_path / name))
    sink.finish()
    assert os.listdir(tmp_path) == [name]


def test_the_hidden_name_is_short_whatever_its_letters(tmp_path: Path) -> None:
    sink = FileSink(str(tmp_path / ("\U0001f431" * 30 + ".png")))
    (hidden,) = os.listdir(tmp_path)
    assert len(os.fsencode(hidden)) <= 64
    sink.discard()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadArguments, match="No such file"):
        FileSink(str(tmp_path / "none" / "cat.png"))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "cat.png").mkdir()
    with pytest.raises(BadArguments, match="cannot be written"):
        FileSink(str(tmp_path / "cat.png"))
    assert os.listdir(tmp_path) == ["cat.png"]


def test_a_folder_that_appears_meanwhile_stays(tmp_path: Path) -> None:
    sink = FileSink(str(tmp_path / "cat.png"))
    (tmp_path / "cat.png").mkdir()
    with pytest.raises(BadArguments, match="cannot be written"):
        sink.finish()
    assert os.listdir(tmp_path) == ["cat.png"]


@pytest.mark.parametrize("name", ["", "folder", "none/cat.png", "old.png/cat.png", "cat\0.png"])
def test_what_cannot_be_written_is_known_before(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "old.png").write_bytes(b"old")
    with pytest.raises(BadArguments, match="cannot be written"):
        check_target(f"{tmp_path}/{name}")


def test_looking_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "old.png").write_bytes(b"old")
    check_target(str(tmp_path / "old.png"))
    check_target(str(tmp_path / "new.png"))
    assert os.listdir(tmp_path) == ["old.png"]
    assert (tmp_path / "old.png").read_bytes() == b"old"


@pytest.fixture
def pipe(tmp_path: Path) -> str:
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no named pipes to be had")
    os.mkfifo(tmp_path / "pipe")
    return str(tmp_path / "pipe")


def test_a_pipe_that_nobody_reads_is_refused(pipe: str) -> None:
    check_target(pipe)
    with pytest.raises(BadArguments, match="cannot be written"):
        FileSink(pipe)


def test_a_pipe_gets_everything(pipe: str) -> None:
    body = bytes(range(256)) * 1000
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        # Opening waits until `cat` has opened the other end, which ends once nobody writes.
        held = os.open(pipe, os.O_WRONLY)
        sink = FileSink(pipe)
        os.close(held)
        taken = threading.Thread(target=sink.write, args=(body,))
        taken.start()
        assert reader.stdout is not None
        result = reader.stdout.read(len(body))
        taken.join()
        sink.finish()
        result += reader.stdout.read()
    assert result == body


@pytest.mark.skipif(not os.path.exists("/dev/fd/1"), reason="open files have no names there")
def test_an_unnamed_pipe_gets_everything() -> None:
    theirs, ours = os.pipe()
    sink = FileSink(f"/dev/fd/{ours}")
    os.close(ours)
    sink.write(b"tea")
    sink.finish()
    with open(theirs, "rb") as reader:
        assert reader.read() == b"tea"


@pytest.mark.skipif(os.name == "nt", reason="there links take a privilege")
def test_a_link_of_ones_own_is_followed_and_may_be_replaced_instead(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link, real = tmp_path / "link", tmp_path / "folder" / "real"
    link.symlink_to(real)
    FileSink(str(link)).finish()
    assert link.is_symlink()
    real.write_bytes(b"old")
    FileSink(str(link), follow_links=False).finish()
    assert (link.is_symlink(), link.read_bytes(), real.read_bytes()) == (False, b"", b"old")
    assert sorted(os.listdir(tmp_path)) == ["folder", "link"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("through", ["", "first"])
def test_a_link_that_another_user_has_made_is_refused(through: str, tmp_path: Path) -> None:
    victim, link, first = tmp_path / "victim", tmp_path / "link", tmp_path / "first"
    victim.write_bytes(b"precious")
    link.symlink_to(victim)
    os.chown(link, 12_345, 12_345, follow_symlinks=False)
    first.symlink_to(link)
    target = str(tmp_path / through) if through else str(link)
    with pytest.raises(BadArguments, match="a link that another user has made"):
        FileSink(target)
    with pytest.raises(BadArguments, match="a link that another user has made"):
        check_target(target)
    assert victim.read_bytes() == b"precious"
    # The owner of the folder may put links into it.
    os.chown(tmp_path, 12_345, 12_345)
    FileSink(target).finish()
    assert victim.read_bytes() == b""


def test_what_comes_packed_is_unpacked_where_that_is_wanted(tmp_path: Path) -> None:
    packed = gzip.compress(b"picture" * 100)
    for most, content in ((None, packed), (700, b"picture" * 100)):
        sink = FileSink(str(tmp_path / "cat.png"), max_unpacked=most)
        sink.write(packed[:20])
        sink.write(packed[20:])
        sink.finish()
        assert (tmp_path / "cat.png").read_bytes() == content
        assert (sink.size, sink.opening) == (len(content), content[:64])


@pytest.mark.parametrize(("most", "cut"), [(699, 0), (700, 9)])
def test_what_cannot_be_unpacked_leaves_nothing(most: int, cut: int, tmp_path: Path) -> None:
    packed = gzip.compress(b"picture" * 100)
    sink = FileSink(str(tmp_path / "cat.png"), max_unpacked=most)

    def pour() -> None:
        sink.write(packed[: len(packed) - cut])
        sink.finish()

    with pytest.raises(UpstreamDecode):
        pour()
    sink.discard()
    assert os.listdir(tmp_path) == []


def test_a_name_that_cannot_be_one(tmp_path: Path) -> None:
    with pytest.raises(BadArguments, match="cannot be written"):
        FileSink(str(tmp_path / "cat\0.png"))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_told_from_a_bad_name(number: int) -> None:
    assert isinstance(write_error("cat.png", OSError(number, os.strerror(number))), NoSpace)
    assert isinstance(write_error("cat.png", OSError(errno.EACCES, "no")), BadArguments)
    assert "odd" in write_error("cat.png", OSError("odd")).message


FULL = """
import os, resource, signal, sys
from animedex.errors import NoSpace
from animedex.body_writer import FileSink

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
sink = FileSink(sys.argv[1])
try:
    for _ in range(int(sys.argv[2])):
        sink.write(b"x" * 500)
    sink.finish()
except NoSpace as error:
    sink.discard()
    print("no space", error.hint)
"""


@pytest.mark.parametrize("pieces", [3, 1000])
def test_no_room_is_noticed_while_writing_and_at_the_end(pieces: int, tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL, str(tmp_path / "cat.png"), str(pieces)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("no space")
    assert os.listdir(tmp_path) == []
