"""What is put together, against the rules written plainly; and the laws that must hold of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.art.dedupe import DedupeResult, DuplicateGroup, KeepPolicy, Reason, dedupe
from animedex.errors import BadArguments
from tests.art.dedupe_rules import HASHES, KEEPS, MD5S, SERVICES, Description, Plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from animedex.http_message import JsonObject


def dedupe_rows(
    told: Sequence[Description], distance: int | None = 3, *, same_work: bool = False
) -> DedupeResult:
    return dedupe((one.row for one in told), distance=distance, same_work=same_work)


def partition(found: DedupeResult) -> set[frozenset[int]]:
    several = {frozenset(group.rows) for group in found.iter_groups()}
    covered = frozenset[int]().union(*several)
    return several | {frozenset({row}) for row in range(found.row_count) if row not in covered}


def same_works(found: DedupeResult) -> set[tuple[int, int]]:
    """Return which rows are the same work as which group, named by its first row."""
    return {(row, group.rows[0]) for group in found.iter_groups() for row in group.same_work}


def names(told: Sequence[Description], found: DedupeResult) -> set[frozenset[Description]]:
    return {frozenset(told[row] for row in group) for group in partition(found)}


def build_rows(
    service: str,
    number: int,
    md5: str | None,
    place: tuple[int | None, int | None],
    rest: tuple[int | None, int],
) -> Description:
    work, page = place
    return Description(f"{service}:{number}", md5, work, page if work else None, *rest)


TOLD = st.builds(
    build_rows,
    st.sampled_from(SERVICES),
    st.integers(1, 6),
    st.none() | st.sampled_from(MD5S),
    st.tuples(st.none() | st.sampled_from((15300, 15301)), st.none() | st.integers(0, 2)),
    st.tuples(st.none() | st.sampled_from(HASHES), st.integers(0, 3)),
)
ROWS = st.lists(TOLD, max_size=12)
# Rows with unlike ids, so that there is more to find than that.
UNLIKE = st.lists(TOLD, max_size=12).map(
    lambda rows: [one._replace(id=f"{one.service}:{n + 1}") for n, one in enumerate(rows)]
)
DISTANCES = st.none() | st.integers(0, 8)


@given(ROWS | UNLIKE, DISTANCES, st.booleans())
def test_the_rules_are_followed(
    told: list[Description],
    distance: int | None,
    same_work: bool,  # noqa: FBT001  hypothesis passes it by name
) -> None:
    plain = Plain(told, distance, same_work=same_work)
    result = dedupe_rows(told, distance, same_work=same_work)
    assert partition(result) == plain.partition()
    assert bool(result.refused_count) == plain.refused
    expected = {(row, min(plain.groups[target])) for row, target in plain.same_work()}
    assert same_works(result) == expected
    assert result.duplicate_count == len(told) - len(plain.partition())


@given(ROWS | UNLIKE, DISTANCES, st.booleans())
def test_two_known_pages_of_one_work_are_never_together(
    told: list[Description],
    distance: int | None,
    same_work: bool,  # noqa: FBT001  hypothesis draws it
) -> None:
    for group in partition(dedupe_rows(told, distance, same_work=same_work)):
        known = {(told[n].work, told[n].page) for n in group if told[n].page is not None}
        assert len(known) == len({work for work, _ in known})


@given(UNLIKE, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_rows_is_no_matter_where_nothing_is_refused(
    told: list[Description],
    draw: Random,
    same_work: bool,  # noqa: FBT001  hypothesis draws it
) -> None:
    mixed = draw.sample(told, len(told))
    result, again = dedupe_rows(told, same_work=same_work), dedupe_rows(mixed, same_work=same_work)
    if not result.refused_count and not again.refused_count:
        assert names(told, result) == names(mixed, again)


@given(ROWS | UNLIKE, st.integers(0, 12), st.booleans())
def test_a_row_that_has_nothing_in_common_changes_nothing(
    told: list[Description],
    place: int,
    same_work: bool,  # noqa: FBT001  hypothesis draws it
) -> None:
    stranger = Description("waifu:99", "f" * 32, 15399, None, 0x5555555555555555, 9)
    more = [*told[:place], stranger, *told[place:]]
    result = dedupe_rows(more, same_work=same_work)
    before = names(told, dedupe_rows(told, same_work=same_work))
    assert names(more, result) == before | {frozenset({stranger})}


@given(ROWS | UNLIKE, st.booleans())
def test_one_row_of_each_group_is_kept_and_nothing_else_dropped(
    told: list[Description],
    same_work: bool,  # noqa: FBT001  hypothesis draws it
) -> None:
    result = dedupe_rows(told, same_work=same_work)
    for how in KEEPS:
        kept = result.select_rows(how)
        assert kept == sorted(kept)
        assert len(kept) + result.duplicate_count == len(told)
        assert all(len(group & set(kept)) == 1 for group in partition(result))


@given(ROWS | UNLIKE, DISTANCES, st.booleans(), st.sampled_from(KEEPS))
def test_among_kept_rows_there_is_nothing_more_to_find(
    told: list[Description],
    distance: int | None,
    same_work: bool,  # noqa: FBT001  hypothesis draws it
    how: KeepPolicy,
) -> None:
    result = dedupe_rows(told, distance, same_work=same_work)
    several = Plain(told, distance, same_work=same_work).several
    # Where rows were kept apart for the sake of others, those may be gone now, and their pages.
    mixed = any(len({told[row].page for row in group}) > 1 for group in partition(result))
    if result.refused_count or several or mixed:
        return
    again = dedupe_rows(
        [told[row] for row in result.select_rows(how)], distance, same_work=same_work
    )
    assert again.duplicate_count == 0


@given(UNLIKE)
def test_what_joined_a_group_spans_it(told: list[Description]) -> None:
    for group in dedupe_rows(told).iter_groups():
        reached = {group.rows[0]}
        for _ in group.matches:
            reached |= {n for link in group.matches if reached & set(link[:2]) for n in link[:2]}
        assert reached == set(group.rows)
        assert len(group.matches) == len(group.rows) - 1
        assert set(group.reasons) == {link.reason for link in group.matches}


def pixiv(name: str, page: int | None, md5: str | None = None, pixels: int = 0) -> Description:
    return Description(name, md5, 15300, page, None, pixels)


def only_group(found: DedupeResult) -> DuplicateGroup:
    (group,) = found.iter_groups()
    return group


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (Description("danbooru:1"), Description("danbooru:1"), Reason.ID),
        (Description("danbooru:1", MD5S[0]), Description("waifu:1", MD5S[0].upper()), Reason.MD5),
        (pixiv("danbooru:1", 2), pixiv("nekos:1.png", 2), Reason.WORK),
        (pixiv("waifu:1", None), pixiv("nekos:1.png", None), Reason.WORK),
        (Description("waifu:1", hash=0xFF0), Description("waifu:2", hash=0xFFE), Reason.HASH),
    ],
)
def test_each_piece_of_evidence_is_enough(
    one: Description, other: Description, reason: Reason
) -> None:
    group = only_group(dedupe_rows([one, Description("nekos:9.png"), other]))
    assert (group.rows, group.reasons) == ((0, 2), (reason,))
    assert group.matches == ((2, 0, reason),)


def test_hashes_are_the_same_up_to_the_distance_that_is_asked_for() -> None:
    told = [
        Description("waifu:1", hash=0b1111),
        Description("waifu:2", hash=0b0111),
        Description("waifu:3", hash=0b1111),
    ]
    assert partition(dedupe_rows(told, 1)) == {frozenset({0, 1, 2})}
    assert partition(dedupe_rows(told, 0)) == {frozenset({0, 2}), frozenset({1})}
    assert dedupe_rows(told, None).duplicate_count == 0


@pytest.mark.parametrize("distance", [-1, 9])
def test_a_distance_that_would_find_anything_is_refused(distance: int) -> None:
    with pytest.raises(BadArguments, match="0 to 8"):
        dedupe([], distance=distance)


def test_a_third_row_does_not_bring_two_pages_together() -> None:
    told = [
        pixiv("danbooru:1", 0, MD5S[0]),
        pixiv("danbooru:2", 1),
        Description("waifu:3", MD5S[0], hash=7),
    ]
    told[1] = told[1]._replace(hash=7)
    group, refused = dedupe_rows(told).iter_groups()
    assert group.rows == (0, 2)
    assert (group.work, group.page) == ("pixiv:15300", 0)
    assert refused.refused == ((2, 1, Reason.HASH),)


def test_what_was_refused_is_told_with_the_earlier_row() -> None:
    group = only_group(
        dedupe_rows([pixiv("danbooru:1", 0, MD5S[0]), pixiv("danbooru:2", 1, MD5S[0])])
    )
    assert group.rows == (0,)
    assert group.refused == ((1, 0, Reason.MD5),)


def test_the_surer_evidence_stands_where_two_contradict_each_other() -> None:
    told = [
        pixiv("danbooru:1", 0)._replace(hash=7),
        Description("waifu:2", MD5S[0], hash=7),
        pixiv("danbooru:3", 1, MD5S[0]),
    ]
    assert partition(dedupe_rows(told)) == {frozenset({0}), frozenset({1, 2})}


def test_a_page_that_is_not_told_is_the_same_work_and_no_more() -> None:
    told = [pixiv("nekos:1.png", None), pixiv("danbooru:2", 3), pixiv("danbooru:3", 1)]
    result = dedupe_rows(told)
    assert (result.duplicate_count, result.same_work_count) == (0, 1)
    group = only_group(result)
    assert (group.rows, group.page, group.same_work) == ((2,), 1, (0,))


def test_a_page_that_is_not_told_goes_to_the_lowest_one_if_that_is_asked_for() -> None:
    told = [pixiv("nekos:1.png", None), pixiv("danbooru:2", 3), pixiv("danbooru:3", 1)]
    result = dedupe_rows(told, same_work=True)
    group = only_group(result)
    assert (group.rows, group.reasons) == ((0, 2), (Reason.SAME_WORK,))
    assert (group.work, group.page, result.same_work_count) == ("pixiv:15300", 1, 0)


def test_a_page_that_is_known_by_another_row_of_the_group_is_not_in_doubt() -> None:
    told = [
        pixiv("danbooru:1", 0),
        pixiv("waifu:2", None, MD5S[0]),
        pixiv("danbooru:3", 1, MD5S[0]),
    ]
    result = dedupe_rows(told, same_work=True)
    assert partition(result) == {frozenset({0}), frozenset({1, 2})}
    assert (result.same_work_count, result.refused_count) == (0, 0)


def test_several_files_of_one_service_are_several_pictures_of_a_work() -> None:
    told = [pixiv(f"danbooru:{n}", None, md5) for n, md5 in enumerate(MD5S, 1)]
    told.append(pixiv("nekos:1.png", None))
    result = dedupe_rows(told)
    assert (result.duplicate_count, result.same_work_count) == (0, 3)
    assert only_group(result).same_work == (1, 2, 3)
    assert dedupe_rows(told, same_work=True).duplicate_count == 3


def test_files_of_two_services_may_be_one_picture_of_a_work() -> None:
    told = [pixiv("danbooru:1", None, MD5S[0]), pixiv("waifu:1", None, MD5S[1])]
    assert dedupe_rows(told).duplicate_count == 1


def test_a_picture_that_is_withheld_is_not_the_best() -> None:
    withheld: JsonObject = Description("danbooru:1", MD5S[0], pixels=9).row
    shown: JsonObject = {
        **Description("waifu:2", MD5S[0], pixels=1).row,
        "url": "https://cdn.example/2",
    }
    result = dedupe([withheld, shown])
    assert (result.select_rows("best"), result.select_rows("first")) == ([1], [0])


def test_a_work_that_a_service_lists_twice_without_pages_has_several_pictures() -> None:
    rows = [pixiv("waifu:1", None), pixiv("waifu:2", None), pixiv("nekos:3.png", None)]
    apart = dedupe_rows(rows)
    assert (apart.group_count, apart.same_work_count) == (0, 2)
    assert dedupe_rows(rows, same_work=True).group_count == 1
    once = [rows[0], rows[0], rows[2]]
    assert dedupe_rows(once).select_rows("first") == [0]


def test_a_page_that_is_known_through_others_is_not_passed_on() -> None:
    rows = [
        pixiv("nekos:1.png", None),
        pixiv("waifu:2", None)._replace(hash=0xFFFF),
        pixiv("danbooru:3", 2)._replace(hash=0xFFFE),
        pixiv("danbooru:4", 0),
    ]
    assert partition(dedupe_rows(rows)) == {frozenset({0}), frozenset({1, 2}), frozenset({3})}
    assert same_works(dedupe_rows(rows)) == {(0, 3)}
    together = dedupe_rows(rows, same_work=True)
    assert partition(together) == {frozenset({0, 3}), frozenset({1, 2})}


def test_the_best_has_the_most_pixels_and_the_first_comes_first() -> None:
    result = dedupe_rows([Description("danbooru:1", MD5S[0], pixels=n) for n in (2, 3, 3)])
    assert (result.select_rows("best"), result.select_rows("first")) == ([1], [0])


def test_of_equally_large_pictures_the_one_of_more_bytes_is_kept() -> None:
    rows: list[JsonObject] = [
        {**Description("waifu:1").row, "byte_size": size} for size in (10, 30, 20)
    ]
    assert dedupe(rows).select_rows("best") == [1]


def test_what_is_asked_for_is_kept_though_it_tells_no_page() -> None:
    rows = [pixiv("waifu:1", None, pixels=9), pixiv("danbooru:2", 0, pixels=4)]
    result = dedupe_rows(rows, same_work=True)
    assert (result.select_rows("best"), result.select_rows("first")) == ([0], [0])


def test_a_row_without_an_id_is_compared_by_what_else_it_tells() -> None:
    bare: JsonObject = {"md5": MD5S[0], "_source": {"backend": "danbooru"}}
    result = dedupe([bare, Description("waifu:1", MD5S[0]).row, bare])
    assert (only_group(result).rows, result.unknown_count) == ((0, 1, 2), 0)


def test_numbers_of_any_size_are_borne() -> None:
    huge: JsonObject = {**Description("waifu:1", MD5S[0]).row, "width": 10**30, "height": 10**30}
    assert dedupe([Description("waifu:2", MD5S[0], pixels=1).row, huge]).select_rows("best") == [1]


def test_a_row_joins_the_first_that_allows_it_although_others_of_its_kind_do_not() -> None:
    rows = [
        Description("danbooru:1", MD5S[0], 100, 1, 7),
        Description("waifu:2", MD5S[0], 200, 1, 7),
        Description("danbooru:3", None, 200, 2, 7),
        Description("waifu:4", None, 100, 3, 7),
    ]
    result = dedupe_rows(rows)
    assert partition(result) == {frozenset({0, 1}), frozenset({2, 3})}
    assert [group.matches for group in result.iter_groups()] == [
        ((1, 0, Reason.MD5),),
        ((3, 2, Reason.HASH),),
    ]


def test_the_earliest_row_of_a_group_is_named_as_the_one_that_was_joined() -> None:
    rows = [Description(f"waifu:{n}", hash=value) for n, value in enumerate((0xF0, 0xF1, 0xF2), 1)]
    assert only_group(dedupe_rows(rows)).matches == ((1, 0, Reason.HASH), (2, 0, Reason.HASH))


def test_the_earliest_row_is_named_of_those_that_refused() -> None:
    rows = [
        pixiv("danbooru:1", 0)._replace(hash=0xF1),
        pixiv("danbooru:2", 1)._replace(hash=0xF2),
        pixiv("danbooru:3", 2)._replace(hash=0xF3),
    ]
    (group,) = dedupe_rows(rows).iter_groups()
    assert group.refused == ((1, 0, Reason.HASH), (2, 0, Reason.HASH))
