"""When to retry, from an answer's headers: `Retry-After` and `x-rate-limit-*`.

Times of day are read against the answer's own `Date`, so that this machine's clock may be wrong.
https://docs.nekos.best/getting-started/api-endpoints.html
"""

from __future__ import annotations

import math
import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from animedex.errors import AnimedexError, RateLimited, Unreachable
from animedex.ratelimit.rate_limiter import MAX_BLOCK

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.call import Call
    from animedex.http_message import Response

_WINDOW = re.compile(r"(\d{1,6})([smhd])")
_UNIT_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_DEFAULT_WINDOW = 60.0
# Longer than this nobody waits, and whoever says so means never.
_YEAR = 366 * 86_400.0
RETRIED_STATUSES = frozenset({429, 502, 503, 504})
_REPEATABLE = frozenset({"GET", "HEAD"})
_HINT = "allow more time with --timeout, or see `animedex status`"


def requested_delay(response: Response) -> float | None:
    """Return the requested delay before the next try in seconds; None if there is none.

    >>> from animedex.http_message import Response
    >>> requested_delay(Response(429, (("retry-after", "0.25"),), b"", ""))
    0.25
    """
    delay = _retry_after(response)
    return _until_reset(response) if delay is None else delay


def exhausted_for(outcome: Response | AnimedexError) -> float | None:
    """Return the seconds for which a path is exhausted, None if the answer does not say so.

    >>> from animedex.http_message import Response
    >>> headers = (
    ...     ("date", "Fri, 08 May 2026 09:08:30 GMT"),
    ...     ("x-rate-limit-remaining", "0"),
    ...     ("x-rate-limit-reset", "2026-05-08T09:09:00.0000000Z"),
    ... )
    >>> exhausted_for(Response(200, headers, b"", ""))
    30.0
    """
    if isinstance(outcome, AnimedexError):
        return None
    response = outcome
    if response.status in RETRIED_STATUSES and (delay := _retry_after(response)) is not None:
        return delay
    if (response.header("x-rate-limit-remaining") or "").strip() != "0":
        return None
    return _until_reset(response)


def backoff(tries: int, jitter: float) -> float:
    """Return the pause before the next try, in seconds: twice as long each time, and at random.

    >>> [backoff(tries, jitter=1.0) for tries in range(3)]
    [0.5, 1.0, 2.0]
    """
    return 0.5 * 2.0**tries * (0.5 + jitter / 2)


def retry_delay(
    call: Call[Any], outcome: Response | AnimedexError, tries: int, jitter: Callable[[], float]
) -> float | None:
    """Return the pause before trying again, in seconds; None if the outcome is final."""
    if call.request.method not in _REPEATABLE:
        return None
    if isinstance(outcome, AnimedexError):
        is_transient = isinstance(outcome, Unreachable) and outcome.transient
        return backoff(tries, jitter()) if is_transient else None
    if outcome.status not in RETRIED_STATUSES:
        return None
    delay = requested_delay(outcome)
    return backoff(tries, jitter()) if delay is None else min(delay, MAX_BLOCK)


def rate_limited(message: str, seconds: float) -> RateLimited:
    """Return the error with the time until the next request is allowed.

    >>> rate_limited("nekos: rate limit exceeded", 90.2).message
    'nekos: rate limit exceeded: try again in 1 min 31 s'
    """
    error = RateLimited(f"{message}: try again in {format_duration(seconds)}", hint=_HINT)
    error.retry_after = max(0.0, seconds)
    return error


def format_duration(seconds: float) -> str:
    """Return a time span in two units at most.

    >>> format_duration(0.2), format_duration(61), format_duration(3600), format_duration(90000)
    ('1 s', '1 min 1 s', '1 h', '1 d 1 h')
    """
    whole = max(1, -int(-seconds // 1))
    parts: list[str] = []
    for length, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, whole = divmod(whole, length)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


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
        seconds = moment - _response_time(response)
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
    seconds = moment.timestamp() - _response_time(response)
    return min(max(0.0, seconds), _window_length(response))


def _window_length(response: Response) -> float:
    match = _WINDOW.fullmatch((response.header("x-rate-limit-limit") or "").strip())
    return int(match[1]) * _UNIT_SECONDS[match[2]] if match else _DEFAULT_WINDOW


def _response_time(response: Response) -> float:
    moment = _http_date(response.header("date") or "")
    return time.time() if moment is None else moment


def _http_date(text: str) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
