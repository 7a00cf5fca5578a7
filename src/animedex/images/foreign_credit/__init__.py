"""Credit written by other programs, in a picture's file or in a sidecar.

Only fields that name an artist, a source or a rating are read; nobody is credited by a guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.images.foreign_credit.credit_fields import merge_fields
from animedex.images.foreign_credit.embedded_credit import read_embedded
from animedex.images.foreign_credit.sidecar_credit import read_sidecars

if TYPE_CHECKING:
    from animedex.models import ArtPost

__all__ = ["read_foreign_credit"]


def read_foreign_credit(path: str) -> ArtPost | None:
    """Return the credit that other programs wrote for a picture; None if there is none.

    The post has no id unless they name that of a known service. What is damaged says nothing.
    """
    fields = [*read_sidecars(path), *read_embedded(path)]
    return merge_fields(fields).to_post()
