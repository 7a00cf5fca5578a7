"""`animedex library remove`, `dupes` and `similar`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, cast

import pytest

from animedex.testing import SampleServer
from tests.cli.commands.library.conftest import rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.commands.library.conftest import Draw, LibraryFolder
    from tests.kit.command_line import Cli, Process
    from tests.kit.terminal import Terminal


def in_trash() -> list[str]:
    """Name what is in the trash of this test's user."""
    folder = f"{os.environ['HOME']}/.local/share/Trash/files"
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def test_forgetting_leaves_the_file(cli: Cli, library_folder: LibraryFolder) -> None:
    outcome = cli("library", "remove", "4", "1")
    assert (outcome.code, outcome.out) == (0, b"")
    assert "removed: 4 " in outcome.err
    assert library_folder.files["own"].exists()
    assert [entry.id for entry in library_folder.library.entries()] == [3, 2]


def test_an_unknown_number_leaves_all_as_it_is(cli: Cli, library_folder: LibraryFolder) -> None:
    outcome = cli("library", "remove", "1", "77", "--errors", "json")
    assert (outcome.code, outcome.error["message"]) == (3, "the library has no picture 77")
    assert library_folder.library.count() == 4


def test_deleting_puts_the_file_into_the_trash(
    process: Process, library_folder: LibraryFolder
) -> None:
    outcome = process("library", "remove", "4", "4", "--delete")
    assert (outcome.code, library_folder.files["own"].exists()) == (0, False)
    assert in_trash() == ["holiday.png"]
    assert library_folder.library.count() == 3


@pytest.fixture
def twice(cli: Cli, library_folder: LibraryFolder, draw: Draw) -> LibraryFolder:
    """Keep the first picture three times: as it was, large, and small."""
    cli(
        "library", "add", str(draw("large.png", 1, (320, 240))), str(draw("small.jpg", 1, (80, 60)))
    )
    return library_folder


def test_the_same_picture_is_grouped(cli: Cli, twice: LibraryFolder) -> None:
    (group,) = rows_of(cli("library", "dupes").json)
    pictures = rows_of(group["pictures"])
    assert [row["id"] for row in pictures] == [1, 5, 6]
    assert (group["keep"], group["deleted"]) == (None, [])
    assert (pictures[0]["post"], pictures[1]["width"]) == ("nekos:1.png", 320)
    (group,) = rows_of(cli("library", "dupes", "--keep", "best").json)
    assert (group["keep"], group["deleted"]) == (5, [])


def test_a_link_to_what_is_kept_is_forgotten(
    process: Process, library_folder: LibraryFolder, draw: Draw
) -> None:
    link = library_folder.files["own"].with_name("link.png")
    link.symlink_to(library_folder.files["own"])
    assert process("library", "add", str(link)).code == 0
    outcome = process("library", "dupes", "--keep", "oldest", "--delete", "--yes", "-c")
    (group,) = rows_of(json.loads(outcome.out))
    assert (group["keep"], group["deleted"], group["forgotten"]) == (4, [], [5])
    assert (in_trash(), link.exists(), library_folder.library.count()) == ([], True, 4)


def test_in_the_place_of_what_was_added_nothing_is_deleted(
    cli: Cli, library_folder: LibraryFolder, draw: Draw
) -> None:
    draw("holiday.png", 77)
    outcome = cli("library", "remove", "4", "--delete", "--errors", "json")
    assert (outcome.code, outcome.error["reason"]) == (2, "bad-args")
    assert "leaves the file" in str(outcome.error["hint"])
    assert (library_folder.files["own"].exists(), library_folder.library.count()) == (True, 4)


def test_one_that_cannot_be_deleted_does_not_stop_the_rest(
    process: Process, library_folder: LibraryFolder, draw: Draw
) -> None:
    draw("holiday.png", 77)
    outcome = process("library", "remove", "4", "1", "--delete")
    assert (outcome.code, library_folder.files["own"].exists(), in_trash()) == (
        2,
        True,
        ["neko.png"],
    )
    assert [entry.id for entry in library_folder.library.entries()] == [4, 3, 2]
    assert outcome.err.count("has changed since") == 1


