"""Compare numbers with a value such as ``>100``, ``5..10``, ``1,2,3``, ``any`` or ``none``."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    Test = Callable[[float | None], bool]

DAY = 86_400
_RANGE = re.compile(
    r"(?P<low>.+?)(?P<open>\.\.\.)(?P<high>.+)|(?P<low2>.+?)\.\.(?P<high2>.+)"
    r"|(?P<sign><=|<|>=|>|\.\.)(?P<bound>.+)|(?P<least>.+)\.\."
)
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_SIZE = re.compile(r"([0-9]{1,18}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})([km]?)b?", re.IGNORECASE)
_SIZES = {"": 1, "k": 1024, "m": 1024**2}
_AGE = re.compile(r"([0-9]{1,9})\s*(s|mi|h|d|w|mo|y)?[a-z]*", re.IGNORECASE)
_AGES = {"s": 1, "mi": 60, "h": 3600, "d": DAY, "w": 7 * DAY, "mo": 30 * DAY, "y": 365 * DAY}


class ValueKind(NamedTuple):
    """How a kind of value is read, and what lies near enough to count as equal.

    ``read`` raises a ``ValueError`` for what it cannot read.
    """

    read: Callable[[str], float]
    near: Callable[[float], tuple[float, float]]


def range_test(value: str, kind: ValueKind) -> Test:
    """Make of a value a test for numbers; a value that cannot be read suits no number.

    >>> [range_test(">=3", WHOLE)(n) for n in (2, 3, None)]
    [False, True, False]
    >>> [range_test("9..5", WHOLE)(n) for n in (5, 9, 10)]
    [True, True, False]
    >>> [range_test("1,3", WHOLE)(n) for n in (1, 2, 3)], range_test("none", WHOLE)(None)
    ([True, False, True], True)
    >>> range_test("many", WHOLE)(7)
    False
    """
    try:
        return _range_test(value, kind)
    except ValueError:
        return lambda _: False


def _range_test(value: str, kind: ValueKind) -> Test:
    if value in {"any", "none"}:
        return lambda n: (n is not None) == (value == "any")
    match = _RANGE.fullmatch(value)
    if match is None:
        spans = [kind.near(kind.read(part)) for part in re.split(r"[, ]+", value) if part]
        return lambda n: n is not None and any(low <= n <= high for low, high in spans)
    if match["sign"] or match["least"]:
        return _bound_test(match["sign"] or ">=", kind.read(match["bound"] or match["least"]))
    low, high = sorted(
        (kind.read(match["low"] or match["low2"]), kind.read(match["high"] or match["high2"]))
    )
    if match["open"]:
        return lambda n: n is not None and low <= n < high
    return lambda n: n is not None and low <= n <= high


def _bound_test(sign: str, bound: float) -> Test:
    tests: dict[str, Callable[[float], bool]] = {
        "<": lambda n: n < bound,
        ">": lambda n: n > bound,
        ">=": lambda n: n >= bound,
        "<=": lambda n: n <= bound,
        "..": lambda n: n <= bound,
    }
    test = tests[sign]
    return lambda n: n is not None and test(n)


def _whole(value: str) -> float:
    if not _WHOLE.fullmatch(value):
        raise ValueError(value)
    return int(value)


def _ratio(value: str) -> float:
    width, colon, height = value.partition(":")
    if not colon:
        return round(float(value), 2)
    if float(height) == 0:
        raise ValueError(value)
    return round(float(width) / float(height), 2)


def _size(value: str) -> float:
    match = _SIZE.fullmatch(value)
    if match is None:
        raise ValueError(value)
    return int(float(match[1]) * _SIZES[match[2].lower()])


def _age(value: str) -> float:
    match = _AGE.fullmatch(value)
    if match is None:
        raise ValueError(value)
    return int(match[1]) * _AGES[(match[2] or "s").lower()]


def clock_time(value: str) -> float:
    """Read a day or a moment as its own clock shows it; what cannot be read is a ``ValueError``.

    >>> clock_time("2026-05-08T00:00:10.000-04:00") - clock_time("2026-05-08")
    10.0
    """
    return datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp()


def moment(value: str) -> float:
    """Read a moment in seconds since the epoch.

    >>> moment("1970-01-01T01:00:00.000+01:00")
    0.0
    """
    return datetime.fromisoformat(value).timestamp()


def _exactly(number: float) -> tuple[float, float]:
    return number, number


def _roughly(number: float) -> tuple[float, float]:
    return number * 0.95, number * 1.05


def _that_day(start: float) -> tuple[float, float]:
    return start, start + DAY - 0.001


WHOLE = ValueKind(_whole, _exactly)
DECIMAL = ValueKind(float, _roughly)
RATIO = ValueKind(_ratio, _exactly)
SIZE = ValueKind(_size, _exactly)
DATE = ValueKind(clock_time, _that_day)
AGE = ValueKind(_age, _exactly)
