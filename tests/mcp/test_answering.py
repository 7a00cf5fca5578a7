"""Whatever goes wrong becomes one of our own errors."""

from __future__ import annotations

import pytest

from animedex.errors import AnimedexError, NotFound
from animedex.mcp.answering import failure
from animedex.transport.database import Busy


@pytest.mark.parametrize(
    ("raised", "reason", "said"),
    [
        (NotFound("no such thing"), "not-found", "no such thing"),
        (Busy("locked"), "timeout", "another process keeps a file of budgets or answers locked"),
        (RecursionError("too deep"), "error", "RecursionError: too deep"),
    ],
)
def test_every_failure_has_a_reason(raised: Exception, reason: str, said: str) -> None:
    error = failure(raised)
    assert isinstance(error, AnimedexError)
    assert (error.reason, error.message) == (reason, said)