def test_nothing_is_there_twice(cli: Cli, library_folder: LibraryFolder) -> None:
    outcome = cli("library", "dupes")
    assert (outcome.text, outcome.err) == ("[]\n", "animedex: there are no duplicates\n")


def test_deleting_keeps_the_best_with_the_credit(process: Process, twice: LibraryFolder) -> None:
    outcome = process(
        "library", "dupes", "--keep", "best", "--delete", "--yes", "--jq", ".[].deleted", "-c"
    )
    assert (outcome.code, outcome.text) == (0, "[1,6]\n")
    assert in_trash() == ["neko.png", "small.jpg"]
    entry = twice.library.get(5)
    assert entry
    assert (entry.row, entry.category) == (twice.rows["neko"], "neko")
    assert twice.library.count() == 4


def test_deleting_needs_to_know_what_to_keep(cli: Cli, twice: LibraryFolder) -> None:
    outcome = cli("library", "dupes", "--delete")
    assert (outcome.code, twice.library.count()) == (2, 6)


def test_where_the_trash_fails_nothing_is_deleted(process: Process, twice: LibraryFolder) -> None:
    with open(f"{os.environ['HOME']}/.local", "wb"):
        pass
    outcome = process(
        "library", "dupes", "--keep", "best", "--delete", "--yes", "--jq", ".[].deleted", "-c"
    )
    assert (outcome.code, outcome.text) == (2, "[]\n")
    assert "cannot be moved to the trash" in outcome.err
    assert twice.library.count() == 6
    assert all(entry.is_there() for entry in twice.library.entries())


def test_without_a_terminal_deleting_needs_a_yes(process: Process, twice: LibraryFolder) -> None:
    outcome = process("library", "dupes", "--keep", "best", "--delete", "--errors", "json")
    assert (outcome.code, outcome.error["reason"]) == (2, "bad-args")
    assert "--yes" in str(outcome.error["message"])
    assert (twice.library.count(), in_trash()) == (6, [])


def test_the_summary_says_how_many_went_and_how_to_restore_them(
    process: Process, twice: LibraryFolder
) -> None:
    outcome = process("library", "dupes", "--keep", "best", "--delete", "--yes")
    assert "2 files moved to the trash" in outcome.err
    assert "restore" in outcome.err


@pytest.mark.parametrize(("answer", "left"), [("y\n", 4), ("n\n", 6), ("\n", 6)])
def test_on_a_terminal_it_is_asked_how_many_may_go(
    answer: str, left: int, terminal: Terminal, twice: LibraryFolder
) -> None:
    screen = terminal("library", "dupes", "--keep", "best", "--delete", typed=answer, columns=200)
    assert "3 files of the same picture" in screen.text
    assert "Move 2 files of 1 group to the trash?" in screen.err
    assert twice.library.count() == left


def test_similar_pictures_are_listed_and_never_deleted(
    process: Process, library_folder: LibraryFolder, draw: Draw
) -> None:
    from PIL import Image, ImageDraw

    path = draw("marked.png", 9)
    with Image.open(path) as image:
        marked = image.copy()
    ImageDraw.Draw(marked).ellipse((70, 50, 84, 60), "white")
    marked.save(path)
    assert process("library", "add", str(path)).code == 0
    outcome = process("library", "dupes", "--keep", "best", "--delete", "--yes", "-c")
    (group,) = rows_of(json.loads(outcome.out))
    assert (group["evidence"], group["keep"], group["deleted"]) == ("similar", None, [])
    assert "no file was moved to the trash" in outcome.err
    assert (library_folder.library.count(), in_trash()) == (5, [])


