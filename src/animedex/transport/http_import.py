"""Loading the HTTP library where it is safe to.

Its memory belongs to the thread that imports it: where that thread has ended, building a client
on another one is a segmentation fault (seen with version 0.15). A worker of a pool may well be
the first to ask for something, so that it has the import done by a thread that never ends.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from importlib import import_module


def load_for_good(module: str) -> None:
    """Import a module on a thread that lasts as long as the process; once is enough."""
    if module in sys.modules or threading.current_thread() is threading.main_thread():
        return
    done = threading.Event()

    def work() -> None:
        # Whoever asked will import it too, and see for themselves what is wrong.
        with contextlib.suppress(ImportError):
            import_module(module)
        done.set()
        threading.Event().wait()

    threading.Thread(target=work, name="animedex-import", daemon=True).start()
    done.wait()
