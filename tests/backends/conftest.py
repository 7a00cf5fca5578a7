"""Coverage of what a service's commands do in processes of their own."""

from __future__ import annotations

import pytest

from tests.kit.effort import MEASURED


@pytest.fixture(autouse=True)
def measured_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure the coverage of the processes that the tests of services start."""
    for name, value in MEASURED.items():
        monkeypatch.setenv(name, value)
