"""Play animations once, several side by side; a key stops them."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from animedex.images.open_image import Frame

_STOPPING = b"qQ "
_ESCAPE = b"\x1b"


class Clock(Protocol):
    """The source of time, which a test replaces."""

    def now(self) -> float:
        """Return the time in seconds, counted from some moment."""
        ...

    def wait(self, seconds: float) -> bytes:
        """Wait for so many seconds or for a key; return the keys."""
        ...


class AnimationRow(NamedTuple):
    """An animation: the seconds of its first frame, the frames that follow, and who draws them."""

    first: float
    rest: Iterator[Frame]
    draw: Callable[[Frame], None]


def play_animation(films: Sequence[AnimationRow], clock: Clock) -> bool:
    """Play animations whose first frames are drawn; return whether they ran to the end.

    Each frame is seen as long as it says; one whose time is over before it could be drawn is left
    out, but for the last of its animation, which stays.
    """
    begin = clock.now()
    # The number tells apart what is due at the same time.
    due = [
        (begin + film.first, number, frame)
        for number, film in enumerate(films)
        if (frame := next(film.rest, None))
    ]
    heapify(due)
    while due:
        at, number, frame = heappop(due)
        if not _wait_until(at, clock):
            return False
        over, film = at + frame.seconds, films[number]
        late = over <= clock.now()
        if not late:
            film.draw(frame)
        following = next(film.rest, None)
        if following is not None:
            heappush(due, (over, number, following))
        elif late:
            film.draw(frame)
    return True


def stops(typed: bytes) -> bool:
    r"""Return whether a key that was pressed means to stop: q, space or Escape.

    >>> stops(b"q"), stops(b"\x1b"), stops(b"\x1b[A"), stops(b"")
    (True, True, False, False)
    """
    return typed == _ESCAPE or any(key in typed for key in _STOPPING)


def _wait_until(until: float, clock: Clock) -> bool:
    """Wait until a moment; return whether it came before a key that stops."""
    while True:
        rest = max(0.0, until - clock.now())
        if stops(clock.wait(rest)):
            return False
        if not rest:
            return True
