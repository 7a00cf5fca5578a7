"""How long tests search: little by default, thoroughly in `make test-slow`."""

from __future__ import annotations

import os

IS_SLOW = os.environ.get("HYPOTHESIS_PROFILE") == "slow"


def count(default: int, slow: int) -> int:
    """Return how often to repeat something in this run."""
    return slow if IS_SLOW else default
