"""Numbers of works and pages."""

from __future__ import annotations

from itertools import product

from animedex.art.work_interner import WorkInterner

PAGE = "https://i.pximg.net/img-original/img/2020/01/01/00/00/00/{work}_p{page}.png"


def test_no_two_pages_of_any_works_have_one_number() -> None:
    interner = WorkInterner()
    pages = [
        interner.intern_row(row, [PAGE.format(work=90_000_000 + work, page=page)])
        for row, (work, page) in enumerate(product(range(5), range(5)))
    ]
    assert [work for work, _ in pages] == [number for number in range(1, 6) for _ in range(5)]
    assert [page for _, page in pages] == list(range(1, 26))
    assert [interner.page_number(page) for _, page in pages] == list(range(5)) * 5
