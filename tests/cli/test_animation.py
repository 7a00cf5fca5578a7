"""Animations against a clock that is told what time it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from animedex.cli.animation import AnimationRow, play_animation
from animedex.images.open_image import Frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PICTURE = Image.new("RGB", (1, 1))


class Clock:
    """Let time pass only where it is waited for, or where drawing takes some."""

    def __init__(self, keys: Iterable[tuple[float, bytes]] = ()) -> None:
        self.time = 0.0
        self.keys = list(keys)

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> bytes:
        if self.keys and self.keys[0][0] <= self.time + seconds:
            at, key = self.keys.pop(0)
            self.time = max(self.time, at)
            return key
        self.time += seconds
        return b""


class Screening:
    """Play animations, and note which frame is drawn when."""

    def __init__(self, clock: Clock, drawing: float = 0.0) -> None:
        self.clock = clock
        self.drawing = drawing
        self.drawn: list[tuple[float, str, float]] = []

    def film(self, name: str, *seconds: float) -> AnimationRow:
        def draw(frame: Frame) -> None:
            self.drawn.append((self.clock.time, name, frame.seconds))
            self.clock.time += self.drawing

        return AnimationRow(seconds[0], self._frames(seconds[1:]), draw)

    @staticmethod
    def _frames(seconds: Iterable[float]) -> Iterator[Frame]:
        return (Frame(PICTURE, one) for one in seconds)


def test_every_frame_is_seen_as_long_as_it_says() -> None:
    show = Screening(Clock())
    assert play_animation([show.film("a", 0.5, 0.25, 4.0)], show.clock)
    assert show.drawn == [(0.5, "a", 0.25), (0.75, "a", 4.0)]
    # The last frame stays, and nobody waits for that.
    assert show.clock.time == 0.75


def test_several_are_played_at_once() -> None:
    show = Screening(Clock())
    assert play_animation([show.film("a", 1.0, 1.0, 1.0), show.film("b", 0.75, 0.5)], show.clock)
    assert show.drawn == [(0.75, "b", 0.5), (1.0, "a", 1.0), (2.0, "a", 1.0)]


def test_a_key_stops_all() -> None:
    show = Screening(Clock([(0.5, b"x"), (1.25, b"\x1b[A"), (1.5, b"q")]))
    assert not play_animation([show.film("a", 1.0, 1.0, 1.0), show.film("b", 9.0, 1.0)], show.clock)
    assert show.drawn == [(1.0, "a", 1.0)]
    assert show.clock.time == 1.5


def test_a_key_stops_what_is_always_late() -> None:
    show = Screening(Clock([(5.0, b" ")]), drawing=2.0)
    assert not play_animation([show.film("a", 1.0, *[1.0] * 99)], show.clock)
    assert show.clock.time < 8.0


def test_what_is_over_before_it_is_drawn_is_left_out_but_for_the_last() -> None:
    show = Screening(Clock(), drawing=0.25)
    assert play_animation([show.film("a", *[0.125] * 10)], show.clock)
    times = [at for at, _, _ in show.drawn]
    assert len(times) < 9
    assert times == sorted(times)
    # It takes as long as it should, and no longer than one frame takes to be drawn.
    assert show.clock.time <= 10 * 0.125 + 0.25


@pytest.mark.parametrize("films", [0, 1, 2])
def test_stills_take_no_time(films: int) -> None:
    show = Screening(Clock())
    assert play_animation([show.film("a", 3.0) for _ in range(films)], show.clock)
    assert (show.drawn, show.clock.time) == ([], 0.0)


@given(
    st.lists(st.lists(st.floats(0.011, 10.0), min_size=2, max_size=8), min_size=1, max_size=4),
    st.floats(0.0, 1.0),
)
def test_time_goes_on_and_the_last_frame_is_always_drawn(
    films: list[list[float]], drawing: float
) -> None:
    show = Screening(Clock(), drawing)
    assert play_animation(
        [show.film(str(n), *seconds) for n, seconds in enumerate(films)], show.clock
    )
    times = [at for at, _, _ in show.drawn]
    assert times == sorted(times)
    for number, seconds in enumerate(films):
        assert [s for _, name, s in show.drawn if name == str(number)][-1] == seconds[-1]
    if not drawing:
        assert len(times) == sum(map(len, films)) - len(films)
