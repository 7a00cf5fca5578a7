"""The columns of progress bars; apart from `progress_bars`, as they subclass rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.filesize import decimal
from rich.progress import BarColumn, ProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from animedex.plurals import format_count

if TYPE_CHECKING:
    from rich.progress import Task


class Amount(ProgressColumn):
    """The amount: of all, in files; of a file, in bytes."""

    def render(self, task: Task) -> Text:
        """Lay it out."""
        if task.fields.get("files"):
            return Text(f"{task.completed:.0f}/{format_count(int(task.total or 0), 'file')}")
        here = decimal(int(task.completed))
        return Text(here if task.total is None else f"{here} of {decimal(int(task.total))}")


class Rate(ProgressColumn):
    """The speed in bytes a second."""

    def render(self, task: Task) -> Text:
        """Format the speed; the row for all files counts bytes elsewhere."""
        speed = task.speed
        if task.fields.get("files"):
            speed = task.fields["bytes"] / task.elapsed if task.elapsed else None
        return Text(f"{decimal(int(speed))}/s" if speed else "")


def progress_columns() -> list[ProgressColumn]:
    """Return them from left to right."""
    # What a picture is called is no markup.
    name = TextColumn("{task.description}", markup=False)
    return [name, BarColumn(bar_width=20), Amount(), Rate(), TimeRemainingColumn(compact=True)]
