"""nekos.best with pictures of 1 MB, given a folder of them. Prints its base URL."""

from __future__ import annotations

import sys
from pathlib import Path

from animedex.testing import SampleServer
from animedex.testing.nekos.image_store import Picture, Size
from animedex.testing.samples.sample_images import SampleCollection


def collection(folder: Path) -> SampleCollection:
    """Return every file of a folder as a picture."""
    return SampleCollection(
        Picture("waifu", path.name, path, {"artist_name": "aoba_mio"}, Size(1400, 1400))
        for path in sorted(folder.iterdir())
    )


if __name__ == "__main__":
    with SampleServer(collection(Path(sys.argv[1])), limits=False) as server:
        print(server.url, flush=True)
        sys.stdin.read()
