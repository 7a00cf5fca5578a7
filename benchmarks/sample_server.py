"""The sample server without its limits. Prints its base URL, and ends when its input does."""

from __future__ import annotations

import sys

from animedex.testing import SampleServer

if __name__ == "__main__":
    with SampleServer(limits=False) as server:
        print(server.url, flush=True)
        sys.stdin.read()
