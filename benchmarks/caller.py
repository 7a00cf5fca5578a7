"""One process that makes calls as it is told: a line in is one call, a line out is its end."""

from __future__ import annotations

import sys
import time

from animedex import Client, clock


def main(url: str, state: str, kind: str, ahead: str = "0") -> None:
    """Call until the input ends, by a clock that is so many seconds ahead of the machine's."""
    if float(ahead):
        real = clock.shared_clock()
        began = time.monotonic()
        set_clock(lambda: real + time.monotonic() - began + float(ahead))
    with Client(base_urls={"nekos": url}, state=state, cache=False, timeout=None) as client:
        print("ready", flush=True)
        for line in sys.stdin:
            if kind == "search":
                client.nekos.search(f"Hanamura {line.strip()}", amount=1)
            else:
                client.nekos.image("neko")
            print("done", flush=True)


def set_clock(read: clock.Clock) -> None:
    """Have everything go by another clock."""
    clock._read = read  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  nothing else may


if __name__ == "__main__":
    main(*sys.argv[1:])