def test_filters_and_folders_narrow_what_is_compared(
    cli: Cli, twice: LibraryFolder, draw: Draw
) -> None:
    copy = draw("below/1.png", 1)
    assert cli("library", "add", str(copy), str(draw("below/2.png", 11))).code == 0
    group, *_ = rows_of(cli("library", "dupes", "--source", "own").json)
    assert [row["id"] for row in rows_of(group["pictures"])] == [5, 6, 7]
    assert cli("library", "dupes", str(copy.parent)).json == []
    assert cli("library", "dupes", str(copy.parent.parent), "--category", "hug").json == []
    listed = rows_of(cli("library", "list", str(copy.parent)).json)
    assert [row["id"] for row in listed] == [8, 7]
    assert cli("library", "list", str(copy)).code == 2


def test_evidence_is_told_of_each_picture(cli: Cli, twice: LibraryFolder) -> None:
    (group,) = rows_of(cli("library", "dupes", "--keep", "best").json)
    levels = {row["id"]: row["evidence"] for row in rows_of(group["pictures"])}
    assert (group["evidence"], levels) == ("same", {1: "same", 5: None, 6: "same"})


def test_groups_are_laid_out_on_a_terminal(terminal: Terminal, twice: LibraryFolder) -> None:
    screen = terminal("library", "dupes", "--keep", "best", columns=200).text
    assert "3 files of the same picture" in screen
    assert "5 kept" in screen


def test_what_looks_like_one_is_found(cli: Cli, twice: LibraryFolder, draw: Draw) -> None:
    for named in ("1", "https://nekos.best/api/v2/neko/1.png", "nekos:1.png"):
        result = rows_of(cli("library", "similar", named).json)
        assert sorted(cast("int", row["id"]) for row in result) == [5, 6]
        assert all(cast("int", row["_distance"]) < 8 for row in result)
    file = draw("another size.webp", 1, (200, 150))
    result = rows_of(cli("library", "similar", str(file), "--limit", "2").json)
    assert len(result) == 2
    assert cast("int", result[0]["_distance"]) <= cast("int", result[1]["_distance"])


def test_a_picture_of_a_service_is_asked_for(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SampleServer(limits=False, seed=3) as server:
        monkeypatch.setenv("ANIMEDEX_NEKOS_URL", server.url)
        url = str(rows_of(cli("nekos", "image", "neko").json)[0]["url"])
        file = str(tmp_path / "fetched.png")
        assert cli("nekos", "asset", url, "-o", file).code == 0
        assert cli("library", "add", file).code == 0
        outcome = cli("library", "similar", url, "--fields", "id,_distance", "--no-source", "-c")
    assert (outcome.code, outcome.text) == (0, '[{"id":1,"_distance":0}]\n')
    assert cli("library", "list", "--jq", "length").json == 1


def test_nothing_looks_like_it(cli: Cli, twice: LibraryFolder) -> None:
    outcome = cli("library", "similar", "4", "--within", "0")
    assert (outcome.code, outcome.text) == (0, "[]\n")
    assert outcome.err == "animedex: no picture looks like 4\n"


@pytest.mark.parametrize(
    ("named", "code"),
    [("99", 3), ("https://example.org/x.png", 2), ("nekos:9.png", 2), ("/nosuch.png", 3), ("/", 2)],
)
def test_what_is_not_there_is_like_nothing(
    named: str, code: int, cli: Cli, library_folder: LibraryFolder
) -> None:
    outcome = cli("library", "similar", named, "--errors", "json")
    assert (outcome.code, bool(outcome.error["hint"])) == (code, True)


def test_a_video_has_no_fingerprint(cli: Cli, tmp_path: Path) -> None:
    film = tmp_path / "1.webm"
    film.write_bytes(b"\x1a\x45\xdf\xa3 webm")
    cli("library", "add", str(film))
    for named in ("1", str(film)):
        outcome = cli("library", "similar", named, "--errors", "json")
        assert (outcome.code, "video" in str(outcome.error["message"])) == (2, True)
