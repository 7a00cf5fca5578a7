from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from animedex.testing.rate_limits import FixedWindows, SlidingLog, round_up

# Milliseconds as whole numbers: sums of them are exact, and so are the comparisons below.
moments = st.lists(st.integers(0, 60_000), min_size=1, max_size=60).map(sorted)


@given(moments)
def test_no_stretch_of_the_sliding_rule_holds_more_than_its_limit(times: list[int]) -> None:
    log = SlidingLog(limit=7, seconds=5_000)
    allowed = [moment for moment in times if log.take(moment)]
    assert all(sum(start <= t < start + 5_000 for t in allowed) <= 7 for start in allowed)


@given(moments)
def test_the_sliding_rule_refuses_only_when_seven_came_before(times: list[int]) -> None:
    log = SlidingLog(limit=7, seconds=5_000)
    allowed: list[int] = []
    for moment in times:
        recent = sum(moment - 5_000 < t for t in allowed)
        assert log.take(moment) == (recent < 7)
        if recent < 7:
            allowed.append(moment)


@given(moments)
def test_waiting_as_long_as_told_is_enough_and_no_less_is(times: list[int]) -> None:
    log = SlidingLog(limit=3, seconds=5_000)
    for moment in times:
        log.take(moment)
    end = times[-1]
    wait = log.wait(end)
    if wait:
        assert not log.take(end + wait - 1)
    assert log.take(end + wait)


@given(moments)
def test_no_fixed_window_holds_more_than_its_limit(times: list[int]) -> None:
    windows = FixedWindows(limit=4, seconds=10)
    allowed = [t for t in times if windows.take("/neko", t / 1000)]
    for window in range(7):
        asked = sum(t // 10_000 == window for t in times)
        assert sum(t // 10_000 == window for t in allowed) == min(asked, 4)


def test_each_path_has_its_own_window() -> None:
    windows = FixedWindows(limit=1, seconds=60)
    assert windows.take("/neko", 0.0)
    assert windows.take("/hug", 0.0)
    assert not windows.take("/neko", 59.9)


def test_a_clock_that_steps_back_opens_the_window_it_steps_into() -> None:
    windows = FixedWindows(limit=1, seconds=60)
    assert windows.take("/neko", 600.0)
    assert windows.take("/neko", 10.0)
    assert windows.end(10.0) == 60.0


@given(st.floats(0.001, 3_600), st.integers(0, 3))
def test_a_rounded_wait_is_never_too_short(seconds: float, digits: int) -> None:
    written = float(round_up(seconds, digits))
    assert seconds <= written < seconds + 1.001 * 10**-digits
