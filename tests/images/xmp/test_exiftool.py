"""ExifTool, which most programs that show metadata agree with, reads what was written."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from animedex.images.sidecar import write_sidecar
from animedex.images.xmp import Credit, read_credit, write_credit
from animedex.models import ArtPost, Rating
from tests.kit.odd_pictures import whole

if TYPE_CHECKING:
    from collections.abc import Iterator

EXIFTOOL = shutil.which("exiftool") or ""
pytestmark = pytest.mark.skipif(not EXIFTOOL, reason="ExifTool is not installed")


class ExifTool:
    """Represents one process that carries out many commands: its start takes longest."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [EXIFTOOL, "-stay_open", "True", "-@", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._commands, self._output = self._process.stdin, self._process.stdout

    def run(self, *arguments: str) -> str:
        """Carry out a command and return what it prints."""
        self._commands.write("".join(f"{one}\n" for one in (*arguments, "-execute")).encode())
        self._commands.flush()
        lines = iter(self._output.readline, b"")
        printed: list[bytes] = []
        for line in lines:
            if line.endswith(b"{ready}\n"):
                printed.append(line.removesuffix(b"{ready}\n"))
                break
            printed.append(line)
        return b"".join(printed).decode()

    def close(self) -> None:
        self._commands.write(b"-stay_open\nFalse\n")
        self._commands.close()
        self._process.wait()
        self._output.close()


@cache
def running() -> ExifTool:
    return ExifTool()


@pytest.fixture(scope="module", autouse=True)
def end() -> Iterator[None]:
    """End the process with the tests of this file."""
    yield
    running().close()
    running.cache_clear()


def exiftool(*arguments: str) -> str:
    return running().run(*arguments)


def exiftool_values(path: Path, *options: str) -> dict[str, object]:
    printed = exiftool("-j", "-G1", "-XMP:all", *options, str(path))
    return cast("list[dict[str, object]]", json.loads(printed))[0]


def write_file(picture: bytes, credited: Credit, folder: Path) -> Path:
    (folder / "source").write_bytes(picture)
    with open(folder / "target", "wb") as target:
        write_credit(str(folder / "source"), target, *credited)
    return folder / "target"


@pytest.fixture
def written(picture: bytes, credited: Credit, tmp_path: Path) -> Path:
    return write_file(picture, credited, tmp_path)


def test_it_shows_who_and_whence(written: Path) -> None:
    values = exiftool_values(written)
    page = "https://pixiv.example/artworks/1"
    expected = {
        "XMP-dc:Creator": ["yuzu", "aoba_mio"],
        "XMP-dc:Source": page,
        "XMP-dc:Identifier": "danbooru:123",
        "XMP-dc:Subject": ["maid", '<b> & "c"', "猫", "rem_(re:zero)", "re:zero"],
        "XMP-dc:Title": "rem_(re:zero) by yuzu, aoba_mio",
        "XMP-photoshop:Credit": "yuzu, aoba_mio",
        "XMP-photoshop:Source": "danbooru",
        "XMP-iptcExt:PersonInImage": "rem_(re:zero)",
        "XMP-xmpRights:WebStatement": page,
        "XMP-xmpRights:UsageTerms": f"The artist's own terms apply: see {page}",
        "XMP-plus:AdultContentWarning": "Adult Content Warning Required",
        "XMP-animedex:Service": "danbooru",
        "XMP-animedex:Rating": "explicit",
        "XMP-animedex:FetchedAt": "2026:05:08 01:02:03Z",
        "XMP-animedex:Characters": "rem_(re:zero)",
        "XMP-animedex:Series": "re:zero",
        "XMP-animedex:Page": "https://danbooru.example/posts/123",
        "XMP-animedex:Url": "https://cdn.example/x.png",
    }
    assert {name: values.get(name) for name in expected} == expected
    assert "XMP-xmp:Rating" not in values, "a rating for an audience is no number of stars"


def test_it_reads_a_sidecar(credited: Credit, tmp_path: Path) -> None:
    place = write_sidecar(str(tmp_path / "a.png"), "xmp", *credited)
    values = exiftool_values(Path(place), "-warning", "-validate")
    assert values["XMP-dc:Creator"] == ["yuzu", "aoba_mio"]
    assert values["XMP-dc:Source"] == "https://pixiv.example/artworks/1"
    assert not [name for name in values if "Warning" in name and "Adult" not in name]


def test_it_finds_no_fault(picture: bytes, written: Path, tmp_path: Path) -> None:
    def faults(path: Path) -> str:
        printed = exiftool("-validate", "-warning", "-error", "-a", "-s3", str(path))
        # Of filling bytes it says before which segment, the first one after the headers.
        return re.sub(r"APP\d", "APP", printed)

    assert faults(written) == faults(tmp_path / "source")


def test_it_finds_no_new_fault_in_what_has_some(credited: Credit, tmp_path: Path) -> None:
    odd = list(whole().values())[::5]
    for number, one in enumerate(odd):
        source = tmp_path / f"{number}-before.{one.form}"
        source.write_bytes(one.data)
        with open(tmp_path / f"{number}-after.{one.form}", "wb") as target:
            write_credit(str(source), target, *credited)
    options = ("-j", "-a", "-warning", "-error", "-XMP-dc:Creator")
    printed = exiftool(*options, str(tmp_path))
    result = cast("list[dict[str, object]]", json.loads(printed))
    known = {Path(str(one["SourceFile"])).stem: one for one in result}
    for number in range(len(odd)):
        before, after = known[f"{number}-before"], known[f"{number}-after"]
        assert after.get("Creator") == ["yuzu", "aoba_mio"]
        assert after.get("Warning") == before.get("Warning")
        assert after.get("Error") == before.get("Error")


def test_the_credit_survives_its_writing(
    one_of_each: bytes, credited: Credit, tmp_path: Path
) -> None:
    """It takes packets apart and writes them in its own way."""
    target = write_file(one_of_each, credited, tmp_path)
    assert exiftool("-b", "-XMP-animedex:Row", str(target)).encode() == credited.row
    exiftool("-XMP-dc:Subject+=mine", "-XMP-xmp:Rating=4", str(target))
    assert read_credit(str(target)) == credited
    other = Credit(ArtPost(id="waifu:7", rating=Rating.GENERAL, artists=["mikan"]))
    values = exiftool_values(write_file(target.read_bytes(), other, tmp_path))
    assert (values["XMP-dc:Creator"], values["XMP-dc:Subject"]) == ("mikan", "mine")
    assert values["XMP-xmp:Rating"] == 4
    assert "XMP-dc:Source" not in values
    assert "XMP-animedex:Row" not in values


def test_it_reads_on_in_the_continuation(drawn: dict[str, bytes], tmp_path: Path) -> None:
    """In JPEG a packet of more than 64 KiB is in several segments."""
    names = [f"{number}_" + "名" * 500 for number in range(90)]
    post = ArtPost(id="nekos:1.png", rating=Rating.GENERAL, artists=["yuzu"], tags=names)
    values = exiftool_values(write_file(drawn["jpeg/extras"], Credit(post, b"{}"), tmp_path))
    assert values["XMP-dc:Creator"] == "yuzu"
    assert values["XMP-dc:Subject"] == names
    assert values["XMP-animedex:Row"] == "{}"
    assert "Warning" not in exiftool("-warning", "-a", str(tmp_path / "target"))
