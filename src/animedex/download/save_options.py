"""What the command line, or a caller in Python, says of where and how files are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.download.same_picture import is_same
from animedex.images.filename_template import values_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.download.download_deadline import Deadline
    from animedex.download.library_writer import LibraryWriter
    from animedex.download.name_conflicts import Place
    from animedex.download.sidecar_writer import SidecarWriter
    from animedex.download.targets import Target
    from animedex.download.unfinished_files import Parts
    from animedex.images.filename_template import Template


class Saving(NamedTuple):
    """Hold where files go, what they are called, and whether the credit is written into them.

    `is_place_given` says that a folder, a name or a sidecar was asked for, so that a picture of
    the library is not good enough where it is; `is_name_given` that a name was. `max_bytes` is
    how many bytes each file may have; `parts` are the unfinished files of all.
    """

    place: Place
    template: Template
    library: LibraryWriter
    sidecars: SidecarWriter
    warn: Callable[[str], None]
    parts: Parts
    deadline: Deadline
    embed: bool = True
    is_place_given: bool = True
    is_name_given: bool = True
    max_bytes: int | None = None

    def path(self, target: Target, extension: str) -> str:
        """Return the path that a picture is to have below the folder."""
        values = values_of(target.post, target.category, extension.strip(".").lower())
        return self.template.path(values, self.place.longest)

    def is_same(self, target: Target, path: str, fetched: str | None = None) -> bool:
        """Return whether a file is the picture, and as untouched as it is to be."""
        return is_same(target, path, fetched, untouched=not self.embed)
