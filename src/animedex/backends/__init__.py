"""The services: one folder each, which declares a `BACKEND`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from animedex.backend import Backend


def list_names() -> list[str]:
    """Return the names of the services: one folder each."""
    folder = os.path.dirname(__file__)
    names = (entry.name for entry in os.scandir(folder) if entry.is_dir())
    return sorted(name for name in names if os.path.exists(f"{folder}/{name}/backend.py"))


def find_backend(name: str) -> Backend:
    """Return what one service declares."""
    from importlib import import_module

    backend: Backend = import_module(f"animedex.backends.{name}.backend").BACKEND
    return backend
