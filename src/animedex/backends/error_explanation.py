"""What a failure means to a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from animedex.errors import AnimedexError


class Meaning(NamedTuple):
    """What a failure means to a service: which error it is, and what the service did.

    `words` are the service's own as they came; None has them looked for in the answer, as in
    general. Without a `hint` the general one is given.
    """

    kind: type[AnimedexError]
    what: str
    words: str | None = None
    hint: str | None = None
