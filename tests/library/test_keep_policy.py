"""Of several files of a picture one is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from animedex.library.entry import Entry, NewEntry
from animedex.library.keep_policy import Keep, choose_keeper, fill_credit

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.library.picture_library import Library
    from animedex.models import ArtPost
    from tests.library.conftest import Draw


@pytest.fixture
def group(library: Library, draw: Draw) -> list[Entry]:
    """Keep a picture small, large with losses, large without, and small again."""
    sizes = {
        "small.png": (80, 60),
        "large.jpg": (160, 120),
        "large.png": (160, 120),
        "s.png": (80, 60),
    }
    return [library.add(NewEntry(str(draw(name, 1, size)))) for name, size in sizes.items()]


@pytest.mark.parametrize(("keep", "place"), [("best", 2), ("oldest", 0), ("newest", 3)])
def test_one_is_chosen(keep: Keep, place: int, group: list[Entry]) -> None:
    assert choose_keeper(group, keep) == group[place]


def test_of_equals_the_first_stays(group: list[Entry]) -> None:
    assert choose_keeper([group[3], group[0]], "best") == group[0]


def test_the_moving_one_is_better_than_a_still(library: Library, draw: Draw) -> None:
    still = library.add(NewEntry(str(draw("1.png", 1))))
    moving = library.add(NewEntry(str(draw("1.gif", 1, (80, 60), frames=4))))
    assert choose_keeper([still, moving], "best") == moving


def test_one_that_is_not_whole_is_never_chosen(group: list[Entry], tmp_path: Path) -> None:
    (tmp_path / "large.png").unlink()
    content = bytearray((tmp_path / "large.jpg").read_bytes())
    content[-30] ^= 1
    (tmp_path / "large.jpg").write_bytes(content)
    assert choose_keeper(group, "best") == group[0]
    for entry in group:
        (tmp_path / entry.path).unlink(missing_ok=True)
    assert choose_keeper(group, "best") is None


def test_credit_is_taken_over_by_what_has_none(group: list[Entry], post: ArtPost) -> None:
    credited = group[1]._replace(post=post, row=b"{}", category="neko")
    assert fill_credit(group[0], group[1:]) == group[0]
    taken = fill_credit(group[0], [group[2], credited])
    assert (taken.id, taken.post, taken.row, taken.category) == (group[0].id, post, b"{}", "neko")
    assert fill_credit(credited, [taken]) == credited
