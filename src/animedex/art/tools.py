"""What agents may ask of all services together."""

from __future__ import annotations

TOOLS = ()
