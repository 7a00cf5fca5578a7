"""Answer as Danbooru's read API does (https://danbooru.donmai.us/wiki_pages/help:api)."""
