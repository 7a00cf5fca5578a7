"""Posts by the work that they show, on whichever site it appeared first.

https://danbooru.donmai.us/wiki_pages/help:cheatsheet
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.backends.danbooru import calls

if TYPE_CHECKING:
    from animedex.backends.danbooru.models import DanbooruPost
    from animedex.call import Call

MOST = 200
# What stands before the id in a source, if that is not the site's name and more behind it.
_BEFORE = {
    "bluesky": "/post/",
    "bluesky-media": "bsky*",
    "e-shuushuu": "e-shuushuu.net/*",
    "misskey-design": "misskey.design/*",
    "pixiv-sketch": "sketch.pixiv.net/*",
    "reddit": "redd*",
    "reddit-media": "redd.it/*",
    "tumblr-media": "tumblr.com/*",
    "twitter": "/status/",
    "twitter-media": "twimg.com/*",
    "yandere": "yande.re/*",
}
_PLAIN = re.compile(r"[\w./-]{1,100}", re.ASCII)


def posts_by_source(site: str, work: str) -> Call[list[DanbooruPost]] | None:
    """Return posts, deleted ones too, whose source has the id of a work in its place.

    That a source shows just this work is for the caller to check: another id may begin alike.
    Twitter's posts are found under both names of the site. None for an id with other signs than
    ids have.

    >>> posts_by_source("pixiv", "15300").request.params[0]
    ('tags', 'pixiv_id:15300 status:any')
    >>> posts_by_source("twitter", "1519").request.params[0]
    ('tags', 'source:*/status/1519* status:any')
    """
    if not _PLAIN.fullmatch(work):
        return None
    return calls.search(_source_term(site, work), "status:any", limit=MOST)


def _source_term(site: str, work: str) -> str:
    if site == "pixiv":
        return f"pixiv_id:{work}"
    if site == "danbooru":
        return f"id:{work}"
    # Where an id has two parts, as of a user's works, the site may put a word between them.
    return f"source:*{_BEFORE.get(site, f'{site}*')}{work.replace('/', '/*')}*"
