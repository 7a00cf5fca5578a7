"""Count different pictures that are taken for the same, and variants that are missed."""

from __future__ import annotations

import sys
import tempfile
from itertools import combinations
from pathlib import Path
from random import Random

from servers import sources

EACH = 12
# A variant is found only if the hashes suspect it; different pictures are all compared.
ANY = 64


def measure() -> list[tuple[str, str, str]]:
    """Draw the labelled pictures of the tests, and compare them."""
    root = Path(sources())
    sys.path += [str(root), str(root / "scripts")]
    return [*_join_rows(), _rate_of_kinds(), _rate_of_drawings()]


def _join_rows() -> list[tuple[str, str, str]]:
    from animedex.images.perceptual_hash import create_fingerprint, reduce_frame
    from animedex.images.thumbnail_comparison import confirm_pairs
    from tests.images.sample_drawings import KINDS, draw

    looks = [
        [create_fingerprint([reduce_frame(draw(kind, number))]) for number in range(EACH)]
        for kind in KINDS
    ]
    pairs = [pair for kind in looks for pair in combinations(kind, 2)]
    joined = str(int(confirm_pairs(pairs, ANY).sum()))
    return [(f"different pictures joined, of {len(pairs)} pairs", "at most 0", joined)]


def _rate_of_kinds() -> tuple[str, str, str]:
    from animedex.images.fingerprint import MAX_DISTANCE
    from animedex.images.perceptual_hash import create_fingerprint, reduce_frame
    from animedex.images.thumbnail_comparison import confirm_pairs
    from tests.images.sample_drawings import KINDS, same_pictures

    pairs = [
        (create_fingerprint([reduce_frame(one)]), create_fingerprint([reduce_frame(other)]))
        for kind in KINDS
        for number in range(EACH // 2)
        for _, one, other in same_pictures(kind, number)
    ]
    share = f"{float(confirm_pairs(pairs, MAX_DISTANCE).mean()):.4f}"
    return f"copies of these found, of {len(pairs)}", "at least 0.99", share


def _rate_of_drawings() -> tuple[str, str, str]:
    from animedex.images.fingerprint import MAX_DISTANCE
    from animedex.images.thumbnail_comparison import confirm_pairs
    from tests.images.test_labelled_set import VARIANTS, Labelled, Shelf, drawings

    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        for number, image in enumerate(drawings()):
            shelf.put(image, Labelled(number, "original"), "png", 0)
            for name, (change, extension, quality) in VARIANTS.items():
                changed = change(image, Random(f"{name}/{number}"))
                shelf.put(changed, Labelled(number, name), extension, quality)
    originals = {
        label.of: shelf.fingerprints[one]
        for one, label in shelf.labels.items()
        if label.variant == "original"
    }
    pairs = [
        (originals[label.of], shelf.fingerprints[one])
        for one, label in shelf.labels.items()
        if label.variant != "original"
    ]
    share = f"{float(confirm_pairs(pairs, MAX_DISTANCE).mean()):.4f}"
    return f"variants of drawings found, of {len(pairs)}", "at least 0.99", share


if __name__ == "__main__":
    for row in measure():
        print(*row, sep="\t")
