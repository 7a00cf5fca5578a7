"""Tell somebody who has signed in what is known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.server.danbooru.collection import FOUNDED
from animedex.server.danbooru.refusals import WRONG_KEY, Refused
from animedex.server.danbooru.signin import MEMBER_TERMS

if TYPE_CHECKING:
    from animedex.server.danbooru.asking import Asked
    from animedex.server.danbooru.rows import Row

MEMBER_LEVEL = 20


def profile(asked: Asked) -> Row:
    """Show the row of whoever is asking; nobody in particular is ``Refused``."""
    if asked.user is None:
        raise Refused(WRONG_KEY)
    return {
        "id": asked.user.id,
        "name": asked.user.name,
        "level": MEMBER_LEVEL,
        "level_string": "Member",
        "created_at": FOUNDED,
        "is_banned": False,
        "is_deleted": False,
        "tag_query_limit": MEMBER_TERMS,
    }
