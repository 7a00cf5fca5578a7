"""Where the user's files live: configuration, cache and data."""

from __future__ import annotations

import os
import sys
from typing import Literal

_ON_LINUX = sys.platform.startswith("linux")
Kind = Literal["config", "cache", "data"]
_XDG: dict[Kind, tuple[str, str]] = {
    "config": ("XDG_CONFIG_HOME", "~/.config"),
    "cache": ("XDG_CACHE_HOME", "~/.cache"),
    "data": ("XDG_DATA_HOME", "~/.local/share"),
}


def user_folder(kind: Kind) -> str:
    """Return the folder for one kind of file, as configured or as the system has it."""
    chosen = os.environ.get(f"ANIMEDEX_{kind.upper()}_DIR")
    if chosen:
        return os.path.abspath(os.path.expanduser(chosen))
    return _linux_folder(kind) if _ON_LINUX else _system_folder(kind)


def _system_folder(kind: Kind) -> str:
    import platformdirs

    named = {
        "config": platformdirs.user_config_dir,
        "cache": platformdirs.user_cache_dir,
        "data": platformdirs.user_data_dir,
    }
    return named[kind]("animedex", appauthor=False)


def _linux_folder(kind: Kind) -> str:
    """Name a folder by the XDG rules; importing platformdirs for this would slow every start."""
    variable, default = _XDG[kind]
    chosen = os.environ.get(variable, "")
    root = chosen if os.path.isabs(chosen) else os.path.expanduser(default)
    return os.path.join(root, "animedex")
