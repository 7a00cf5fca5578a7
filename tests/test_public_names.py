"""The public names: what the documents use, and nothing else."""

from __future__ import annotations

from importlib import import_module

import pytest

import animedex

PUBLIC = {
    "animedex": {
        *("AnimedexError", "ArtPost", "AsyncClient", "Call", "Client", "DownloadReport"),
        *("Event", "Rating", "Record", "Request", "Response", "SourceTag", "dedupe", "download"),
        *("identify", "identify_all", "identify_all_async", "identify_async", "iter_downloads"),
        *("random_pictures", "random_pictures_async", "search", "search_async"),
    },
    "animedex.downloads": {
        *("MAX_JOBS", "MAX_SIZE", "DownloadReport", "Progress", "download", "iter_downloads"),
    },
    "animedex.backends.danbooru": {
        *("BACKEND", "SURFACE", "Danbooru", "all_posts", "artist", "autocomplete", "count"),
        *("pool", "post", "random", "related", "search", "tags", "wiki"),
    },
    "animedex.backends.nekos": {
        *("BACKEND", "SURFACE", "Nekos", "asset", "categories", "categories_full", "image"),
        "search",
    },
    "animedex.backends.waifu": {
        *("BACKEND", "SURFACE", "Waifu", "artist", "artists", "image", "images", "stats"),
        *("tag", "tags"),
    },
}


@pytest.mark.parametrize("module", PUBLIC)
def test_public_names_are_these(module: str) -> None:
    public = import_module(module)
    assert set(public.__all__) == PUBLIC[module]
    assert all(hasattr(public, name) for name in public.__all__)


def test_public_names_are_listed_and_no_others_are_found() -> None:
    assert set(animedex.__all__) <= set(dir(animedex))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        animedex.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_download_is_a_function_even_where_its_package_is_loaded() -> None:
    downloads = import_module("animedex.downloads")
    assert animedex.download is downloads.download
    assert animedex.iter_downloads is downloads.iter_downloads
