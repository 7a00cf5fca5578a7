"""A file that somebody replaces or deletes while it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.database import CorruptFile

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from tests.database.conftest import Asides, Open, StartChild


def test_whoever_has_the_old_file_open_goes_over_to_the_new_one(
    opened: Open, warnings: list[str]
) -> None:
    first, second = opened(), opened()
    first.add("old")
    second.add("old")
    first.break_once()
    second.add("second")
    first.add("first")
    assert first.notes() == second.notes() == ["second", "first"]
    assert len(warnings) == 1


def test_a_file_that_another_has_just_replaced_is_left_alone(
    opened: Open, start_child: StartChild, asides: Asides, warnings: list[str]
) -> None:
    slow, quick = opened(), opened()
    slow.add("old")
    quick.add("old")
    tries = iter(range(9))

    def overtaken(db: sqlite3.Connection) -> None:
        if next(tries) == 0:
            db.execute("ROLLBACK")
            quick.break_once()
            quick.add("quick")
            raise CorruptFile
        slow.insert(db, "slow")

    slow.run(overtaken)
    quick.add("quick again")
    assert slow.notes() == quick.notes() == ["quick", "slow", "quick again"]
    assert start_child().finish() == (["quick", "slow", "quick again"], [])
    assert len(warnings) == len(asides()) == 1


def test_a_deleted_file_is_made_anew(opened: Open, path: Path, warnings: list[str]) -> None:
    database = opened()
    database.add("old")
    path.unlink()
    database.add("new")
    assert database.notes() == ["new"]
    assert opened().notes() == ["new"]
    assert warnings == []
