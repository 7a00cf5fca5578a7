"""One process that makes calls as it is told: a line in is one call, a line out is its end."""

from __future__ import annotations

import sys

from animedex import Client


def main(url: str, state: str, kind: str) -> None:
    """Call until the input ends."""
    with Client(base_urls={"nekos": url}, state=state, cache=False, timeout=None) as client:
        print("ready", flush=True)
        for line in sys.stdin:
            if kind == "search":
                client.nekos.search(f"Hanamura {line.strip()}", amount=1)
            else:
                client.nekos.image("neko")
            print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
