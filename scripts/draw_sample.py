"""Draw the sample server's collection of pictures anew.

Run `python scripts/draw_sample.py [FOLDER]` with Pillow installed; a second run writes the
same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sample_art.collection import draw_collection

COLLECTION = Path(__file__).parents[1] / "src/animedex/testing/samples/collection"


def main() -> None:
    """Draw into the given folder, or else the package's own, and say how large it is."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else COLLECTION
    rows = draw_collection(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{len(rows)} pictures, {size:,} bytes in {folder}")


if __name__ == "__main__":
    main()
