from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from animedex.gallery import page_templates as pages
from animedex.gallery.routes import STATIC_TYPES
from animedex.gallery.view_models import RATIOS, ratio

sizes = st.integers(1, 100_000)


@given(sizes, sizes)
def test_every_shape_has_a_class_that_is_near(width: int, height: int) -> None:
    result = ratio(width, height)
    exact = 100 * width / height
    assert result in RATIOS
    assert all(abs(result - exact) <= abs(other - exact) for other in RATIOS)


def test_every_class_is_in_the_style_sheet() -> None:
    styles = Path(pages.STATIC_FOLDER, "pictures.css").read_text("utf-8")
    told = re.findall(r"^\.r(\d+) \{ --r: ([\d.]+); \}$", styles, re.MULTILINE)
    assert [(int(name), round(100 * float(value))) for name, value in told] == [
        (each, each) for each in RATIOS
    ]


def test_every_file_beside_the_pages_has_its_type() -> None:
    assert {path.name for path in Path(pages.STATIC_FOLDER).iterdir()} == set(STATIC_TYPES)


def test_nothing_of_the_pages_comes_from_elsewhere() -> None:
    for path in Path(pages.HERE).rglob("*.*"):
        if path.suffix in {".html", ".css", ".js"}:
            text = path.read_text("utf-8")
            assert not re.search(
                r"https?://|//[a-z]+\.[a-z]|\bstyle=|\bon[a-z]+=|innerHTML|eval\(", text
            )
            assert "|safe" not in text
