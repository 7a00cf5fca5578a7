"""Who has a lock, has it alone; who waits does so as long as there is something to wait for."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING

import pytest

from animedex.downloads.own_files import wait_for_lock
from animedex.downloads.resumable_file import ResumableFile
from animedex.errors import TimedOut

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

URL = "https://x.example/1.png"


@pytest.fixture
def open_lock(tmp_path: Path) -> Iterator[Path]:
    """Yield a file that somebody has locked."""
    path = tmp_path / "file"
    number = os.open(path, os.O_RDWR | os.O_CREAT)
    wait_for_lock(number, "it", 0.0, lambda: 0)
    yield path
    os.close(number)


def test_who_waits_in_vain_is_told(open_lock: Path) -> None:
    number = os.open(open_lock, os.O_RDWR)
    with pytest.raises(TimedOut, match="it is being fetched by another download"):
        wait_for_lock(number, "it", 0.0, lambda: 0)
    os.close(number)


def test_who_sees_something_change_waits_on(open_lock: Path) -> None:
    number, other = os.open(open_lock, os.O_RDWR), os.open(open_lock.with_name("free"), os.O_CREAT)
    changes = count()

    def seen() -> int:
        result = next(changes)
        if result == 5:
            # What was locked is locked no more.
            os.dup2(other, number)
        return result

    wait_for_lock(number, "it", 60.0, seen)
    assert next(changes) >= 5
    os.close(number)
    os.close(other)


def test_one_file_is_fetched_by_one_at_a_time(tmp_path: Path) -> None:
    with ResumableFile(str(tmp_path), URL, 1.0):
        with pytest.raises(TimedOut), ResumableFile(str(tmp_path), URL, 0.0):
            pytest.fail("both have it")
        with ResumableFile(str(tmp_path), f"{URL}?other", 0.0):
            pass
    with ResumableFile(str(tmp_path), URL, 0.0):
        pass
    assert os.listdir(tmp_path) == []


def test_who_has_a_deadline_does_not_wait_longer(open_lock: Path) -> None:
    number, changes = os.open(open_lock, os.O_RDWR), count()
    with pytest.raises(TimedOut, match="by another download"):
        # It goes on, and is waited for no longer all the same.
        wait_for_lock(number, "it", 60.0, lambda: next(changes), 0.0)
    os.close(number)
