"""What an answer's headers say about when to ask again: `Retry-After` and `x-rate-limit-*`.

Times of day are read against the answer's own `Date`, so that this machine's clock may be wrong.
https://docs.nekos.best/getting-started/api-endpoints.html
"""

from __future__ import annotations

import math
import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from animedex.call import Response

_WINDOW = re.compile(r"(\d{1,6})([smhd])")
_UNIT_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_DEFAULT_WINDOW = 60.0
# Longer than this nobody waits, and whoever says so means never.
_YEAR = 366 * 86_400.0
RETRIED = frozenset({429, 502, 503, 504})


def told_pause(response: Response) -> float | None:
    """Tell how many seconds the service asks to wait before the next try; None if it does not say.

    >>> from animedex.call import Response
    >>> told_pause(Response(429, (("retry-after", "0.25"),), b"", ""))
    0.25
    """
    asked = _retry_after(response)
    return _until_reset(response) if asked is None else asked


def spent_seconds(response: Response) -> float | None:
    """Tell for how long a path is spent, where an answer says that none of its budget remains.

    >>> from animedex.call import Response
    >>> headers = (
    ...     ("date", "Fri, 08 May 2026 09:08:30 GMT"),
    ...     ("x-rate-limit-remaining", "0"),
    ...     ("x-rate-limit-reset", "2026-05-08T09:09:00.0000000Z"),
    ... )
    >>> spent_seconds(Response(200, headers, b"", ""))
    30.0
    """
    if response.status in RETRIED and (asked := _retry_after(response)) is not None:
        return asked
    if (response.header("x-rate-limit-remaining") or "").strip() != "0":
        return None
    return _until_reset(response)


def backoff(tries: int, jitter: float) -> float:
    """Tell how long to pause before the next try: longer each time, and never quite the same.

    >>> [backoff(tries, jitter=1.0) for tries in range(3)]
    [0.5, 1.0, 2.0]
    """
    return 0.5 * 2.0**tries * (0.5 + jitter / 2)


def _retry_after(response: Response) -> float | None:
    text = (response.header("retry-after") or "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        moment = _http_date(text)
        if moment is None:
            return None
        seconds = moment - _answered_at(response)
    return min(max(0.0, seconds), _YEAR) if math.isfinite(seconds) else None


def _until_reset(response: Response) -> float | None:
    text = response.header("x-rate-limit-reset")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    # A window cannot last longer than its length, whatever the two clocks say.
    seconds = moment.timestamp() - _answered_at(response)
    return min(max(0.0, seconds), _window_length(response))


def _window_length(response: Response) -> float:
    found = _WINDOW.fullmatch((response.header("x-rate-limit-limit") or "").strip())
    return int(found[1]) * _UNIT_SECONDS[found[2]] if found else _DEFAULT_WINDOW


def _answered_at(response: Response) -> float:
    moment = _http_date(response.header("date") or "")
    return time.time() if moment is None else moment


def _http_date(text: str) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
